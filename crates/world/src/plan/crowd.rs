//! A crowd: many chats, each between two people of their own, in waves of so many a second.

use tempo::Entropy;

use super::{
    Answer, Barred, ChatPlan, Costs, End, Fault, Limits, Operator, Plan, Ringing, Say, SubscriberPlan, Terms,
};
use crate::chance::{Chance, Draw};

/// Invitations that come at one rate for some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// Invitations a second.
    pub rate: f64,
    /// For how long.
    pub for_s: u64,
}

/// Who comes.
#[derive(Clone, Debug, PartialEq)]
pub struct Crowd {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many shards there are.
    pub shards: u16,
    /// What work takes them.
    pub costs: Costs,
    /// One after the other.
    pub waves: Vec<Wave>,
    /// Does each chat user register a moment before he invites, so that the HSS is asked about him?
    pub registers: bool,
    /// What goes wrong meanwhile.
    pub faults: Vec<Fault>,
}

impl Crowd {
    /// A crowd that does not come.
    pub fn new(seed: u64, shards: u16, costs: Costs) -> Self {
        Crowd { seed, shards, costs, waves: Vec::new(), registers: false, faults: Vec::new() }
    }

    /// The world of this crowd.
    pub fn plan(&self) -> Plan {
        let Chance { mut cast, .. } = Chance::of(self.seed);
        let mut chats: Vec<ChatPlan> = Vec::new();
        let mut begins_ms = 0;
        for wave in &self.waves {
            let count = (wave.rate * wave.for_s as f64) as u64;
            let mut moments: Vec<u64> =
                (0..count).map(|_| begins_ms + cast.below(wave.for_s.max(1) * 1000)).collect();
            moments.sort_unstable();
            chats.extend(
                moments.into_iter().zip(chats.len() as u32..).map(|(at, id)| chat(&mut cast, id, at)),
            );
            begins_ms += wave.for_s * 1000;
        }
        let room = chats.len() + 16;
        Plan {
            seed: self.seed,
            shards: self.shards,
            act_one_ms: begins_ms,
            operator: Operator { subscribers_only: self.registers, asks_hss: self.registers, ..OPERATOR },
            barred: Barred::default(),
            subscribers: chats.iter().filter(|_| self.registers).map(subscriber).collect(),
            reports: Vec::new(),
            limits: Limits {
                sessions: room,
                pairs: 2 * room,
                announcements: 8 * room,
                subscribers: 4 * room,
            },
            costs: self.costs,
            network: Terms { delay_us: 1000, jitter_us: 1000, ..Terms::CALM },
            chats,
            pages: Vec::new(),
            faults: self.faults.clone(),
        }
    }

    /// Which wave a moment belongs to, and how far into it that is, in milliseconds.
    pub fn wave_at(&self, at_ms: u64) -> (usize, u64) {
        let mut began_ms = 0;
        for (place, wave) in self.waves.iter().enumerate() {
            if at_ms < began_ms + wave.for_s * 1000 {
                return (place, at_ms - began_ms);
            }
            began_ms += wave.for_s * 1000;
        }
        (self.waves.len().saturating_sub(1), at_ms - began_ms)
    }
}

fn chat(chance: &mut Entropy, id: u32, begins_ms: u64) -> ChatPlan {
    ChatPlan {
        id,
        chat_user: id % PEOPLE,
        sms_user: PEOPLE + id,
        begins_ms,
        hides: false,
        ringing: Ringing::Plain,
        session: None,
        answer: Answer::Yes,
        thinks_ms: chance.between(500, 3500),
        says: vec![Say::ANSWERED; 3],
        end: End::ChatUser,
    }
}

fn subscriber(chat: &ChatPlan) -> SubscriberPlan {
    SubscriberPlan::welcome(chat.chat_user, chat.begins_ms.saturating_sub(A_MOMENT_MS), 600)
}

/// How long before his invitation somebody registers.
const A_MOMENT_MS: u64 = 2000;
/// As a gateway comes out of the box, with its users' own numbers.
const OPERATOR: Operator = Operator {
    ask_first: true,
    own_numbers: true,
    pool: 1,
    answer_timer_s: 60,
    idle_timer_s: 60,
    connect_timer_s: 30,
    submit_guard_s: 15,
    forward_guard_s: 15,
    concat_timer_s: 60,
    rest_s: 0,
    unknown_reply_rejects: false,
    prohibits_hiding: false,
    tell_answer: false,
    tell_at_bye: true,
    tell_at_cancel: true,
    tell_late: true,
    status_reports: false,
    late_reports: false,
    leave_hint: 0,
    refuses_without_chat: false,
    chats_per_sms_user_max: 8,
    segments_max: 10,
    message_octets_max: 10_000,
    invitations_per_hour: 0,
    messages_per_minute: 0,
    session_timer: false,
    tell_unsupported: false,
    refusals_max: 3,
    two_languages: false,
    distrusts: false,
    subscribers_only: false,
    asks_hss: false,
    recall_s: 0,
    call_back: false,
};
/// As many chat users as there are numbers at home, less those of the canaries.
const PEOPLE: u32 = 9000;
