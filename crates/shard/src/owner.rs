//! Whose is it? Everything about one SMS user happens on one shard, and identifiers that we minted say which.

use core::hash::{BuildHasher, Hasher};

use interwork::{Msisdn, PeerId};
use sip::{MessageView, Method, Uri, parse_token};
use sms::Address;

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
    if message.method() == Method::Register {
        return owner_of_registrant(message, shards);
    }
    let sms_user = Uri::parse(message.request_uri()).and_then(|uri| uri.digits())?;
    Some(owner_of(Msisdn(sms_user), shards))
}

/// The shard of somebody who comes or goes, so that the end of his registration never overtakes its beginning.
fn owner_of_registrant(message: &MessageView<'_>, shards: u16) -> Option<ShardId> {
    let uri = message.to().uri;
    let spread = match Uri::parse(uri).and_then(|uri| uri.digits()) {
        Some(number) => Msisdn(number).spread(),
        None => PeerId::of(uri).spread(),
    };
    Some(ShardId((spread % u64::from(shards.max(1))) as u16))
}
/// Fixed, as every shard must agree.
const WORD_SEED: u64 = 0x1953_2204_0615_0003;
