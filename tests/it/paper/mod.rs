//! The gateway in virtual time: shards on drivers of paper, and peers that read what they are sent with eyes of their own.
//!
//! [`Stage`] is what scenarios speak to; [`on_every_layout`] plays a scenario on one shard, and on several where
//! everything arrives at the wrong one.

pub mod call;
pub mod callee;
pub mod driver;
pub mod hss;
pub mod network;
pub mod page;
pub mod plan;
pub mod sms_side;
pub mod stage;
pub mod texts;
pub mod wire;

pub use call::Invitation;
pub use plan::{Layout, Plan, on_every_layout};
pub use sms_side::{Delivery, Verdict};
pub use stage::Stage;
