//! From the configuration to what the shards are born with.

use std::time::Duration;

use interwork::{Barring, MsisdnPool, Policy, Rate};

use sip::SessionPolicy;

use super::Config;

impl Config {
    /// How many shards it asks for on this machine.
    pub fn shard_count(&self) -> u16 {
        self.gateway.shards.on(std::thread::available_parallelism().map_or(1, |cores| cores.get()))
    }

    /// How long a SIP session lives unrefreshed.
    pub fn session(&self) -> SessionPolicy {
        SessionPolicy {
            min_se_s: self.sip.session_min_s.0 as u32,
            default_s: self.sip.session_expires_s.0 as u32,
            want: self.sip.session_timer,
        }
    }

    fn barring(&self) -> Barring {
        let prefixes = |list: &[super::NumberPrefix]| list.iter().map(|prefix| prefix.0).collect::<Vec<_>>();
        Barring::new(
            prefixes(&self.access.allowed_destinations),
            prefixes(self.access.blocked_destinations.get_ref()),
            self.access.blocked_users.iter().map(|user| user.0),
        )
    }

    /// What the operator has decided.
    pub fn policy(&self) -> Policy {
        let numbers = self.numbers.pool.get_ref().iter().flat_map(|range| range.numbers());
        Policy {
            access: self.access.authorisation,
            barring: self.barring(),
            invitation_rate: Rate::new(self.rates.invitations_per_hour.0, Duration::from_secs(3600)),
            message_rate: Rate::new(self.rates.messages_per_minute.0, Duration::from_secs(60)),
            ask_first: self.chat.ask_first,
            answer_timer: self.chat.answer_timer_s.duration(),
            refresh_timer: self.chat.refresh_timer_s.duration(),
            idle_timer: self.chat.idle_timer_s.duration(),
            connect_timer: self.chat.connect_timer_s.duration(),
            submit_guard: self.sms.submit_guard_s.duration(),
            forward_guard: self.sms.forward_guard_s.duration(),
            concat_timer: self.sms.concat_timer_s.duration(),
            rest: self.numbers.rest_s.duration(),
            no_answer_status: self.chat.no_answer_status.status(),
            reject_status: self.chat.reject_status.status(),
            unknown_reply: self.chat.unknown_reply,
            anonymity: self.chat.anonymity,
            anonymity_status: self.chat.anonymity_status.status(),
            number_source: self.numbers.source,
            pool: MsisdnPool::new(numbers),
            tell_answer: self.chat.tell_answer,
            tell_at_bye: self.chat.tell_at_bye,
            end_at_deregistration: self.chat.end_at_deregistration,
            tell_at_cancel: self.chat.tell_at_cancel,
            tell_unsupported: self.chat.tell_unsupported,
            refusals_max: self.chat.refusals_max.as_usize() as u8,
            tell_late: self.chat.tell_late,
            without_chat: self.sms.without_chat,
            leave_hint: self.chat.leave_hint,
            status_reports: self.sms.status_reports,
            chats_per_sms_user_max: self.chat.per_sms_user_max.as_usize(),
            recall: self.chat.recall_s.duration(),
            call_back: self.chat.call_back,
            late_reports: self.chat.late_reports,
            segments_max: self.sms.segments_max.0 as u8,
            message_octets_max: self.chat.message_octets_max.as_usize(),
            message_validity: self.sms.message_validity_s.duration(),
            service_centre: self.sms.service_centre.0,
            other_service_centres: self.sms.other_service_centres.iter().map(|number| number.0).collect(),
            own_number: self.sms.own_number.msisdn(),
            network: self.sms.network.get_ref().0,
            correlation_life: self.sms.correlation_life_s.duration(),
            wording: self.wording(),
            vocabulary: self.default_language().vocabulary(),
            languages: self.polyglot(),
        }
    }
}

#[cfg(test)]
mod tests {
    use interwork::{Identity, Msisdn, PeerId, Policy};
    use octets::Digits;

    use super::super::parse;

    fn policy(text: &str) -> Policy {
        parse("test.toml", text).expect("a configuration").policy()
    }

    fn number(text: &str) -> Msisdn {
        Msisdn(Digits::from_ascii(text.as_bytes()).expect("digits"))
    }

    #[test]
    fn the_lists_of_the_file_bar_whom_they_name() {
        let barring = policy(
            "[access]\nallowed_destinations = [\"+\", \"+4990012\"]\nblocked_destinations = [\"+49900\"]\n\
             blocked_users = [\"+15550666\", \"sip:mallory@ims.example\"]\n",
        )
        .barring;
        for (destination, reached) in [("4915", true), ("49900", false), ("49900123", true)] {
            assert_eq!(barring.reaches(number(destination)), reached, "{destination}");
        }
        assert!(barring.bars(Identity::Number(number("15550666"))));
        assert!(barring.bars(Identity::Name(PeerId::of(&b"sip:mallory@ims.example"[..]))));
        assert!(!barring.bars(Identity::Number(number("15550100"))));
        assert!(policy("").barring.reaches(number("49900")), "by default everybody may be reached");
    }
}
