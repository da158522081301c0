//! Which messages are one transaction (RFC 3261 17.1.3, 17.2.3).

use sip::{KeySeed, TransactionKey};

use crate::stage::{wire, with_view};

const SEED: KeySeed = KeySeed([1, 2]);

/// A request with these differences.
fn request(method: &str, via: &str, to: &str) -> Vec<u8> {
    wire(&format!(
        "{method} sip:ben@example.org SIP/2.0\nVia: SIP/2.0/UDP {via}\nFrom: <sip:ann@example.net>;tag=f\nTo: <sip:ben@example.org>{to}\nCall-ID: c\nCSeq: 4 {method}\n\n"
    ))
}

fn key(message: &[u8]) -> TransactionKey {
    with_view(message, |view| TransactionKey::of_request(view, SEED))
}

#[test]
fn branch_sent_by_and_method_make_the_transaction() {
    let invite = key(&request("INVITE", "a.example:5060;branch=z9hG4bK1", ""));
    assert_eq!(key(&request("INVITE", "A.Example;branch=z9hG4bK1;rport", "")), invite, "names ignore case");
    assert_ne!(key(&request("INVITE", "a.example;branch=z9hG4bK2", "")), invite);
    assert_ne!(key(&request("INVITE", "a.example;branch=Z9HG4BK1", "")), invite, "base64 has case");
    assert_ne!(
        key(&request("INVITE", "b.example;branch=z9hG4bK1", "")),
        invite,
        "branches of two clients may agree"
    );
    assert_ne!(key(&request("INVITE", "a.example:5062;branch=z9hG4bK1", "")), invite);
    assert_ne!(key(&request("BYE", "a.example;branch=z9hG4bK1", "")), invite);
}

#[test]
fn ack_and_cancel_lead_to_their_invite() {
    for via in ["a.example;branch=z9hG4bK1", "a.example", "a.example;branch=1", "a.example;branch=z9hG4bK"] {
        let invite = key(&request("INVITE", via, ""));
        assert_eq!(key(&request("ACK", via, ";tag=ours")), invite, "{via}");
        assert_eq!(key(&request("CANCEL", via, "")), invite, "{via}");
        assert_ne!(key(&request("OPTIONS", via, "")), invite, "{via}");
    }
}

#[test]
fn without_the_cookie_everything_counts() {
    let options = key(&request("OPTIONS", "a.example;branch=1", ""));
    assert_eq!(key(&request("OPTIONS", "a.example;branch=1", "")), options);
    assert_ne!(key(&request("OPTIONS", "a.example;branch=1", ";tag=t")), options);
    assert_eq!(key(&request("OPTIONS", "a.example ;\n branch=1", "")), options, "a fold means nothing");
    let other_call = String::from_utf8(request("OPTIONS", "a.example;branch=1", ""))
        .expect("text")
        .replace("Call-ID: c", "Call-ID: d");
    assert_ne!(key(other_call.as_bytes()), options);
}

#[test]
fn a_response_finds_the_request_that_it_answers() {
    let own = |method| {
        with_view(&request(method, "gw:5071;branch=z9hG4bK7", ""), |view| {
            TransactionKey::of_own_request(view, SEED)
        })
    };
    let response = |method: &str| {
        let text = format!(
            "SIP/2.0 200 OK\nVia: SIP/2.0/UDP GW:5071;branch=z9hG4bK7;received=192.0.2.1\nFrom: <sip:a@b>;tag=f\nTo: <sip:b@c>;tag=t\nCall-ID: c\nCSeq: 4 {method}\nl: 0\n\n"
        );
        with_view(&wire(&text), |view| TransactionKey::of_response(view, SEED))
    };
    assert_eq!(response("INVITE"), own("INVITE"));
    assert_eq!(response("CANCEL"), own("CANCEL"));
    assert_ne!(response("CANCEL"), own("INVITE"), "the 200 of a CANCEL does not answer the INVITE");
}

#[test]
fn merged_requests_have_one_origin() {
    let origin = |via| with_view(&request("INVITE", via, ""), |view| TransactionKey::of_origin(view, SEED));
    let (first, second) = ("a;branch=z9hG4bK1", "b;branch=z9hG4bK2");
    assert_eq!(origin(first), origin(second));
    assert_ne!(key(&request("INVITE", first, "")), key(&request("INVITE", second, "")));
}

#[test]
fn without_the_seed_keys_cannot_be_foretold() {
    let message = request("INVITE", "a.example;branch=z9hG4bK1", "");
    let other = with_view(&message, |view| TransactionKey::of_request(view, KeySeed([1, 3])));
    assert_ne!(key(&message), other);
}
