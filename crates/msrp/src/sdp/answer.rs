//! The gateway's answer to an offer: the chat accepted, every other medium declined.

use core::fmt;

use octets::{Overflow, Writer};

use super::attribute::Setup;
use super::lines::{TCP, TLS};
use super::offer::Offer;
use super::proposal::{write_attribute, write_session};
use crate::content;

/// What answers an [`Offer`].
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The offer.
    pub offer: &'a Offer<'a>,
    /// Our media address, without brackets.
    pub address: &'a [u8],
    /// The port that we listen on.
    pub port: u16,
    /// Our MSRP URI.
    pub path: &'a [u8],
    /// The session of the `o=` line: one for the life of the dialog.
    pub session: u64,
    /// Its version: one more for each new description in the dialog.
    pub version: u64,
    /// Octets of the longest message that we take.
    pub max_size: u64,
    /// The fingerprint of our certificate, over TLS.
    pub fingerprint: Option<&'a [u8]>,
    /// Do we do RFC 6714? It is said only to those who said it.
    pub cema: bool,
}

impl Answer<'_> {
    /// Appends the session description.
    ///
    /// RFC 3264 6: as many media lines as were offered, in their order; those that we do not take have port 0.
    pub fn write(&self, out: &mut Writer<'_>) -> Result<(), Overflow> {
        write_session(out, self.address, self.session, self.version);
        for (place, line) in self.offer.media_lines().enumerate() {
            if place == self.offer.place {
                self.write_medium(out);
                continue;
            }
            out.put(b"m=");
            out.put(line.media);
            out.put(b" 0 ");
            out.put(line.protocol);
            out.u8(b' ');
            out.put(line.formats);
            out.put(b"\r\n");
        }
        if out.has_overflowed() { Err(Overflow) } else { Ok(()) }
    }

    fn write_medium(&self, out: &mut Writer<'_>) {
        let offer = self.offer;
        let setup = offer.answering_setup();
        out.put(b"m=message ");
        // RFC 6135 4.2.2: who connects has no port to be connected to.
        let port = if setup == Setup::Active { DISCARD_PORT } else { self.port };
        out.decimal(u64::from(port));
        out.u8(b' ');
        out.put(if offer.secure { TLS } else { TCP });
        out.put(b" *\r\n");
        write_attribute(out, b"path", self.path);
        self.write_types(out);
        write_attribute(out, b"setup", setup.text().as_bytes());
        out.put(b"a=max-size:");
        out.decimal(self.max_size);
        out.put(b"\r\n");
        if offer.cema && self.cema {
            out.put(b"a=msrp-cema\r\n");
        }
        if let Some(fingerprint) = self.fingerprint.filter(|_| offer.secure) {
            write_attribute(out, b"fingerprint", fingerprint);
        }
        out.put(b"a=");
        out.text(offer.direction.mirrored().text());
        out.put(b"\r\n");
    }

    /// Text inside CPIM when that was offered, bare text otherwise; of the rest only what was offered.
    fn write_types(&self, out: &mut Writer<'_>) {
        let offer = self.offer;
        // interworking 2.3 item 6
        out.put(b"a=accept-types:");
        if !offer.accepts_wrapped(content::TEXT) {
            out.text(content::TEXT);
            if offer.accepts(content::IS_COMPOSING) {
                out.u8(b' ');
                out.text(content::IS_COMPOSING);
            }
            out.put(b"\r\n");
            return;
        }
        out.text(content::CPIM);
        out.put(b"\r\na=accept-wrapped-types:");
        out.text(content::TEXT);
        for wrapped in [content::IMDN, content::IS_COMPOSING] {
            if offer.accepts_wrapped(wrapped) {
                out.u8(b' ');
                out.text(wrapped);
            }
        }
        out.put(b"\r\n");
    }
}

/// Addresses and session-ids do not print.
impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("offer", self.offer)
            .field("max_size", &self.max_size)
            .finish_non_exhaustive()
    }
}

/// The port of a side that is not connected to, RFC 4145 4.
pub(super) const DISCARD_PORT: u16 = 9;
