//! What an operator may order of a running gateway: that chats end.
//!
//! A shard that has no room in its inbox does not hear an order; whoever gave it is told, and may give it again.

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use interwork::{Goodbye, Msisdn, PeerId};
use serde::{Deserialize, Serialize};
use shard::{Cargo, Ending, Lanes, ShardId, Whose, owner_of};
use sip::{Scheme, Uri};

use crate::boot::Gateway;

/// Whose chats are to end. Numbers and names of people do not print.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// All chats.
    All,
    /// Those of a chat user: a number, or a public identity.
    ChatUser(String),
    /// Those of an SMS user: a number.
    SmsUser(String),
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Order::All => "All",
            Order::ChatUser(_) => "ChatUser",
            Order::SmsUser(_) => "SmsUser",
        })
    }
}

/// Neither a number in international form nor, where that may stand, a SIP or tel URI.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoIdentity;

impl fmt::Display for NoIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a number in international form, such as +15550100, or for a chat user also a SIP or tel URI")
    }
}

impl Order {
    /// What the shards are told.
    pub fn ending(&self) -> Result<Ending, NoIdentity> {
        let whose = match self {
            Order::All => Whose::Everybodys,
            Order::SmsUser(text) => Whose::SmsUsers(number(text).ok_or(NoIdentity)?),
            Order::ChatUser(text) => Whose::ChatUsers(match number(text) {
                Some(number) => PeerId::of(number.digits().packed()),
                None if is_identity(text) => PeerId::of(text.as_bytes()),
                None => return Err(NoIdentity),
            }),
        };
        Ok(Ending { whose, goodbye: Goodbye::Operator })
    }
}

fn is_identity(text: &str) -> bool {
    Uri::parse(text.as_bytes())
        .is_some_and(|uri| matches!(uri.scheme, Scheme::Sip | Scheme::Sips | Scheme::Tel))
}

fn number(text: &str) -> Option<Msisdn> {
    let text = text.trim();
    let digits = match Uri::parse(text.as_bytes()) {
        Some(uri) => uri.digits(),
        None => octets::Digits::from_ascii(text.strip_prefix('+')?.as_bytes()).ok(),
    };
    digits.filter(|digits| digits.len() >= NUMBER_DIGITS_MIN).map(Msisdn)
}

/// The way to the shards.
#[derive(Clone)]
pub struct Orders {
    lanes: Arc<[Lanes]>,
}

impl Orders {
    /// To those of a running gateway.
    pub fn of(gateway: &Gateway) -> Self {
        Orders { lanes: gateway.lanes().into() }
    }

    /// Tells the shards that it concerns; how many had no room to hear it.
    pub fn give(&self, ending: Ending) -> usize {
        let Some(lanes) = self.lanes.first() else { return 0 };
        let only = match ending.whose {
            Whose::SmsUsers(number) => Some(owner_of(number, lanes.shards())),
            Whose::ChatUsers(_) | Whose::Everybodys => None,
        };
        let shards = (0..lanes.shards()).map(ShardId);
        let shards = shards.filter(|shard| only.is_none_or(|only| only == *shard));
        shards.filter(|shard| lanes.push(*shard, Cargo::EndChats(ending), &[]).is_err()).count()
    }
}

/// Gives an order to a running gateway. `Err`: what it says against it.
pub fn ask(admin: SocketAddr, order: &Order) -> std::io::Result<Result<(), String>> {
    let body = serde_json::to_vec(order)?;
    let mut stream = TcpStream::connect_timeout(&admin, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST {PATH} HTTP/1.0\r\nHost: {admin}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, said) =
        answer.split_once("\r\n\r\n").ok_or(std::io::Error::other("the answer is not HTTP"))?;
    let is_good = head.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    Ok(if is_good { Ok(()) } else { Err(said.trim().to_string()) })
}

/// Where orders are given.
pub const PATH: &str = "/chats/end";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
/// Shorter ones are service codes.
const NUMBER_DIGITS_MIN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_by_number_or_identity_and_do_not_print() {
        let of = |text: &str| Order::ChatUser(text.to_string()).ending();
        let number = of("+15550100").expect("a number");
        assert_eq!(of("tel:+15550100"), Ok(number));
        assert_eq!(of("sip:+15550100@ims.example;user=phone"), Ok(number));
        let alice = Ending {
            whose: Whose::ChatUsers(PeerId::of(b"sip:alice@ims.example".as_slice())),
            goodbye: Goodbye::Operator,
        };
        assert_eq!(of("sip:alice@ims.example"), Ok(alice));
        for text in ["", "alice", "15550100", "+", "+110", "mailto:a@b"] {
            assert_eq!(of(text), Err(NoIdentity), "{text}");
        }
        assert_eq!(Order::SmsUser("sip:alice@ims.example".into()).ending(), Err(NoIdentity));
        let printed = format!("{:?} {:?}", Order::ChatUser("+15550100".into()), Order::SmsUser("+1".into()));
        assert!(!printed.contains('1'), "{printed}");
    }
}
