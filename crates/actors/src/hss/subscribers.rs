//! What the HSS knows of chat users (Sh, TS 29.328): it is asked (UDR), watched (SNR), told where short messages go (PUR), and
//! tells those who watch what has changed (PNR).
//!
//! In: requests of the gateway; changes that will come. Out: answers, at once or after some thinking.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use diameter::sh::{
    ChatInterworking, ProfileUpdate, ProfileUpdateAnswer, PushNotification, RepositoryData, SequenceNumber,
    ServiceData, ShData, SubscribeNotifications, SubscribeNotificationsAnswer, Subscription, UserData,
    UserDataAnswer, UserIdentity,
};
use diameter::{Destination, Experimental, Identity, Invalid, MessageView, Outcome, Procedure};
use octets::Digits;
use tempo::Instant;

use crate::message_text::written;
use crate::node::Node;
use crate::{LinkName, Out, Participant};

/// The chat users of an HSS.
pub(super) struct Subscribers {
    known: BTreeMap<Digits, ChatInterworking>,
    /// Who wants to hear of whom.
    watchers: BTreeSet<(Digits, Vec<u8>)>,
    /// What will be so, and from when.
    changes: Vec<(Instant, Digits, ChatInterworking)>,
    /// How long each answer takes.
    thinks: Duration,
    /// Answers that are being thought about.
    postponed: Vec<(Instant, LinkName, Vec<u8>)>,
    sequence: SequenceNumber,
}

impl Subscribers {
    /// Nobody is known.
    pub(super) fn new() -> Self {
        Subscribers {
            known: BTreeMap::new(),
            watchers: BTreeSet::new(),
            changes: Vec::new(),
            thinks: Duration::ZERO,
            postponed: Vec::new(),
            sequence: SequenceNumber::NEW,
        }
    }

    pub(super) fn know(&mut self, number: Digits, settings: ChatInterworking) {
        self.known.insert(number, settings);
    }

    pub(super) fn will_change(&mut self, at: Instant, number: Digits, settings: ChatInterworking) {
        self.changes.push((at, number, settings));
    }

    pub(super) fn think(&mut self, thinks: Duration) {
        self.thinks = thinks;
    }

    /// A request over Sh.
    pub(super) fn hear(
        &mut self,
        now: Instant,
        link: LinkName,
        (procedure, request): (Procedure, &MessageView<'_>),
        node: &Node,
        out: &mut Out,
    ) -> Result<(), Invalid> {
        let me = node.identity();
        let (what, answer) = match procedure {
            Procedure::UserData => {
                let asked = UserData::parse(request)?;
                ("UDR", self.tell(asked.user_identity, request, me))
            }
            Procedure::SubscribeNotifications => {
                let asked = SubscribeNotifications::parse(request)?;
                let outcome = self.watch(&asked);
                let answer = SubscribeNotificationsAnswer::<&[u8]> {
                    outcome,
                    user_data: None,
                    expires_at_ntp_s: None,
                };
                ("SNR", written(|out| answer.write(out, request, me)))
            }
            _ => {
                ProfileUpdate::parse(request)?;
                let answer = ProfileUpdateAnswer {
                    outcome: Outcome::Success,
                    repository_data_id: None,
                    data_references: Default::default(),
                };
                ("PUR", written(|out| answer.write(out, request, me)))
            }
        };
        out.sight(now, Participant::Gateway, Participant::Hss, what);
        match self.thinks {
            Duration::ZERO => out.bytes(link, answer),
            thinks => self.postponed.push((now + thinks, link, answer)),
        }
        Ok(())
    }

    fn tell(&self, user: UserIdentity<'_>, request: &MessageView<'_>, me: Identity<'_>) -> Vec<u8> {
        let known = number_of(user).and_then(|number| Some((number, self.known.get(&number)?)));
        let data = known.map(|(number, settings)| self.document(number, settings));
        let outcome = if data.is_some() { Outcome::Success } else { Experimental::USER_UNKNOWN.into() };
        written(|out| UserDataAnswer { outcome, user_data: data.as_ref() }.write(out, request, me))
    }

    fn watch(&mut self, asked: &SubscribeNotifications<'_>) -> Outcome {
        let Some(number) = number_of(asked.user_identity).filter(|number| self.known.contains_key(number))
        else {
            return Experimental::USER_UNKNOWN.into();
        };
        let watcher = (number, asked.origin.host.to_vec());
        match asked.subscription {
            Subscription::Subscribe => self.watchers.insert(watcher),
            _ => self.watchers.remove(&watcher),
        };
        Outcome::Success
    }

    fn document(&self, number: Digits, settings: &ChatInterworking) -> ShData {
        let repository = RepositoryData {
            service_indication: String::from(ChatInterworking::SERVICE_INDICATION),
            sequence_number: self.sequence,
            service_data: Some(ServiceData::from(settings)),
        };
        ShData { msisdns: vec![number], repository_data: vec![repository], ..ShData::default() }
    }

    /// The connection is gone, and with it the wish to hear.
    pub(super) fn lose(&mut self, link: LinkName) {
        self.postponed.retain(|(_, to, _)| *to != link);
    }

    /// What is due is answered, and changed, and whoever watches is told.
    pub(super) fn advance(&mut self, now: Instant, node: &mut Node, out: &mut Out) {
        for (_, link, answer) in self.postponed.extract_if(.., |(at, ..)| *at <= now) {
            out.bytes(link, answer);
        }
        let due: Vec<_> = self.changes.extract_if(.., |(at, ..)| *at <= now).collect();
        for (_, number, settings) in due {
            self.sequence = self.sequence.next();
            let document = self.document(number, &settings);
            self.known.insert(number, settings);
            let watchers: Vec<_> = self.watchers.iter().filter(|(whom, _)| *whom == number).collect();
            for (_, host) in watchers {
                notify(now, number, (host, &document), node, out);
            }
        }
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let postponed = self.postponed.iter().map(|(at, ..)| *at);
        postponed.chain(self.changes.iter().map(|(at, ..)| *at)).min()
    }
}

/// TS 29.328 6.1.4: one who is not there is not told later.
fn notify(now: Instant, number: Digits, (host, document): (&[u8], &ShData), node: &mut Node, out: &mut Out) {
    let (ids, session) = (node.ids(), node.session());
    let Some(up) = node.up().find(|up| diameter::base::same_host(up.identity.host, host)) else { return };
    let notification = PushNotification {
        session_id: node.session_id(session),
        origin: node.identity(),
        destination: Destination { host: Some(up.identity.host), realm: up.identity.realm },
        user_identity: UserIdentity::Msisdn(number),
        user_name: None,
        user_data: document,
    };
    out.sight(now, Participant::Hss, Participant::Gateway, "PNR");
    out.bytes(up.link, written(|out| notification.write(out, ids)));
}

fn number_of(user: UserIdentity<'_>) -> Option<Digits> {
    match user {
        UserIdentity::Msisdn(number) => Some(number),
        UserIdentity::PublicIdentity(_) | UserIdentity::External(_) => None,
    }
}
