//! The one thread: a UDP socket, the clock, and the load between them.
//!
//! It sleeps in `poll` until the next INVITE is due or an answer comes: the kernel's high-resolution timers wake it some
//! tens of microseconds late, where the receive timeout of a socket would count in ticks of milliseconds.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::ErrorKind;
use std::net::UdpSocket;

use anyhow::{Context, Result, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tempo::{Duration, Instant};

use crate::caller::{Caller, Nonce};
use crate::command::Order;
use crate::load::{Load, Turn};
use crate::report::{self, Summary, Verdict};
use crate::tally::Counts;

/// Runs `order`, prints a line a second and the summary.
pub fn run(order: &Order) -> Result<Verdict> {
    let source = probe(order)?;
    let socket = UdpSocket::bind(order.local.unwrap_or(SocketAddr::new(source, 0)))
        .with_context(|| format!("cannot send from {}", order.local.unwrap_or(SocketAddr::new(source, 0))))?;
    socket.set_nonblocking(true)?;
    let local = SocketAddr::new(source, socket.local_addr()?.port());
    let clock = Clock::start();
    let nonce = Nonce { run: random() as u32, random: random() };
    let start = clock.now() + HEAD_START;
    let mut load = Load::new(order.clone(), Caller::new(order.clone(), local, nonce), start);
    let spent = drive(&socket, &clock, start, &mut load, order)?;
    let summary = Summary::of(order, &load.tally().whole, spent);
    if order.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        print!("{summary}");
    }
    Ok(summary.verdict())
}

/// Finds the address that we are known by, and whether anybody listens: an empty keep-alive that reaches a closed port
/// comes back as a refusal.
fn probe(order: &Order) -> Result<IpAddr> {
    let target = order.target;
    let any: IpAddr =
        if target.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let from = order.local.map_or(any, |local| local.ip());
    let socket =
        UdpSocket::bind(SocketAddr::new(from, 0)).with_context(|| format!("cannot send from {from}"))?;
    socket.connect(target).with_context(|| format!("no way to {target}"))?;
    socket.set_read_timeout(Some(PROBE_PATIENCE))?;
    socket.send(KEEP_ALIVE).with_context(|| format!("no way to {target}"))?;
    match socket.recv(&mut [0; 16]) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            bail!("nobody listens at {target} on UDP: is the gateway running, and is this its SIP port?")
        }
        // Silence is what a gateway has to say to a keep-alive over UDP.
        _ => Ok(socket.local_addr()?.ip()),
    }
}

fn drive(
    socket: &UdpSocket,
    clock: &Clock,
    start: Instant,
    load: &mut Load,
    order: &Order,
) -> Result<Duration> {
    let mut room = vec![0; DATAGRAM_OCTETS_MAX];
    let mut second = 0;
    loop {
        let mut not_taken = 0;
        let mut fault = None;
        let mut send = |to: SocketAddr, bytes: &[u8]| match socket.send_to(bytes, to) {
            Ok(_) => {}
            // A full buffer, and a refusal that another datagram met: lost on the way, as far as SIP is concerned.
            Err(error) if is_loss(error.kind()) => not_taken += 1,
            Err(error) => fault = Some((to, error)),
        };
        let mut turn = Turn { now: clock.now(), send: &mut send };
        let mut is_busy = load.start_due(&mut turn) > 0;
        for _ in 0..DATAGRAMS_PER_TURN {
            match socket.recv_from(&mut room) {
                Ok((length, source)) => {
                    turn.now = clock.now();
                    load.receive(source, &room[..length], &mut turn);
                    is_busy = true;
                }
                Err(error) if is_loss(error.kind()) || error.kind() == ErrorKind::Interrupted => break,
                Err(error) => return Err(error).context("cannot receive"),
            }
        }
        turn.now = clock.now();
        load.advance(&mut turn);
        let now = turn.now;
        load.tally().count(|counts| counts.not_taken += not_taken);
        if let Some((to, error)) = fault {
            return Err(error).with_context(|| format!("cannot send to {to}"));
        }
        let next_line = start + Duration::from_secs(second + 1);
        if now >= next_line {
            second += 1;
            let counts = load.tally().take_second();
            print_line(order, second, &counts, load.pending());
        }
        if load.is_over(now) {
            load.give_up();
            return Ok(now - start);
        }
        if !is_busy {
            wait(socket, load.next_deadline().min(next_line) - now)?;
        }
    }
}

fn print_line(order: &Order, second: u64, counts: &Counts, pending: usize) {
    let line = report::line(second, counts, pending);
    if order.json { eprintln!("{line}") } else { println!("{line}") }
}

fn is_loss(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::ConnectionRefused)
}

/// Until something comes, at most `time`.
fn wait(socket: &UdpSocket, time: Duration) -> Result<()> {
    let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() };
    match poll(&mut [PollFd::new(socket, PollFlags::IN)], Some(&time)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error).context("cannot wait for answers"),
    }
}

/// Chance enough to tell one run from another; nothing here is a secret.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The monotonic clock, from its own zero.
struct Clock(std::time::Instant);

impl Clock {
    #[allow(clippy::disallowed_methods, reason = "this file is the driver of the generator")]
    fn start() -> Clock {
        Clock(std::time::Instant::now())
    }

    fn now(&self) -> Instant {
        Instant::ZERO + self.0.elapsed()
    }
}

/// RFC 5626 4.4.1 has it for streams; over UDP every SIP server drops it.
const KEEP_ALIVE: &[u8] = b"\r\n\r\n";
const PROBE_PATIENCE: Duration = Duration::from_millis(100);
/// So that the memory of the run is there before the first INVITE is due.
const HEAD_START: Duration = Duration::from_millis(100);
const DATAGRAM_OCTETS_MAX: usize = 65_535;
const DATAGRAMS_PER_TURN: usize = 64;
