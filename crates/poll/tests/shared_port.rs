//! Two drivers on one port and one listener (SO_REUSEPORT), as the shards of one process are.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};

use poll::{Options, PollDriver, Sockets};
use shard::{Arrival, Departure, Driver, Outward, PortId};
use socket2::{Domain, Socket, Type};

#[test]
fn two_drivers_share_a_port_and_every_peer_is_answered_once() {
    let first = sharing(Type::DGRAM, any());
    let at = address(&first);
    let second = sharing(Type::DGRAM, at);
    let mut drivers = Vec::new();
    for socket in [first, second] {
        let datagram = vec![(PORT, UdpSocket::from(socket))];
        drivers.push(driver(Sockets { datagram, listeners: Vec::new() }));
    }
    let peers: Vec<UdpSocket> = (0..64).map(|_| UdpSocket::bind("127.0.0.1:0").expect("a port")).collect();
    for (number, peer) in peers.iter().enumerate() {
        peer.set_nonblocking(true).expect("non-blocking");
        peer.connect(at).expect("an address of this machine");
        peer.send(&[number as u8]).expect("sent");
    }
    let mut answered = HashSet::new();
    turn_until(&mut drivers, || {
        for (number, peer) in peers.iter().enumerate() {
            let mut answer = [0; 8];
            if let Ok(octets) = peer.recv(&mut answer) {
                assert_eq!(answer[..octets], [number as u8], "an answer to another");
                assert!(answered.insert(number), "answered twice");
            }
        }
        answered.len() == peers.len()
    });
    let received: u64 = drivers.iter().map(|driver| driver.counters().datagrams_received).sum();
    assert_eq!(received, 64);
}

#[test]
fn two_drivers_share_a_listener_and_every_caller_is_let_in_once() {
    let first = sharing(Type::STREAM, any());
    let at = address(&first);
    let second = sharing(Type::STREAM, at);
    let mut drivers = Vec::new();
    for socket in [first, second] {
        socket.listen(128).expect("a listener");
        let listeners = vec![(PORT, socket.into())];
        drivers.push(driver(Sockets { datagram: Vec::new(), listeners }));
    }
    let mut callers: Vec<TcpStream> = (0..64).map(|_| TcpStream::connect(at).expect("let in")).collect();
    for (number, caller) in callers.iter_mut().enumerate() {
        caller.write_all(&[number as u8]).expect("an octet");
        caller.set_nonblocking(true).expect("non-blocking");
    }
    let mut answered = HashSet::new();
    turn_until(&mut drivers, || {
        for (number, caller) in callers.iter_mut().enumerate() {
            let mut answer = [0; 8];
            if let Ok(octets) = caller.read(&mut answer) {
                assert_eq!(answer[..octets], [number as u8], "an answer to another");
                assert!(answered.insert(number), "answered twice");
            }
        }
        answered.len() == 64
    });
    let opened: u64 = drivers.iter().map(|driver| driver.counters().links_opened).sum();
    assert_eq!(opened, 64);
}

/// Both drivers answer everything with itself, in turn, until the peers are content.
fn turn_until(drivers: &mut [PollDriver], mut is_done: impl FnMut() -> bool) {
    for _ in 0..100_000 {
        for driver in &mut *drivers {
            let now = driver.moment().now;
            driver.receive(Some(now), |_, arrival, out| {
                let (to, bytes) = match arrival {
                    Arrival::Datagram { port, from, bytes } => {
                        (Departure::Datagram { port, to: from }, bytes)
                    }
                    Arrival::Stream { link, bytes } => (Departure::Stream { link }, bytes),
                    _ => return,
                };
                out.transmit(to, bytes.len(), |writer| writer.put(bytes)).expect("room");
            });
            driver.flush();
        }
        if is_done() {
            return;
        }
    }
    panic!("some were never answered");
}

fn driver(sockets: Sockets) -> PollDriver {
    PollDriver::new(sockets, Options::new(origin())).expect("a driver")
}

fn sharing(kind: Type, at: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, kind, None).expect("a socket");
    socket.set_reuse_port(true).expect("SO_REUSEPORT");
    socket.bind(&at.into()).expect("a shared port");
    socket
}

fn address(socket: &Socket) -> SocketAddr {
    socket.local_addr().ok().and_then(|at| at.as_socket()).expect("an internet address")
}

fn any() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

#[allow(clippy::disallowed_methods)]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}

const PORT: PortId = PortId(1);
