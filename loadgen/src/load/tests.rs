//! The load against a gateway that a test plays by hand.

use clap::Parser;
use octets::Writer;
use sip::{HeaderName, ResponseWriter};

use super::*;
use crate::caller::Nonce;
use crate::command::{Command, CommandLine};

/// A run under a test's own clock, and what it has sent.
struct Stage {
    load: Load,
    now: Instant,
    sent: Vec<(SocketAddr, Vec<u8>)>,
}

const GATEWAY: &str = "127.0.0.1:5060";
const OWN_PORT: &str = "<sip:chat@127.0.0.1:5070>";

impl Stage {
    fn of(words: &str) -> Stage {
        let words =
            ["ipsmgw-loadgen", "run", "--target", GATEWAY].into_iter().chain(words.split_whitespace());
        let Command::Run(order) = CommandLine::parse_from(words).command else { panic!("another command") };
        let local = "127.0.0.1:40000".parse().expect("an address");
        let caller = Caller::new(order.clone(), local, Nonce { run: 1, random: 2 });
        let now = Instant::from_nanos(1_000_000_000);
        Stage { load: Load::new(order, caller, now), now, sent: Vec::new() }
    }

    fn turn(&mut self, act: impl FnOnce(&mut Load, &mut Turn<'_>)) {
        let sent = &mut self.sent;
        let mut send = |to: SocketAddr, bytes: &[u8]| sent.push((to, bytes.to_vec()));
        act(&mut self.load, &mut Turn { now: self.now, send: &mut send });
    }

    /// Time passes as in the real loop: from deadline to deadline.
    fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            self.turn(|load, turn| while load.start_due(turn) > 0 {});
            self.turn(|load, turn| load.advance(turn));
            if self.now >= until {
                return;
            }
            self.now = self.load.next_deadline().max(self.now + Duration::from_millis(1)).min(until);
        }
    }

    /// What has been sent since the last look: first lines, and where to.
    fn lines(&mut self) -> Vec<String> {
        let line = |(to, bytes): (SocketAddr, Vec<u8>)| {
            let text = String::from_utf8(bytes).expect("text");
            let method = text.split(' ').next().unwrap_or_default().to_owned();
            format!("{method} to {}", to.port())
        };
        self.sent.drain(..).map(line).collect()
    }

    fn receive(&mut self, bytes: &[u8]) {
        let source = GATEWAY.parse().expect("an address");
        self.turn(|load, turn| load.receive(source, bytes, turn));
    }

    /// The gateway answers `request`.
    fn answer(&mut self, request: &[u8], status: u16) {
        let index = Index::parse(request).expect("a request of ours");
        let view = MessageView::new(request, &index);
        let mut room = [0; 4096];
        let mut out = Writer::new(&mut room);
        let status = StatusCode::new(status).expect("a status");
        let source = "127.0.0.1:40000".parse().expect("an address");
        let mut response =
            ResponseWriter::start(&mut out, &view, source, status, None, Some(b"theirs"), true);
        response.header("Contact", OWN_PORT);
        let length = response.finish_without_body().expect("room");
        self.receive(&room[..length]);
    }

    /// The last thing that was sent.
    fn last(&self) -> Vec<u8> {
        self.sent.last().expect("something was sent").1.clone()
    }

    fn counts(&mut self) -> &crate::tally::Counts {
        &self.load.tally().whole
    }
}

#[test]
fn invitations_leave_at_their_moments_whatever_the_answers_do() {
    let mut stage = Stage::of("--rate 10 --invitations 5");
    stage.wait(Duration::from_millis(150));
    assert_eq!(stage.lines(), ["INVITE to 5060", "INVITE to 5060"]);
    stage.wait(Duration::from_millis(250));
    assert_eq!(stage.lines().len(), 3);
    let counts = stage.counts();
    assert_eq!((counts.sent, counts.repeated), (5, 0));
    assert!(counts.lateness.max() <= Duration::from_millis(1));
}

#[test]
fn a_generator_that_was_held_up_tells_it_and_latency_counts_from_the_intended_moment() {
    let mut stage = Stage::of("--rate 10 --invitations 2");
    stage.now = stage.now + Duration::from_millis(300);
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.answer(&invite, 480);
    let counts = stage.counts();
    assert_eq!(counts.lateness.at(0.1).as_millis(), 200, "the second was to leave at 100 ms");
    assert_eq!(counts.lateness.max().as_millis(), 300);
    assert_eq!(counts.to_final.max().as_millis(), 200);
    assert_eq!(counts.validity(), crate::tally::Validity::Invalid);
}

#[test]
fn a_refusal_is_acknowledged_each_time_and_counted_once() {
    let mut stage = Stage::of("--invitations 1");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.answer(&invite, 100);
    stage.now = stage.now + Duration::from_millis(5);
    stage.answer(&invite, 480);
    stage.answer(&invite, 480);
    assert_eq!(stage.lines(), ["INVITE to 5060", "ACK to 5060", "ACK to 5060"]);
    let counts = stage.counts();
    assert_eq!(counts.answered.get(&480), Some(&1));
    assert_eq!((counts.to_provisional.len(), counts.to_final.max().as_millis()), (1, 5));
    assert!(stage.load.is_over(stage.now));
}

#[test]
fn a_success_is_acknowledged_and_ended_where_the_contact_says() {
    let mut stage = Stage::of("--invitations 1");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.answer(&invite, 200);
    let bye = stage.last();
    assert_eq!(stage.lines(), ["INVITE to 5060", "ACK to 5070", "BYE to 5070"]);
    stage.answer(&invite, 200);
    assert_eq!(stage.lines(), ["ACK to 5070"], "a repeated 2xx gets another ACK and no other BYE");
    assert!(!stage.load.is_over(stage.now), "the BYE is not answered yet");
    let index = Index::parse(&bye).expect("a BYE");
    let view = MessageView::new(&bye, &index);
    assert_eq!((view.cseq().number, view.to_tag()), (2, Some(&b"theirs"[..])));
    stage.answer(&bye, 200);
    assert!(stage.load.is_over(stage.now));
    assert_eq!(stage.counts().answered.get(&200), Some(&1));
}

#[test]
fn a_contact_on_another_host_is_not_followed_without_leave() {
    let mut stage = Stage::of("--invitations 1");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    let mut room = [0; 4096];
    let index = Index::parse(&invite).expect("an INVITE");
    let mut out = Writer::new(&mut room);
    let view = MessageView::new(&invite, &index);
    let source = "127.0.0.1:40000".parse().expect("an address");
    let mut answer =
        ResponseWriter::start(&mut out, &view, source, StatusCode::OK, None, Some(b"theirs"), true);
    answer.header("Contact", "<sip:chat@192.0.2.99:5070>");
    let length = answer.finish_without_body().expect("room");
    stage.receive(&room[..length]);
    assert_eq!(stage.lines(), ["INVITE to 5060", "ACK to 5060", "BYE to 5060"]);
}

#[test]
fn what_is_lost_is_sent_again_and_silence_is_told() {
    let mut stage = Stage::of("--invitations 1 --patience-s 40");
    stage.wait(Duration::from_secs(33));
    // RFC 3261 17.1.1.2: at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s.
    assert_eq!(stage.lines().len(), 7);
    let counts = stage.counts();
    assert_eq!((counts.sent, counts.repeated, counts.silent), (1, 6, 1));
    assert!(stage.load.is_over(stage.now));
}

#[test]
fn patience_ends_silence_before_the_transaction_does() {
    let mut stage = Stage::of("--invitations 1 --patience-s 2");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.wait(Duration::from_secs(5));
    assert_eq!(stage.lines().len(), 3, "at 0, 0.5 and 1.5 s, and no more afterwards");
    stage.answer(&invite, 180);
    let counts = stage.counts();
    assert_eq!((counts.silent, counts.to_provisional.len()), (1, 0), "too late to count");
    assert!(stage.load.is_over(stage.now));
}

#[test]
fn what_rings_for_too_long_is_cancelled_and_its_487_acknowledged() {
    let mut stage = Stage::of("--invitations 1 --patience-s 2");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.answer(&invite, 180);
    stage.wait(Duration::from_secs(2));
    let cancel = stage.last();
    assert_eq!(stage.lines(), ["INVITE to 5060", "CANCEL to 5060"]);
    stage.answer(&cancel, 200);
    assert!(!stage.load.is_over(stage.now), "the 487 is still to come");
    stage.answer(&invite, 487);
    assert_eq!(stage.lines(), ["ACK to 5060"]);
    let counts = stage.counts();
    assert_eq!((counts.impatient, counts.finals(), counts.to_final.len()), (1, 0, 0));
    assert!(stage.load.is_over(stage.now));
}

#[test]
fn a_200_that_crosses_the_cancel_is_still_ended_by_bye() {
    let mut stage = Stage::of("--invitations 1 --patience-s 2");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.answer(&invite, 180);
    stage.wait(Duration::from_secs(2));
    stage.answer(&invite, 200);
    let bye = stage.last();
    assert_eq!(stage.lines(), ["INVITE to 5060", "CANCEL to 5060", "ACK to 5070", "BYE to 5070"]);
    stage.answer(&bye, 200);
    assert!(stage.load.is_over(stage.now));
    assert_eq!((stage.counts().impatient, stage.counts().finals()), (1, 0));
}

#[test]
fn a_run_ends_although_nobody_ends_it() {
    let mut stage = Stage::of("--invitations 1 --patience-s 2");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.answer(&invite, 180);
    stage.wait(Duration::from_millis(6900));
    assert!(!stage.load.is_over(stage.now));
    stage.wait(Duration::from_millis(200));
    assert!(stage.load.is_over(stage.now), "patience and grace are over");
    stage.load.give_up();
    assert_eq!((stage.counts().impatient, stage.counts().unclosed), (1, 1));
}

#[test]
fn what_is_not_ours_is_counted_and_changes_nothing() {
    let mut stage = Stage::of("--invitations 1");
    stage.wait(Duration::ZERO);
    let invite = stage.last();
    stage.receive(b"\x00\x01\x02");
    stage.receive(b"SIP/2.0 200 OK\r\n\r\n");
    let foreign =
        String::from_utf8(invite.clone()).expect("text").replace("branch=z9hG4bK", "branch=z9hG4bKf");
    stage.answer(foreign.as_bytes(), 200);
    assert_eq!(stage.counts().strays, 3);
    assert_eq!(stage.counts().finals(), 0);
    let bye = String::from_utf8(invite).expect("text").replace("INVITE", "BYE");
    stage.sent.clear();
    stage.receive(bye.as_bytes());
    let answer = stage.last();
    let index = Index::parse(&answer).expect("a response");
    let view = MessageView::new(&answer, &index);
    assert_eq!(view.status(), Some(StatusCode::OK));
    assert!(view.header(HeaderName::Via).is_some());
    assert_eq!(stage.counts().requests, 1);
}
