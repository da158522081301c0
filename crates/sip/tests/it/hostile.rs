//! Nothing that comes off the wire makes the parser panic, and what it accepts it reads the same way twice.

use octets::Writer;
use proptest::prelude::*;
use sip::{
    Answered, Asserted, ConferenceEvent, ConferenceInfo, Dialog, DialogPeer, Elements, Event, FocusInvite,
    Frame, HeaderName, InDialog, Index, KeySeed, MediaType, MessageView, Method, Multipart, NameAddr,
    Privacy, RAck, Reason, Recipients, Registration, Replaces, RetryAfter, SentBy, ServedUser, ServiceKind,
    SessionExpires, SessionPolicy, StatusCode, SubscriptionState, TransactionKey, Transport, Uri,
    VersionTracker, Via, focus, frame, in_dialog_request, is_anonymous, keep_head, next_hop, parse_token,
    response_target, session_replaces, write_cancel, write_non_2xx_ack, write_registered,
};
use tempo::WallClock;

use crate::chat_invite::CHAT;
use crate::conference::GROUP;
use crate::registration::{FULL, PLAIN};
use crate::stage::{CAPABILITIES, answer, judge, source, wire};

/// Asks everything of a message that can be asked.
fn exhaust(bytes: &[u8]) {
    judge(bytes);
    let index = Index::parse(bytes).ok().or_else(|| Index::salvage(bytes));
    let Some(index) = index else { return };
    let view = MessageView::new(bytes, &index);
    let _ = (view.validate_request(), view.validate_response(), CAPABILITIES.check(&view));
    let _ = (view.max_forwards(), view.media_type(), view.contact_uri(), view.body(), view.is_answerable());
    let _ = (view.param(HeaderName::Contact, b"q"), response_target(&view.via(), source()));
    for (_, value) in view.all_headers() {
        read_value(value);
    }
    exhaust_extensions(&view);
    for seed in [KeySeed([0, 0]), KeySeed([7, 9])] {
        let _ = TransactionKey::of_request(&view, seed);
        let _ = TransactionKey::of_response(&view, seed);
        let _ = TransactionKey::of_origin(&view, seed);
    }
    let mut buffer = vec![0; 70_000];
    let mut out = Writer::new(&mut buffer);
    let us = SentBy { transport: Transport::Udp, host: b"gw", port: 5060 };
    let bye = InDialog { method: Method::Bye, cseq: 1, sent_by: us, branch: b"z9hG4bK1" };
    for dialog in [Dialog::as_uas(view, b"our"), Dialog::as_uac(view)] {
        let _ = (
            next_hop(&dialog),
            dialog.owns(&view),
            in_dialog_request(&mut out, &dialog, &bye).finish_without_body(),
        );
    }
    let mut out = Writer::new(&mut buffer);
    let _ = (write_cancel(&mut out, &view), write_non_2xx_ack(&mut out, &view, &view));
    let mut out = Writer::new(&mut buffer);
    keep_head(&view, &mut out);
}

/// What a group says, in a message or as octets alone.
fn exhaust_groups(view: &MessageView<'_>) {
    if let Some(invite) = FocusInvite::of(view) {
        let _ = (format!("{invite:?}"), invite.inviter());
        if let Some(Ok(recipients)) = invite.recipients {
            let _ = recipients.iter().map(|recipient| recipient.uri.octets().count()).sum::<usize>();
        }
    }
    read_document(view.body());
    let _ = (focus(view), session_replaces(view), Event::of(view), SubscriptionState::of(view));
}

fn read_document(document: &[u8]) {
    if let Ok(recipients) = Recipients::parse(document) {
        let _ = recipients.iter().filter_map(|recipient| recipient.uri.digits()).count();
    }
    if let Ok(info) = ConferenceInfo::parse(document) {
        let _ = (VersionTracker::default().judge(&info), format!("{info:?}"));
        for event in info.events() {
            if let ConferenceEvent::User(user) = event {
                let _ = (user.entity.digits(), user.display.map(|name| name.octets().count()));
            }
        }
    }
}

/// What the gateway asks of messages beyond RFC 3261.
fn exhaust_extensions(view: &MessageView<'_>) {
    exhaust_groups(view);
    let _ = (ServiceKind::of(view), Privacy::of(view).asks_to_hide(), is_anonymous(&view.from()));
    let _ = (Asserted::of(view), ServedUser::of(view), DialogPeer::of(view), RetryAfter::of(view));
    let policy = SessionPolicy { min_se_s: 90, default_s: 1800, want: true };
    let _ = (policy.negotiate(view), policy.raised(view), Answered::of(view, &policy));
    if let Some(Ok(multipart)) = Multipart::of(view) {
        let _ = multipart.parts().map(|part| part.body.len()).sum::<usize>();
    }
    if let Ok(registration) = Registration::of(view) {
        let mut buffer = vec![0; 70_000];
        let clock = WallClock { unix_seconds: i64::from(u32::MAX), quarter_hours: 0 };
        let written =
            write_registered(&mut Writer::new(&mut buffer), view, source(), b"t", &registration, clock);
        if let (Ok(length), true) = (written, view.validate_request().is_ok()) {
            let index = Index::parse(&buffer[..length]).expect("our 200 is a message");
            assert!(MessageView::new(&buffer, &index).header(HeaderName::Date).is_some());
        }
    }
}

fn read_value(value: &[u8]) {
    for element in Elements::new(value) {
        let _ = Via::parse(element).map(|via| response_target(&via, source()));
        let _ = NameAddr::parse(element)
            .map(|read| (read.tag(), read.parsed_uri(), read.display_octets().count()));
        let _ = NameAddr::parse_asserted(element);
        let _ = Uri::parse(element).map(|uri| (uri.digits(), uri.is_phone(), uri.host_address()));
        let _ = (
            MediaType::parse(element),
            SessionExpires::parse(element),
            RAck::parse(element),
            parse_token(element),
        );
        let _ = (Reason::parse(element), RetryAfter::parse(element), Replaces::parse(element));
        let _ = (Event::parse(element), SubscriptionState::parse(element));
    }
}

#[test]
fn a_message_cut_anywhere_is_refused_or_read_and_never_a_panic() {
    let message = wire(CHAT);
    for length in 0..message.len() {
        exhaust(&message[..length]);
        assert!(Index::parse(&message[..length]).is_err(), "{length} octets are not the whole message");
        assert_eq!(frame(&message[..length], 65_535), Frame::Incomplete, "{length} octets");
    }
    assert_eq!(frame(&message, 65_535), Frame::Complete { length: message.len() });
}

#[test]
fn an_index_outlives_the_copy_that_it_was_made_from() {
    let message = wire(CHAT);
    let index = Index::parse(&message).expect("a good message").clone();
    let copy = message.clone();
    drop(message);
    assert_eq!(MessageView::new(&copy, &index).call_id(), b"9f3a-77c1@10.45.0.7");
    // Even the wrong octets only read as nonsense.
    assert_eq!(MessageView::new(b"short", &index).call_id(), b"");
    assert_eq!(MessageView::new(b"short", &index).all_headers().count(), index.headers());
}

/// Pieces that parsers stumble over.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b"\n ".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\\".to_vec()),
        Just(b"<".to_vec()),
        Just(b">".to_vec()),
        Just(b";".to_vec()),
        Just(b",".to_vec()),
        Just(b":".to_vec()),
        Just(b"@".to_vec()),
        Just(b"%".to_vec()),
        Just(b"[::".to_vec()),
        Just(b"SIP/2.0".to_vec()),
        Just(b"l: 99999999999999999999".to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_octets_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        exhaust(&bytes);
        read_value(&bytes);
        let _ = frame(&bytes, 300);
    }

    #[test]
    fn a_damaged_message_never_panics(
        at in 0_usize..1800, gone in 0_usize..40, fragment in fragment(), again in 0_usize..1800,
    ) {
        let mut message = wire(CHAT);
        for at in [at, again] {
            let start = at.min(message.len());
            let end = (start + gone).min(message.len());
            message.splice(start..end, fragment.iter().copied());
        }
        exhaust(&message);
        for limit in [100, 65_535] {
            if let Frame::Complete { length } | Frame::KeepAlive { length } = frame(&message, limit) {
                prop_assert!(length > 0 && length <= message.len(), "a frame makes progress inside what has arrived");
            }
        }
    }

    #[test]
    fn a_damaged_registration_never_panics(
        at in 0_usize..2400, gone in 0_usize..40, fragment in fragment(), full in any::<bool>(),
    ) {
        let mut message = wire(if full { FULL } else { PLAIN });
        let start = at.min(message.len());
        let end = (start + gone).min(message.len());
        message.splice(start..end, fragment);
        exhaust(&message);
    }

    #[test]
    fn a_damaged_invitation_to_a_group_never_panics(
        at in 0_usize..2000, gone in 0_usize..40, fragment in fragment(), fragments in prop::collection::vec(fragment(), 0..30),
    ) {
        let mut message = wire(GROUP);
        let start = at.min(message.len());
        let end = (start + gone).min(message.len());
        message.splice(start..end, fragment);
        exhaust(&message);
        read_document(&[b"<conference-info entity='x'><users><user entity='y'>", &fragments.concat()[..]].concat());
    }

    #[test]
    fn a_multipart_body_of_any_octets_is_cut_the_same_way_twice(
        pieces in prop::collection::vec(
            prop_oneof![
                Just(b"--b".to_vec()),
                Just(b"--b--".to_vec()),
                Just(b"\r\n".to_vec()),
                Just(b"\n".to_vec()),
                Just(b"Content-Type: a/b".to_vec()),
                prop::collection::vec(any::<u8>(), 0..6),
            ],
            0..40,
        ),
    ) {
        let body = pieces.concat();
        let media_type = MediaType::parse(b"multipart/mixed;boundary=b").expect("good");
        if let Ok(multipart) = Multipart::parse(&media_type, &body) {
            let parts: Vec<_> = multipart.parts().collect();
            prop_assert!(!parts.is_empty());
            // What was checked is what is read: as many parts as delimiter lines before the closing one.
            let lines = body.split(|octet| *octet == b'\n').map(|line| line.trim_ascii_end());
            let delimiters = lines.take_while(|line| *line != b"--b--").filter(|line| *line == b"--b").count();
            prop_assert!(parts.len() <= delimiters);
            for part in parts {
                prop_assert!(!part.body.starts_with(b"--b--\n") && !part.body.ends_with(b"\n--b--"));
            }
        }
    }

    #[test]
    fn octets_that_go_out_in_quotes_come_back(text in prop::collection::vec(0x20_u8..0x7F, 1..60), cause in 0_u16..1000) {
        let mut buffer = [0; 200];
        let mut out = Writer::new(&mut buffer);
        sip::write_reason(&mut out, sip::ReasonProtocol::Sip, cause, &text);
        let reason = Reason::parse(out.written()).expect("a good Reason");
        let mut rest = reason.text.iter().copied();
        let plain: Vec<_> =
            std::iter::from_fn(|| rest.next().map(|octet| if octet == b'\\' { rest.next().expect("a pair") } else { octet })).collect();
        prop_assert_eq!((reason.cause, plain), (Some(cause), text));
    }

    #[test]
    fn a_kept_head_is_kept_the_same_again(at in 0_usize..1800, fragment in fragment()) {
        let mut message = wire(CHAT);
        let at = at.min(message.len());
        message.splice(at..at, fragment);
        let Ok(index) = Index::parse(&message) else { return Ok(()) };
        let view = MessageView::new(&message, &index);
        if view.validate_request().is_err() {
            return Ok(());
        }
        let keep = |view: &MessageView<'_>| {
            let mut buffer = vec![0; 4096];
            let mut out = Writer::new(&mut buffer);
            keep_head(view, &mut out);
            out.written().to_vec()
        };
        let kept = keep(&view);
        let kept_index = Index::parse(&kept).expect("a kept head is a message");
        let head = MessageView::new(&kept, &kept_index);
        prop_assert_eq!(head.validate_request(), Ok(()));
        prop_assert_eq!(keep(&head), kept.clone());
        prop_assert_eq!(answer(&head, StatusCode::OK), answer(&view, StatusCode::OK));
        let seed = KeySeed([3, 4]);
        prop_assert_eq!(TransactionKey::of_request(&head, seed), TransactionKey::of_request(&view, seed));
    }

    #[test]
    fn a_stream_gives_the_same_messages_however_it_is_cut(cuts in prop::collection::vec(1_usize..900, 1..12)) {
        let message = wire(CHAT);
        let stream = [&message[..], b"\r\n\r\n", &message, b"\r\n", &message].concat();
        let mut arrived = 0;
        let mut consumed = 0;
        let mut seen = Vec::new();
        let mut cuts = cuts.into_iter().cycle();
        while consumed < stream.len() {
            match frame(&stream[consumed..arrived], 65_535) {
                Frame::Complete { length } => { seen.push(length); consumed += length; }
                Frame::KeepAlive { length } => consumed += length,
                Frame::Incomplete => {
                    prop_assert!(arrived < stream.len());
                    arrived = (arrived + cuts.next().expect("endless")).min(stream.len());
                }
                Frame::Malformed => prop_assert!(false, "at {}", consumed),
            }
        }
        prop_assert_eq!(seen, vec![message.len(); 3]);
    }

    #[test]
    fn what_is_written_is_read_back(
        user in "[a-z0-9.+]{1,12}", tag in "[a-z0-9]{1,20}", call in "[A-Za-z0-9@.-]{1,40}",
        number in 0_u32..=0x7FFF_FFFF, body in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let uri = format!("sip:{user}@example.org");
        let mut buffer = vec![0; 8192];
        let mut out = Writer::new(&mut buffer);
        let us = SentBy { transport: Transport::Tcp, host: b"[2001:db8::1]", port: 5060 };
        let length = sip::RequestWriter::start(&mut out, Method::Message, uri.as_bytes(), &us, b"z9hG4bK1")
            .from(&uri, &tag).to(&uri, Some(tag.as_bytes())).call_id(&call).cseq(number)
            .body("text/plain", |out| out.put(&body))
            .expect("room enough");
        let message = out.written();
        prop_assert_eq!(frame(message, 65_535), Frame::Complete { length });
        let index = Index::parse(message).expect("a good message");
        let view = MessageView::new(message, &index);
        prop_assert_eq!(view.validate_request(), Ok(()));
        prop_assert_eq!(view.request_uri(), uri.as_bytes());
        prop_assert_eq!(view.from_tag(), Some(tag.as_bytes()));
        prop_assert_eq!(view.to_tag(), Some(tag.as_bytes()));
        prop_assert_eq!(view.call_id(), call.as_bytes());
        prop_assert_eq!(view.cseq().number, number);
        prop_assert_eq!(view.body(), &body[..]);
    }
}
