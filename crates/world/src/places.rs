//! Where everybody is.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const fn at(a: u8, b: u8, c: u8, d: u8, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), port)
}

/// The port of a shard alone.
pub fn own_sip(shard: u16) -> SocketAddr {
    SocketAddr::new(GATEWAY_SIP.ip(), OWN_SIP_FIRST + shard)
}

/// The media port of a shard.
pub fn media(shard: u16) -> SocketAddr {
    SocketAddr::new(GATEWAY_SIP.ip(), MEDIA_FIRST + shard)
}

/// Which port of which shard an address is; the shared one is nobody's alone.
pub fn sip_port(address: SocketAddr, shards: u16) -> Option<Option<u16>> {
    if address == GATEWAY_SIP {
        return Some(None);
    }
    (0..shards).find(|shard| own_sip(*shard) == address).map(Some)
}

/// The shard whose media port an address is.
pub fn media_shard(address: SocketAddr, shards: u16) -> Option<u16> {
    (0..shards).find(|shard| media(*shard) == address)
}

/// The SIP port that all shards share.
pub const GATEWAY_SIP: SocketAddr = at(10, 0, 0, 1, 5060);
/// The chat users' equipment.
pub const UE: SocketAddr = at(198, 51, 100, 7, 5060);
/// Their S-CSCF.
pub const SCSCF: SocketAddr = at(192, 0, 2, 10, 5060);
/// Where S-CSCFs are.
pub const TRUSTED: [&str; 1] = ["192.0.2.0/24"];
/// Somebody who is nobody's S-CSCF.
pub const STRANGER: SocketAddr = at(203, 0, 113, 9, 5060);
/// Another S-CSCF, with the chat users behind it.
pub const PAGER: SocketAddr = at(192, 0, 2, 11, 5060);
/// The service centre.
pub const SMS_CENTRE: SocketAddr = at(10, 0, 9, 1, 3868);
/// The SMS-GMSC.
pub const GMSC: SocketAddr = at(10, 0, 9, 2, 3868);
/// The HSS.
pub const HSS: SocketAddr = at(10, 0, 9, 3, 3868);
/// The realm of everybody.
pub const REALM: &str = "home.example";
const OWN_SIP_FIRST: u16 = 5070;
const MEDIA_FIRST: u16 = 2855;
