//! The other side of each conversation: a chat user and his S-CSCF, an SMS centre with its SMS-GMSC, an HSS, an SMS user.
//!
//! Refuses: to open sockets, to read clocks, to be part of the product. An actor is a value; whoever has it on stage
//! (a driver over real sockets, a test, a simulated world) tells it what happened and carries out what it says.
//! In: [`Event`]. Out: [`Effect`], through [`Out`].
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

mod actor;
mod agenda;
mod calendar;
pub mod chat_user;
mod diameter_label;
pub mod hss;
mod letter;
mod message_text;
mod node;
mod out;
mod participant;
#[cfg(test)]
mod rehearsal;
pub mod scscf;
mod sighting;
mod sip_label;
pub mod sms_centre;
pub mod sms_gmsc;
pub mod sms_user;

pub use actor::{Actor, Event, LinkName, Opening};
pub use calendar::Calendar;
pub use chat_user::{
    Caller, ChatRecord, ChatScript, ChatUser, Enclosure, Refresh, Refreshing, Reliability, SessionHabit,
    Step, UeSetup,
};
pub use hss::{HomedNumbers, Hss};
pub use letter::{Delivery, DeliveryEnd, Letter, ShortText};
pub use node::NodeSetup;
pub use out::{Effect, Out};
pub use participant::Participant;
pub use scscf::{Scscf, ScscfSetup};
pub use sighting::{Sighting, shown};
pub use sms_centre::{Manner, Report, SmsCentre};
pub use sms_gmsc::{HssAddress, Persistence, SmsGmsc};
pub use sms_user::SmsUser;
