use clap::Parser;
use msrp::Offer;
use sip::{HeaderName, NameAddr, Uri};

use super::*;
use crate::command::{Command, CommandLine};

const NONCE: Nonce = Nonce { run: 7, random: 42 };

fn caller(target: &str, local: &str) -> Caller {
    let words = ["ipsmgw-loadgen", "run", "--target", target];
    let Command::Run(order) = CommandLine::parse_from(words).command else { panic!("another command") };
    Caller::new(order, local.parse().expect("an address"), NONCE)
}

fn with_invite(caller: &Caller, n: u32, read: impl FnOnce(&MessageView<'_>)) {
    caller
        .with_invite(n, |invite| {
            read(invite);
            Ok(())
        })
        .expect("room for an INVITE");
}

#[test]
fn an_invitation_has_all_that_a_gateway_asks() {
    for (target, local) in [
        ("127.0.0.1:5060", "127.0.0.1:40000"),
        ("[::1]:5060", "[2001:db8:1111:2222:3333:4444:5555:6666]:65535"),
    ] {
        let caller = caller(target, local);
        with_invite(&caller, 999_999, |invite| {
            assert_eq!(invite.validate_request(), Ok(()));
            let sms_user = Uri::parse(invite.request_uri()).and_then(|uri| uri.digits());
            assert_eq!(sms_user, Digits::from_ascii(b"999100999999").ok());
            let asserted = invite.header(HeaderName::PAssertedIdentity).and_then(NameAddr::parse_asserted);
            let chat_user = asserted.and_then(|asserted| asserted.parsed_uri()).and_then(|uri| uri.digits());
            assert_eq!(chat_user, Digits::from_ascii(b"999200999999").ok());
            let offer = Offer::parse(invite.body()).expect("an offer that can be accepted");
            assert_eq!(offer.setup, Some(Setup::Active));
        });
    }
}

#[test]
fn answers_find_their_invitation_and_no_other_run() {
    let caller = caller("127.0.0.1:5060", "127.0.0.1:40000");
    with_invite(&caller, 77, |invite| {
        assert_eq!(caller.invitation_of(invite.via().branch.expect("a branch")), Some(77));
    });
    for foreign in [&b"z9hG4bK-1"[..], b""] {
        assert_eq!(caller.invitation_of(foreign), None);
    }
    let other = Token { owner: 0, slot: 77, generation: 8, random: 42 };
    assert_eq!(caller.invitation_of(&other.to_branch()), None, "of the run before");
}

#[test]
fn invitations_share_no_identifier() {
    let caller = caller("127.0.0.1:5060", "127.0.0.1:40000");
    with_invite(&caller, 0, |one| {
        with_invite(&caller, 1, |other| {
            assert_ne!(one.request_uri(), other.request_uri());
            assert_ne!(one.call_id(), other.call_id());
            assert_ne!(one.from_tag(), other.from_tag());
            assert_ne!(one.via().branch, other.via().branch);
            assert_ne!(one.body(), other.body());
        });
    });
}
