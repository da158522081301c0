//! Internet addresses as the kernel lays them out (`sockaddr_in`, `sockaddr_in6`), read and written octet by octet.

use core::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The larger of the two forms.
pub(crate) const ADDRESS_OCTETS_MAX: usize = 28;

/// Writes `address` into `room`; returns the octets used.
pub(crate) fn encode(address: SocketAddr, room: &mut [u8; ADDRESS_OCTETS_MAX]) -> usize {
    room.fill(0);
    room[2..4].copy_from_slice(&address.port().to_be_bytes());
    match address {
        SocketAddr::V4(v4) => {
            room[0..2].copy_from_slice(&(libc::AF_INET as u16).to_ne_bytes());
            room[4..8].copy_from_slice(&v4.ip().octets());
            V4_OCTETS
        }
        SocketAddr::V6(v6) => {
            room[0..2].copy_from_slice(&(libc::AF_INET6 as u16).to_ne_bytes());
            room[4..8].copy_from_slice(&v6.flowinfo().to_ne_bytes());
            room[8..24].copy_from_slice(&v6.ip().octets());
            room[24..28].copy_from_slice(&v6.scope_id().to_ne_bytes());
            ADDRESS_OCTETS_MAX
        }
    }
}

/// Reads an address; `None` for another family or too few octets.
pub(crate) fn decode(bytes: &[u8]) -> Option<SocketAddr> {
    let field = |at: usize| bytes.get(at..at + 2).map(|two| [two[0], two[1]]);
    let port = u16::from_be_bytes(field(2)?);
    match i32::from(u16::from_ne_bytes(field(0)?)) {
        libc::AF_INET => {
            let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            Some(SocketAddr::V4(SocketAddrV4::new(ip.into(), port)))
        }
        libc::AF_INET6 => {
            let flow: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            let ip: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            let scope: [u8; 4] = bytes.get(24..28)?.try_into().ok()?;
            let (flow, scope) = (u32::from_ne_bytes(flow), u32::from_ne_bytes(scope));
            Some(SocketAddr::V6(SocketAddrV6::new(Ipv6Addr::from(ip), port, flow, scope)))
        }
        _ => None,
    }
}

/// Which socket family speaks to `address`.
pub(crate) fn domain(address: SocketAddr) -> socket2::Domain {
    match address.ip() {
        IpAddr::V4(_) => socket2::Domain::IPV4,
        IpAddr::V6(_) => socket2::Domain::IPV6,
    }
}

const V4_OCTETS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_come_back() {
        for text in ["192.0.2.1:5060", "[2001:db8::7]:3868", "[fe80::1%3]:2855"] {
            let address: SocketAddr = text.parse().expect("an address");
            let mut room = [0xAA; ADDRESS_OCTETS_MAX];
            let used = encode(address, &mut room);
            assert_eq!(decode(&room[..used]), Some(address));
        }
    }

    #[test]
    fn what_is_cut_or_foreign_is_no_address() {
        let mut room = [0; ADDRESS_OCTETS_MAX];
        encode("[2001:db8::7]:1".parse().expect("an address"), &mut room);
        for cut in 0..ADDRESS_OCTETS_MAX {
            assert_eq!(decode(&room[..cut]), None, "{cut} octets");
        }
        room[0..2].copy_from_slice(&(libc::AF_UNIX as u16).to_ne_bytes());
        assert_eq!(decode(&room), None);
    }
}
