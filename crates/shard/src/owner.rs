//! Whose is it? Everything about one SMS user happens on one shard, and identifiers that we minted say which.

use core::hash::{BuildHasher, Hasher};

use interwork::{Identity, Msisdn, PeerId};
use sip::{MessageView, Registration, Uri, parse_token};
use sms::Address;

use crate::desk::Desk;
use crate::lanes::ShardId;

/// The shard of an SMS user.
pub fn owner_of(sms_user: Msisdn, shards: u16) -> ShardId {
    ShardId((sms_user.spread() % u64::from(shards.max(1))) as u16)
}

/// The shard of whoever stands in TP-OA or TP-RA. A word instead of a number is a machine that nobody can invite; it has a shard all
/// the same, so that what it sends again is recognised.
pub fn owner_of_sender(address: &Address<'_>, shards: u16) -> ShardId {
    match address.digits() {
        Some(number) => owner_of(Msisdn(number), shards),
        None => {
            let mut hasher = foldhash::fast::FixedState::with_seed(WORD_SEED).build_hasher();
            address.word().for_each(|character| hasher.write_u32(character.into()));
            ShardId((hasher.finish() % u64::from(shards.max(1))) as u16)
        }
    }
}

/// The shard of a SIP message: by our own tag or branch, else by the SMS user in the Request-URI, which an INVITE, its
/// repetitions, its CANCEL and the ACK of its refusal have in common. `None`: any shard will do.
pub fn owner_of_sip(message: &MessageView<'_>, shards: u16) -> Option<ShardId> {
    let minted = match message.is_request() {
        true => message.to_tag(),
        false => message.via().branch,
    };
    if let Some(token) = minted.and_then(parse_token).filter(|token| token.owner < shards) {
        return Some(ShardId(token.owner));
    }
    if !message.is_request() {
        return None;
    }
    let sms_user = Uri::parse(message.request_uri()).and_then(|uri| uri.digits())?;
    Some(owner_of(Msisdn(sms_user), shards))
}

/// The shard of somebody who comes or goes, so that the end of his registration never overtakes its beginning: by his number, which
/// all his identities have in common, and which an S-CSCF need not say at the end.
pub fn owner_of_registrant(message: &MessageView<'_>, desk: &Desk) -> Option<ShardId> {
    let (identity, msisdn) = match Registration::of(message).ok()? {
        Registration::Registered(binding) => (binding.identity, binding.msisdn),
        Registration::Deregistered { identity, msisdn } => (identity, msisdn),
    };
    let name = PeerId::of(identity.uri);
    let known = || desk.directory.subscriber(Identity::Name(name), desk.now())?.number;
    let number = msisdn.or(identity.tel).map(Msisdn).or_else(known);
    let spread = number.map_or(name.spread(), Msisdn::spread);
    Some(ShardId((spread % u64::from(desk.lanes.shards().max(1))) as u16))
}

/// Fixed, as every shard must agree.
const WORD_SEED: u64 = 0x1953_2204_0615_0003;
