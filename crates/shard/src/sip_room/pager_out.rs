//! MESSAGEs of ours to chat users (pager mode, RFC 3428): what an SMS user says outside of any chat, and what became of what a
//! chat user has said so.
//!
//! Refuses: to know what a text is about, to follow a redirection.
//! In: whom it is for, what it carries, responses. Out: a MESSAGE, again until it is answered; `SipEvent::PageAnswered`.

use core::net::SocketAddr;

use msrp::imdn::NotificationDocument;
use msrp::{CpimHeaders, content};
use octets::Writer;
use sip::{
    ClientAction, ClientEvent, MessageView, Method, NonInviteClient, RequestWriter, StatusCode, Timer,
    TimerSlot, Timers, Token, Uri, parse_token,
};
use tempo::Civil;

use super::alarms::TransactionAlarms;
use super::render::{Contact, note};
use super::{Sender, SipEvent};
use crate::desk::{Desk, Ringing};
use crate::driver::{Departure, Outward};
use crate::interwork_room::InboundSm;
use crate::kept::Kept;
use crate::msrp_room::message_id;
use crate::reach::Reach;
use crate::settings::OWN_SIP;
use crate::table::{Key, Table};
use crate::tally::Count;

/// A MESSAGE of ours that has no final answer, or had it a moment ago.
#[derive(Debug)]
pub struct Page {
    about: About,
    client: NonInviteClient,
    branch: Token,
    to: SocketAddr,
    /// All of it, as it left: it may have to leave again.
    octets: Kept<PAGE_OCTETS_MAX>,
    is_answered: bool,
    alarms: TransactionAlarms,
}

/// What a MESSAGE of ours is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// The words of an SMS user, who waits for what becomes of them.
    Sm(Key<InboundSm>),
    /// What became of a chat user's message: nobody waits.
    Notification,
}

/// Why a MESSAGE does not leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotPaged {
    /// There are as many as may be.
    Full,
    /// It is longer than any that we send.
    TooLong,
}

/// The MESSAGEs of ours.
pub struct Pages {
    table: Table<Page>,
    timers: Timers,
    contact: Contact,
}

impl Pages {
    pub(super) fn new(sessions_max: usize, own_sip: SocketAddr) -> Self {
        Pages {
            table: Table::new(sessions_max.saturating_mul(PAGES_PER_SESSION)),
            timers: Timers::default(),
            contact: Contact::new(own_sip),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table.len()
    }

    /// Hands words of an SMS user to a chat user (TS 23.204 6.14 step 6); the answer will name `sm`.
    pub fn send_words(
        &mut self,
        reach: &Reach,
        sm: Key<InboundSm>,
        (sender, said): (&Sender, Civil),
        text: impl FnOnce(&mut Writer<'_>),
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<Key<Page>, NotPaged> {
        let id = message_id(desk);
        let headers = CpimHeaders {
            from: sender.address(),
            date_time: Some(said),
            imdn_message_id: Some(id.as_bytes()),
            ..CpimHeaders::default()
        };
        let body = |out: &mut Writer<'_>| {
            // The writer remembers an overflow, here and below.
            let _ = msrp::write_cpim(out, &headers, PLAIN_UTF8, text);
        };
        self.send(reach, About::Sm(sm), sender, body, desk, out)
    }

    /// Tells a chat user what became of a message of his (RFC 5438, TS 23.204 6.10).
    pub fn notify(
        &mut self,
        reach: &Reach,
        sender: &Sender,
        document: &NotificationDocument<'_>,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<Key<Page>, NotPaged> {
        let id = message_id(desk);
        let date_time = Some(desk.moment.wall.utc());
        let headers = CpimHeaders {
            from: sender.address(),
            date_time,
            imdn_message_id: Some(id.as_bytes()),
            ..CpimHeaders::default()
        };
        let body = |out: &mut Writer<'_>| {
            let _ = msrp::imdn::write_notification(out, &headers, document);
        };
        self.send(reach, About::Notification, sender, body, desk, out)
    }

    fn send(
        &mut self,
        reach: &Reach,
        about: About,
        sender: &Sender,
        body: impl FnOnce(&mut Writer<'_>),
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Result<Key<Page>, NotPaged> {
        if !self.table.has_room() {
            return Err(NotPaged::Full);
        }
        let mut arms = [None; 2];
        let client = NonInviteClient::start(desk.now(), self.timers, false, |action| {
            if let ClientAction::Arm(timer, deadline) = action {
                arms[place_of(timer)] = Some((timer, deadline));
            }
        });
        let random = desk.entropy.u64();
        let page = Page {
            about,
            client,
            branch: Token { owner: desk.me().0, slot: 0, generation: 0, random },
            to: reach.hop(),
            octets: Kept::EMPTY,
            is_answered: false,
            alarms: TransactionAlarms::default(),
        };
        let key = self.table.insert(page).map_err(|_| NotPaged::Full)?;
        let Some(page) = self.table.find_mut(key) else { return Err(NotPaged::Full) };
        page.branch = Token { slot: key.slot, generation: key.generation, ..page.branch };
        let names = Names { branch: page.branch, dialog: desk.entropy.u64(), sender };
        let Some(octets) = Kept::write(|out| write(reach, &names, &self.contact, body, out)) else {
            self.table.remove(key);
            return Err(NotPaged::TooLong);
        };
        page.octets = octets;
        for (timer, deadline) in arms.into_iter().flatten() {
            page.alarms.arm(timer, Ringing::Page(key, timer), deadline, &mut desk.wheel);
        }
        desk.count(Count::PagerOut);
        self.transmit(key, desk, out);
        Ok(key)
    }

    /// The MESSAGE of ours that a response answers.
    pub(super) fn of(&self, response: &MessageView<'_>) -> Option<Key<Page>> {
        response.validate_response().ok()?;
        let token = parse_token(response.via().branch?)?;
        let key = Key::new(token.slot, token.generation);
        let page = self.table.find(key)?;
        (page.branch == token && response.method() == Method::Message).then_some(key)
    }

    /// A timer of a MESSAGE has come up.
    pub fn ring(
        &mut self,
        key: Key<Page>,
        timer: Timer,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let page = self.table.find_mut(key)?;
        let timer = page.alarms.due(timer, Ringing::Page(key, timer), desk)?;
        self.step(key, ClientEvent::Timer(timer), desk, out)
    }

    /// One event for a MESSAGE of ours.
    pub(super) fn step(
        &mut self,
        key: Key<Page>,
        event: ClientEvent,
        desk: &mut Desk,
        out: &mut impl Outward,
    ) -> Option<SipEvent<'static>> {
        let page = self.table.find_mut(key)?;
        let (mut transmit, mut answer, mut is_over) = (false, None, false);
        let mut client = page.client;
        client.step(desk.moment.now, event, |action| match action {
            ClientAction::Transmit => transmit = true,
            ClientAction::Deliver(status) => {
                answer = answer.or(Some(status).filter(|status| status.is_final()))
            }
            ClientAction::Arm(timer, deadline) => {
                page.alarms.arm(timer, Ringing::Page(key, timer), deadline, &mut desk.wheel);
            }
            ClientAction::Disarm(timer) => page.alarms.disarm(timer, &mut desk.wheel),
            // RFC 3261 8.1.3.1: as if these had come.
            ClientAction::TimedOut => answer = Some(StatusCode::REQUEST_TIMEOUT),
            ClientAction::Unreachable => answer = Some(StatusCode::SERVICE_UNAVAILABLE),
            ClientAction::SendAck => {}
            ClientAction::Terminated => is_over = true,
        });
        page.client = client;
        let about = page.about;
        page.is_answered |= answer.is_some();
        if transmit {
            self.transmit(key, desk, out);
        }
        if is_over {
            self.remove(key, desk);
        }
        let status = answer?;
        if !status.is_success() {
            desk.count(Count::PagerFailed);
        }
        Some(SipEvent::PageAnswered { about, status })
    }

    /// Nobody waits for the answer any more: it is not repeated. One that was answered still absorbs repeated answers.
    pub fn forget(&mut self, key: Key<Page>, desk: &mut Desk) {
        if self.table.find(key).is_some_and(|page| !page.is_answered) {
            self.remove(key, desk);
        }
    }

    fn remove(&mut self, key: Key<Page>, desk: &mut Desk) {
        if let Some(mut page) = self.table.remove(key) {
            page.alarms.disarm_all(desk);
        }
    }

    fn transmit(&self, key: Key<Page>, desk: &mut Desk, out: &mut impl Outward) {
        let Some(page) = self.table.find(key) else { return };
        let departure = Departure::Datagram { port: OWN_SIP, to: page.to };
        let octets = page.octets.as_bytes();
        let loan = out.transmit(departure, PAGE_OCTETS_MAX, |out| out.put(octets));
        note(loan.is_ok(), desk);
    }
}

fn place_of(timer: Timer) -> usize {
    match timer.slot() {
        TimerSlot::Repeat => 0,
        TimerSlot::Life => 1,
    }
}

/// What a MESSAGE goes by.
struct Names<'a> {
    branch: Token,
    /// Call-ID, From tag and the identifiers of CPM are of it.
    dialog: u64,
    sender: &'a Sender,
}

fn write(
    reach: &Reach,
    names: &Names<'_>,
    contact: &Contact,
    body: impl FnOnce(&mut Writer<'_>),
    out: &mut Writer<'_>,
) {
    let branch = names.branch.to_branch();
    // Other chance than in the branch: what one hop learns is of no use for the other names.
    let id = Token { random: names.dialog, ..names.branch }.to_tag();
    let sent_by = contact.sent_by();
    let mut request = RequestWriter::start(out, Method::Message, reach.identity(), &sent_by, &branch);
    write_route(&mut request, reach);
    request.header_with("From", |out| {
        out.put(names.sender.address());
        out.text(";tag=");
        out.put(&id[id.len() - 16..]);
    });
    request.to(reach.identity(), None).call_id(id).cseq(1);
    if let Some(asserted) = names.sender.asserted() {
        request.header("P-Asserted-Identity", asserted);
    }
    request.header("P-Asserted-Service", ICSI);
    // A preference: where no device of the user names the service, any of them is better than none.
    request.header("Accept-Contact", ACCEPT_CONTACT);
    request.header("Conversation-ID", id).header("Contribution-ID", id);
    let _ = request.body(content::CPIM, body);
}

/// TS 24.229 5.7.3: to the S-CSCF of the user, as a loose router; it has told its address without saying so.
pub(super) fn write_route(request: &mut RequestWriter<'_, '_>, reach: &Reach) {
    let Some(route) = reach.route() else { return };
    let is_loose = Uri::parse(route).is_some_and(|uri| uri.params.has(b"lr"));
    request.header_with("Route", |out| {
        out.u8(b'<');
        sip::put_value(out, route);
        out.text(if is_loose { ">" } else { ";lr>" });
    });
}

/// What names pager mode (OMA CPM).
const ICSI: &str = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg";
const ACCEPT_CONTACT: &str = "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\"";
const PLAIN_UTF8: &[u8] = b"text/plain;charset=UTF-8";
/// Two addresses of the user, one of the S-CSCF, names, and the text of one short message in UTF-8 or an IMDN. Some 1,200 from a
/// usual network: RFC 3428 8 wants 1,300 at most where congestion is nobody's care.
const PAGE_OCTETS_MAX: usize = 2048;
/// MESSAGEs of ours that have no answer, or had it a moment ago, per chat on average; beyond it short messages hear "not now".
const PAGES_PER_SESSION: usize = 2;
