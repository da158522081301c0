//! A message that is written in place, AVP by AVP, into a lent buffer.
//!
//! Rate: every message. Copies: none, values are written where they stay; lengths are filled in behind them.
//!
//! In: an `octets::Writer`, whose overflow is asked once, at its end. Out: one message with right lengths and zero padding.

use core::net::IpAddr;

use octets::{Digits, Mark, Writer};

use crate::dictionary::{self, AvpId};
use crate::wire::avp::AvpFlags;
use crate::wire::frame::VERSION;
use crate::wire::{ApplicationId, AvpView, Command, EndToEnd, Flags, Header, HopByHop};

/// Writes one message.
#[derive(Debug)]
#[must_use = "a message that is not finished has no length"]
pub struct MessageWriter<'w, 'b> {
    out: &'w mut Writer<'b>,
    start: usize,
    length: Mark,
}

impl<'w, 'b> MessageWriter<'w, 'b> {
    /// Starts a request. Only what neighbours say to each other may not be proxied.
    pub fn request(
        out: &'w mut Writer<'b>,
        command: Command,
        application: ApplicationId,
        hop_by_hop: HopByHop,
        end_to_end: EndToEnd,
        retransmitted: bool,
    ) -> Self {
        let proxiable = application != ApplicationId::BASE;
        let flags = Flags { request: true, proxiable, error: false, retransmitted };
        Self::start(out, &Header { flags, command, application, hop_by_hop, end_to_end })
    }

    /// Starts the answer to `request`: the same identifiers and P bit; E only for a protocol error.
    pub fn answer(out: &'w mut Writer<'b>, request: &Header, error: bool) -> Self {
        let flags = Flags { request: false, proxiable: request.flags.proxiable, error, retransmitted: false };
        Self::start(out, &Header { flags, ..*request })
    }

    fn start(out: &'w mut Writer<'b>, header: &Header) -> Self {
        let start = out.len();
        out.u8(VERSION);
        let length = out.hole(3);
        out.u8(header.flags.octet());
        out.u24(header.command.0);
        out.u32(header.application.0);
        out.u32(header.hop_by_hop.0);
        out.u32(header.end_to_end.0);
        MessageWriter { out, start, length }
    }

    /// An AVP whose value is `bytes`.
    pub fn avp_bytes(&mut self, id: AvpId, bytes: &[u8]) -> &mut Self {
        self.avp_with(id, |out| out.put(bytes))
    }

    /// Unsigned32, Enumerated or Time.
    pub fn avp_u32(&mut self, id: AvpId, value: u32) -> &mut Self {
        self.avp_with(id, |out| out.u32(value))
    }

    /// A number as TBCD digits.
    pub fn tbcd(&mut self, id: AvpId, digits: Digits) -> &mut Self {
        self.avp_with(id, |out| out.tbcd(digits))
    }

    /// Address.
    pub fn address(&mut self, id: AvpId, address: IpAddr) -> &mut Self {
        self.avp_with(id, |out| match address {
            IpAddr::V4(address) => {
                out.u16(1);
                out.put(&address.octets());
            }
            IpAddr::V6(address) => {
                out.u16(2);
                out.put(&address.octets());
            }
        })
    }

    /// An AVP whose value `value` writes in place.
    pub fn avp_with(&mut self, id: AvpId, value: impl FnOnce(&mut Writer<'b>)) -> &mut Self {
        let open = self.open(id);
        value(self.out);
        self.close(open)
    }

    /// A group whose members `members` writes.
    pub fn grouped(&mut self, id: AvpId, members: impl FnOnce(&mut Self)) -> &mut Self {
        let open = self.open(id);
        members(self);
        self.close(open)
    }

    /// The same AVP as `avp`, flags included.
    pub fn copy(&mut self, avp: &AvpView<'_>) -> &mut Self {
        let open = self.open_with(avp.id(), avp.flags.0);
        self.out.put(avp.data);
        self.close(open)
    }

    /// Fills in the length; the octets that this message has. Whether all fitted, the `octets::Writer` knows.
    pub fn finish(self) -> usize {
        let length = self.out.len() - self.start;
        self.out.fill(self.length, length as u32);
        length
    }

    fn open(&mut self, id: AvpId) -> Open {
        let mandatory = dictionary::entry(id).is_some_and(|entry| entry.is_mandatory);
        let vendor = if id.vendor == 0 { 0 } else { AvpFlags::VENDOR };
        self.open_with(id, vendor | if mandatory { AvpFlags::MANDATORY } else { 0 })
    }

    fn open_with(&mut self, id: AvpId, flags: u8) -> Open {
        let start = self.out.len();
        self.out.u32(id.code);
        self.out.u8(flags);
        let length = self.out.hole(3);
        if flags & AvpFlags::VENDOR != 0 {
            self.out.u32(id.vendor);
        }
        Open { start, length }
    }

    fn close(&mut self, open: Open) -> &mut Self {
        // RFC 6733 4.1: the length counts neither the padding here nor that of anything around.
        let length = self.out.len() - open.start;
        self.out.fill(open.length, length as u32);
        self.out.put(&[0; 3][..length.next_multiple_of(4) - length]);
        self
    }
}

/// An AVP whose length is not known yet.
struct Open {
    start: usize,
    length: Mark,
}
