//! Connections whose other end has gone without a word: how soon the kernel says so.
//!
//! A handset that loses its bearer sends neither FIN nor RST. Its connection would stay open here until TCP itself gives up,
//! after a quarter of an hour with octets on their way and never without; and while it is open the session is taken, so the
//! user who comes back is refused with 506. RFC 4975 has no keep-alive of its own, so TCP's watches.
//!
//! The options are set on a listening socket, whose connections inherit them: an accept costs no call more. A driver
//! sets them at its birth, before any port of it can have been told to anybody, whoever has bound the socket.

use core::time::Duration;
use std::io;

use socket2::{SockRef, TcpKeepalive};

/// Lets the kernel end a connection of this socket, or those that a listening one will accept, when the other end is silent.
pub(crate) fn keep_alive(socket: SockRef<'_>) -> io::Result<()> {
    let probes = TcpKeepalive::new().with_time(IDLE).with_interval(INTERVAL).with_retries(PROBES);
    socket.set_tcp_keepalive(&probes)?;
    socket.set_tcp_user_timeout(Some(SILENCE))
}

/// A connection on which nothing has come for so long is probed (RFC 1122 4.2.3.6).
const IDLE: Duration = Duration::from_secs(20);
/// The next probe, while none is answered.
const INTERVAL: Duration = Duration::from_secs(5);
/// Unanswered probes that end a connection, where the kernel has no user timeout for it.
const PROBES: u32 = 3;
/// How long octets, or probes, may stay without an acknowledgement (RFC 5482); Linux lets it decide instead of `PROBES`. It is
/// also how long a peer may keep its window shut. As long as the usual `chat.connect_timer_s`, in which a user may come back.
const SILENCE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use shard::{Arrival, Driver, LinkId, Opening, Outward, PortId, Request};

    use super::*;
    use crate::{Options, PollDriver, Sockets};

    /// The driver calls its own listener, so one link was accepted and the other one called.
    #[test]
    fn the_kernel_watches_accepted_and_called_links() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        let at = listener.local_addr().expect("an address");
        let sockets = Sockets { datagram: Vec::new(), listeners: vec![(PortId(1), listener)] };
        let mut driver = PollDriver::new(sockets, Options::new(origin())).expect("a driver");
        driver.out().request(Request::Connect { tag: 7, to: at });
        let mut opened: Vec<(LinkId, Opening)> = Vec::new();
        let deadline = driver.moment().now + Duration::from_secs(30);
        while opened.len() < 2 {
            driver.flush();
            driver.receive(Some(deadline), |_, arrival, _| match arrival {
                Arrival::Opened { link, opening, .. } => opened.push((link, opening)),
                other => panic!("both ends open: {other:?}"),
            });
            assert!(driver.moment().now < deadline, "{opened:?}: both ends open");
        }
        for expected in [Opening::Accepted { port: PortId(1) }, Opening::Connected { tag: 7 }] {
            let of_kind = opened.iter().find(|(_, opening)| *opening == expected);
            let (link, _) = of_kind.expect("one end was accepted, the other one called");
            let socket = driver.out().links.at(link.index).socket.as_ref().expect("an open link");
            let socket = SockRef::from(socket);
            assert!(socket.keepalive().expect("SO_KEEPALIVE"), "{expected:?}");
            assert_eq!(socket.tcp_keepalive_time().expect("TCP_KEEPIDLE").as_secs(), 20, "{expected:?}");
            assert_eq!(socket.tcp_keepalive_interval().expect("TCP_KEEPINTVL").as_secs(), 5, "{expected:?}");
            assert_eq!(socket.tcp_keepalive_retries().expect("TCP_KEEPCNT"), 3, "{expected:?}");
            let timeout = socket.tcp_user_timeout().expect("TCP_USER_TIMEOUT");
            assert_eq!(timeout, Some(Duration::from_secs(30)), "{expected:?}");
        }
    }

    #[allow(clippy::disallowed_methods)]
    fn origin() -> std::time::Instant {
        std::time::Instant::now()
    }
}
