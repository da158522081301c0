//! Chat users at the HSS over Sh (TS 23.204 6.1, 6.2; TS 29.328): at a registration their data are asked for (UDR), watched
//! (SNR), and their short messages led here (PUR); at a de-registration both are taken back.
//!
//! One errand for each chat user, one request at a time: who comes, goes or comes again ends the errand that there was, so
//! that nothing is heard any more of what he no longer is. Only the data matter to anybody: an HSS that keeps no watch or no
//! registration of short messages is none the worse for a chat.
//!
//! In: who has come or gone, answers, PNR. Out: `DiameterEvent::Known`, `DiameterEvent::Changed`.

use diameter::sh::{
    ChatInterworking, DataReference, DataReferences, IdentitySets, ProfileUpdate, PushNotification,
    PushNotificationAnswer, ServiceIndications, ShData, SmsRegistration, SubscribeNotifications,
    Subscription, UserData, UserDataAnswer, UserIdentity,
};
use diameter::{
    Asked, AvpId, Destination, EndToEnd, Experimental, Ids, Invalid, MessageView, Outcome, Procedure,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use interwork::{Identity, Msisdn, PeerId, Subscriber};
use octets::Writer;
use sip::Uri;
use tempo::{Alarm, Duration, Entropy, Instant};

use super::{DiameterEvent, DiameterRoom, HopByHopSpace, Peers, Service};
use crate::desk::{Desk, Ringing};
use crate::driver::{LinkId, Outward};
use crate::kept::Kept;
use crate::table::{Key, Table};
use crate::tally::Count;

/// Somebody who has come or gone.
#[derive(Clone, Copy)]
pub struct Registrant<'a> {
    /// What data about him are found by.
    pub identity: Identity,
    /// His public identity.
    pub uri: &'a [u8],
}

impl Registrant<'_> {
    /// The name that he has beside his number, if his public identity is one.
    pub fn name(&self) -> Option<PeerId> {
        let is_number = Uri::parse(self.uri).is_some_and(|uri| uri.digits().is_some());
        (!is_number).then(|| PeerId::of(self.uri))
    }
}

impl core::fmt::Debug for Registrant<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Registrant")
    }
}

/// A chat user about whom the HSS has not said all.
#[derive(Debug)]
pub struct Errand {
    identity: Identity,
    uri: Kept<URI_OCTETS_MAX>,
    /// When his registration ends.
    until: Instant,
    step: Step,
    link: LinkId,
    peer: usize,
    end_to_end: EndToEnd,
    session: (u32, u32),
    attempts: u8,
    alarm: Alarm,
}

/// What the HSS is asked at the moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// To tell us of changes: first, so that none is lost between what it says and what it will tell.
    Watch,
    /// What does it know of him?
    Ask,
    /// That his short messages come to us.
    Announce,
    /// To tell us no more.
    Unwatch,
    /// That his short messages do not come to us.
    Withdraw,
}

impl Step {
    fn next(self) -> Option<Step> {
        match self {
            Step::Watch => Some(Step::Ask),
            Step::Ask => Some(Step::Announce),
            Step::Unwatch => Some(Step::Withdraw),
            Step::Announce | Step::Withdraw => None,
        }
    }

    fn procedure(self) -> Procedure {
        match self {
            Step::Ask => Procedure::UserData,
            Step::Watch | Step::Unwatch => Procedure::SubscribeNotifications,
            Step::Announce | Step::Withdraw => Procedure::ProfileUpdate,
        }
    }
}

/// A PNR, to be answered in the same visit.
#[derive(Debug)]
pub struct Notice<'a> {
    link: LinkId,
    asked: Asked<'a>,
}

/// Errands at the HSS.
#[derive(Debug)]
pub struct Subscriptions {
    table: Table<Errand>,
    /// The errand of each.
    of: HashMap<Identity, Key<Errand>, FixedState>,
}

impl Subscriptions {
    pub(super) fn new(sessions_max: usize, entropy: &mut Entropy) -> Self {
        let most = sessions_max.min(HopByHopSpace::SLOTS);
        let hasher = FixedState::with_seed(entropy.u64());
        Subscriptions { table: Table::new(most), of: HashMap::with_capacity_and_hasher(most, hasher) }
    }

    /// How many errands there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// Somebody has come, and stays `until`; `Known` follows. `false`: there is nobody to ask, or no room to wait.
    pub fn begin(
        &mut self,
        registrant: Registrant<'_>,
        until: Instant,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> bool {
        self.start(registrant, until, Step::Watch, peers, desk, out)
    }

    /// Somebody has gone.
    pub fn end(
        &mut self,
        registrant: Registrant<'_>,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) {
        let now = desk.now();
        self.start(registrant, now, Step::Unwatch, peers, desk, out);
    }

    fn start(
        &mut self,
        registrant: Registrant<'_>,
        until: Instant,
        step: Step,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> bool {
        if let Some(former) = self.of.get(&registrant.identity).copied() {
            self.forget(former, desk);
        }
        let way = peers.serving(Service::Subscribers, None);
        let Some(((peer, link), uri)) = way.zip(Kept::copy(registrant.uri)) else { return false };
        let errand = Errand {
            identity: registrant.identity,
            uri,
            until,
            step,
            link,
            peer,
            end_to_end: peers.next_end_to_end(),
            session: peers.next_session(),
            attempts: 1,
            alarm: Alarm::default(),
        };
        let Ok(key) = self.table.insert(errand) else {
            desk.count(Count::Overloads);
            return false;
        };
        self.of.insert(registrant.identity, key);
        self.send(key, peers, desk, out);
        true
    }

    /// UDA, SNA or PUA.
    pub(super) fn answered(
        &mut self,
        procedure: Procedure,
        answer: &MessageView<'_>,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        let end_to_end = answer.header().end_to_end;
        let errand = HopByHopSpace::find(&self.table, answer)
            .and_then(|(key, _)| Some((key, self.table.find(key)?)))
            .filter(|(_, errand)| errand.end_to_end == end_to_end && errand.step.procedure() == procedure);
        let Some((key, errand)) = errand else {
            desk.count(Count::DiameterStrayAnswers);
            return None;
        };
        let event = match errand.step {
            Step::Ask => {
                let known = UserDataAnswer::parse(answer).ok().and_then(|answer| known(&answer, desk));
                Some(DiameterEvent::Known {
                    identity: errand.identity,
                    subscriber: known,
                    until: errand.until,
                })
            }
            _ => None,
        };
        self.advance(key, peers, desk, out);
        event
    }

    /// The HSS has taken too long.
    pub fn ring(
        &mut self,
        key: Key<Errand>,
        peers: &mut Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        let errand = self.table.find_mut(key)?;
        if !desk.is_due(&mut errand.alarm, Ringing::Errand(key)) || self.again(key, peers, desk, out) {
            return None;
        }
        // What comes after it matters more than whether it was heard.
        if matches!(self.table.find(key)?.step, Step::Watch | Step::Unwatch) {
            self.advance(key, peers, desk, out);
            return None;
        }
        self.give_up(key, desk)
    }

    /// Errands that wait for an answer on `link`.
    pub(super) fn on_link(&self, link: LinkId) -> impl Iterator<Item = Key<Errand>> {
        self.table.keys_from(0).filter(move |key| self.is_on(*key, link))
    }

    /// The connection that an errand went out on is gone: it goes another way or is given up, and perhaps somebody waits to
    /// hear that.
    pub(super) fn divert(
        &mut self,
        key: Key<Errand>,
        link: LinkId,
        peers: &Peers,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<DiameterEvent<'static>> {
        if !self.is_on(key, link) || self.again(key, peers, desk, out) {
            return None;
        }
        self.give_up(key, desk)
    }

    fn is_on(&self, key: Key<Errand>, link: LinkId) -> bool {
        self.table.find(key).is_some_and(|errand| errand.link == link)
    }

    /// Asks another HSS the same. `false` when there is none, or it was.
    fn again(&mut self, key: Key<Errand>, peers: &Peers, desk: &mut Desk, out: &mut impl Outward) -> bool {
        let Some(errand) = self.table.find_mut(key) else { return false };
        let way = peers.serving(Service::Subscribers, Some(errand.peer));
        let Some((peer, link)) = way.filter(|(peer, _)| *peer != errand.peer && errand.attempts == 1) else {
            return false;
        };
        (errand.peer, errand.link) = (peer, link);
        errand.attempts += 1;
        self.send(key, peers, desk, out);
        true
    }

    /// The next step, if there is one.
    fn advance(&mut self, key: Key<Errand>, peers: &mut Peers, desk: &mut Desk, out: &mut impl Outward) {
        let Some(errand) = self.table.find_mut(key) else { return };
        let Some(next) = errand.step.next() else { return self.forget(key, desk) };
        errand.step = next;
        errand.end_to_end = peers.next_end_to_end();
        errand.session = peers.next_session();
        errand.attempts = 1;
        self.send(key, peers, desk, out);
    }

    fn give_up(&mut self, key: Key<Errand>, desk: &mut Desk) -> Option<DiameterEvent<'static>> {
        let errand = self.table.find(key)?;
        let (step, identity, until) = (errand.step, errand.identity, errand.until);
        self.forget(key, desk);
        let is_unknown = matches!(step, Step::Watch | Step::Ask);
        is_unknown.then_some(DiameterEvent::Known { identity, subscriber: None, until })
    }

    fn forget(&mut self, key: Key<Errand>, desk: &mut Desk) {
        if let Some(mut errand) = self.table.remove(key) {
            desk.disarm(&mut errand.alarm);
            self.of.remove(&errand.identity);
        }
    }

    fn send(&mut self, key: Key<Errand>, peers: &Peers, desk: &mut Desk, out: &mut impl Outward) {
        let Some(errand) = self.table.find_mut(key) else { return };
        let deadline = desk.now() + GUARD;
        desk.arm(&mut errand.alarm, Ringing::Errand(key), deadline);
        let ids = Ids {
            hop_by_hop: HopByHopSpace::mint(HopByHopSpace::ERRAND, key, errand.attempts),
            end_to_end: errand.end_to_end,
            retransmitted: errand.attempts > 1,
        };
        desk.count(Count::HssAsked);
        // Without room for it the errand waits for its guard.
        let own_number = desk.policy.own_number.digits();
        peers.transmit(errand.link, desk, out, |out| write(errand, ids, peers, own_number, out));
    }
}

impl DiameterRoom {
    /// A PNR.
    pub(super) fn notified<'a>(
        &mut self,
        link: LinkId,
        request: &MessageView<'a>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<Option<DiameterEvent<'a>>, Invalid> {
        let notification = PushNotification::parse(request)?;
        let identity = match notification.user_identity {
            UserIdentity::Msisdn(number) => Identity::Number(Msisdn(number)),
            UserIdentity::PublicIdentity(uri) => Identity::Name(PeerId::of(uri.as_bytes())),
            UserIdentity::External(_) => return Err(Invalid::missing(AvpId::MSISDN)),
        };
        let notice = Notice { link, asked: Asked::from(request) };
        let read = ShData::read(notification.user_data);
        match read.and_then(|data| Subscriber::of(&data, desk.policy.access)) {
            Ok(subscriber) => Ok(Some(DiameterEvent::Changed { notice, identity, subscriber })),
            Err(unreadable) => {
                desk.count(Count::DiameterRefused);
                self.confirm(&notice, unreadable.into(), desk, out);
                Ok(None)
            }
        }
    }

    /// Answers a PNR.
    pub fn confirm(&self, notice: &Notice<'_>, outcome: Outcome, desk: &mut Desk, out: &mut impl Outward) {
        let answer = PushNotificationAnswer { outcome };
        self.peers
            .transmit(notice.link, desk, out, |out| answer.write(out, notice.asked, self.peers.identity()));
    }
}

/// What a UDA says. `None`: nothing that can be relied on.
fn known(answer: &UserDataAnswer<&[u8]>, desk: &Desk) -> Option<Subscriber> {
    if answer.outcome == Experimental::USER_UNKNOWN.into() {
        return Some(Subscriber { is_authorised: false, ..Subscriber::ANYBODY });
    }
    if answer.outcome != Outcome::Success {
        return None;
    }
    // He may have nothing of what was asked for, and then there is no document.
    let data = answer.user_data.map_or(Ok(ShData::default()), ShData::read).ok()?;
    Subscriber::of(&data, desk.policy.access).ok()
}

fn write(errand: &Errand, ids: Ids, peers: &Peers, own_number: octets::Digits, out: &mut Writer<'_>) {
    let session_id = peers.session_id(errand.session);
    let origin = peers.identity();
    let destination = Destination { host: None, realm: peers.realm_of(errand.peer) };
    let user_identity = match errand.identity {
        Identity::Number(number) => UserIdentity::Msisdn(number.digits()),
        Identity::Name(_) => {
            UserIdentity::PublicIdentity(core::str::from_utf8(errand.uri.as_bytes()).unwrap_or_default())
        }
    };
    let service_indications = ServiceIndications::one(ChatInterworking::SERVICE_INDICATION.as_bytes());
    match errand.step {
        Step::Ask => UserData {
            session_id,
            origin,
            destination,
            user_identity,
            user_name: None,
            data_references: ASKED,
            service_indications,
            identity_sets: IdentitySets::default(),
        }
        .write(out, ids),
        Step::Watch | Step::Unwatch => SubscribeNotifications {
            session_id,
            origin,
            destination,
            user_identity,
            user_name: None,
            subscription: match errand.step {
                Step::Unwatch => Subscription::Unsubscribe,
                _ => Subscription::Subscribe,
            },
            data_references: WATCHED,
            service_indications,
            identity_sets: IdentitySets::default(),
            wants_data: false,
            once: false,
            expires_at_ntp_s: None,
        }
        .write(out, ids),
        Step::Announce | Step::Withdraw => {
            // TS 23.204 6.1 item 3; TS 24.341 5.3.3 items 4 and 5; interworking 11 row 35
            let is_here = errand.step == Step::Announce;
            let text = |octets: &[u8]| core::str::from_utf8(octets).ok().map(Into::into);
            let registration = SmsRegistration {
                ip_sm_gw_number: is_here.then_some(own_number),
                ip_sm_gw_name: text(origin.host).filter(|_| is_here),
                ip_sm_gw_realm: text(origin.realm).filter(|_| is_here),
                sc_address: None,
            };
            let data = ShData { sms_registration: Some(registration), ..ShData::default() };
            ProfileUpdate {
                session_id,
                origin,
                destination,
                user_identity,
                user_name: None,
                data_references: ANNOUNCED,
                user_data: &data,
            }
            .write(out, ids);
        }
    }
}

// TS 23.204 6.1 item 2. TS 29.328 7.6: his names and numbers, his service centre, and our own data about him.
const ASKED: DataReferences = DataReferences::of(&[
    DataReference::REPOSITORY_DATA,
    DataReference::IMS_PUBLIC_IDENTITY,
    DataReference::MSISDN,
    DataReference::SMS_REGISTRATION_INFO,
    DataReference::IMSI,
]);
const WATCHED: DataReferences = DataReferences::of(&[DataReference::REPOSITORY_DATA]);
const ANNOUNCED: DataReferences = DataReferences::of(&[DataReference::SMS_REGISTRATION_INFO]);
/// How long one HSS may take; then another is asked.
const GUARD: Duration = Duration::from_secs(5);
/// A public identity; a longer one is not asked about.
const URI_OCTETS_MAX: usize = 256;
