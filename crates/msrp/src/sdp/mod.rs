//! The session description of a chat: RFC 4975 8, RFC 6135 (`setup`), RFC 6714 (`msrp-cema`).

mod answer;
mod attribute;
mod lines;
mod not_acceptable;
mod offer;
mod proposal;
mod type_list;

pub use answer::Answer;
pub use attribute::{Connection, Direction, Setup};
pub use not_acceptable::NotAcceptable;
pub use offer::Offer;
pub use proposal::{Proposal, write_offer};
pub use type_list::TypeList;
