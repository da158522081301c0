//! The usual surroundings of a gateway, on loopback: S-CSCF, UE, SMS centre, SMS-GMSC, HSS, SMS users.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::mpsc::Sender;

use actors::{
    Actor, ChatUser, HomedNumbers, Hss, HssAddress, NodeSetup, Persistence, Scscf, ScscfSetup, Sighting,
    SmsCentre, SmsGmsc, SmsUser, UeSetup,
};
use octets::Digits;
use poll::{Options, PollDriver, Sockets};
use shard::{Driver, PortId};
use tempo::{Entropy, WallClock};

use crate::{Cast, Door, Stage};

/// What a home network is made of.
#[derive(Clone)]
pub struct HomeNetworkSetup {
    /// Time zero of the stage.
    pub origin: std::time::Instant,
    /// All identifiers come from here.
    pub seed: [u8; 32],
    /// The address that all listen on.
    pub address: IpAddr,
    /// The ports; 0 lets the system choose.
    pub ports: Ports,
    /// The home network domain: SIP domain and Diameter realm.
    pub domain: String,
    /// The ISC address of the gateway. Where it is not known yet, see [`HomeNetwork::gateway_is_at`].
    pub gateway: SocketAddr,
    /// The address of the SMS centre.
    pub sc_address: Digits,
    /// What the numbers begin with that are at home at the gateway.
    pub homed: Vec<Digits>,
    /// How hard the SMS-GMSC tries.
    pub persistence: Persistence,
}

/// The ports of a home network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// SIP of the UE, over UDP.
    pub ue: u16,
    /// SIP of the S-CSCF, over UDP.
    pub scscf: u16,
    /// Diameter of the SMS centre, over TCP.
    pub sms_centre: u16,
    /// Diameter of the SMS-GMSC, over TCP.
    pub sms_gmsc: u16,
    /// Diameter of the HSS, over TCP.
    pub hss: u16,
}

/// Where everybody is: what the configuration of a gateway is written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The Diameter realm and SIP domain.
    pub realm: String,
    /// The UE.
    pub ue: SocketAddr,
    /// The S-CSCF.
    pub scscf: SocketAddr,
    /// The SMS centre.
    pub sms_centre: DiameterAddress,
    /// The SMS-GMSC.
    pub sms_gmsc: DiameterAddress,
    /// The HSS.
    pub hss: DiameterAddress,
}

/// A Diameter node: what it is called, and where it listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiameterAddress {
    /// Origin-Host.
    pub host: String,
    /// Where it listens.
    pub at: SocketAddr,
}

/// The cast.
#[derive(Debug)]
pub struct HomeNetwork {
    /// The chats; scripts are added before a run.
    pub chat_user: ChatUser,
    /// The proxy.
    pub scscf: Scscf,
    /// The centre; manners are set before a run.
    pub sms_centre: SmsCentre,
    /// The SMS-GMSC.
    pub sms_gmsc: SmsGmsc,
    /// The HSS.
    pub hss: Hss,
    /// The SMS users; scripts are added before a run.
    pub sms_user: SmsUser,
}

impl HomeNetworkSetup {
    /// On 127.0.0.1, with ports of the system's choice.
    pub fn new(origin: std::time::Instant, seed: [u8; 32], gateway: SocketAddr, sc_address: Digits) -> Self {
        HomeNetworkSetup {
            origin,
            seed,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            ports: Ports::default(),
            domain: "ims.example".into(),
            gateway,
            sc_address,
            homed: Vec::new(),
            persistence: Persistence::default(),
        }
    }

    /// With the numbers that begin with these digits at home at the gateway.
    #[must_use]
    pub fn with_homed(mut self, prefixes: impl IntoIterator<Item = Digits>) -> Self {
        self.homed.extend(prefixes);
        self
    }
}

impl HomeNetwork {
    /// The gateway's ISC address, once it is known.
    pub fn gateway_is_at(&mut self, isc: SocketAddr) {
        self.scscf.route_to(isc);
    }

    /// Connections of the gateway to SMS centre, SMS-GMSC and HSS that are up, the fewest of the three. When it is the number of
    /// shards, a chat can begin.
    pub fn gateway_connections(&self) -> usize {
        let gateways = [self.sms_centre.neighbours_up(), self.sms_gmsc.gateways_up(), self.hss.gateways_up()];
        if self.sms_gmsc.is_hss_up() { gateways.into_iter().min().unwrap_or(0) } else { 0 }
    }

    /// Connections of the gateway that ended with a DPR, the fewest at SMS centre, SMS-GMSC and HSS.
    pub fn gateway_farewells(&self) -> usize {
        self.sms_centre.farewells().min(self.sms_gmsc.farewells()).min(self.hss.farewells())
    }
}

impl Cast for HomeNetwork {
    fn size(&self) -> usize {
        6
    }

    fn actor(&self, position: usize) -> &dyn Actor {
        match position {
            CHAT_USER => &self.chat_user,
            SCSCF => &self.scscf,
            SMS_CENTRE => &self.sms_centre,
            SMS_GMSC => &self.sms_gmsc,
            HSS => &self.hss,
            _ => &self.sms_user,
        }
    }

    fn actor_mut(&mut self, position: usize) -> &mut dyn Actor {
        match position {
            CHAT_USER => &mut self.chat_user,
            SCSCF => &mut self.scscf,
            SMS_CENTRE => &mut self.sms_centre,
            SMS_GMSC => &mut self.sms_gmsc,
            HSS => &mut self.hss,
            _ => &mut self.sms_user,
        }
    }
}

const CHAT_USER: usize = 0;
const SCSCF: usize = 1;
const SMS_CENTRE: usize = 2;
const SMS_GMSC: usize = 3;
const HSS: usize = 4;

/// Binds all sockets, says where they are, and puts everybody in place. Nothing happens before the first run.
pub fn home_network(
    setup: &HomeNetworkSetup,
    sightings: Option<Sender<Sighting>>,
) -> io::Result<(Stage<PollDriver, HomeNetwork>, Addresses)> {
    let udp = |port| UdpSocket::bind((setup.address, port));
    let tcp = |port| TcpListener::bind((setup.address, port));
    let Ports { ue, scscf, sms_centre, sms_gmsc, hss } = setup.ports;
    let (ue, scscf) = (udp(ue)?, udp(scscf)?);
    let (sms_centre, sms_gmsc, hss) = (tcp(sms_centre)?, tcp(sms_gmsc)?, tcp(hss)?);
    let node = |name: &str, listener: &TcpListener| -> io::Result<DiameterAddress> {
        Ok(DiameterAddress { host: format!("{name}.{}", setup.domain), at: listener.local_addr()? })
    };
    let addresses = Addresses {
        realm: setup.domain.clone(),
        ue: ue.local_addr()?,
        scscf: scscf.local_addr()?,
        sms_centre: node("smsc", &sms_centre)?,
        sms_gmsc: node("gmsc", &sms_gmsc)?,
        hss: node("hss", &hss)?,
    };
    // A port is called by the position of its actor.
    let port = |position: usize| PortId(position as u16);
    let sockets = Sockets {
        datagram: vec![(port(CHAT_USER), ue), (port(SCSCF), scscf)],
        listeners: vec![(port(SMS_CENTRE), sms_centre), (port(SMS_GMSC), sms_gmsc), (port(HSS), hss)],
    };
    let driver = PollDriver::new(sockets, Options::new(setup.origin))?;
    let moment = driver.moment();
    let passed = moment.now.as_nanos() / 1_000_000_000;
    let wall = WallClock { unix_seconds: moment.wall.unix_seconds - passed as i64, ..moment.wall };
    let cast = cast(setup, &addresses, wall);
    let datagram = [CHAT_USER, SCSCF].map(|actor| Door::Datagram { port: port(actor), actor });
    let listeners = [SMS_CENTRE, SMS_GMSC, HSS].map(|actor| Door::Listener { port: port(actor), actor });
    let doors = datagram.into_iter().chain(listeners).collect();
    let waker = driver.waker();
    Ok((Stage::new(driver, waker, cast, doors, sightings), addresses))
}

fn cast(setup: &HomeNetworkSetup, addresses: &Addresses, wall: WallClock) -> HomeNetwork {
    let mut chance = Entropy::from_seed(setup.seed);
    let mut node = |address: &DiameterAddress| NodeSetup {
        host: address.host.clone(),
        realm: setup.domain.clone(),
        address: setup.address,
        wall,
        chance: chance.fork(),
    };
    let (centre, gmsc, hss) = (node(&addresses.sms_centre), node(&addresses.sms_gmsc), node(&addresses.hss));
    let hss_address = HssAddress { host: addresses.hss.host.clone(), at: addresses.hss.at };
    let homed = HomedNumbers::new(setup.homed.iter().copied());
    let ue = UeSetup { address: addresses.ue, scscf: addresses.scscf, domain: setup.domain.clone() };
    let scscf = ScscfSetup {
        address: addresses.scscf,
        ue: addresses.ue,
        isc: setup.gateway,
        domain: setup.domain.clone(),
    };
    HomeNetwork {
        chat_user: ChatUser::new(ue, wall, chance.fork()),
        scscf: Scscf::new(scscf),
        sms_centre: SmsCentre::new(centre, setup.sc_address),
        sms_gmsc: SmsGmsc::new(gmsc, setup.sc_address, &hss_address, setup.persistence),
        hss: Hss::new(hss, homed, vec![addresses.sms_gmsc.host.clone()]),
        sms_user: SmsUser::new(),
    }
}
