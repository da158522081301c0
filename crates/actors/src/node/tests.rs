use alloc::vec;
use core::time::Duration;

use diameter::base::DisconnectCause;
use diameter::{Command, MessageWriter, Procedure};

use super::*;
use crate::Effect;

fn node(host: &str) -> Node {
    let setup = NodeSetup {
        host: host.into(),
        realm: "ims.example".into(),
        address: IpAddr::from([127, 0, 0, 1]),
        wall: WallClock::default(),
        chance: Entropy::from_seed([1; 32]),
    };
    Node::new(setup, &[ApplicationId::SGD])
}

/// Two nodes and the one connection between them.
struct Pair {
    caller: Node,
    called: Node,
    now: Instant,
    /// What the owners of both heard.
    heard: [Vec<&'static str>; 2],
    is_cut: bool,
}

const LINK: LinkName = LinkName(7);
const AT: &str = "127.0.0.1:3868";

impl Pair {
    fn new() -> Self {
        let mut caller = node("a.example");
        caller.call("b.example", AT.parse().expect("an address"));
        Pair { caller, called: node("b.example"), now: Instant::ZERO, heard: [vec![], vec![]], is_cut: false }
    }

    /// Tells one of them what happened, and carries out everything that follows.
    fn play(&mut self, side: usize, event: Event<'_>) {
        let mut out = Out::new();
        let nodes = [&mut self.caller, &mut self.called];
        for heard in nodes[side].handle(self.now, &event, &mut out) {
            self.heard[side].push(match heard {
                Heard::Message(..) => "message",
                Heard::Down(_) => "down",
            });
        }
        for effect in out.drain().collect::<Vec<_>>() {
            self.carry_out(side, effect);
        }
    }

    fn carry_out(&mut self, side: usize, effect: Effect) {
        let peer = AT.parse().expect("an address");
        match effect {
            Effect::Connect { tag, .. } => {
                self.play(1, Event::Opened { link: LINK, opening: Opening::Accepted, peer });
                self.play(0, Event::Opened { link: LINK, opening: Opening::Connected { tag }, peer });
            }
            Effect::Bytes { bytes, .. } if !self.is_cut => {
                // Cut in two, as a stream may be.
                let (front, back) = bytes.split_at(bytes.len() / 3);
                self.play(1 - side, Event::Bytes { link: LINK, bytes: front });
                self.play(1 - side, Event::Bytes { link: LINK, bytes: back });
            }
            Effect::Close { .. } => self.play(1 - side, Event::Closed { link: LINK }),
            _ => {}
        }
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        loop {
            let due = [self.caller.next_deadline(), self.called.next_deadline()];
            let Some(next) = due.into_iter().flatten().min().filter(|next| *next <= end) else { break };
            self.now = next;
            self.play(0, Event::Due);
            self.play(1, Event::Due);
        }
        self.now = end;
    }
}

fn request(node: &mut Node, application: ApplicationId) -> Vec<u8> {
    let ids = node.ids();
    written(|out| {
        let command = Command::MO_FORWARD_SHORT_MESSAGE;
        MessageWriter::request(out, command, application, ids.hop_by_hop, ids.end_to_end, false).finish();
    })
}

#[test]
fn neighbours_introduce_themselves_and_watch_each_other() {
    let mut pair = Pair::new();
    pair.play(0, Event::Start);
    assert_eq!(pair.caller.up().map(|up| up.identity.realm.to_vec()).collect::<Vec<_>>(), [b"ims.example"]);
    assert_eq!(pair.called.up().map(|up| up.identity.host.to_vec()).collect::<Vec<_>>(), [b"a.example"]);
    // Several watchdog intervals with nothing but watchdogs.
    pair.wait(300);
    assert_eq!((pair.caller.up().count(), pair.called.up().count()), (1, 1));
    let bytes = request(&mut pair.caller, ApplicationId::SGD);
    pair.carry_out(0, Effect::Bytes { link: LINK, bytes });
    assert_eq!(pair.heard[1], ["message"]);
}

#[test]
fn a_lost_connection_is_called_again_and_the_owner_is_told() {
    let mut pair = Pair::new();
    pair.play(0, Event::Start);
    pair.play(1, Event::Closed { link: LINK });
    pair.play(0, Event::Closed { link: LINK });
    assert!(pair.heard[0].contains(&"down") && pair.heard[1].contains(&"down"));
    assert_eq!((pair.caller.up().count(), pair.called.up().count()), (0, 0));
    // A connection after a failure must earn its trust by three answers (RFC 3539 3.4.1).
    pair.wait(200);
    assert_eq!((pair.caller.up().count(), pair.called.up().count()), (1, 1));
}

#[test]
fn a_silent_neighbour_is_given_up() {
    let mut pair = Pair::new();
    pair.play(0, Event::Start);
    pair.is_cut = true;
    pair.wait(120);
    assert_eq!(pair.caller.up().count(), 0);
}

#[test]
fn a_farewell_is_answered() {
    let mut pair = Pair::new();
    pair.play(0, Event::Start);
    let ids = pair.caller.ids();
    let origin = Identity { host: b"a.example", realm: b"ims.example" };
    let farewell = diameter::base::Disconnect { origin, cause: DisconnectCause::Rebooting };
    let mut out = Out::new();
    let bytes = written(|out| farewell.write_request(out, ids));
    pair.called.handle(pair.now, &Event::Bytes { link: LINK, bytes: &bytes }, &mut out);
    let answer = out.drain().find_map(|effect| match effect {
        Effect::Bytes { bytes, .. } => Some(bytes),
        _ => None,
    });
    let answer = answer.expect("a DPA");
    let view = MessageView::parse(&answer).expect("sound");
    assert_eq!(Procedure::of(&view.header()), Ok(Procedure::DisconnectPeer));
    assert!(!view.header().flags.request);
    assert_eq!(pair.called.up().count(), 0);
    assert_eq!(pair.called.farewells(), 1);
}

#[test]
fn who_speaks_before_the_introduction_is_not_listened_to() {
    let mut node = node("b.example");
    let mut out = Out::new();
    let peer = AT.parse().expect("an address");
    node.handle(Instant::ZERO, &Event::Opened { link: LINK, opening: Opening::Accepted, peer }, &mut out);
    let bytes = request(&mut self::node("a.example"), ApplicationId::SGD);
    let heard = node.handle(Instant::ZERO, &Event::Bytes { link: LINK, bytes: &bytes }, &mut out);
    assert!(!heard.iter().any(|heard| matches!(heard, Heard::Message(..))));
    assert!(out.drain().any(|effect| matches!(effect, Effect::Close { .. })));
}

#[test]
fn a_stream_that_is_no_diameter_is_closed() {
    let mut pair = Pair::new();
    pair.play(0, Event::Start);
    let mut out = Out::new();
    let rubbish = b"GET / HTTP/1.1\r\nHost: b.example\r\n\r\n";
    pair.called.handle(pair.now, &Event::Bytes { link: LINK, bytes: rubbish }, &mut out);
    assert!(out.drain().any(|effect| matches!(effect, Effect::Close { .. })));
    assert_eq!(pair.called.up().count(), 0);
}

#[test]
fn no_octets_of_a_stranger_break_a_node() {
    let mut chance = Entropy::from_seed([3; 32]);
    for _ in 0..500 {
        let mut pair = Pair::new();
        pair.play(0, Event::Start);
        let mut bytes = request(&mut pair.caller, ApplicationId::SGD);
        bytes.extend_from_slice(&[0, 0, 1, 8, 0x40, 0, 0, 12, b'h', b'o', b's', b't']);
        bytes[3] += 12;
        for _ in 0..chance.below(6) {
            let at = chance.below(bytes.len() as u64) as usize;
            bytes[at] = chance.u32() as u8;
        }
        let mut out = Out::new();
        pair.called.handle(pair.now, &Event::Bytes { link: LINK, bytes: &bytes }, &mut out);
        pair.called.handle(pair.now, &Event::Closed { link: LINK }, &mut out);
    }
}
