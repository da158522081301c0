//! RFC 4028 7 and 9: what becomes of Session-Expires, line by line of Table 2.

use sip::{Answered, DialogPeer, HeaderName, Negotiated, RefreshedBy, SessionPolicy, StatusCode, Terms};

use crate::stage::{answer, wire, with_view, written};

const POLICY: SessionPolicy = SessionPolicy { min_se_s: 120, default_s: 1800, want: true };

fn invite(headers: &str) -> Vec<u8> {
    wire(&format!(
        "INVITE sip:gw.example.net SIP/2.0\nVia: SIP/2.0/UDP s.example.net;branch=z9hG4bK1\n\
         From: <sip:a@example.net>;tag=1\nTo: <sip:b@example.net>\nCall-ID: c\nCSeq: 1 INVITE\n\
         {headers}Content-Length: 0\n\n"
    ))
}

fn negotiate(policy: SessionPolicy, headers: &str) -> Negotiated {
    with_view(&invite(headers), |view| policy.negotiate(view))
}

fn on(interval_s: u32, refresher: RefreshedBy, require_in_answer: bool) -> Negotiated {
    Negotiated::On(Terms { interval_s, refresher, require_in_answer })
}

#[test]
fn who_refreshes_follows_table_2() {
    use RefreshedBy::{Them, Us};
    for (supported, asked, refresher) in [
        ("", "", Us),
        ("", ";refresher=uas", Us),
        // Not allowed by the table; who does not know the timer cannot refresh.
        ("", ";refresher=uac", Us),
        ("Supported: timer\n", "", Them),
        ("k: 100rel, timer\n", ";refresher=uac", Them),
        ("Supported: timer\n", ";refresher=uas", Us),
        ("Require: timer\n", ";refresher=uac", Them),
    ] {
        let headers = format!("{supported}x: 1200{asked}\n");
        let require = !supported.is_empty();
        assert_eq!(negotiate(POLICY, &headers), on(1200, refresher, require), "{headers}");
    }
}

#[test]
fn the_interval_is_shortened_but_never_below_their_minimum_and_never_lengthened() {
    for (headers, interval_s) in [
        ("Session-Expires: 7200\n", 1800),
        ("Session-Expires: 7200\nMin-SE: 3600\n", 3600),
        ("Session-Expires: 99999999999\n", 1800),
        ("Session-Expires: 120\n", 120),
    ] {
        let headers = format!("Supported: timer\n{headers}");
        assert_eq!(negotiate(POLICY, &headers), on(interval_s, RefreshedBy::Them, true), "{headers}");
    }
}

#[test]
fn too_small_an_interval_is_refused_only_to_who_understands() {
    let small = Negotiated::TooSmall { min_se_s: 120 };
    assert_eq!(negotiate(POLICY, "Supported: timer\nSession-Expires: 119\n"), small);
    assert_eq!(small.status(), Some(StatusCode::SESSION_INTERVAL_TOO_SMALL));
    assert_eq!(small.terms(), None);
    // RFC 4028 5: a policy below 90 is one of 90.
    let low = SessionPolicy { min_se_s: 5, ..POLICY };
    assert_eq!(
        negotiate(low, "Supported: timer\nSession-Expires: 89\n"),
        Negotiated::TooSmall { min_se_s: 90 }
    );
    assert_eq!(negotiate(POLICY, "Session-Expires: 100\n"), on(100, RefreshedBy::Us, false));
    // Nobody may ask for less than 90; here nobody has asked.
    assert_eq!(negotiate(POLICY, "Session-Expires: 5\n"), on(1800, RefreshedBy::Us, false));
    assert_eq!(negotiate(SessionPolicy { want: false, ..POLICY }, "Session-Expires: 5\n"), Negotiated::Off);
}

#[test]
fn without_session_expires_our_wish_decides() {
    let reluctant = SessionPolicy { want: false, ..POLICY };
    for headers in ["", "Supported: timer\n", "Session-Expires: soon\n"] {
        assert_eq!(negotiate(reluctant, headers), Negotiated::Off, "{headers}");
    }
    assert_eq!(negotiate(POLICY, "Supported: timer\n"), on(1800, RefreshedBy::Them, true));
    assert_eq!(negotiate(POLICY, ""), on(1800, RefreshedBy::Us, false));
    assert_eq!(negotiate(POLICY, "Min-SE: 2400\n"), on(2400, RefreshedBy::Us, false));
    assert_eq!(
        negotiate(reluctant, "Supported: timer\nSession-Expires: 600\n"),
        on(600, RefreshedBy::Them, true),
        "who is asked does it"
    );
}

#[test]
fn the_answer_says_who_refreshes_in_the_words_of_its_transaction() {
    let text = |refresher| {
        let terms = Terms { interval_s: 1800, refresher, require_in_answer: true };
        String::from_utf8(written(|out| terms.in_answer().write(out))).expect("text")
    };
    assert_eq!(text(RefreshedBy::Us), "1800;refresher=uas");
    assert_eq!(text(RefreshedBy::Them), "1800;refresher=uac");
    assert_eq!(written(|out| POLICY.in_request().write(out)), b"1800");
}

fn response(status: StatusCode, headers: &str) -> Vec<u8> {
    let plain = with_view(&invite(""), |view| answer(view, status));
    let text = String::from_utf8(plain).expect("text");
    text.replace("Content-Length", &format!("{}Content-Length", headers.replace('\n', "\r\n"))).into_bytes()
}

#[test]
fn as_client_we_do_what_the_answer_says() {
    let read = |policy: SessionPolicy, headers: &str| {
        with_view(&response(StatusCode::OK, headers), |view| policy.answered(view))
    };
    let terms = |interval_s, refresher| Some(Terms { interval_s, refresher, require_in_answer: false });
    use RefreshedBy::{Them, Us};
    assert_eq!(read(POLICY, "Session-Expires: 600;refresher=uas\n"), terms(600, Them));
    assert_eq!(read(POLICY, "Session-Expires: 600;refresher=uac\nRequire: timer\n"), terms(600, Us));
    assert_eq!(read(POLICY, "Session-Expires: 600\n"), terms(600, Us), "somebody must");
    assert_eq!(read(POLICY, "Session-Expires: 1;refresher=uac\n"), terms(90, Us));
    // RFC 4028 7.2
    assert_eq!(read(POLICY, ""), terms(1800, Us));
    assert_eq!(read(SessionPolicy { want: false, ..POLICY }, ""), None);
}

#[test]
fn as_client_we_ask_again_for_what_a_422_wants() {
    let raised = |headers: &str| {
        let refusal = response(StatusCode::SESSION_INTERVAL_TOO_SMALL, headers);
        with_view(&refusal, |view| POLICY.raised(view)).map(|policy| policy.in_request().seconds)
    };
    assert_eq!(raised("Min-SE: 3600\n"), Some(3600));
    assert_eq!(raised("Min-SE: 3600;x=y\n"), Some(3600));
    for headers in ["", "Min-SE: 1800\n", "Min-SE: 4294967295\n"] {
        assert_eq!(raised(headers), None, "{headers}");
    }
}

#[test]
fn the_answer_to_a_refresh_is_read_with_all_that_the_timer_needs() {
    let read =
        |status, headers: &str| with_view(&response(status, headers), |view| Answered::of(view, &POLICY));
    assert!(matches!(
        read(StatusCode::OK, "Session-Expires: 600;refresher=uas\n"),
        Answered::Agreed(Some(Terms { interval_s: 600, refresher: RefreshedBy::Them, .. }))
    ));
    let Answered::Refused(refusal) =
        read(StatusCode::SESSION_INTERVAL_TOO_SMALL, "Min-SE: 900\nRetry-After: 3\n")
    else {
        panic!("refused")
    };
    assert_eq!(refusal.status, StatusCode::SESSION_INTERVAL_TOO_SMALL);
    assert_eq!((refusal.min_se_s, refusal.retry_after_s), (Some(900), Some(3)));
}

#[test]
fn the_message_that_made_the_dialog_says_how_to_refresh_it() {
    let theirs = with_view(&invite("Allow: INVITE, UPDATE\n"), DialogPeer::of);
    assert_eq!(theirs, DialogPeer { allows_update: true, call_id_is_ours: false });
    let ours = with_view(&response(StatusCode::OK, "Allow: INVITE, BYE\n"), DialogPeer::of);
    assert_eq!(ours, DialogPeer { allows_update: false, call_id_is_ours: true });
    let twice = invite("Session-Expires: 90\nSession-Expires: 91\n");
    assert_eq!(
        with_view(&twice, |view| view.validate_request()).map_err(|bad| bad.header),
        Err(Some(HeaderName::SessionExpires))
    );
}
