//! Via: the way back (RFC 3261 18.2 and 20.42, RFC 3581).

use core::fmt;
use core::net::SocketAddr;

use super::Params;
use super::grammar::{take_octet, take_token, trim, trim_front};
use super::uri::{host_address, host_and_port, parse_port};

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Transport {
    /// Datagrams.
    #[default]
    Udp,
    /// A stream.
    Tcp,
    /// An encrypted stream.
    Tls,
    /// RFC 4168.
    Sctp,
    /// RFC 4168 with TLS.
    TlsSctp,
    /// RFC 7118, plain or encrypted.
    Ws,
    /// A name that is not known here (RFC 4475 3.1.1.10): the message is good all the same.
    Other,
}

impl Transport {
    /// From a Via or from `;transport=`; the case does not matter.
    pub fn parse(name: &[u8]) -> Transport {
        const NAMES: [(&[u8], Transport); 7] = [
            (b"UDP", Transport::Udp),
            (b"TCP", Transport::Tcp),
            (b"TLS", Transport::Tls),
            (b"SCTP", Transport::Sctp),
            (b"TLS-SCTP", Transport::TlsSctp),
            (b"WS", Transport::Ws),
            (b"WSS", Transport::Ws),
        ];
        let known = NAMES.iter().find(|(candidate, _)| candidate.eq_ignore_ascii_case(name));
        known.map_or(Transport::Other, |(_, transport)| *transport)
    }

    /// As written in a Via. `Other` is never written.
    pub fn name(self) -> &'static str {
        match self {
            Transport::Udp | Transport::Other => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
            Transport::Sctp => "SCTP",
            Transport::TlsSctp => "TLS-SCTP",
            Transport::Ws => "WS",
        }
    }

    /// Does it deliver by itself, so that no request or response is repeated?
    pub fn is_reliable(self) -> bool {
        !matches!(self, Transport::Udp | Transport::Other)
    }

    /// The port when none is written (RFC 3261 19.1.2).
    pub fn default_port(self) -> u16 {
        if matches!(self, Transport::Tls | Transport::TlsSctp) { 5061 } else { 5060 }
    }
}

/// RFC 3581: what the client asked for and what a server wrote into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rport {
    /// Not there.
    #[default]
    Absent,
    /// `;rport`: please answer to the port that this came from.
    Asked,
    /// `;rport=5060`: it came from there.
    Given(u16),
}

/// One element of a Via header, borrowed.
#[derive(Clone, Copy, Default)]
pub struct Via<'a> {
    /// The transport that the sender used.
    pub transport: Transport,
    /// The sender's name or address.
    pub host: &'a [u8],
    /// The sender's port, if written.
    pub port: Option<u16>,
    /// The transaction's name; absent from RFC 2543 elements.
    pub branch: Option<&'a [u8]>,
    /// Where a server saw it come from.
    pub received: Option<&'a [u8]>,
    /// RFC 3581.
    pub rport: Rport,
    /// Multicast, or another address to answer to.
    pub maddr: Option<&'a [u8]>,
    /// All of them.
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads one element; white space and folds may be anywhere (RFC 4475 3.1.1.1). `None` outside the grammar.
    pub fn parse(element: &'a [u8]) -> Option<Via<'a>> {
        let mut rest = trim(element);
        let protocol = take_token(&mut rest)?;
        take_octet(&mut rest, b'/')?;
        let version = take_token(&mut rest)?;
        take_octet(&mut rest, b'/')?;
        let transport = Transport::parse(take_token(&mut rest)?);
        if !protocol.eq_ignore_ascii_case(b"SIP") || version != b"2.0" {
            return None;
        }
        let sent_by = trim_front(rest);
        if sent_by.len() == rest.len() {
            return None;
        }
        let (sent_by, params) = sent_by.split_at(memchr::memchr(b';', sent_by).unwrap_or(sent_by.len()));
        let (host, port) = spaced_host_and_port(trim(sent_by))?;
        let params = Params::parse(params)?;
        let mut via = Via { transport, host, port, params, ..Via::default() };
        for param in params.checked() {
            let (name, value) = param?;
            if name.eq_ignore_ascii_case(b"branch") {
                via.branch = value;
            } else if name.eq_ignore_ascii_case(b"received") {
                via.received = value;
            } else if name.eq_ignore_ascii_case(b"maddr") {
                via.maddr = value;
            } else if name.eq_ignore_ascii_case(b"rport") {
                via.rport = match value {
                    None => Rport::Asked,
                    Some(port) => Rport::Given(parse_port(port)?),
                };
            }
        }
        Some(via)
    }

    /// Is the sender `host`, `port`? A response whose top Via is not ours is dropped (RFC 3261 18.1.2).
    pub fn is_sent_by(&self, host: &[u8], port: u16) -> bool {
        self.host.eq_ignore_ascii_case(host) && self.port.unwrap_or(self.transport.default_port()) == port
    }

    /// Must the server say where the request came from (RFC 3261 18.2.1, RFC 3581 4)?
    pub(crate) fn needs_received(&self, source: SocketAddr) -> bool {
        self.rport != Rport::Absent || host_address(self.host) != Some(source.ip().to_canonical())
    }
}

impl fmt::Debug for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{:?} via>", self.transport)
    }
}

/// Where a response goes over an unreliable transport, or when the connection of the request is gone
/// (RFC 3261 18.2.2, RFC 3581 4). `source` is where the request came from.
///
/// No name is looked up: the address that the request came from is the one that `received` would carry.
pub fn response_target(via: &Via<'_>, source: SocketAddr) -> SocketAddr {
    let port = via.port.unwrap_or(via.transport.default_port());
    if let Some(address) = via.maddr.and_then(host_address) {
        return SocketAddr::new(address, port);
    }
    // The port that a connection came from listens to nobody once the connection is gone.
    if via.rport == Rport::Absent || via.transport.is_reliable() {
        SocketAddr::new(source.ip(), port)
    } else {
        source
    }
}

/// As in a URI, but with white space around the colon (RFC 3261 25.1 COLON).
fn spaced_host_and_port(text: &[u8]) -> Option<(&[u8], Option<u16>)> {
    let behind_brackets = memchr::memchr(b']', text).unwrap_or(0);
    match memchr::memchr(b':', &text[behind_brackets..]) {
        Some(at) => {
            let (host, port) = text.split_at(behind_brackets + at);
            let (host, _) = host_and_port(trim(host))?;
            Some((host, Some(parse_port(trim(&port[1..]))?)))
        }
        None => host_and_port(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], 40_000))
    }

    #[test]
    fn white_space_may_be_anywhere() {
        let via = Via::parse(
            b"SIP  / 2.0\r\n / TCP     spindle.example.com   : 5070 ;\r\n  branch  =   z9hG4bK9ikj8  ",
        )
        .expect("a good Via");
        assert_eq!(
            (via.transport, via.host, via.port),
            (Transport::Tcp, &b"spindle.example.com"[..], Some(5070))
        );
        assert_eq!(via.branch, Some(&b"z9hG4bK9ikj8"[..]));
    }

    #[test]
    fn ipv6_with_and_without_a_port() {
        // RFC 5118 4.1 and 4.5: `received` may lack the brackets.
        let via = Via::parse(b"SIP/2.0/UDP [2001:db8::9:1]:6050;received=2001:db8::9:255;branch=z9hG4bKas3")
            .expect("good");
        assert_eq!((via.host, via.port), (&b"[2001:db8::9:1]"[..], Some(6050)));
        assert_eq!(via.received, Some(&b"2001:db8::9:255"[..]));
        let via = Via::parse(b"SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3").expect("good");
        assert!(via.is_sent_by(b"[2001:DB8::9:1]", 5060));
    }

    #[test]
    fn the_way_back_follows_what_the_client_asked() {
        let target = |text: &'static [u8]| response_target(&Via::parse(text).expect("a good Via"), source());
        assert_eq!(target(b"SIP/2.0/UDP ue.example.com:5072"), SocketAddr::from(([192, 0, 2, 1], 5072)));
        assert_eq!(target(b"SIP/2.0/UDP ue.example.com"), SocketAddr::from(([192, 0, 2, 1], 5060)));
        assert_eq!(target(b"SIP/2.0/TLS ue.example.com"), SocketAddr::from(([192, 0, 2, 1], 5061)));
        assert_eq!(target(b"SIP/2.0/UDP 10.0.0.1:5072;rport"), source());
        assert_eq!(target(b"SIP/2.0/TCP 10.0.0.1:5072;rport"), SocketAddr::from(([192, 0, 2, 1], 5072)));
        assert_eq!(
            target(b"SIP/2.0/UDP 10.0.0.1:5072;maddr=198.51.100.7"),
            SocketAddr::from(([198, 51, 100, 7], 5072))
        );
    }

    #[test]
    fn rubbish_is_refused() {
        for bad in [
            &b""[..],
            b"SIP/2.0/UDP",
            b"SIP/2.0/UDP ",
            b"SIP/2.0 host",
            b"SIP/3.0/UDP host",
            b"SIP/2.0/UDPhost",
            b"SIP/2.0/UDP 192.0.2.15;;",
            b"SIP/2.0/UDP host:port",
            b"SIP/2.0/UDP host;branch=\"",
            b"SIP/2.0/UDP ho st",
            b"SIP/2.0/UDP host;rport=99999",
        ] {
            assert!(Via::parse(bad).is_none(), "{:?}", core::str::from_utf8(bad));
        }
    }
}
