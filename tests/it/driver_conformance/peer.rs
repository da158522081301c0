//! The other end: plain sockets of the standard library, never blocking, so that one thread plays both sides.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};

/// A TCP peer.
pub struct Peer {
    stream: TcpStream,
    pub heard: Vec<u8>,
    pub end: Option<End>,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order: FIN.
    Finished,
    /// RST.
    Reset,
}

impl Peer {
    pub fn call(to: SocketAddr) -> Peer {
        Peer::of(TcpStream::connect(to).expect("the kernel accepts before the driver does"))
    }

    pub fn of(stream: TcpStream) -> Peer {
        stream.set_nonblocking(true).expect("non-blocking");
        stream.set_nodelay(true).expect("no delay");
        Peer { stream, heard: Vec::new(), end: None }
    }

    /// Says all of a short message.
    pub fn say(&mut self, message: &[u8]) {
        let said = self.stream.write(message).expect("a short message fits into the kernel's buffer");
        assert_eq!(said, message.len(), "a short message fits into the kernel's buffer");
    }

    /// Says as much of a long message as the kernel takes; returns how much that was.
    pub fn say_some(&mut self, message: &[u8]) -> usize {
        match self.stream.write(message) {
            Ok(octets) => octets,
            Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
            Err(error) => panic!("a peer that can't speak: {error}"),
        }
    }

    /// Reads what is there; returns how much has been heard in all.
    pub fn listen(&mut self) -> usize {
        let mut room = [0; 64 * 1024];
        while self.end.is_none() {
            match self.stream.read(&mut room) {
                Ok(0) => self.end = Some(End::Finished),
                Ok(octets) => self.heard.extend_from_slice(&room[..octets]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => self.end = Some(End::Reset),
                Err(error) => panic!("a peer that can't hear: {error}"),
            }
        }
        self.heard.len()
    }

    /// Listens; has the stream ended?
    pub fn has_ended(&mut self) -> bool {
        self.listen();
        self.end.is_some()
    }

    /// Says that it says no more, and goes on listening.
    pub fn finish(&self) {
        self.stream.shutdown(Shutdown::Write).expect("an open stream");
    }

    /// Is something there that it has not read?
    pub fn has_unread(&self) -> bool {
        self.stream.peek(&mut [0]).is_ok_and(|octets| octets > 0)
    }

    /// Goes without having read everything, which makes its kernel say RST.
    pub fn reset(self) {
        assert!(self.has_unread(), "with nothing unread it would be FIN");
    }

    pub fn address(&self) -> SocketAddr {
        self.stream.local_addr().expect("an address")
    }
}

/// A datagram peer.
pub fn datagram_peer(to: SocketAddr) -> UdpSocket {
    let any = if to.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
    let socket = UdpSocket::bind(any).expect("a port");
    socket.connect(to).expect("an address on this machine");
    socket.set_nonblocking(true).expect("non-blocking");
    socket
}

/// The next datagram, if one is there.
pub fn next_datagram(socket: &UdpSocket) -> Option<Vec<u8>> {
    let mut room = vec![0; 65_536];
    let octets = socket.recv(&mut room).ok()?;
    room.truncate(octets);
    Some(room)
}

/// Octets whose order and number can be checked afterwards: no two positions near each other look alike.
pub fn pattern(octets: usize) -> Vec<u8> {
    pattern_from(0, octets)
}

/// The same, from another position on.
pub fn pattern_from(start: usize, octets: usize) -> Vec<u8> {
    (start..start + octets).map(|at| (at.wrapping_mul(31) ^ (at >> 8)) as u8).collect()
}
