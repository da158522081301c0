//! What crossed, in words; and its hash, by which two worlds are compared.

use std::fmt;

use diameter::Procedure;
use diameter::sgd::{MoForward, MtForward};
use diameter::sh::{ChatInterworking, PushNotification, ShData, UserData, UserDataAnswer, UserIdentity};
use msrp::Kind;
use sms::{MtTpdu, SmsDeliver, SubmitView};
use tempo::Instant;

use crate::paper::BIRTH;
use crate::token::Token;
use crate::watch::{Crossing, Way, What};

/// FNV-1a of everything that crossed: when, where, what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Hash(0xCBF2_9CE4_8422_2325)
    }
}

impl Hash {
    /// One more.
    pub fn take(&mut self, at: Instant, shard: u16, way: Way, bytes: &[u8]) {
        self.words([at.as_nanos(), u64::from(shard) << 1 | way as u64, bytes.len() as u64]);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.words([u64::from_le_bytes(chunk.try_into().unwrap_or_default())]);
        }
        for octet in chunks.remainder() {
            self.words([u64::from(*octet)]);
        }
    }

    /// Its value.
    pub fn value(self) -> u64 {
        self.0
    }

    fn words<const N: usize>(&mut self, words: [u64; N]) {
        for word in words {
            self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01B3).rotate_left(23);
        }
    }
}

/// The lines of a world, where somebody wants to read them.
#[derive(Debug, Default)]
pub struct Trace {
    lines: Option<Vec<String>>,
}

impl Trace {
    /// One that is written.
    pub fn written() -> Self {
        Trace { lines: Some(Vec::new()) }
    }

    /// What was written.
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }

    /// Something that is no message.
    pub fn note(&mut self, at: Instant, what: fmt::Arguments<'_>) {
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{} {what}", stamp(at)));
        }
    }

    /// A message.
    pub fn crossing(&mut self, crossing: &Crossing<'_>) {
        if self.lines.is_none() {
            return;
        }
        let arrow = match crossing.way {
            Way::In => "<-",
            Way::Out => "->",
        };
        let shard = crossing.shard;
        let line = match &crossing.what {
            What::Sip { message, is_damaged, .. } => {
                let damage = if *is_damaged { " (damaged)" } else { "" };
                let first = String::from_utf8_lossy(message.start_line()).into_owned();
                let cseq = message.cseq();
                let id = String::from_utf8_lossy(message.call_id());
                let id = id.get(..8).unwrap_or(&id).to_string();
                format!(
                    "SIP {first} [{} {:?} {id}]{}{damage}",
                    cseq.number,
                    cseq.method,
                    tokens(message.as_ref())
                )
            }
            What::Msrp { link, chunk } => {
                let what = match chunk.kind() {
                    Kind::Response(status) => format!("{}", status.0),
                    Kind::Request(method) => format!("{method:?}"),
                };
                let id = String::from_utf8_lossy(chunk.transaction_id()).into_owned();
                format!("MSRP#{} {what} {id}{}", link.0, tokens(chunk.body().unwrap_or_default()))
            }
            What::Diameter { link, message } => format!("DIA#{} {}", link.0, diameter_line(message)),
            What::Gone { link } => format!("connection {} is gone", link.0),
            What::Untrusted => "SIP of somebody who is not believed".to_string(),
            What::Crash => "crash".to_string(),
        };
        self.note(crossing.at, format_args!("{shard} {arrow} {line}"));
    }
}

fn diameter_line(message: &diameter::MessageView<'_>) -> String {
    let header = message.header();
    let letter = if header.flags.request { "request" } else { "answer" };
    let repeated = if header.flags.retransmitted { " (T)" } else { "" };
    let name = Procedure::of(&header).map_or("unknown".to_string(), |procedure| format!("{procedure:?}"));
    let outcome = match header.flags.request {
        true => String::new(),
        false => format!(" {:?}", diameter::Outcome::read(message)),
    };
    let user = subscriber_line(message);
    let text = match text_of(message) {
        Some(carried) => format!(
            " {} -> {} {:?}{}",
            carried.from,
            carried.to,
            carried.part,
            tokens(carried.text.as_bytes()).as_str().trim_end().to_owned()
                + if Token::first_in(carried.text.as_bytes()).is_none() { &carried.text } else { "" }
        ),
        None => report_line(message),
    };
    format!("{name} {letter}{repeated} {:x}{outcome}{user}{text}", header.hop_by_hop.0)
}

/// What a status report says.
fn report_line(message: &diameter::MessageView<'_>) -> String {
    let header = message.header();
    let is_delivery = header.flags.request && Procedure::of(&header) == Ok(Procedure::MtForward);
    let forward = is_delivery.then(|| MtForward::parse(message).ok()).flatten();
    match forward.as_ref().map(|forward| MtTpdu::parse(forward.tpdu)) {
        Some(Ok(MtTpdu::StatusReport(report))) => {
            let to = report.recipient.digits().map(number).unwrap_or_default();
            let (reference, status) = (report.message_reference, report.status.0);
            format!(" report {status:#04x} on {reference} to {to}")
        }
        _ => String::new(),
    }
}

/// Of whom the HSS is asked, or what it says.
fn subscriber_line(message: &diameter::MessageView<'_>) -> String {
    let header = message.header();
    let user = |identity| match identity {
        UserIdentity::Msisdn(digits) => format!(" {}", number(digits)),
        _ => String::new(),
    };
    let says = |document| match may(document) {
        Some(true) => " may",
        Some(false) => " may not",
        None => " nothing",
    };
    match (Procedure::of(&header), header.flags.request) {
        (Ok(Procedure::UserData), true) => {
            UserData::parse(message).map(|asked| user(asked.user_identity)).unwrap_or_default()
        }
        (Ok(Procedure::UserData), false) => UserDataAnswer::parse(message)
            .ok()
            .and_then(|answer| answer.user_data)
            .map_or(String::new(), |document| says(document).into()),
        (Ok(Procedure::PushNotification), true) => PushNotification::parse(message)
            .map(|notice| user(notice.user_identity) + says(notice.user_data))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// What a document of the HSS says of whether he may.
pub fn may(document: &[u8]) -> Option<bool> {
    let data = ShData::read(document).ok()?;
    let ours = data.repository_of(ChatInterworking::SERVICE_INDICATION)?.service_data.as_ref()?;
    Some(ours.chat_interworking().ok()??.is_authorised)
}

/// The short message in a Diameter request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Is it one of the gateway?
    pub is_submitted: bool,
    /// Whose.
    pub from: String,
    /// For whom; an MT-Correlation-ID where the gateway is the receiver.
    pub to: String,
    /// Its words.
    pub text: String,
    /// Reference, total, sequence.
    pub part: Option<(u16, u8, u8)>,
}

/// The short message that a request carries.
pub fn text_of(message: &diameter::MessageView<'_>) -> Option<Carried> {
    let header = message.header();
    if !header.flags.request {
        return None;
    }
    match Procedure::of(&header).ok()? {
        Procedure::MoForward => {
            let request = MoForward::parse(message).ok()?;
            let tpdu = SubmitView::parse(request.tpdu).ok()?;
            let part = tpdu.user_data.concatenation();
            Some(Carried {
                is_submitted: true,
                from: number(request.user_identifier.msisdn?),
                to: number(tpdu.destination.digits()?),
                text: tpdu.user_data.chars().collect(),
                part: part.map(|part| (part.reference, part.total, part.sequence)),
            })
        }
        Procedure::MtForward => {
            let request = MtForward::parse(message).ok()?;
            let tpdu = SmsDeliver::parse(request.tpdu).ok()?;
            let part = tpdu.user_data.concatenation();
            Some(Carried {
                is_submitted: false,
                from: number(tpdu.originating.digits()?),
                to: String::from_utf8_lossy(request.user_name).into_owned(),
                text: tpdu.user_data.chars().collect(),
                part: part.map(|part| (part.reference, part.total, part.sequence)),
            })
        }
        _ => None,
    }
}

/// A number as text.
pub fn number(digits: octets::Digits) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

fn tokens(octets: &[u8]) -> String {
    let mut found: Vec<Token> = Token::all_in(octets).collect();
    found.dedup();
    found.iter().map(|token| format!(" {token}")).collect()
}

/// Seconds since the world began.
pub fn stamp(at: Instant) -> String {
    format!("{:>10.4}", at.since(BIRTH).as_secs_f64())
}
