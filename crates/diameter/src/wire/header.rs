//! The twenty octets that start every message (RFC 6733 3).

use octets::Reader;
use tempo::{Entropy, WallClock};

/// A command code; the request and its answer share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command(pub u32);

impl Command {
    /// CER and CEA.
    pub const CAPABILITIES_EXCHANGE: Command = Command(257);
    /// DWR and DWA.
    pub const DEVICE_WATCHDOG: Command = Command(280);
    /// DPR and DPA.
    pub const DISCONNECT_PEER: Command = Command(282);
    /// UDR and UDA.
    pub const USER_DATA: Command = Command(306);
    /// PUR and PUA.
    pub const PROFILE_UPDATE: Command = Command(307);
    /// SNR and SNA.
    pub const SUBSCRIBE_NOTIFICATIONS: Command = Command(308);
    /// PNR and PNA.
    pub const PUSH_NOTIFICATION: Command = Command(309);
    /// OFR and OFA.
    pub const MO_FORWARD_SHORT_MESSAGE: Command = Command(8_388_645);
    /// TFR and TFA.
    pub const MT_FORWARD_SHORT_MESSAGE: Command = Command(8_388_646);
    /// SRR and SRA.
    pub const SEND_ROUTING_INFO_FOR_SM: Command = Command(8_388_647);
    /// ALR and ALA.
    pub const ALERT_SERVICE_CENTRE: Command = Command(8_388_648);
    /// RDR and RDA.
    pub const REPORT_SM_DELIVERY_STATUS: Command = Command(8_388_649);
}

/// An application identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationId(pub u32);

impl ApplicationId {
    /// The base protocol: what two neighbours say to each other.
    pub const BASE: ApplicationId = ApplicationId(0);
    /// Sh (TS 29.329).
    pub const SH: ApplicationId = ApplicationId(16_777_217);
    /// S6c (TS 29.338 5).
    pub const S6C: ApplicationId = ApplicationId(16_777_312);
    /// SGd and Gdd (TS 29.338 6).
    pub const SGD: ApplicationId = ApplicationId(16_777_313);
    /// A relay carries every application (RFC 6733 2.4).
    pub const RELAY: ApplicationId = ApplicationId(u32::MAX);
}

/// Matches an answer to its request on one connection; it changes at every hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HopByHop(pub u32);

/// Finds repeated requests; it stays the same from end to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndToEnd(pub u32);

impl EndToEnd {
    /// The first one after a start. RFC 6733 3: the high twelve bits are time, the low twenty random, so that a
    /// restart does not repeat within four minutes what the peers still remember.
    pub fn first(clock: WallClock, chance: &mut Entropy) -> Self {
        EndToEnd((clock.unix_seconds as u32) << 20 | chance.u32() >> 12)
    }

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        EndToEnd(self.0.wrapping_add(1))
    }
}

/// The command flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// R: a request, not an answer.
    pub request: bool,
    /// P: proxies and relays may carry it on.
    pub proxiable: bool,
    /// E: a protocol error; the answer need not have the form of its command.
    pub error: bool,
    /// T: perhaps seen before, re-sent after a link failed.
    pub retransmitted: bool,
}

impl Flags {
    pub(crate) const RESERVED: u8 = 0x0F;

    pub(crate) fn from_octet(octet: u8) -> Self {
        Flags {
            request: octet & 0x80 != 0,
            proxiable: octet & 0x40 != 0,
            error: octet & 0x20 != 0,
            retransmitted: octet & 0x10 != 0,
        }
    }

    pub(crate) fn octet(self) -> u8 {
        u8::from(self.request) << 7
            | u8::from(self.proxiable) << 6
            | u8::from(self.error) << 5
            | u8::from(self.retransmitted) << 4
    }
}

/// The header without version and length, which are only true of one message on one wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The command flags.
    pub flags: Flags,
    /// What is asked or answered.
    pub command: Command,
    /// The application that it belongs to.
    pub application: ApplicationId,
    /// Unique on the connection.
    pub hop_by_hop: HopByHop,
    /// Unique at the origin.
    pub end_to_end: EndToEnd,
}

impl Header {
    /// Octets that a header has.
    pub const OCTETS: usize = 20;

    /// Reads a header and believes everything in it: judging is for [`super::frame`] and [`super::MessageView`].
    pub fn read(octets: &[u8; Header::OCTETS]) -> Header {
        let mut reader = Reader::new(&octets[4..]);
        // Sixteen octets are there, so no read can fail; zero would be harmless.
        let mut word = || reader.u32().unwrap_or(0);
        let flags_and_command = word();
        Header {
            flags: Flags::from_octet((flags_and_command >> 24) as u8),
            command: Command(flags_and_command & 0x00FF_FFFF),
            application: ApplicationId(word()),
            hop_by_hop: HopByHop(word()),
            end_to_end: EndToEnd(word()),
        }
    }
}

/// What the sender of a request decides for each sending of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids {
    /// Unique on the connection that it goes out on.
    pub hop_by_hop: HopByHop,
    /// The same for every sending of one request.
    pub end_to_end: EndToEnd,
    /// Is this sending one after a failover?
    pub retransmitted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_to_end_starts_with_the_time_and_goes_up() {
        let clock = WallClock { unix_seconds: 0x6_6ABC, quarter_hours: 0 };
        let first = EndToEnd::first(clock, &mut Entropy::from_seed([3; 32]));
        assert_eq!(first.0 >> 20, 0xABC);
        assert_eq!(EndToEnd(u32::MAX).next(), EndToEnd(0));
    }

    #[test]
    fn the_flags_keep_their_places() {
        for bits in [0x80, 0x40, 0x20, 0x10, 0xF0, 0x00, 0xD0] {
            assert_eq!(Flags::from_octet(bits).octet(), bits);
        }
    }
}
