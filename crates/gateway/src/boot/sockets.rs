//! All sockets of all shards, opened before the first shard starts.

use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};

use shard::{MSRP, OWN_SIP, PortId, SHARED_SIP};
use socket2::{Domain, Protocol, Socket, Type};

use super::{Addresses, StartError};
use crate::config::Config;

/// The sockets of one shard, and what it calls them.
#[derive(Debug)]
pub(super) struct ShardSockets {
    pub(super) datagram: Vec<(PortId, UdpSocket)>,
    pub(super) listeners: Vec<(PortId, TcpListener)>,
}

/// Opens the sockets of `count` shards.
pub(super) fn open(config: &Config, count: u16) -> Result<(Vec<ShardSockets>, Addresses), StartError> {
    let mut sockets = Vec::new();
    let mut addresses = Addresses {
        sip: SocketAddr::new(config.sip.address, config.sip.port),
        own_sip: vec![],
        msrp: vec![],
    };
    for shard in 0..count {
        let shared = udp(addresses.sip, true, "sip.port")?;
        // Port 0: the first shard is given one, the others share it.
        addresses.sip = local(&shared, "sip.port")?;
        let own = udp(
            nth(config.sip.address, config.sip.own_port_first, shard, "sip.own_port_first")?,
            false,
            "sip.own_port_first",
        )?;
        let msrp = tcp(
            nth(config.msrp.address, config.msrp.port_first, shard, "msrp.port_first")?,
            "msrp.port_first",
        )?;
        addresses.own_sip.push(local(&own, "sip.own_port_first")?);
        addresses.msrp.push(local(&msrp, "msrp.port_first")?);
        sockets.push(ShardSockets {
            datagram: vec![(SHARED_SIP, shared.into()), (OWN_SIP, own.into())],
            listeners: vec![(MSRP, msrp.into())],
        });
    }
    Ok((sockets, addresses))
}

fn nth(address: IpAddr, first: u16, shard: u16, key: &str) -> Result<SocketAddr, StartError> {
    if first == 0 {
        return Ok(SocketAddr::new(address, 0));
    }
    let port = first.checked_add(shard).ok_or_else(|| {
        StartError::new(
            format!("{key} = {first} leaves no port for shard {shard}"),
            "choose a lower first port",
        )
    })?;
    Ok(SocketAddr::new(address, port))
}

fn udp(address: SocketAddr, is_shared: bool, key: &str) -> Result<Socket, StartError> {
    bind(address, Type::DGRAM, Protocol::UDP, is_shared).map_err(|error| refused("UDP", address, key, &error))
}

fn tcp(address: SocketAddr, key: &str) -> Result<Socket, StartError> {
    let socket = bind(address, Type::STREAM, Protocol::TCP, false)
        .map_err(|error| refused("TCP", address, key, &error))?;
    socket.listen(BACKLOG).map_err(|error| refused("TCP", address, key, &error))?;
    Ok(socket)
}

fn bind(address: SocketAddr, kind: Type, protocol: Protocol, is_shared: bool) -> std::io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    socket.set_nonblocking(true)?;
    if kind == Type::STREAM {
        // A restart must not wait for connections of the life before.
        socket.set_reuse_address(true)?;
    }
    if is_shared {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

fn local(socket: &Socket, key: &str) -> Result<SocketAddr, StartError> {
    let address = socket.local_addr().ok().and_then(|address| address.as_socket());
    address.ok_or_else(|| StartError::new(format!("{key}: the socket has no address"), "please report it"))
}

fn refused(protocol: &str, address: SocketAddr, key: &str, error: &std::io::Error) -> StartError {
    let remedy = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("another process has it (see `ss -lpn`), or choose another {key}")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            format!("this host has no such address; see `ip address`, and {key}")
        }
        std::io::ErrorKind::PermissionDenied => "a port below 1024 needs CAP_NET_BIND_SERVICE".to_string(),
        _ => format!("see {key} in the configuration"),
    };
    StartError::new(format!("cannot listen on {protocol} {address}: {error}"), remedy)
}

const BACKLOG: i32 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_says_which_and_what_to_do() {
        let taken = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("its address");
        let error = udp(address, false, "sip.own_port_first").expect_err("in use").to_string();
        assert!(error.contains(&address.to_string()) && error.contains("sip.own_port_first"), "{error}");
        assert!(nth(address.ip(), 65_535, 1, "msrp.port_first").is_err());
    }
}
