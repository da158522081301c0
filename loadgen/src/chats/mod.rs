//! `chats`: whole chats, both sides of each, against a gateway of its own process, and then the question whether both sides
//! have lived the same.
//!
//! Each text carries a token in each of its words and is checked where it arrives: nothing may be lost, doubled or
//! misdelivered, whatever the network between does. Exit code 1 when something is.
//!
//! Refuses: to act on a host that is not this one without being told so; to run without end.
//! In: the command line. Out: a line a second, a table or JSON.

mod agenda;
mod chat_users;
mod gateway;
mod ledger;
mod order;
mod report;
mod run;
mod sms_users;
mod story;
mod verdict;
mod words;

use std::process::ExitCode;

use anyhow::Result;

pub use order::ChatsOrder;

/// Does what is ordered.
pub fn run(order: &ChatsOrder) -> Result<ExitCode> {
    order.check()?;
    if order.print_config {
        print!("{}", order.configuration());
        return Ok(ExitCode::SUCCESS);
    }
    Ok(if run::run(order)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
