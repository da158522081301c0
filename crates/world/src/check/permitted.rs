//! permitted: nobody chats, or is reached, who may not; nobody is told that he may not who may; who speaks from where nobody is
//! believed is not heard, but counted; and nobody is called back where the operator does not want that, or by a stranger.

use std::collections::{BTreeMap, BTreeSet};

use shard::Count;
use sip::{MessageView, Method, StatusCode, Uri};
use tempo::Instant;

use super::{Checker, Kept, Scene, invited};
use crate::gateway::Gateway;
use crate::places::STRANGER;
use crate::plan::{ChatPlan, chat_user, sms_user};
use crate::token::Token;
use crate::trace::{number, text_of};
use crate::watch::{Crossing, Way, What};

/// Who has asked for what.
#[derive(Default)]
pub struct Permitted {
    /// Chats by Call-ID.
    calls: BTreeMap<Vec<u8>, u32>,
    /// Those whose requests came damaged: it may have been somebody else who asked.
    murky: BTreeSet<u32>,
    /// What came from strangers, by shard.
    strange: BTreeMap<u16, u64>,
}

impl Checker for Permitted {
    fn promise(&self) -> &'static str {
        "permitted"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        match (&crossing.what, crossing.way) {
            (What::Untrusted, _) => {
                *self.strange.entry(crossing.shard).or_default() += 1;
                Ok(())
            }
            (What::Crash, _) => {
                self.strange.remove(&crossing.shard);
                Ok(())
            }
            (What::Sip { peer, .. }, Way::Out) if *peer == STRANGER => {
                Err("somebody is answered who was not to be heard".into())
            }
            (What::Sip { message, is_damaged, .. }, Way::In) if message.is_request() => {
                let chat = invited(message).or_else(|| {
                    let is_page = message.method() == Method::Message;
                    Token::first_in(message.body()).filter(|_| is_page).map(|token| token.chat)
                });
                if let Some(chat) = chat {
                    self.calls.insert(message.call_id().to_vec(), chat);
                    if *is_damaged {
                        self.murky.insert(chat);
                    }
                }
                Ok(())
            }
            (What::Sip { message, .. }, Way::Out) if message.is_request() => called_back(message, scene),
            (What::Sip { message, .. }, Way::Out) => {
                let Some(status) = message.status() else { return Ok(()) };
                let begins = [Method::Invite, Method::Message].contains(&message.method());
                let chat = self.calls.get(message.call_id()).filter(|_| begins);
                let Some(chat) = chat.filter(|chat| !self.murky.contains(chat)) else { return Ok(()) };
                // Else it depends on what is known of him.
                let is_anyones = !scene.plan.operator.subscribers_only && !scene.plan.operator.asks_hss;
                match scene.may(*chat) {
                    false if status.is_success() => Err(format!("chat {chat} is let in, and may not")),
                    true if status == StatusCode::FORBIDDEN && is_anyones => {
                        Err(format!("chat {chat} is told that it may not, and may"))
                    }
                    _ => Ok(()),
                }
            }
            (What::Diameter { message, .. }, Way::Out) => {
                let carried = text_of(message).filter(|carried| carried.is_submitted);
                let token = carried.and_then(|carried| Token::first_in(carried.text.as_bytes()));
                match token.filter(|token| !scene.may(token.chat) && !self.murky.contains(&token.chat)) {
                    Some(token) => Err(format!("{token} goes to the SMS side, and may not")),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn rest(&mut self, _: Instant, gateway: &Gateway, _: &Scene) -> Kept {
        for shard in 0..gateway.shards() {
            let (came, counted) = (
                self.strange.get(&shard).copied().unwrap_or(0),
                gateway.count_of(shard, Count::SipUntrusted),
            );
            if came != counted {
                return Err(format!(
                    "{came} datagrams came from strangers, and shard {shard} counts {counted}"
                ));
            }
        }
        Ok(())
    }
}

/// An INVITE of the gateway calls one of its chats back.
fn called_back(message: &MessageView<'_>, scene: &Scene) -> Kept {
    if message.method() != Method::Invite || message.to_tag().is_some() {
        return Ok(());
    }
    let operator = &scene.plan.operator;
    if operator.recall_s == 0 && !operator.call_back {
        return Err("somebody is called back, and the operator does not want that".into());
    }
    let digits = |uri| Uri::parse(uri).and_then(|uri| uri.digits()).map(number);
    let (called, caller) = (digits(message.to().uri), digits(message.from().uri));
    let is_theirs = |chat: &ChatPlan| {
        called == Some(number(chat_user(chat.chat_user))) && caller == Some(number(sms_user(chat.sms_user)))
    };
    // A name that was damaged may be another's.
    match scene.plan.network.can_damage() || scene.plan.chats.iter().any(is_theirs) {
        true => Ok(()),
        false => Err("somebody is called back by whom he has no chat with".into()),
    }
}
