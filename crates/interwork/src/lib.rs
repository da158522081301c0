//! The product's mind: how a chat session and an SMS user are made to understand each other (TS 23.204 6.15 to 6.17).
//!
//! Refuses: to know sockets, shards, message formats. In: what happened, in the words of the field. Out: what to do.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

mod barring;
mod chat_session;
mod correlation;
mod error_map;
mod languages;
mod msisdn;
mod msisdn_pool;
mod mt_correlation;
mod policy;
mod prefixes;
mod rate;
mod subscriber;
mod vocabulary;
mod wording;

pub use barring::Barring;
pub use chat_session::{Action, ChatSession, Event, Goodbye, MACHINES, Stage, Timer};
pub use correlation::{Correlation, Meaning, Pair, PairsFull, Rest};
pub use error_map::{
    SmFailure, SmOutcome, invitation_status, message_status, outcome_of_chat, outcome_of_page,
    outcome_of_recall,
};
pub use languages::{Language, LanguageId, LanguageTag, Languages};
pub use msisdn::{Msisdn, PeerId};
pub use msisdn_pool::{Lease, MsisdnPool, PoolExhausted};
pub use mt_correlation::MtCorrelationId;
pub use policy::{Anonymity, LeaveHint, NumberSource, Policy, UnknownReply, WithoutChat};
pub use prefixes::{Prefix, Prefixes};
pub use rate::{Allowance, Rate};
pub use subscriber::{Access, Identity, Subscriber};
pub use vocabulary::{Reply, Vocabulary};
pub use wording::{Phrase, Template, TemplateError, Variables, Wording};
