//! A gateway's Diameter side with everybody that it speaks to.

use alloc::vec;
use alloc::vec::Vec;

use crate::{Actor, HomedNumbers, Hss, HssAddress, Persistence, SmsCentre, SmsGmsc, SmsUser};

use super::{FakeGateway, Players, Rehearsal, address, node, number, s};

pub(crate) struct Surroundings {
    pub(crate) gateway: FakeGateway,
    pub(crate) centre: SmsCentre,
    pub(crate) gmsc: SmsGmsc,
    pub(crate) hss: Hss,
    pub(crate) user: SmsUser,
}

/// The SMS centre's address.
pub(crate) const SC: &str = "4917220";
/// A number of the gateway's pool.
pub(crate) const POOL: &str = "467001";
/// An SMS user.
pub(crate) const BOB: &str = "4915550001";

const CENTRE_AT: &str = "127.0.0.1:3868";
const GMSC_AT: &str = "127.0.0.1:3869";
const HSS_AT: &str = "127.0.0.1:3870";
/// Positions.
pub(crate) const GATEWAY: usize = 0;
pub(crate) const HSS: usize = 3;

impl Players for Surroundings {
    fn all(&mut self) -> Vec<&mut dyn Actor> {
        vec![&mut self.gateway, &mut self.centre, &mut self.gmsc, &mut self.hss, &mut self.user]
    }
}

/// All introduced to each other.
pub(crate) fn surroundings(user: SmsUser) -> Rehearsal<Surroundings> {
    let hss = HssAddress { host: "hss.ims.example".into(), at: address(HSS_AT) };
    let persistence = Persistence { attempts_max: 3, pause: s(2) };
    let neighbours = [("smsc", address(CENTRE_AT)), ("gmsc", address(GMSC_AT)), ("hss", address(HSS_AT))];
    let homed = HomedNumbers::new([number("46700")]);
    let players = Surroundings {
        gateway: FakeGateway::new(node("gw0", 1), &neighbours),
        centre: SmsCentre::new(node("smsc", 2), number(SC)),
        gmsc: SmsGmsc::new(node("gmsc", 3), number(SC), &hss, persistence),
        hss: Hss::new(node("hss", 4), homed, vec!["gmsc.ims.example".into()]),
        user,
    };
    let mut rehearsal = Rehearsal::new(players, &[(CENTRE_AT, 1), (GMSC_AT, 2), (HSS_AT, HSS)]);
    rehearsal.start();
    rehearsal
}
