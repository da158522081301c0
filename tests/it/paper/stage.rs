//! What scenarios speak to: a chat user, an SMS user, and the gateway between them.

use shard::{Count, OWN_SIP, SHARED_SIP};
use sms::{Plan as Cut, ScTimestamp, SmsDeliver};
use tempo::Duration;

use super::call::{Call, Invitation, SCSCF, UE_PATH};
use super::network::{Network, msrp, own_sip};
use super::plan::{Layout, Plan};
use super::sms_side::{Delivery, HSS, Mailing, Ticket, digits, written};
use super::texts::{MsrpText, SipText};

/// A scenario under way.
pub struct Stage {
    pub network: Network,
    pub layout: Layout,
    pub calls: Vec<Call>,
    /// MESSAGEs of the chat user.
    pub pages: usize,
    transactions: u32,
}

impl Stage {
    /// A gateway and its neighbours; nobody has said anything.
    pub fn new(layout: Layout) -> Self {
        Self::of(Plan::new(layout))
    }

    /// The same with another plan.
    pub fn of(plan: Plan) -> Self {
        let layout = plan.layout;
        Stage { network: Network::new(plan), layout, calls: Vec::new(), pages: 0, transactions: 0 }
    }

    /// Alice has invited Bob, who has the invitation.
    pub fn inviting(plan: Plan) -> Self {
        let mut stage = Self::of(plan);
        stage.invite(Invitation::to(BOB));
        stage
    }

    /// Alice and Bob are chatting: call 0, on its own connection.
    pub fn chatting(plan: Plan) -> Self {
        let mut stage = Self::inviting(plan);
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        stage.ack(0);
        stage.connect(0);
        stage.network.sms.submitted.clear();
        stage
    }

    /// A new INVITE; which call it is.
    pub fn invite(&mut self, invitation: Invitation) -> usize {
        self.calls.push(Call::new(invitation, self.calls.len()));
        let call = self.calls.len() - 1;
        self.send(call, self.calls[call].invite());
        call
    }

    /// A message of the chat user's side, to the shared port of a shard that does not own the call.
    pub fn send(&mut self, call: usize, text: String) {
        let shard = self.layout.shard_at(&self.calls[call].invitation.uri, self.layout.sip);
        self.network.send(shard, SHARED_SIP, SCSCF, text);
        self.network.settle();
    }

    /// A request in the dialog of a call, to the port that the gateway named in its Contact; what it hears.
    pub fn request(&mut self, call: usize, method: &str) -> Option<u16> {
        self.calls[call].cseq += 1;
        let text = self.calls[call].in_dialog(method);
        let contact = self.calls[call].answer.as_ref().expect("a dialog").contact().to_string();
        let shard =
            (0..self.network.shards()).find(|shard| contact.ends_with(&own_sip(*shard as u16).to_string()));
        self.network.send(shard.expect("a port of a shard"), OWN_SIP, SCSCF, text);
        self.network.settle();
        let cseq = format!("{} {method}", self.calls[call].cseq);
        self.heard(call).find(|sip| sip.header("CSeq") == Some(&cseq))?.status()
    }

    /// What the gateway has sent to the chat user's side in this call, in order.
    pub fn heard(&self, call: usize) -> impl Iterator<Item = &SipText> {
        let call_id = &self.calls[call].call_id;
        self.network
            .letters
            .iter()
            .map(|letter| &letter.sip)
            .filter(move |sip| sip.header("Call-ID") == Some(call_id))
    }

    /// The statuses that the INVITE has heard, in order.
    pub fn statuses(&self, call: usize) -> Vec<u16> {
        self.heard(call)
            .filter(|sip| sip.header("CSeq") == Some("1 INVITE"))
            .filter_map(SipText::status)
            .collect()
    }

    /// The final answer to the INVITE.
    pub fn answer(&self, call: usize) -> &SipText {
        let mut answers = self.heard(call).filter(|sip| sip.header("CSeq") == Some("1 INVITE"));
        answers.find(|sip| sip.status().is_some_and(|status| status >= 200)).expect("a final answer")
    }

    /// The ACK of the final answer.
    pub fn ack(&mut self, call: usize) {
        let answer = self.answer(call).clone();
        let text = match answer.status() {
            Some(200) => self.calls[call].ack(&answer),
            _ => self.calls[call].ack_of_refusal(&answer),
        };
        self.calls[call].answer = Some(answer);
        self.send(call, text);
    }

    /// The BYEs of the gateway in this call, repetitions included.
    pub fn byes(&self, call: usize) -> Vec<&SipText> {
        self.heard(call).filter(|sip| sip.status().is_none() && sip.method() == "BYE").collect()
    }

    /// Bob says something to the number that wrote to him last.
    pub fn sms_user_says(&mut self, text: &str) -> Delivery {
        let number = self.session_number();
        let ticket = self.text(BOB, &number, text);
        self.network.sms.delivery(ticket)
    }

    /// Somebody sends a short message to a number: the SMS-GMSC asks the way, then sends.
    pub fn text(&mut self, from: &str, number: &str, text: &str) -> Ticket {
        let correlation = self.route(from, number);
        let end_to_end = self.network.sms.next_end_to_end();
        let tpdu = deliver(from, text);
        let mailing = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end, repeated: false };
        self.network.mail(self.layout.shard_at(from, self.layout.mail), &mailing)
    }

    /// Asks the way to `number`, for a message of `from`: the MT-Correlation-ID.
    pub fn route(&mut self, from: &str, number: &str) -> String {
        let shard = self.layout.shard_at(from, self.layout.query);
        let link = self.network.sms.link(shard, HSS).expect("the HSS is connected");
        let (ticket, query) = self.network.sms.query(number);
        self.network.stream(shard, link, &query);
        self.network.settle();
        let (correlation, name) = self.network.sms.route(ticket).expect("the gateway gives a way");
        assert_eq!(name, format!("ipsmgw-{shard}.home.example").into_bytes());
        correlation
    }

    /// The texts that Bob has got, in order.
    pub fn sms_user_heard(&self) -> Vec<&str> {
        let bob = BOB.trim_start_matches('+');
        let submitted = self.network.sms.submitted.iter().filter(|submitted| submitted.sms_user == bob);
        submitted.map(|submitted| &submitted.text[..]).collect()
    }

    /// The number that the last short message came from.
    pub fn session_number(&self) -> String {
        self.network.sms.last_number.clone().expect("a short message from a session")
    }

    /// The chat user connects to the address in the answer, and says which session it is for.
    pub fn connect(&mut self, call: usize) {
        let (address, path) = self.calls[call].media();
        let shard = (0..self.network.shards()).find(|shard| msrp(*shard as u16).to_string() == address);
        let wire = self.network.connect(msrp(shard.expect("a media address") as u16));
        self.calls[call].wire = Some(wire);
        let transaction = self.next_transaction();
        let send = format!(
            "MSRP {transaction} SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: bind\r\n\
             Byte-Range: 1-0/0\r\n-------{transaction}$\r\n"
        );
        self.speak(call, &send);
        assert_eq!(self.network.wires[wire].response(&transaction), Some(200));
    }

    /// The chat user says a text; what the SEND has heard.
    pub fn chat_user_says(&mut self, text: &str) -> Option<u16> {
        let transaction = self.send_text(0, text, "");
        self.network.wires[self.calls[0].wire.expect("a connection")].response(&transaction)
    }

    /// Sends a text inside CPIM, with header lines beside the usual ones; the transaction.
    pub fn send_text(&mut self, call: usize, text: &str, headers: &str) -> String {
        let body = format!(
            "From: <sip:alice@ims.example>\r\nTo: <tel:{BOB}>\r\n\r\nContent-Type: text/plain;charset=UTF-8\r\n\r\n{text}"
        );
        self.send_body(call, "message/cpim", &body, headers)
    }

    /// Sends a body in one chunk; the transaction.
    pub fn send_body(&mut self, call: usize, content_type: &str, body: &str, headers: &str) -> String {
        let (_, path) = self.calls[call].media();
        let transaction = self.next_transaction();
        let length = body.len();
        let send = format!(
            "MSRP {transaction} SEND\r\nTo-Path: {path}\r\nFrom-Path: {UE_PATH}\r\nMessage-ID: m{transaction}\r\n\
             Byte-Range: 1-{length}/{length}\r\n{headers}Content-Type: {content_type}\r\n\r\n{body}\r\n\
             -------{transaction}$\r\n"
        );
        self.speak(call, &send);
        transaction
    }

    /// Octets on the connection of a call.
    pub fn speak(&mut self, call: usize, octets: &str) {
        let wire = &self.network.wires[self.calls[call].wire.expect("a connection")];
        let (shard, link) = (wire.shard, wire.link);
        self.network.stream(shard, link, octets.as_bytes());
        self.network.settle();
    }

    /// The texts that Alice has got, in order.
    pub fn chat_user_heard(&self) -> Vec<String> {
        let wire = &self.network.wires[self.calls[0].wire.expect("a connection")];
        wire.sends().map(said).collect()
    }

    /// A transaction id of the chat user.
    pub fn next_transaction(&mut self) -> String {
        self.transactions += 1;
        format!("ue{:06}", self.transactions)
    }

    /// Half a minute after the last word nothing is left of anybody, on any shard.
    pub fn expect_nothing_left(mut self) {
        self.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(3));
        let open = self.network.sms.lines() + self.network.wires.iter().filter(|wire| wire.is_open).count();
        let for_good = [Count::Sessions, Count::Leases, Count::MsrpSessions, Count::Submits, Count::Forwards];
        for gauge in for_good {
            assert_eq!(self.network.count(gauge), 0, "{gauge:?} are left behind");
        }
        if self.network.is_finished() {
            // It does not wait for what only time would end.
            return assert_eq!(open, 0, "connections are left behind");
        }
        for gauge in [Count::Transactions, Count::Dialogs, Count::Timers, Count::ChatMessages] {
            assert_eq!(self.network.count(gauge), 0, "{gauge:?} are left behind");
        }
        let peers = self.network.sms.lines() as u64;
        assert_eq!(
            (self.network.count(Count::Links), open as u64),
            (peers, peers),
            "connections are left behind"
        );
    }
}

/// The SMS-DELIVER that carries a text in one segment.
pub fn deliver(from: &str, text: &str) -> Vec<u8> {
    let cut = Cut::of(text.chars(), 1).expect("one segment");
    written(|out| SmsDeliver::write(digits(from), SCTS, &cut, 0, 0, &mut text.chars(), out))
}

/// What a SEND of the gateway says; the wrapping is checked.
pub fn said(send: &MsrpText) -> String {
    assert_eq!(send.header("Content-Type"), Some("message/cpim"));
    let (head, rest) = send.body().split_once("\r\n\r\n").expect("CPIM headers end");
    assert!(head.contains("From: <tel:"), "a text says who has written it");
    let (content, text) = rest.split_once("\r\n\r\n").expect("content headers end");
    assert!(content.contains("text/plain"), "{content}");
    text.to_string()
}

/// The SMS user.
pub const BOB: &str = "+4915550001";
/// RFC 3261: 64*T1.
pub const SIXTY_FOUR_T1: Duration = Duration::from_secs(32);
/// How long an invitation or a message waits for a way to the SMS side, and a moment.
pub const PATIENCE: Duration = Duration::from_millis(3_300);
/// 2026-01-18 15:30:00, an hour before Greenwich.
pub const SCTS: ScTimestamp =
    ScTimestamp { year: 2026, month: 1, day: 18, hour: 15, minute: 30, second: 0, quarter_hours: 4 };
