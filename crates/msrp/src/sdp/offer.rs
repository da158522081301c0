//! An offer of a chat, or the answer to one: the first acceptable MSRP medium of a session description.
//!
//! Refuses: file transfers, descriptions without MSRP, without path, without a type that text can travel in.
//! In: a body. Out: [`Offer`], or [`NotAcceptable`], which knows its SIP answer.

use core::fmt;

use super::attribute::{Attributes, Connection, Direction, Setup};
use super::lines::{Line, MediaLine, lines};
use super::not_acceptable::NotAcceptable;
use super::type_list::TypeList;
use crate::content;
use crate::limits::{MEDIA_LINES_MAX, SDP_OCTETS_MAX};
use crate::wire::{MsrpPath, MsrpUri};

/// What the peer offers, or answers.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    body: &'a [u8],
    /// Which of the media lines it is.
    pub(super) place: usize,
    /// TLS: `TCP/TLS/MSRP`.
    pub secure: bool,
    /// The port of the media line; 9 from a side that connects.
    pub port: u16,
    /// The address of the `c=` line.
    pub connection: Option<Connection<'a>>,
    /// Where to send to, as received; [`Offer::msrp_path`] reads it.
    pub path: &'a [u8],
    /// What may be sent as it is.
    pub accept_types: TypeList<'a>,
    /// What may be sent inside a container; `None` says nothing about it.
    pub accept_wrapped_types: Option<TypeList<'a>>,
    /// Who connects; `None` is the rule of RFC 4975: the offerer.
    pub setup: Option<Setup>,
    /// Octets of the longest message that it takes.
    pub max_size: Option<u64>,
    /// RFC 6714: `c=` and `m=` are where to connect, the session-id is what identifies.
    pub cema: bool,
    /// Which way messages go, seen from there.
    pub direction: Direction,
    /// The fingerprint of its certificate.
    pub fingerprint: Option<&'a [u8]>,
}

impl<'a> Offer<'a> {
    /// Reads a session description.
    pub fn parse(body: &'a [u8]) -> Result<Self, NotAcceptable> {
        if body.len() > SDP_OCTETS_MAX {
            return Err(NotAcceptable::TooLong);
        }
        let mut lines = lines(body);
        if !matches!(lines.next(), Some(Ok(Line { letter: b'v', value: b"0" }))) {
            return Err(NotAcceptable::Malformed);
        }
        let mut session = Attributes::default();
        let mut medium: Option<(MediaLine<'a>, Attributes<'a>)> = None;
        let mut count = 0;
        let mut verdict = Err(NotAcceptable::NoMsrp);
        for line in lines {
            let Line { letter, value } = line?;
            let attributes = medium.as_mut().map_or(&mut session, |(_, attributes)| attributes);
            match letter {
                b'a' => attributes.take(value),
                b'c' => attributes.take_connection(value),
                b'm' => {
                    verdict = better(verdict, medium, count, body);
                    count += 1;
                    if count > MEDIA_LINES_MAX {
                        return Err(NotAcceptable::TooLong);
                    }
                    medium = Some((MediaLine::parse(value)?, session.for_medium()));
                }
                _ => {}
            }
        }
        better(verdict, medium, count, body)
    }

    /// The path, read.
    pub fn msrp_path(&self) -> Option<MsrpPath<'a>> {
        MsrpPath::parse(self.path)
    }

    /// May this media type be sent as it is?
    pub fn accepts(&self, content_type: &str) -> bool {
        self.accept_types.accepts(content_type)
    }

    /// May this media type be sent inside `message/cpim`?
    pub fn accepts_wrapped(&self, content_type: &str) -> bool {
        self.accepts(content::CPIM)
            && self.accept_wrapped_types.is_none_or(|types| types.accepts(content_type))
    }

    /// What the gateway answers: passive, because a UE behind a NAT can only connect out; active to a side that only
    /// waits. RFC 6135 4.2.3.
    pub fn answering_setup(&self) -> Setup {
        match self.setup {
            Some(Setup::Passive) => Setup::Active,
            Some(Setup::HoldConn) => Setup::HoldConn,
            Some(Setup::Active | Setup::ActPass) | None => Setup::Passive,
        }
    }

    /// Where to connect to when it waits: host and port. RFC 6714 4.2: by `c=` and `m=` with CEMA, else by the leftmost
    /// URI of the path.
    pub fn endpoint(&self) -> Option<(&'a [u8], u16)> {
        match self.connection {
            Some(connection) if self.cema => Some((connection.address, self.port)),
            _ => {
                let uri = self.msrp_path()?.first();
                Some((uri.host, uri.port.unwrap_or(MsrpUri::DEFAULT_PORT)))
            }
        }
    }

    /// The media lines, in order.
    pub(super) fn media_lines(&self) -> impl Iterator<Item = MediaLine<'a>> + use<'a> {
        let media = lines(self.body).filter_map(|line| line.ok().filter(|line| line.letter == b'm'));
        media.filter_map(|line| MediaLine::parse(line.value).ok())
    }

    fn of_medium(
        line: MediaLine<'a>,
        said: &Attributes<'a>,
        place: usize,
        body: &'a [u8],
    ) -> Result<Self, NotAcceptable> {
        let secure = line.msrp_over_tls().ok_or(NotAcceptable::NoMsrp)?;
        if line.port == 0 {
            return Err(NotAcceptable::PortZero);
        }
        if said.is_file_transfer {
            return Err(NotAcceptable::FileTransfer);
        }
        if said.is_broken {
            return Err(NotAcceptable::Malformed);
        }
        let path = said.path.ok_or(NotAcceptable::NoPath)?;
        MsrpPath::parse(path).ok_or(NotAcceptable::Malformed)?;
        let offer = Offer {
            body,
            place,
            secure,
            port: line.port,
            connection: said.connection,
            path,
            accept_types: said.accept_types.ok_or(NotAcceptable::NoCommonType)?,
            accept_wrapped_types: said.accept_wrapped_types,
            setup: said.setup,
            max_size: said.max_size,
            cema: said.cema,
            direction: said.direction,
            fingerprint: said.fingerprint,
        };
        let text_can_travel = offer.accepts(content::TEXT) || offer.accepts_wrapped(content::TEXT);
        if text_can_travel { Ok(offer) } else { Err(NotAcceptable::NoCommonType) }
    }
}

/// The first acceptable medium wins; without one, the first MSRP medium says why not.
fn better<'a>(
    verdict: Result<Offer<'a>, NotAcceptable>,
    medium: Option<(MediaLine<'a>, Attributes<'a>)>,
    count: usize,
    body: &'a [u8],
) -> Result<Offer<'a>, NotAcceptable> {
    let Some((line, said)) = medium.filter(|_| verdict.is_err()) else { return verdict };
    match (verdict, Offer::of_medium(line, &said, count - 1, body)) {
        (_, Ok(offer)) => Ok(offer),
        (Err(NotAcceptable::NoMsrp), reason) => reason,
        (earlier, Err(_)) => earlier,
    }
}

/// Addresses and session-ids do not print.
impl fmt::Debug for Offer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("secure", &self.secure)
            .field("setup", &self.setup)
            .field("max_size", &self.max_size)
            .field("cema", &self.cema)
            .field("direction", &self.direction)
            .finish_non_exhaustive()
    }
}
