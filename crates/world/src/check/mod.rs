//! The promises of the gateway, each with its checker. They see what the peers see: what crosses between gateway and peers,
//! and what the gateway itself counts.

mod answered;
mod authorised;
mod bounded;
mod conserved;
mod no_cross_talk;
mod pair_unique;
mod permitted;
mod refreshed;
mod reported;
mod silent_on_secrets;
mod spoken;
mod transaction_law;

pub use bounded::left;

use std::fmt;
use std::sync::Arc;

use tempo::Instant;

use crate::gateway::Gateway;
use crate::plan::Plan;
use crate::token::{Side, Token};
use crate::trace::stamp;
use crate::watch::Crossing;

/// Whether a promise holds; if not, in which words it is broken.
pub type Kept = Result<(), String>;

/// One promise.
pub trait Checker {
    /// Its name.
    fn promise(&self) -> &'static str;

    /// Something crosses.
    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        let _ = (crossing, scene);
        Ok(())
    }

    /// A shard had its turn.
    fn turned(&mut self, at: Instant, shard: u16, gateway: &Gateway, scene: &Scene) -> Kept {
        let _ = (at, shard, gateway, scene);
        Ok(())
    }

    /// Everybody has come to rest.
    fn rest(&mut self, at: Instant, gateway: &Gateway, scene: &Scene) -> Kept {
        let _ = (at, gateway, scene);
        Ok(())
    }
}

/// What checkers may know of the world: its plan, the canaries' chats among the others.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The plan.
    pub plan: Arc<Plan>,
}

impl Scene {
    /// The chat of a token.
    pub fn chat(&self, id: u32) -> Option<&crate::plan::ChatPlan> {
        // In the order of their numbers, of which few are left out.
        let at = self.plan.chats.binary_search_by_key(&id, |chat| chat.id);
        at.ok().map(|at| &self.plan.chats[at])
    }
}

impl Scene {
    /// The chat user and the SMS user of a token: of a chat, or of a text outside of any.
    pub fn people(&self, id: u32) -> Option<(u32, u32)> {
        let chat = self.chat(id).map(|chat| (chat.chat_user, chat.sms_user));
        let page = self.plan.pages.iter().find(|page| page.id == id);
        chat.or_else(|| page.map(|page| (page.chat_user, page.sms_user)))
    }

    /// May the people of a token have to do with each other?
    pub fn may(&self, id: u32) -> bool {
        let barred = &self.plan.barred;
        let is_barred = |(chat_user, sms_user)| {
            barred.chat_users.contains(&chat_user) || barred.sms_users.contains(&sms_user)
        };
        !self.people(id).is_some_and(is_barred)
    }

    /// Are two chats between the same two people?
    pub fn are_the_same_people(&self, one: u32, other: u32) -> bool {
        self.people(one).is_some() && self.people(one) == self.people(other)
    }
}

/// The chat that an INVITE is about: its name or its topic tells.
pub fn invited(message: &sip::MessageView<'_>) -> Option<u32> {
    let is_first =
        message.is_request() && message.method() == sip::Method::Invite && message.to_tag().is_none();
    let token = Token::all_in(message.as_ref()).find(|token| token.side == Side::Invitation);
    token.filter(|_| is_first).map(|token| token.chat)
}

/// Is it about the INVITE that begins a chat? Those within its dialog come later, and are counted on.
pub fn is_about_invitation(message: &sip::MessageView<'_>) -> bool {
    message.cseq() == sip::CSeq { number: 1, method: sip::Method::Invite }
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which one.
    pub promise: &'static str,
    /// When.
    pub at: Instant,
    /// How it showed.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is broken at {}: {}", self.promise, stamp(self.at).trim(), self.why)
    }
}

/// All of them.
pub fn all() -> Vec<Box<dyn Checker>> {
    vec![
        Box::new(pair_unique::PairUnique::default()),
        Box::new(pair_unique::Rested::default()),
        Box::new(no_cross_talk::NoCrossTalk::default()),
        Box::new(conserved::Conserved::default()),
        Box::new(transaction_law::TransactionLaw::default()),
        Box::new(answered::Answered::default()),
        Box::new(bounded::Bounded),
        Box::new(reported::Reported::default()),
        Box::new(permitted::Permitted::default()),
        Box::new(refreshed::Refreshed::default()),
        Box::new(authorised::Authorised::default()),
        Box::new(spoken::Spoken::default()),
        Box::new(silent_on_secrets::SilentOnSecrets::default()),
    ]
}

#[cfg(test)]
mod tests;
