//! What a stage promises its actors, whoever they are.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use actors::{Actor, Event, Letter, LinkName, Opening, Out, Participant, ShortText, Sighting};
use octets::Digits;
use poll::{Options, PollDriver, Sockets};
use shard::PortId;
use stage::{Cast, Door, Ending, Stage};
use tempo::Instant;

use crate::origin;

/// Answers every datagram and every stream with the same octets.
#[derive(Default)]
struct Echo {
    letters: usize,
}

/// Says something on every way there is, and counts what comes back.
struct Caller {
    echo_udp: SocketAddr,
    echo_tcp: SocketAddr,
    nobody: SocketAddr,
    said: Vec<u8>,
    link: Option<LinkName>,
    datagrams: usize,
    octets: usize,
    refused: Vec<u64>,
    due: Option<Instant>,
    dues: Vec<Duration>,
    is_closed: bool,
}

impl Actor for Echo {
    fn name(&self) -> Participant {
        Participant::SmsUser
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        match event {
            Event::Datagram { from, bytes } => out.datagram(from, bytes.to_vec()),
            Event::Bytes { link, bytes } => out.bytes(link, bytes.to_vec()),
            Event::Letter { .. } => {
                self.letters += 1;
                out.sight(now, Participant::ChatUser, Participant::SmsUser, "letter");
            }
            _ => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}

impl Actor for Caller {
    fn name(&self) -> Participant {
        Participant::ChatUser
    }

    fn handle(&mut self, now: Instant, event: Event<'_>, out: &mut Out) {
        match event {
            Event::Start => {
                out.datagram(self.echo_udp, b"hello".to_vec());
                out.connect(7, self.echo_tcp);
                out.connect(8, self.nobody);
                let number = Digits::from_ascii(b"1").expect("a digit");
                let text = ShortText { from: number, to: number, text: "letter".into() };
                out.letter(Participant::SmsUser, Letter::Text(text.clone()));
                out.letter(Participant::Hss, Letter::Text(text));
                self.due = Some(now + Duration::from_millis(30));
            }
            Event::Datagram { .. } => self.datagrams += 1,
            Event::Opened { link, opening, .. } => {
                assert_eq!(opening, Opening::Connected { tag: 7 });
                self.link = Some(link);
                // More than a send buffer holds: the rest waits for room.
                for _ in 0..MESSAGES {
                    out.bytes(link, self.said.clone());
                }
            }
            Event::NotOpened { tag } => self.refused.push(tag),
            Event::Bytes { link, bytes } => {
                assert!(bytes.iter().all(|octet| *octet == b'x'));
                self.octets += bytes.len();
                if self.octets == MESSAGES * self.said.len() {
                    out.close(link);
                }
            }
            Event::Closed { link } => self.is_closed = self.link == Some(link),
            Event::Due => {
                if let Some(due) = self.due.take_if(|due| *due <= now) {
                    self.dues.push(now - due);
                }
            }
            Event::Letter { .. } => {}
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.due
    }
}

struct Two {
    echo: Echo,
    caller: Caller,
}

impl Cast for Two {
    fn size(&self) -> usize {
        2
    }

    fn actor(&self, position: usize) -> &dyn Actor {
        if position == 0 { &self.echo } else { &self.caller }
    }

    fn actor_mut(&mut self, position: usize) -> &mut dyn Actor {
        if position == 0 { &mut self.echo } else { &mut self.caller }
    }
}

const MESSAGES: usize = 200;

fn two() -> (Stage<PollDriver, Two>, Receiver<Sighting>) {
    let udp = || UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let (echo, caller) = (udp(), udp());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    // Port 1 of loopback: nobody listens there.
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let cast = Two {
        echo: Echo::default(),
        caller: Caller {
            echo_udp: echo.local_addr().expect("an address"),
            echo_tcp: listener.local_addr().expect("an address"),
            nobody,
            said: vec![b'x'; 10_000],
            link: None,
            datagrams: 0,
            octets: 0,
            refused: vec![],
            due: None,
            dues: vec![],
            is_closed: false,
        },
    };
    let sockets = Sockets {
        datagram: vec![(PortId(0), echo), (PortId(1), caller)],
        listeners: vec![(PortId(2), listener)],
    };
    let driver = PollDriver::new(sockets, Options::new(origin())).expect("a driver");
    let doors = vec![
        Door::Datagram { port: PortId(0), actor: 0 },
        Door::Listener { port: PortId(2), actor: 0 },
        Door::Datagram { port: PortId(1), actor: 1 },
    ];
    let (onlooker, sightings) = channel();
    let waker = driver.waker();
    (Stage::new(driver, waker, cast, doors, Some(onlooker)), sightings)
}

#[test]
fn every_way_of_speaking_arrives() {
    let (mut stage, sightings) = two();
    let is_done = |cast: &Two| cast.caller.is_closed && !cast.caller.dues.is_empty();
    assert_eq!(stage.run_until(is_done, Duration::from_secs(20)), Ending::Done);
    let Two { echo, caller } = stage.cast();
    assert_eq!(caller.datagrams, 1);
    assert_eq!(caller.octets, MESSAGES * 10_000, "all of it, in spite of full buffers");
    assert_eq!(caller.refused, [8], "the call that nobody took");
    assert_eq!(echo.letters, 1);
    assert!(caller.dues[0] < Duration::from_secs(5), "woken late by {:?}", caller.dues[0]);
    assert_eq!(stage.lost_letters(), 1, "the one to somebody who is not in the cast");
    assert_eq!(sightings.try_iter().map(|sighting| sighting.what).collect::<Vec<_>>(), ["letter"]);
}

#[test]
fn a_run_ends_when_its_time_is_up() {
    let (mut stage, _sightings) = two();
    assert_eq!(stage.run_until(|_| false, Duration::from_millis(20)), Ending::TimeUp);
}

#[test]
fn a_run_is_stopped_from_another_thread() {
    let (mut stage, _sightings) = two();
    let stopper = stage.stopper();
    let other = std::thread::spawn(move || stopper.stop());
    assert_eq!(stage.run_until(|_| false, Duration::from_secs(20)), Ending::Stopped);
    other.join().expect("the other thread");
    assert_eq!(stage.run_until(|_| false, Duration::from_secs(20)), Ending::Stopped, "and stays stopped");
}

#[test]
fn the_curtain_rises_once_and_an_onlooker_may_leave() {
    let (mut stage, sightings) = two();
    drop(sightings);
    let has_answer = |cast: &Two| cast.caller.datagrams == 1;
    assert_eq!(stage.run_until(has_answer, Duration::from_secs(20)), Ending::Done);
    stage.run_until(|_| false, Duration::from_millis(50));
    assert_eq!(stage.cast().caller.datagrams, 1, "no second start");
    assert_eq!(stage.into_cast().echo.letters, 1);
}
