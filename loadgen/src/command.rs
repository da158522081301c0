//! The command line, and what is refused before a packet leaves.

use core::net::SocketAddr;

use anyhow::{Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use octets::Digits;
use tempo::Duration;

use crate::answers::Answers;
use crate::chats::ChatsOrder;
use crate::schedule::Schedule;

/// Invites SMS users to chats at a constant rate and measures the answers
#[derive(Debug, Parser)]
#[command(name = "ipsmgw-loadgen", version)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sends the invitations and reports
    Run(Order),
    /// Whole chats, both sides of each, and whether both have lived the same
    Chats(ChatsOrder),
}

/// What is to be done.
#[derive(Clone, Debug, Args)]
pub struct Order {
    /// SIP address of the gateway, UDP
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub target: SocketAddr,
    /// Invitations a second
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=RATE_MAX))]
    pub rate: u32,
    /// How many invitations in all
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=INVITATIONS_MAX))]
    pub invitations: u32,
    /// Final answers that are as wanted: `any`, or status codes such as 200,480
    #[arg(long, default_value = "any")]
    pub answers: Answers,
    /// Seconds that a final answer may take; what still rings then is cancelled
    #[arg(long, value_name = "SECONDS", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub patience_s: u32,
    /// Number of the first SMS user; the next one has the next number
    #[arg(long, value_name = "NUMBER", default_value = "+999100000000", value_parser = number)]
    pub sms_user_first: Digits,
    /// Number of the first chat user; each invitation is by the next one, as a gateway allows one chat user a few an hour
    #[arg(long, value_name = "NUMBER", default_value = "+999200000000", value_parser = number)]
    pub chat_user: Digits,
    /// Domain of the identities
    #[arg(long, default_value = "ims.example")]
    pub domain: String,
    /// Address and port to send from [default: the one that the kernel uses towards the target]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub local: Option<SocketAddr>,
    /// Print the summary as JSON on standard output, and the lines before it on standard error
    #[arg(long)]
    pub json: bool,
    /// Act on a host other than this one: only where you may put load on it, and pay for its short messages
    #[arg(long)]
    pub allow_remote: bool,
}

impl Order {
    /// What clap cannot judge.
    pub fn check(&self) -> Result<()> {
        if !self.allows(self.target) {
            bail!(
                "{} is not on this host: load on somebody else's gateway is an attack, and each invitation may cost a short \
                 message. If it is yours, or you have leave, say --allow-remote",
                self.target
            );
        }
        ensure!(self.target.port() != 0, "port 0 of the target is no port");
        ensure!(
            self.local.is_none_or(|local| local.is_ipv4() == self.target.is_ipv4()),
            "--local and --target are of different IP families"
        );
        let is_host = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-');
        ensure!(
            !self.domain.is_empty() && self.domain.bytes().all(is_host),
            "--domain {:?} is no domain",
            self.domain
        );
        let last = self.invitations - 1;
        for (option, last) in
            [("--sms-user-first", self.sms_user(last)), ("--chat-user", self.chat_user(last))]
        {
            ensure!(last.is_some(), "{option} leaves no room for {} numbers of one length", self.invitations);
        }
        Ok(())
    }

    /// May a packet go there?
    pub fn allows(&self, address: SocketAddr) -> bool {
        self.allow_remote || address.ip().to_canonical().is_loopback()
    }

    /// The number of SMS user `n`; `None` when it would be longer than the first.
    pub fn sms_user(&self, n: u32) -> Option<Digits> {
        nth(self.sms_user_first, n)
    }

    /// The number of chat user `n`.
    pub fn chat_user(&self, n: u32) -> Option<Digits> {
        nth(self.chat_user, n)
    }

    /// When they leave.
    pub fn schedule(&self) -> Schedule {
        Schedule { rate: self.rate, count: self.invitations }
    }

    /// How long a final answer may take.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_s.into())
    }
}

/// The number that comes so much after `first`; `None` when it would be longer.
fn nth(first: Digits, n: u32) -> Option<Digits> {
    let (length, first) = (first.len(), first.iter().fold(0, |value, digit| value * 10 + u64::from(digit)));
    let number = first + u64::from(n);
    let fits = number < 10_u64.pow(length as u32);
    Digits::from_number(number, length).ok().filter(|_| fits)
}

/// An international number, with or without the plus.
fn number(text: &str) -> Result<Digits, &'static str> {
    let digits = Digits::from_ascii(text.strip_prefix('+').unwrap_or(text).as_bytes()).ok();
    digits.filter(|digits| digits.len() >= DIGITS_MIN).ok_or("not a number of 4 to 15 digits")
}

/// Beyond it one thread cannot keep to the schedule.
const RATE_MAX: i64 = 100_000;
/// Each is remembered until the end: some 400 octets.
const INVITATIONS_MAX: i64 = 1_000_000;
const DIGITS_MIN: usize = 4;

#[cfg(test)]
mod tests;
