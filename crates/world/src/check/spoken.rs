//! spoken: an SMS user is invited in his language; that a chat user has sent something that is no text he is told only where the
//! operator wants that, and once for each chat in which it was so.

use std::collections::{BTreeMap, BTreeSet};

use msrp::{Kind, Method};

use super::{Checker, Kept, Scene, invited};
use crate::plan::{INVITES, SEEN, has_another_language, sms_user};
use crate::token::{Side, Token};
use crate::trace::{Carried, number, text_of};
use crate::watch::{Crossing, Way, What};

/// Who was told what.
#[derive(Default)]
pub struct Spoken {
    /// Chats by the paths of their UEs.
    paths: BTreeMap<Vec<u8>, u32>,
    /// Chats in which something came that is no text.
    shown: BTreeSet<u32>,
    /// Notices of that, by whom they are for: each submission once, however often it is sent.
    told: BTreeMap<String, BTreeSet<(u16, u32)>>,
}

impl Checker for Spoken {
    fn promise(&self) -> &'static str {
        "spoken"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        match (&crossing.what, crossing.way) {
            (What::Sip { message, .. }, Way::In) => {
                if let (Some(chat), Ok(offer)) = (invited(message), msrp::Offer::parse(message.body())) {
                    self.paths.insert(offer.path.to_vec(), chat);
                }
                Ok(())
            }
            (What::Msrp { chunk, .. }, Way::In) if chunk.kind() == Kind::Request(Method::Send) => {
                let is_wrapped = || holds(chunk.body().unwrap_or_default(), PICTURE);
                if chunk.content_type() == Some(PICTURE) || is_wrapped() {
                    self.shown.extend(self.paths.get(chunk.from_path().as_bytes()));
                }
                Ok(())
            }
            (What::Diameter { message, .. }, Way::Out) => {
                let Some(carried) = text_of(message).filter(|carried| carried.is_submitted) else {
                    return Ok(());
                };
                let end_to_end = message.header().end_to_end.0;
                self.in_his_language(&carried, scene)?;
                self.told_once(carried, (crossing.shard, end_to_end), scene)
            }
            _ => Ok(()),
        }
    }
}

impl Spoken {
    fn in_his_language(&self, carried: &Carried, scene: &Scene) -> Kept {
        let token = Token::first_in(carried.text.as_bytes());
        let is_first = carried.part.is_none_or(|(_, _, sequence)| sequence == 1);
        let Some(token) = token.filter(|token| token.side == Side::Invitation && is_first) else {
            return Ok(());
        };
        // A topic that was damaged may name a chat that is another's.
        let is_with = |(_, user)| carried.to == number(sms_user(user));
        if scene.plan.network.can_damage() && !scene.people(token.chat).is_some_and(is_with) {
            return Ok(());
        }
        let reads_other = |(_, user)| has_another_language(user) && scene.plan.operator.two_languages;
        let language = usize::from(scene.people(token.chat).is_some_and(reads_other));
        match carried.text.contains(INVITES[1 - language]) {
            true => Err(format!("chat {} is offered in a language that nobody there reads", token.chat)),
            false => Ok(()),
        }
    }

    fn told_once(&mut self, carried: Carried, submission: (u16, u32), scene: &Scene) -> Kept {
        if !SEEN.contains(&carried.text.as_str()) {
            return Ok(());
        }
        if !scene.plan.operator.tell_unsupported {
            return Err("an SMS user is told of what is no text, and the operator does not want that".into());
        }
        let with_him =
            |chat: &&u32| scene.people(**chat).is_some_and(|(_, user)| number(sms_user(user)) == carried.to);
        // An INVITE that was damaged may name its media connection otherwise, and nobody knows whose chat that is.
        if scene.plan.network.can_damage() {
            return Ok(());
        }
        let most = self.shown.iter().filter(with_him).count();
        let told = self.told.entry(carried.to.clone()).or_default();
        told.insert(submission);
        if told.len() > most {
            return Err(format!(
                "an SMS user is told {} times of what is no text in {most} chats",
                told.len()
            ));
        }
        Ok(())
    }
}

fn holds(octets: &[u8], what: &[u8]) -> bool {
    octets.windows(what.len()).any(|window| window == what)
}

/// What chat users send that is no text.
const PICTURE: &[u8] = b"image/png";
