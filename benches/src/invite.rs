//! An INVITE as an S-CSCF hands it over, 1.5 KB of IMS chat, and what is read from it and answered to it.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use msrp::{Answer, Direction, Offer, Proposal, Setup};
use octets::{Digits, Writer};
use sip::{
    HeaderName, Index, KeySeed, MessageView, Method, NameAddr, RequestWriter, ResponseWriter, SentBy,
    StatusCode, TransactionKey, Transport, Uri,
};
use tempo::Entropy;

use crate::{CHAT_USER, SMS_USER, written};

/// Where it comes from.
pub const SOURCE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)), 6060);
/// The secret of the transaction keys.
pub const SEED: KeySeed = KeySeed([0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210]);
/// Our tag, as long as those that a shard mints.
pub const TO_TAG: &[u8] = b"000700abcdef000000030123456789abcdef";

/// The invitation.
pub fn invite() -> Vec<u8> {
    let mut chance = Entropy::from_seed([7; 32]);
    let message = write(&mut chance, &HEADERS);
    assert_reads(&message);
    message
}

/// `count` invitations that differ in identifiers and in the order of their headers, so that no branch predictor and no
/// cache learns one of them by heart.
pub fn invites(count: usize) -> Vec<Vec<u8>> {
    let mut chance = Entropy::from_seed([8; 32]);
    let mut headers = HEADERS;
    let messages: Vec<_> = (0..count)
        .map(|_| {
            for last in (1..headers.len()).rev() {
                headers.swap(last, chance.below(last as u64 + 1) as usize);
            }
            write(&mut chance, &headers)
        })
        .collect();
    messages.iter().for_each(|message| assert_reads(message));
    messages
}

/// The session description that it offers.
pub fn offer() -> Vec<u8> {
    let invite = invite();
    let index = Index::parse(&invite).expect("the sample is sound");
    MessageView::new(&invite, &index).body().to_vec()
}

/// What a shard asks of an invitation before it decides anything.
#[derive(Clone, Copy)]
pub struct Extract<'a> {
    /// The transaction.
    pub key: TransactionKey,
    /// Who is invited.
    pub sms_user: Digits,
    /// Who invites, as the network vouches for it.
    pub chat_user: Digits,
    /// The peer's half of the dialog.
    pub from_tag: &'a [u8],
    /// The other half.
    pub call_id: &'a [u8],
    /// Where in-dialog requests go.
    pub contact: &'a [u8],
    /// The number of the INVITE.
    pub cseq: u32,
    /// Where the responses go.
    pub answer_to: SocketAddr,
    /// The chat service, by its feature tag.
    pub service: &'a [u8],
}

/// Reads all that a user agent server needs.
pub fn extract<'a>(view: &MessageView<'a>) -> Option<Extract<'a>> {
    let asserted = view.elements(HeaderName::PAssertedIdentity).next()?;
    Some(Extract {
        key: TransactionKey::of_request(view, SEED),
        sms_user: Uri::parse(view.request_uri())?.digits()?,
        chat_user: NameAddr::parse_asserted(asserted)?.parsed_uri()?.digits()?,
        from_tag: view.from_tag()?,
        call_id: view.call_id(),
        contact: view.contact_uri()?,
        cseq: view.cseq().number,
        answer_to: sip::response_target(&view.via(), SOURCE),
        service: view.param(HeaderName::AcceptContact, b"+g.3gpp.icsi-ref")?,
    })
}

/// Writes the 100 Trying.
pub fn write_trying(view: &MessageView<'_>, out: &mut Writer<'_>) {
    let mut answer = ResponseWriter::start(out, view, SOURCE, StatusCode::TRYING, None, None, false);
    // Overflow is remembered by `out`, whose owner asks.
    let _ = answer.finish_without_body();
}

/// Writes the 200 OK that accepts `offer`.
pub fn write_ok(view: &MessageView<'_>, offer: &Offer<'_>, out: &mut Writer<'_>) {
    let answer = Answer {
        offer,
        address: b"192.0.2.1",
        port: 2855,
        path: b"msrp://192.0.2.1:2855/01020304050600000007abababababababababababab;tcp",
        session: 4711,
        version: 1,
        max_size: 10_000,
        fingerprint: None,
        cema: false,
    };
    let mut response = ResponseWriter::start(out, view, SOURCE, StatusCode::OK, None, Some(TO_TAG), true);
    response.header("Contact", "<sip:000700abcdef00000003@192.0.2.1:5070>");
    response.header("Allow", "INVITE, ACK, CANCEL, BYE, UPDATE, OPTIONS");
    let _ = response.body("application/sdp", |out| {
        let _ = answer.write(out);
    });
}

fn write(chance: &mut Entropy, headers: &[(&str, &str)]) -> Vec<u8> {
    let branch = format!("z9hG4bK{:08x}.{:016x}.1", chance.u32(), chance.u64());
    let (tag, call) = (format!("{:08x}", chance.u32()), format!("{:016x}", chance.u64()));
    let path = format!("msrp://10.45.0.7:2855/{:016x}{:016x};tcp", chance.u64(), chance.u64());
    let sent_by = SentBy { transport: Transport::Udp, host: b"scscf.ims.example.net", port: 6060 };
    let proposal = Proposal {
        secure: false,
        address: b"10.45.0.7",
        port: 2855,
        path: path.as_bytes(),
        session: 3801,
        version: 1,
        accept_types: "message/cpim application/im-iscomposing+xml",
        accept_wrapped_types: Some("text/plain message/imdn+xml"),
        setup: Some(Setup::Active),
        max_size: Some(100_000),
        cema: false,
        direction: Direction::SendRecv,
        fingerprint: None,
    };
    written(|out| {
        let uri = format!("sip:+{SMS_USER}@ims.example.net;user=phone");
        let mut invite =
            RequestWriter::start(out, Method::Invite, uri.as_bytes(), &sent_by, branch.as_bytes());
        invite.from(format!("sip:+{CHAT_USER}@ims.example.net"), &tag).to(&uri, None);
        invite.call_id(format!("{call}@10.45.0.7")).cseq(1);
        invite.header("Contact", format!("<sip:+{CHAT_USER}@10.45.0.7:5060;transport=tcp>;{ICSI}"));
        invite.header("P-Asserted-Identity", format!("<sip:+{CHAT_USER}@ims.example.net;user=phone>"));
        for (name, value) in headers {
            invite.header(name, value);
        }
        let _ = invite.body("application/sdp", |out| {
            let _ = msrp::sdp::write_offer(out, &proposal);
        });
    })
}

fn assert_reads(message: &[u8]) {
    let index = Index::parse(message).expect("one whole message");
    let view = MessageView::new(message, &index);
    view.validate_request().expect("a request to work on");
    let extract = extract(&view).expect("all that a server asks");
    assert_eq!((extract.sms_user, extract.chat_user), (crate::number(SMS_USER), crate::number(CHAT_USER)));
    assert!(Offer::parse(view.body()).is_ok(), "an offer that can be accepted");
    assert!((1400..1600).contains(&message.len()), "{} octets", message.len());
    assert_eq!(index.headers(), 22);
}

const ICSI: &str = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"";

/// The headers whose order says nothing.
const HEADERS: [(&str, &str); 12] = [
    ("Via", "SIP/2.0/TCP 10.45.0.7:5060;received=198.51.100.7;rport=40022;branch=z9hG4bK-524287-1---af31"),
    ("Record-Route", "<sip:mo@scscf.ims.example.net:6060;lr>, <sip:mo@pcscf.ims.example.net;lr>"),
    ("Route", "<sip:gw.ims.example.net;lr>"),
    ("Accept-Contact", "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\""),
    ("P-Asserted-Service", "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session"),
    ("P-Charging-Vector", "icid-value=\"d41d8c\";orig-ioi=ims.example.net"),
    ("Conversation-ID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    ("Contribution-ID", "abcdef-1234-5678-90ab-cdef01234567"),
    ("Session-Expires", "1800;refresher=uac"),
    ("Supported", "timer"),
    ("Allow", "INVITE, ACK, OPTIONS, CANCEL, BYE, UPDATE"),
    ("User-Agent", "sample/1.0"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invitations_differ_and_read_alike() {
        let messages = invites(32);
        assert!(messages.iter().skip(1).all(|message| *message != messages[0]));
    }

    #[test]
    fn answers_are_what_a_client_accepts() {
        let invite = invite();
        let index = Index::parse(&invite).expect("sound");
        let view = MessageView::new(&invite, &index);
        let offer = Offer::parse(view.body()).expect("an offer");
        let mut statuses = Vec::new();
        for answer in [written(|out| write_trying(&view, out)), written(|out| write_ok(&view, &offer, out))] {
            let index = Index::parse(&answer).expect("one whole response");
            let response = MessageView::new(&answer, &index);
            assert_eq!(response.elements(HeaderName::Via).count(), 2, "the Vias go back as they came");
            assert_eq!(response.call_id(), view.call_id());
            statuses.push((response.status().map(StatusCode::code), response.body().is_empty()));
        }
        assert_eq!(statuses, [(Some(100), true), (Some(200), false)]);
    }
}
