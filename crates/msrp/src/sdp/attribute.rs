//! The attributes of a media description that matter to MSRP.

use core::fmt;

use super::type_list::TypeList;

/// Who opens the connection, RFC 6135 4.2, RFC 4145.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// It connects.
    Active,
    /// It waits.
    Passive,
    /// Either; the answer chooses.
    ActPass,
    /// Nobody, for now.
    HoldConn,
}

impl Setup {
    pub(super) fn parse(value: &[u8]) -> Option<Setup> {
        let all = [Setup::Active, Setup::Passive, Setup::ActPass, Setup::HoldConn];
        all.into_iter().find(|setup| value.eq_ignore_ascii_case(setup.text().as_bytes()))
    }

    /// The value on the wire.
    pub fn text(self) -> &'static str {
        match self {
            Setup::Active => "active",
            Setup::Passive => "passive",
            Setup::ActPass => "actpass",
            Setup::HoldConn => "holdconn",
        }
    }
}

/// Which way messages may go, seen from the side that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// Both ways: the default.
    #[default]
    SendRecv,
    /// Only from there.
    SendOnly,
    /// Only to there.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    pub(super) fn parse(name: &[u8]) -> Option<Direction> {
        let all = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
        all.into_iter().find(|direction| name == direction.text().as_bytes())
    }

    /// The attribute on the wire.
    pub fn text(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    /// The same, seen from the other side: what the answer says, RFC 3264 6.1.
    pub fn mirrored(self) -> Direction {
        match self {
            Direction::SendOnly => Direction::RecvOnly,
            Direction::RecvOnly => Direction::SendOnly,
            same => same,
        }
    }
}

/// An address from a `c=` line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Connection<'a> {
    /// `IP6`; else `IP4`.
    pub is_ipv6: bool,
    /// The address, or a name.
    pub address: &'a [u8],
}

impl<'a> Connection<'a> {
    pub(super) fn parse(value: &'a [u8]) -> Option<Self> {
        let (is_ipv6, address) = match value.strip_prefix(b"IN IP4 ") {
            Some(address) => (false, address),
            None => (true, value.strip_prefix(b"IN IP6 ")?),
        };
        let legal = |octet: &u8| octet.is_ascii_alphanumeric() || b".:-_/%".contains(octet);
        (!address.is_empty() && address.iter().all(legal)).then_some(Connection { is_ipv6, address })
    }
}

impl fmt::Debug for Connection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<address of {} octets>", self.address.len())
    }
}

/// What has been said so far, for the session or for one medium.
#[derive(Clone, Copy, Default)]
pub(super) struct Attributes<'a> {
    pub(super) connection: Option<Connection<'a>>,
    pub(super) path: Option<&'a [u8]>,
    pub(super) accept_types: Option<TypeList<'a>>,
    pub(super) accept_wrapped_types: Option<TypeList<'a>>,
    pub(super) setup: Option<Setup>,
    pub(super) max_size: Option<u64>,
    pub(super) cema: bool,
    pub(super) direction: Direction,
    pub(super) fingerprint: Option<&'a [u8]>,
    pub(super) is_file_transfer: bool,
    /// An attribute was there whose value cannot be read.
    pub(super) is_broken: bool,
}

impl<'a> Attributes<'a> {
    /// Takes one `a=` value. The first of its kind counts, as it does for those who read only one.
    pub(super) fn take(&mut self, attribute: &'a [u8]) {
        let colon = memchr::memchr(b':', attribute);
        let (name, value) = match colon {
            Some(colon) => (&attribute[..colon], attribute[colon + 1..].trim_ascii()),
            None => (attribute, &[][..]),
        };
        match name {
            b"path" => _ = self.path.get_or_insert(value),
            b"accept-types" => _ = self.accept_types.get_or_insert(TypeList::new(value)),
            b"accept-wrapped-types" => _ = self.accept_wrapped_types.get_or_insert(TypeList::new(value)),
            b"setup" => self.readable(Setup::parse(value), |this, setup| this.setup = Some(setup)),
            b"max-size" => self.readable(octets::decimal(value), |this, size| this.max_size = Some(size)),
            b"msrp-cema" => self.cema = true,
            b"fingerprint" => self.fingerprint = Some(value),
            b"file-selector" | b"file-transfer-id" => self.is_file_transfer = true,
            _ => {
                if let Some(direction) = Direction::parse(name) {
                    self.direction = direction;
                }
            }
        }
    }

    pub(super) fn take_connection(&mut self, value: &'a [u8]) {
        self.readable(Connection::parse(value), |this, connection| this.connection = Some(connection));
    }

    fn readable<T>(&mut self, value: Option<T>, keep: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => keep(self, value),
            None => self.is_broken = true,
        }
    }

    /// What a medium starts with: what the session has said for all of them.
    pub(super) fn for_medium(&self) -> Self {
        Attributes { path: None, accept_types: None, accept_wrapped_types: None, max_size: None, ..*self }
    }
}
