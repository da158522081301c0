//! no_cross_talk: each text carries a token; it appears at the SMS user, or at the UE, of its chat, and nowhere else.
//! And of a chat user who hides nothing appears at all.

use std::collections::{BTreeMap, BTreeSet};

use msrp::{Kind, Method as MsrpMethod};
use octets::Digits;
use sip::Method;
use tempo::Duration;

use super::pair_unique::Numbers;
use super::{Checker, Kept, Scene, invited};
use crate::plan::{ChatPlan, NAME, chat_user, sms_user};
use crate::token::{Side, Token};
use crate::trace::{number, text_of};
use crate::watch::{Crossing, Way, What};

/// Which MSRP session is whose.
#[derive(Default)]
pub struct NoCrossTalk {
    /// Chat by the path of its UE.
    paths: BTreeMap<Vec<u8>, u32>,
    /// Chat users who are called back, by Call-ID: a chat of the same two people.
    called: BTreeMap<Vec<u8>, u32>,
    numbers: Numbers,
    /// Chats that were begun before a crash: nobody rests their numbers any more.
    crashed: BTreeSet<u32>,
}

impl Checker for NoCrossTalk {
    fn promise(&self) -> &'static str {
        "no_cross_talk"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        self.numbers.see(crossing, scene);
        let rest = Duration::from_secs(scene.plan.operator.rest_s);
        match (&crossing.what, crossing.way) {
            (What::Sip { message, .. }, Way::In) => {
                if let (Some(chat), Ok(offer)) = (invited(message), msrp::Offer::parse(message.body())) {
                    self.paths.insert(offer.path.to_vec(), chat);
                }
                if let Some(chat) = self.called.get(message.call_id())
                    && let Ok(answer) = msrp::Offer::parse(message.body())
                {
                    self.paths.insert(answer.path.to_vec(), *chat);
                }
                Ok(())
            }
            (What::Sip { message, .. }, Way::Out)
                if message.is_request()
                    && message.method() == Method::Invite
                    && message.to_tag().is_none() =>
            {
                let digits = |party: sip::NameAddr<'_>| party.parsed_uri().and_then(|uri| uri.digits());
                let people = (digits(message.to()), digits(message.from()));
                let is_theirs = |chat: &&ChatPlan| {
                    people == (Some(chat_user(chat.chat_user)), Some(sms_user(chat.sms_user)))
                };
                if let Some(chat) = scene.plan.chats.iter().find(is_theirs) {
                    self.called.insert(message.call_id().to_vec(), chat.id);
                }
                Ok(())
            }
            (What::Sip { message, .. }, Way::Out)
                if message.is_request() && message.method() == Method::Message =>
            {
                let tokens = Token::all_in(message.body()).filter(|token| token.side == Side::SmsUser);
                let uri = String::from_utf8_lossy(message.request_uri()).into_owned();
                for token in tokens {
                    let whose = scene.people(token.chat).map(|(chat, _)| number(chat_user(chat)));
                    // A registration that was damaged may have brought another name.
                    let is_murky = scene.plan.network.can_damage();
                    if !is_murky && !whose.is_some_and(|whose| uri.contains(&whose)) {
                        return Err(format!("{token} goes as a MESSAGE to somebody else"));
                    }
                }
                Ok(())
            }
            (What::Msrp { chunk, .. }, Way::Out) if chunk.kind() == Kind::Request(MsrpMethod::Send) => {
                let path = chunk.to_path();
                let chat = self.paths.get(path.as_bytes()).copied();
                for token in Token::all_in(chunk.body().unwrap_or_default()) {
                    // Nor after the rest: who writes later than that is not protected.
                    if self.crashed.contains(&token.chat)
                        || self.numbers.has_rested(token.chat, crossing.at, rest)
                    {
                        continue;
                    }
                    // An INVITE or a REGISTER that was damaged may have brought another name or path: then nobody knows whose it is.
                    if chat.is_none() && scene.plan.network.can_damage() {
                        continue;
                    }
                    // The next chat of the same two people may be on the same number: late words fall into it.
                    if !chat.is_some_and(|chat| scene.are_the_same_people(chat, token.chat)) {
                        return Err(format!("{token} goes to the UE of chat {chat:?}"));
                    }
                    if token.side != Side::SmsUser {
                        return Err(format!("{token} comes back to the UE that said it"));
                    }
                }
                Ok(())
            }
            (What::Diameter { message, .. }, Way::Out) => {
                let Some(carried) = text_of(message).filter(|carried| carried.is_submitted) else {
                    return Ok(());
                };
                for token in Token::all_in(carried.text.as_bytes()) {
                    let Some((caller, called)) = scene.people(token.chat) else { continue };
                    // What is damaged may be another token, or no echo any more but a message of its own.
                    if scene.plan.network.can_damage() && token.side != Side::ChatUser {
                        continue;
                    }
                    if carried.to != number(sms_user(called)) {
                        return Err(format!("{token} goes to the SMS user {}", carried.to));
                    }
                    if token.side == Side::SmsUser {
                        return Err(format!("{token} comes back to the SMS user who said it"));
                    }
                    let own: Digits = chat_user(caller);
                    // A wish to hide that was damaged is none.
                    let is_sound = !scene.plan.network.can_damage();
                    let hides = is_sound && scene.chat(token.chat).is_some_and(|chat| chat.hides);
                    let is_named = token.side == Side::Invitation && token.number == NAME;
                    if hides && (is_named || carried.from == number(own)) {
                        return Err(format!("chat {} hides, and is seen", token.chat));
                    }
                }
                Ok(())
            }
            (What::Crash, _) => {
                self.crashed.extend(self.paths.values().copied());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
