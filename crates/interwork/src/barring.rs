//! Who may not ask, and who may not be reached, whatever else is known of them: against fraud, the operator's last word.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::{Identity, Msisdn, Prefix, Prefixes};

/// The operator's lists.
#[derive(Clone, Debug)]
pub struct Barring {
    /// May numbers that begin like this be reached?
    destinations: Prefixes<bool>,
    /// Chat users who are barred, sorted.
    users: Box<[Identity]>,
}

impl Barring {
    /// From the prefixes that may be reached and those that may not, and the chat users who may do nothing.
    pub fn new(
        allowed: impl IntoIterator<Item = Prefix>,
        blocked: impl IntoIterator<Item = Prefix>,
        users: impl IntoIterator<Item = Identity>,
    ) -> Self {
        let allowed = allowed.into_iter().map(|prefix| (prefix, true));
        let blocked = blocked.into_iter().map(|prefix| (prefix, false));
        let mut users: Vec<_> = users.into_iter().collect();
        users.sort();
        Barring { destinations: Prefixes::new(blocked.chain(allowed)), users: users.into_boxed_slice() }
    }

    /// Nobody and nothing is barred.
    pub fn none() -> Self {
        Barring::new([Prefix::EVERYWHERE], [], [])
    }

    /// Is this chat user barred?
    pub fn bars(&self, user: Identity) -> bool {
        self.users.binary_search(&user).is_ok()
    }

    /// May this SMS user be reached? The longest prefix decides; what is on no list may not.
    pub fn reaches(&self, sms_user: Msisdn) -> bool {
        self.destinations.find(sms_user) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use octets::Digits;

    fn number(text: &[u8]) -> Msisdn {
        Msisdn(Digits::from_ascii(text).expect("digits"))
    }

    fn prefix(text: &[u8]) -> Prefix {
        Prefix::of(number(text).digits())
    }

    #[test]
    fn a_longer_prefix_makes_an_exception_on_either_list() {
        let barring = Barring::new([Prefix::EVERYWHERE, prefix(b"4990012")], [prefix(b"49900")], []);
        for (destination, reached) in
            [(&b"4915"[..], true), (b"4990011", false), (b"4990012345", true), (b"4990", true)]
        {
            assert_eq!(barring.reaches(number(destination)), reached, "{destination:?}");
        }
    }

    #[test]
    fn with_a_list_of_what_may_be_reached_all_else_may_not() {
        let barring = Barring::new([prefix(b"49")], [prefix(b"49900")], []);
        for (destination, reached) in [(&b"4915"[..], true), (b"49900", false), (b"331", false)] {
            assert_eq!(barring.reaches(number(destination)), reached, "{destination:?}");
        }
        assert!(!Barring::new([], [], []).reaches(number(b"4915")), "on no list");
        assert!(Barring::none().reaches(number(b"4915")));
    }

    #[test]
    fn a_chat_user_is_barred_by_number_or_by_name() {
        let name = crate::PeerId::of(&b"sip:mallory@ims.example"[..]);
        let users = [Identity::Name(name), Identity::Number(number(b"15550666"))];
        let barring = Barring::new([], [], users);
        assert!(users.into_iter().all(|user| barring.bars(user)));
        assert!(!barring.bars(Identity::Number(number(b"15550667"))));
    }
}
