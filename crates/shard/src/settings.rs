//! What a shard is born with. Nothing of it changes while the shard lives.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::net::SocketAddr;

use interwork::Policy;
use ipnet::IpNet;
use tempo::Duration;

use crate::directory::Directory;
use crate::driver::{Moment, PortId};
use crate::lanes::Lanes;
use crate::tally::TallyBoard;

/// The SIP port that all shards share.
pub const SHARED_SIP: PortId = PortId(0);
/// The SIP port of this shard alone: it stands in Contact and Via.
pub const OWN_SIP: PortId = PortId(1);
/// The MSRP port of this shard alone: it stands in the SDP answer.
pub const MSRP: PortId = PortId(2);

/// What a shard is born with.
pub struct Settings {
    /// What time it is at birth.
    pub moment: Moment,
    /// 32 octets of chance, different for each shard.
    pub seed: [u8; 32],
    /// Chats at the same time.
    pub sessions_max: usize,
    /// Pairs of (number, SMS user), live and resting.
    pub pairs_max: usize,
    /// Address of [`OWN_SIP`] as others reach it.
    pub own_sip: SocketAddr,
    /// Address of [`MSRP`] as others reach it.
    pub msrp: SocketAddr,
    /// Towards SMS centres and the HSS.
    pub diameter: DiameterSettings,
    /// Whom SIP is taken from; from everybody when nobody is named.
    pub trusted: Box<[IpNet]>,
    /// How long a SIP session lives unrefreshed.
    pub session: sip::SessionPolicy,
    /// What the operator has decided.
    pub policy: Arc<Policy>,
    /// What every shard may ask.
    pub directory: Arc<dyn Directory>,
    /// To the other shards.
    pub lanes: Lanes,
    /// Where the counters are put up.
    pub board: Arc<TallyBoard>,
}

/// Towards SMS centres and the HSS.
#[derive(Clone, Debug)]
pub struct DiameterSettings {
    /// Our DiameterIdentity, of this shard alone.
    pub origin_host: Box<[u8]>,
    /// Our realm.
    pub origin_realm: Box<[u8]>,
    /// Grows with each start of the gateway (RFC 6733 8.16).
    pub origin_state_id: u32,
    /// Address that CER names.
    pub host_ip: core::net::IpAddr,
    /// RFC 3539 Tw.
    pub watchdog: Duration,
    /// Whom to connect to, the preferred first.
    pub peers: Box<[PeerSettings]>,
}

/// A Diameter peer.
#[derive(Clone, Debug)]
pub struct PeerSettings {
    /// Its DiameterIdentity.
    pub host: Box<[u8]>,
    /// Its realm.
    pub realm: Box<[u8]>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Are short messages submitted there?
    pub serves_submits: bool,
    /// Is it asked about chat users (Sh)?
    pub serves_subscribers: bool,
}
