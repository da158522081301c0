//! What the two users, and the network between them, may rely on: one promise, one test, on every layout.

mod awkward_moments;
mod barring;
mod chat_messages;
mod collisions;
mod damage;
mod endings;
mod first_message;
mod front_door;
mod invitation;
mod joining;
pub mod languages;
mod late_answers;
mod leaving;
mod long_text;
mod overload;
mod pager_message;
pub mod pager_reports;
mod paging;
mod rates;
pub mod recall;
mod recall_ends;
mod receipts;
mod reconnection;
mod refusal;
pub mod registration;
mod return_path;
mod segment_again;

mod session_timer;
mod shutdown;
mod sms_links;
mod sms_retries;
mod subscribers;
mod succession;
mod tables;
