//! authorised: whoever is neither registered nor known to the HSS, or of whom it says that he may not, does not chat where that
//! counts; and nobody is refused who may.
//!
//! What counts is what has crossed: registrations and their answers, what the HSS says, and changes that were confirmed. A
//! moment after each of them nobody can tell, and after a crash it is not known what the gateway knows.

use std::collections::{BTreeMap, BTreeSet};

use diameter::sh::{PushNotification, UserData, UserDataAnswer, UserIdentity};
use diameter::{Experimental, MessageView, Outcome, Procedure};
use msrp::{ChunkView, Kind, Method as MsrpMethod};
use sip::{Method, StatusCode, Uri};
use tempo::{Duration, Instant};

use super::{Checker, Kept, Scene, invited};
use crate::links::LinkNumber;
use crate::plan::{Plan, What as Fault, place_of};
use crate::token::Token;
use crate::trace::may;
use crate::watch::{Crossing, Way, What};

/// What is known of chat users.
#[derive(Default)]
pub struct Authorised {
    users: BTreeMap<u32, Known>,
    /// REGISTERs by branch: whose, since when, and until when; `None` is the end.
    registering: BTreeMap<Vec<u8>, (u32, Instant, Option<Instant>)>,
    /// Those that were heard before.
    heard: BTreeSet<Vec<u8>>,
    /// Of whom the HSS was asked, and when: by End-to-End.
    asked: BTreeMap<(LinkNumber, u32), (u32, Instant)>,
    /// Of whom it has told what is new.
    told: BTreeMap<(LinkNumber, u32), (u32, bool)>,
    /// Chats and texts outside of any by Call-ID, and when each was first asked for.
    calls: BTreeMap<Vec<u8>, (u32, Instant)>,
    /// Chats by the paths of their UEs.
    paths: BTreeMap<Vec<u8>, u32>,
    /// Texts that are not answered: whose, and since when.
    said: BTreeMap<(LinkNumber, Vec<u8>), (u32, Instant)>,
    /// INVITEs of the gateway by branch: they are repeated, whatever the HSS says meanwhile.
    called: BTreeSet<Vec<u8>>,
    has_crashed: bool,
}

/// What is known of one.
#[derive(Clone, Copy, Default)]
struct Known {
    /// He is registered until then, for certain.
    surely_until: Option<Instant>,
    /// And perhaps until then.
    perhaps_until: Option<Instant>,
    /// When he last asked to be registered, and to be no more: an answer may come long after, where there are no buffers.
    came: Option<Instant>,
    left: Option<Instant>,
    /// What the HSS says.
    may: Option<bool>,
    /// When the last of all that was.
    changed: Option<Instant>,
}

impl Checker for Authorised {
    fn promise(&self) -> &'static str {
        "authorised"
    }

    fn see(&mut self, crossing: &Crossing<'_>, scene: &Scene) -> Kept {
        let plan = &scene.plan;
        let counts = plan.operator.subscribers_only || plan.operator.asks_hss;
        // A number that was damaged is another's, or none; where tables are tiny there is not room for everybody.
        if !counts || plan.network.can_damage() || plan.limits.subscribers < AMPLE {
            return Ok(());
        }
        match (&crossing.what, crossing.way) {
            (What::Crash, _) => {
                (self.has_crashed, self.users) = (true, BTreeMap::new());
                (self.registering, self.heard) = (BTreeMap::new(), BTreeSet::new());
                (self.asked, self.told) = (BTreeMap::new(), BTreeMap::new());
                Ok(())
            }
            (What::Sip { message, .. }, way) if message.method() == Method::Register => {
                self.registered(crossing.at, message, way);
                Ok(())
            }
            (What::Sip { message, .. }, Way::In) if message.is_request() => {
                let page = || Token::first_in(message.body()).map(|token| token.chat);
                let chat = match message.method() {
                    Method::Message => page(),
                    _ => invited(message),
                };
                if let Some(chat) = chat {
                    self.calls.entry(message.call_id().to_vec()).or_insert((chat, crossing.at));
                    if let Ok(offer) = msrp::Offer::parse(message.body()) {
                        self.paths.insert(offer.path.to_vec(), chat);
                    }
                }
                Ok(())
            }
            (What::Sip { message, .. }, Way::Out) => match message.status() {
                None if message.method() == Method::Invite && message.to_tag().is_none() => {
                    let is_new = self.called.insert(message.via().branch.unwrap_or_default().to_vec());
                    let user = registrant(message).filter(|_| is_new);
                    match user.and_then(|user| self.may(user, (crossing.at, crossing.at), plan)) {
                        Some(false) => Err("somebody is called back who may not".into()),
                        _ => Ok(()),
                    }
                }
                Some(status) => self.answered(crossing.at, message, status, scene),
                None => Ok(()),
            },
            (What::Diameter { link, message }, way) => {
                self.subscriber(crossing.at, (*link, message, way), plan);
                Ok(())
            }
            (What::Msrp { link, chunk }, way) => self.talk(crossing.at, *link, chunk, way, scene),
            _ => Ok(()),
        }
    }
}

impl Authorised {
    fn registered(&mut self, at: Instant, message: &sip::MessageView<'_>, way: Way) {
        let branch = message.via().branch.unwrap_or_default().to_vec();
        match (message.status(), way) {
            (None, Way::In) => {
                let Some(user) = registrant(message) else { return };
                let known = self.users.entry(user).or_default();
                known.changed = Some(at);
                // Who comes again is asked about again.
                self.asked.retain(|_, (other, _)| *other != user);
                if !self.heard.insert(branch.clone()) {
                    return;
                }
                let until = lasts(message).map(|life| at + life);
                match until {
                    Some(until) => {
                        known.perhaps_until = known.perhaps_until.max(Some(until));
                        known.came = Some(at);
                    }
                    None => (known.surely_until, known.left) = (None, Some(at)),
                }
                self.registering.insert(branch, (user, at, until));
            }
            (Some(status), Way::Out) if status.is_success() => {
                let Some((user, since, until)) = self.registering.remove(&branch) else { return };
                let known = self.users.entry(user).or_default();
                known.changed = Some(at);
                match until {
                    Some(_) if known.left > Some(since) => {}
                    Some(until) => {
                        // What was known of him until then is forgotten.
                        if known.surely_until.is_none_or(|before| before <= at) {
                            known.may = None;
                        }
                        known.surely_until = Some(until);
                    }
                    None if known.came > Some(since) => known.may = None,
                    None => *known = Known { changed: Some(at), ..Known::default() },
                }
            }
            _ => {}
        }
    }

    fn subscriber(
        &mut self,
        at: Instant,
        (link, message, way): (LinkNumber, &MessageView<'_>, Way),
        plan: &Plan,
    ) {
        let header = message.header();
        let (key, question) = ((link, header.hop_by_hop.0), (link, header.end_to_end.0));
        match (Procedure::of(&header), header.flags.request, way) {
            (Ok(Procedure::UserData), true, Way::Out) => {
                let user = UserData::parse(message).ok().and_then(|asked| user_of(asked.user_identity));
                self.asked.extend(user.map(|user| (question, (user, at))));
            }
            (Ok(Procedure::UserData), false, Way::In) => {
                let Some((user, since)) = self.asked.remove(&question) else { return };
                let may = UserDataAnswer::parse(message).ok().and_then(|answer| match answer.outcome {
                    Outcome::Success => may(answer.user_data?),
                    outcome => (outcome == Experimental::USER_UNKNOWN.into()).then_some(false),
                });
                // One that is late is not heard; and while a shard has no turn it may be late unseen.
                match at.since(since) < PATIENCE && !can_stall(plan) {
                    true => self.learn(at, user, may),
                    false => {
                        let known = self.users.entry(user).or_default();
                        (known.changed, known.may) = (Some(at), None);
                    }
                }
            }
            (Ok(Procedure::PushNotification), true, Way::In) => {
                let Ok(notice) = PushNotification::parse(message) else { return };
                let user = user_of(notice.user_identity);
                if let Some((user, may)) = user.zip(may(notice.user_data)) {
                    let known = self.users.entry(user).or_default();
                    known.changed = Some(at);
                    // It may count from now on, and its confirmation find no buffer.
                    known.may = known.may.filter(|before| *before == may);
                    self.told.insert(key, (user, may));
                }
            }
            (Ok(Procedure::PushNotification), false, Way::Out) => {
                let Some((user, may)) = self.told.remove(&key) else { return };
                if Outcome::read(message) == Ok(Outcome::Success) {
                    self.learn(at, user, Some(may));
                }
            }
            _ => {}
        }
    }

    fn learn(&mut self, at: Instant, user: u32, may: Option<bool>) {
        let known = self.users.entry(user).or_default();
        known.changed = Some(at);
        if may.is_some() {
            known.may = may;
        }
    }

    fn answered(
        &self,
        at: Instant,
        message: &sip::MessageView<'_>,
        status: StatusCode,
        scene: &Scene,
    ) -> Kept {
        let begins = [Method::Invite, Method::Message].contains(&message.method());
        let Some((chat, since)) = self.calls.get(message.call_id()).copied().filter(|_| begins) else {
            return Ok(());
        };
        let is_let_in = (180..300).contains(&status.code());
        if !scene.may(chat) || !(is_let_in || status == StatusCode::FORBIDDEN) {
            return Ok(());
        }
        let Some(user) = scene.people(chat).map(|(user, _)| user) else { return Ok(()) };
        // A MESSAGE may be answered anew long after; what counted when it was asked for, counted all the time.
        match self.may(user, (since, at), &scene.plan) {
            Some(false) if is_let_in => Err(format!("chat {chat} is let in, and its chat user may not")),
            Some(true) if !is_let_in => Err(format!("chat {chat} is refused, and its chat user may")),
            _ => Ok(()),
        }
    }

    /// Once the HSS has said that he may not, nothing of what he says is taken.
    fn talk(
        &mut self,
        at: Instant,
        link: LinkNumber,
        chunk: &ChunkView<'_>,
        way: Way,
        scene: &Scene,
    ) -> Kept {
        let key = (link, chunk.transaction_id().to_vec());
        match (chunk.kind(), way) {
            (Kind::Request(MsrpMethod::Send), Way::In) => {
                let chat = self.paths.get(chunk.from_path().as_bytes()).copied();
                let is_text = Token::first_in(chunk.body().unwrap_or_default()).is_some();
                self.said.extend(chat.filter(|_| is_text).map(|chat| (key, (chat, at))));
                Ok(())
            }
            (Kind::Response(status), Way::Out) => {
                let Some((chat, since)) = self.said.remove(&key) else { return Ok(()) };
                let user = scene.people(chat).map(|(user, _)| user);
                // Who is only registered no more may go on.
                let is_forbidden = |user: &u32| {
                    let known = self.users.get(user);
                    known.is_some_and(|known| known.may == Some(false) && known.surely_until > Some(at))
                };
                let may = user.filter(is_forbidden).and_then(|user| self.may(user, (since, at), &scene.plan));
                match may {
                    Some(false) if status.0 == 200 => {
                        Err(format!("a text of chat {chat} is taken, and its chat user may not"))
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// May he, all of this time? `None`: nobody can tell.
    fn may(&self, user: u32, (since, at): (Instant, Instant), plan: &Plan) -> Option<bool> {
        // What comes is in the hands of a shard for a while, and longest while it has no turn.
        let moment = Duration::from_secs(if can_stall(plan) { 25 } else { 2 });
        let is_anyone = !plan.operator.subscribers_only;
        let Some(known) = self.users.get(&user).copied() else {
            return (!self.has_crashed).then_some(is_anyone);
        };
        if known.changed.is_some_and(|changed| changed + moment > since) {
            return None;
        }
        if known.perhaps_until.is_none_or(|until| until + moment < since) {
            return (!self.has_crashed).then_some(is_anyone);
        }
        known.surely_until.filter(|until| *until > at + moment)?;
        known.may.or((!plan.operator.asks_hss).then_some(true))
    }
}

/// Whose registration it is, or who is called.
fn registrant(message: &sip::MessageView<'_>) -> Option<u32> {
    Uri::parse(message.to().uri).and_then(|uri| uri.digits()).and_then(place_of)
}

/// How long it lasts; `None` is no longer.
fn lasts(message: &sip::MessageView<'_>) -> Option<Duration> {
    let expires = message.header(sip::HeaderName::Expires)?;
    let seconds: u64 = std::str::from_utf8(expires).ok()?.trim().parse().ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

fn user_of(identity: UserIdentity<'_>) -> Option<u32> {
    match identity {
        UserIdentity::Msisdn(number) => place_of(number),
        _ => None,
    }
}

/// Does a shard have no turn for a while?
fn can_stall(plan: &Plan) -> bool {
    plan.faults.iter().any(|fault| matches!(fault.what, Fault::Stall(_) | Fault::FullInbox(_)))
}

/// How long the gateway waits for the HSS, but for what a wheel may be early.
const PATIENCE: Duration = Duration::from_millis(4900);
/// Tiny tables hold less than this.
const AMPLE: usize = 8;
