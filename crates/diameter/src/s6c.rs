//! S6c: where a user is, and what the home network must know of a delivery (TS 29.338 5).
//!
//! Refuses: to choose between serving nodes.
//! In: `MessageView`. Out: borrowed structs, or `Invalid` for the refusal; messages in a lent buffer.

mod alert;
mod report;
mod routing;
mod serving_node;
mod smsf;

pub use alert::{AlertServiceCentre, AlertServiceCentreAnswer};
pub use report::{DeliveryCause, DeliveryOutcome, NodeOutcome, ReportDelivery, ReportDeliveryAnswer};
pub use routing::{AbsentUser, MwdStatus, RoutingInfo, RoutingInfoAnswer, SmRpMti, SrrFlags};
pub use serving_node::ServingNode;
pub use smsf::Smsf;
