//! From a seed to a plan.

use tempo::Entropy;

use super::{
    Answer, Barred, By, Callee, ChatPlan, Content, Costs, End, Fault, Habit, Lie, Limits, Manners, Operator,
    PagePlan, Peer, Plan, Reader, Refresher, ReportPlan, Reported, Ringing, Say, SessionPlan, SubscriberPlan,
    Terms, What,
};
use crate::chance::{Chance, Draw};

/// How large worlds are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Chats at most.
    pub chats_max: u64,
    /// Faults at most.
    pub faults_max: u64,
    /// Shards at most.
    pub shards_max: u64,
}

impl Default for Size {
    fn default() -> Self {
        Size { chats_max: 200, faults_max: 16, shards_max: 8 }
    }
}

impl Plan {
    /// The world of this seed.
    pub fn draw(seed: u64, size: Size) -> Plan {
        let Chance { mut cast, mut faults, mut net, .. } = Chance::of(seed);
        let shards = *cast.one_of(&[1, 1, 2, 2, 3, 4, 8]).min(&(size.shards_max as u16));
        let act_one_ms = cast.between(30, 150) * 1000;
        let operator = operator(&mut cast);
        let chats = chats(&mut cast, size, act_one_ms);
        let subscribers = subscribers(&mut cast, &operator, &chats, act_one_ms);
        let pages = pages(&mut cast, &chats, act_one_ms);
        let reports = reports(&mut cast, &chats);
        let limits = limits(&mut cast, chats.len());
        let barred = barred(&mut cast, &chats);
        // Few worlds have work that takes time: where it takes none, more happens at one moment.
        let costs = if cast.per_mille(900) {
            Costs::default()
        } else {
            Costs::of_a_machine(*cast.one_of(&[1, 20, 100]))
        };
        let network = terms(&mut net);
        let faults = calendar(&mut faults, size, act_one_ms, shards);
        Plan {
            seed,
            shards,
            act_one_ms,
            operator,
            barred,
            subscribers,
            limits,
            costs,
            network,
            chats,
            pages,
            reports,
            faults,
        }
    }
}

fn operator(chance: &mut Entropy) -> Operator {
    Operator {
        ask_first: chance.per_mille(800),
        own_numbers: chance.per_mille(300),
        pool: chance.between(1, 8) as u32,
        answer_timer_s: chance.between(5, 60),
        idle_timer_s: chance.between(20, 120),
        connect_timer_s: chance.between(3, 30),
        submit_guard_s: chance.between(2, 28),
        forward_guard_s: chance.between(2, 28),
        concat_timer_s: chance.between(10, 60),
        rest_s: chance.between(0, 120),
        unknown_reply_rejects: chance.per_mille(300),
        prohibits_hiding: chance.per_mille(200),
        tell_answer: chance.per_mille(300),
        tell_at_bye: chance.per_mille(700),
        tell_at_cancel: chance.per_mille(500),
        tell_late: chance.per_mille(400),
        status_reports: chance.per_mille(500),
        late_reports: chance.per_mille(500),
        leave_hint: chance.between(0, 2) as u8,
        refuses_without_chat: chance.per_mille(300),
        chats_per_sms_user_max: *chance.one_of(&[1, 2, 8, 8]),
        segments_max: *chance.one_of(&[1, 3, 10, 16]),
        message_octets_max: *chance.one_of(&[300, 2000, 10_000]),
        invitations_per_hour: *chance.one_of(&[0, 0, 3, 10]),
        messages_per_minute: *chance.one_of(&[0, 0, 2, 30]),
        session_timer: chance.per_mille(500),
        tell_unsupported: chance.per_mille(500),
        refusals_max: *chance.one_of(&[0, 1, 2, 3, 3]),
        two_languages: chance.per_mille(300),
        distrusts: chance.per_mille(500),
        subscribers_only: chance.per_mille(300),
        asks_hss: chance.per_mille(400),
        recall_s: *chance.one_of(&[0, 0, 20, 120]),
        call_back: chance.per_mille(300),
    }
}

fn limits(chance: &mut Entropy, chats: usize) -> Limits {
    // Tiny ones in one world of four: then invitations are refused, and nothing else happens.
    let is_tiny = chance.per_mille(250);
    let room = |chance: &mut Entropy, ample: usize| match is_tiny {
        true => chance.between(1, 6) as usize,
        false => ample,
    };
    let ample = chats + 16;
    Limits {
        sessions: room(chance, ample),
        pairs: room(chance, 2 * ample),
        announcements: room(chance, 16 * ample),
        subscribers: room(chance, 4 * ample),
    }
}

/// What the centre says of texts for some of those who are invited; of the others it says nothing.
fn reports(chance: &mut Entropy, chats: &[ChatPlan]) -> Vec<ReportPlan> {
    let mut users: Vec<u32> = chats.iter().map(|chat| chat.sms_user).collect();
    users.sort_unstable();
    users.dedup();
    users.retain(|_| chance.per_mille(800));
    let habit = |chance: &mut Entropy| Habit {
        fate: *chance.one_of(&[
            Reported::Delivered,
            Reported::Delivered,
            Reported::Delivered,
            Reported::DeliveredLate,
            Reported::Failed,
            Reported::Nothing,
        ]),
        after_ms: *chance.one_of(&[0, 200, 3000, 20_000, 60_000]),
        twice: chance.per_mille(200),
    };
    users
        .into_iter()
        .map(|sms_user| {
            let most = chance.between(1, 4);
            ReportPlan { sms_user, habit: (0..most).map(|_| habit(chance)).collect() }
        })
        .collect()
}

/// In one world of five: somebody who begins a chat, or somebody who is invited, or both.
fn barred(chance: &mut Entropy, chats: &[ChatPlan]) -> Barred {
    let mut barred = Barred::default();
    if chance.per_mille(200) {
        let (chat_user, sms_user) = (chance.one_of(chats).chat_user, chance.one_of(chats).sms_user);
        if chance.per_mille(700) {
            barred.chat_users.push(chat_user);
        }
        if chance.per_mille(500) {
            barred.sms_users.push(sms_user);
        }
    }
    barred
}

/// Those who chat, where somebody wants to know of them: most of them before they begin, and long enough.
fn subscribers(
    chance: &mut Entropy,
    operator: &Operator,
    chats: &[ChatPlan],
    act_one_ms: u64,
) -> Vec<SubscriberPlan> {
    let is_called = operator.recall_s > 0 || operator.call_back;
    if !operator.subscribers_only && !operator.asks_hss && !is_called {
        return Vec::new();
    }
    let mut people: Vec<u32> = chats.iter().map(|chat| chat.chat_user).collect();
    people.sort_unstable();
    people.dedup();
    people.retain(|_| chance.per_mille(900));
    let at = |chance: &mut Entropy, share| chance.per_mille(share).then(|| chance.between(0, act_one_ms));
    people
        .into_iter()
        .map(|chat_user| {
            let begins = chats.iter().filter(|chat| chat.chat_user == chat_user).map(|chat| chat.begins_ms);
            let life_s = *chance.one_of(&[30, 60, 120, 600, 600]);
            let ahead = *chance.one_of(&[0, 40, 3000, 8000, 8000]);
            SubscriberPlan {
                chat_user,
                registers_ms: begins.min().unwrap_or(0).saturating_sub(ahead),
                life_s,
                // Within the play.
                refreshes: if life_s > 120 { 0 } else { chance.between(0, 3) as u32 },
                leaves_ms: at(chance, 150),
                is_authorised: chance.per_mille(800),
                auto_accept: *chance.one_of(&[None, None, Some(true), Some(false)]),
                when_called: *chance.one_of(&[
                    Callee::Coming,
                    Callee::Coming,
                    Callee::Coming,
                    Callee::Coming,
                    Callee::Away,
                    Callee::Busy,
                    Callee::Unwilling,
                    Callee::Ringing,
                    Callee::Ringing,
                    Callee::Silent,
                ]),
                changes_ms: at(chance, 350),
            }
        })
        .collect()
}

fn chats(chance: &mut Entropy, size: Size, act_one_ms: u64) -> Vec<ChatPlan> {
    // Small worlds are most, as they are quick and easy to read; each further doubling is half as likely.
    let mut most = 6;
    while most < size.chats_max && chance.per_mille(450) {
        most *= 2;
    }
    let count = chance.between(1, most.min(size.chats_max)) as u32;
    let people = chance.between(1, u64::from(count)) as u32;
    (0..count).map(|id| chat(chance, id, people, act_one_ms)).collect()
}

fn chat(chance: &mut Entropy, id: u32, people: u32, act_one_ms: u64) -> ChatPlan {
    // Some clients always ask, most never.
    let asks = *chance.one_of(&[0, 0, 0, 300, 1000]);
    let says = (0..chance.between(0, 5)).map(|_| say(chance, asks)).collect();
    ChatPlan {
        id,
        chat_user: chance.between(0, u64::from(people) - 1) as u32,
        sms_user: chance.between(0, u64::from(people) - 1) as u32,
        begins_ms: chance.between(0, act_one_ms),
        hides: chance.per_mille(80),
        ringing: match chance.below(20) {
            0..=3 => Ringing::Demanded,
            4 => Ringing::Forgotten,
            5 => Ringing::Offered,
            _ => Ringing::Plain,
        },
        session: session(chance),
        answer: *chance.one_of(&[
            Answer::Yes,
            Answer::Yes,
            Answer::Yes,
            Answer::Yes,
            Answer::No,
            Answer::Nothing,
            Answer::Nonsense,
            Answer::Stop,
        ]),
        thinks_ms: *chance.one_of(&[10, 200, 2000, 2000, 9000]),
        says,
        end: *chance.one_of(&[
            End::ChatUser,
            End::ChatUser,
            End::SmsUser,
            End::SmsUser,
            End::Silence,
            End::Closed,
            End::Cancel,
        ]),
    }
}

/// Texts outside of a chat, of and to the people who have chats: in one world of two.
fn pages(chance: &mut Entropy, chats: &[ChatPlan], act_one_ms: u64) -> Vec<PagePlan> {
    let count = if chance.per_mille(500) { 0 } else { chance.between(1, 1 + chats.len() as u64) as u32 };
    (0..count)
        .map(|place| {
            let people = chance.one_of(chats).clone();
            let characters = |chance: &mut Entropy| *chance.one_of(&[0, 0, 0, 170, 400]);
            PagePlan {
                id: chats.len() as u32 + place,
                chat_user: people.chat_user,
                sms_user: chance.one_of(chats).sms_user,
                at_ms: chance.between(0, act_one_ms),
                asks: chance.per_mille(300),
                registered_s: *chance.one_of(&[0, 30, 90, 600]),
                deregisters: chance.per_mille(200),
                characters: characters(chance),
                reply: chance.per_mille(700).then(|| characters(chance)),
                reader: *chance.one_of(&[
                    Reader::Prompt,
                    Reader::Prompt,
                    Reader::Prompt,
                    Reader::Refusing,
                    Reader::Silent,
                ]),
            }
        })
        .collect()
}

/// One client of three knows the session timer. Most stop refreshing at some time, and some ask for too little.
fn session(chance: &mut Entropy) -> Option<SessionPlan> {
    use Refresher::{Client, Gateway, Open, Unsaid};
    chance.per_mille(330).then(|| SessionPlan {
        interval_s: if chance.per_mille(50) { 60 } else { *chance.one_of(&[90, 90, 120, 1800]) },
        at_first: *chance.one_of(&[Unsaid, Open, Client, Client, Gateway, Gateway]),
        later: *chance.one_of(&[Unsaid, Client, Client, Client, Gateway]),
        by: *chance.one_of(&[By::Update, By::Update, By::Invite, By::BareInvite, By::Hold]),
        every_ms: *chance.one_of(&[500, 3000, 10_000, 25_000, 45_000]),
        times: *chance.one_of(&[0, 0, 1, 3, 10]),
        grants: chance.per_mille(500),
    })
}

fn say(chance: &mut Entropy, asks: u64) -> Say {
    let characters = |chance: &mut Entropy| *chance.one_of(&[0, 0, 0, 0, 100, 170, 400, 1200]);
    let content = match chance.below(20) {
        0 => Content::Picture,
        1 => Content::BarePicture,
        2 => Content::Composing,
        _ => Content::Text,
    };
    Say {
        after_ms: *chance.one_of(&[0, 5, 300, 2000, 8000]),
        asks: chance.per_mille(asks),
        again: chance.per_mille(60),
        content,
        characters: characters(chance),
        reply: chance.per_mille(600).then(|| characters(chance)),
    }
}

fn terms(chance: &mut Entropy) -> Terms {
    let share = |chance: &mut Entropy, most: u64| match chance.per_mille(500) {
        true => 0,
        false => chance.between(0, most),
    };
    Terms {
        delay_us: *chance.one_of(&[100, 1000, 20_000, 150_000]),
        jitter_us: *chance.one_of(&[0, 1000, 50_000, 400_000]),
        loss: share(chance, 300),
        twice: share(chance, 200),
        late: share(chance, 100),
        damaged: share(chance, 60),
        truncated: share(chance, 60),
        pieces: share(chance, 600),
        proxied: share(chance, 200),
    }
}

fn calendar(chance: &mut Entropy, size: Size, act_one_ms: u64, shards: u16) -> Vec<Fault> {
    let count = chance.between(0, size.faults_max);
    let mut faults: Vec<Fault> = (0..count).map(|_| fault(chance, act_one_ms, shards)).collect();
    faults.sort_by_key(|fault| fault.at_ms);
    faults
}

fn fault(chance: &mut Entropy, act_one_ms: u64, shards: u16) -> Fault {
    let shard = chance.below(shards.into()) as u16;
    let peer = *chance.one_of(&[Peer::Centre, Peer::Gmsc, Peer::Hss, Peer::Ue]);
    let node = *chance.one_of(&[Peer::Centre, Peer::Gmsc, Peer::Hss]);
    let leap = chance.between(0, 7200) as i32 - 3600;
    let thinks_ms = *chance.one_of(&[300, 2000, 4500, 6000, 12_000]);
    let manners = *chance.one_of(&[Manners::Slow, Manners::Silent, Manners::Refusing, Manners::Busy]);
    let lie = *chance.one_of(&LIES);
    let what = *chance.one_of(&[
        What::GatewayCrash,
        What::ShardCrash(shard),
        What::Silent(node),
        What::Silent(node),
        What::Goodbye(node),
        What::Reset(peer),
        What::Reset(peer),
        What::Partition,
        What::NoDatagrams(shard),
        What::NoStreams(shard),
        What::SlowReader(peer),
        What::Stall(shard),
        What::FullInbox(shard),
        What::Leap(leap),
        What::Centre(manners),
        What::Centre(manners),
        What::HssThinks(thinks_ms),
        What::HssThinks(thinks_ms),
        What::Repeating,
        What::Lie(lie),
        What::Lie(lie),
        What::Lie(lie),
        What::Leaving,
        What::Away(node),
        What::Lingering(node),
        What::Hung(node),
    ]);
    let at_ms = chance.between(0, act_one_ms);
    let for_ms = *chance.one_of(&[50, 500, 3000, 12_000, 40_000]);
    // What lies longer than this before a shard that has no turn comes again when nobody remembers it.
    let most = match what {
        What::Stall(_) | What::FullInbox(_) => STALL_MS_MAX,
        _ => act_one_ms,
    };
    Fault { at_ms, for_ms: for_ms.min(act_one_ms - at_ms).min(most), what }
}

const STALL_MS_MAX: u64 = 12_000;
const LIES: [Lie; 15] = [
    Lie::Noise,
    Lie::Bye,
    Lie::Cancel,
    Lie::Response,
    Lie::Invite,
    Lie::Send,
    Lie::Stream,
    Lie::DiameterAnswer,
    Lie::DiameterRequest,
    Lie::ShortMessage,
    Lie::Echo,
    Lie::DiameterBase,
    Lie::DiameterBase,
    Lie::DiameterBase,
    Lie::Stranger,
];
