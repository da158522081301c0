//! Who plays: the actors of a world, with the scripts that its plan gives them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use actors::sms_user::{Reply, Rule, Script, When};
use actors::{
    Actor, ChatUser, HomedNumbers, Hss, HssAddress, NodeSetup, Persistence, Scscf, ScscfSetup, SmsCentre,
    SmsGmsc, SmsUser, UeSetup,
};
use shard::PeerSettings;
use tempo::{Duration, Entropy, Instant, WallClock};

use crate::pager::Pager;
use crate::paper::BIRTH;
use crate::places::{GATEWAY_SIP, GMSC, HSS, PAGER, REALM, SCSCF, SMS_CENTRE, UE};
use crate::plan::{self, Answer, ChatPlan, End, Operator, PagePlan, ReportPlan, SubscriberPlan};
use crate::token::{Side, Token};

/// The actors.
#[derive(Debug)]
pub struct Cast {
    /// The chats.
    pub chat_user: ChatUser,
    /// The proxy.
    pub scscf: Scscf,
    /// The service centre.
    pub sms_centre: SmsCentre,
    /// The SMS-GMSC.
    pub sms_gmsc: SmsGmsc,
    /// The HSS.
    pub hss: Hss,
    /// Those who have nothing but SMS.
    pub sms_user: SmsUser,
    /// Chat users of another S-CSCF.
    pub pager: Pager,
}

/// The actors by their places.
pub const ACTORS: usize = 7;
/// Place of an actor.
pub const CHAT_USER: usize = 0;
/// Place of an actor.
pub const PROXY: usize = 1;
/// Place of an actor.
pub const CENTRE: usize = 2;
/// Place of an actor.
pub const SMS_GMSC: usize = 3;
/// Place of an actor.
pub const SUBSCRIBERS: usize = 4;
/// Place of an actor.
const PAGERS: usize = 6;

impl Cast {
    /// Everybody, with nothing to do.
    pub fn new(wall: WallClock, chance: &mut Entropy) -> Self {
        let mut node = |name: &str, at: SocketAddr| NodeSetup {
            host: host_of(name),
            realm: REALM.into(),
            address: at.ip(),
            wall,
            chance: chance.fork(),
        };
        let (centre, gmsc, hss) = (node("smsc", SMS_CENTRE), node("gmsc", GMSC), node("hss", HSS));
        let sc_address = plan::policy_digits(plan::SERVICE_CENTRE);
        let hss_address = HssAddress { host: host_of("hss"), at: HSS };
        let persistence = Persistence { attempts_max: 3, pause: Duration::from_secs(4) };
        let ue = UeSetup { address: UE, scscf: SCSCF, domain: REALM.into() };
        let mut chat_user = ChatUser::new(ue, wall, chance.fork());
        chat_user.take_calls();
        Cast {
            chat_user,
            scscf: Scscf::new(ScscfSetup { address: SCSCF, ue: UE, isc: GATEWAY_SIP, domain: REALM.into() }),
            sms_centre: SmsCentre::new(centre, sc_address),
            sms_gmsc: SmsGmsc::new(gmsc, sc_address, &hss_address, persistence),
            hss: Hss::new(hss, HomedNumbers::new(plan::home_prefixes()), vec![host_of("gmsc")]),
            sms_user: SmsUser::new(),
            pager: Pager::default(),
        }
    }

    /// Gives both sides their parts; who has got his before gets the new one only.
    pub fn hand_out(&mut self, chats: &[ChatPlan], pages: &[PagePlan], operator: &Operator) {
        let manner = (operator.ask_first, operator.two_languages);
        let mut scripts: BTreeMap<u32, Script> = BTreeMap::new();
        for chat in chats {
            let script = scripts.entry(chat.sms_user).or_default();
            *script = part(std::mem::take(script), chat, manner);
        }
        for page in pages {
            let script = scripts.entry(page.sms_user).or_default();
            *script = part_of_page(std::mem::take(script), page);
        }
        for (user, script) in scripts {
            self.sms_user.add(plan::sms_user(user), script);
        }
        for chat in chats {
            self.chat_user.add(chat.script());
        }
    }

    /// The HSS learns of those who register, and of the canaries.
    pub fn enrol(&mut self, subscribers: &[SubscriberPlan]) {
        for subscriber in subscribers.iter().copied().chain(plan::canaries()) {
            let number = plan::chat_user(subscriber.chat_user);
            self.hss.know(number, subscriber.settings(false));
            if let Some(at_ms) = subscriber.changes_ms {
                let at = BIRTH + Duration::from_millis(at_ms);
                self.hss.will_change(at, number, subscriber.settings(true));
            }
        }
    }

    /// The centre learns what it reports.
    pub fn agree_on_reports(&mut self, reports: &[ReportPlan]) {
        for ReportPlan { sms_user, habit } in reports {
            let habit = habit.iter().map(|habit| habit.report()).collect();
            self.sms_centre.report(plan::sms_user(*sms_user), habit);
        }
    }

    /// The actor at a place.
    pub fn actor(&self, place: usize) -> &dyn Actor {
        match place {
            CHAT_USER => &self.chat_user,
            PROXY => &self.scscf,
            CENTRE => &self.sms_centre,
            SMS_GMSC => &self.sms_gmsc,
            SUBSCRIBERS => &self.hss,
            PAGERS => &self.pager,
            _ => &self.sms_user,
        }
    }

    /// The actor at a place.
    pub fn actor_mut(&mut self, place: usize) -> &mut dyn Actor {
        match place {
            CHAT_USER => &mut self.chat_user,
            PROXY => &mut self.scscf,
            CENTRE => &mut self.sms_centre,
            SMS_GMSC => &mut self.sms_gmsc,
            SUBSCRIBERS => &mut self.hss,
            PAGERS => &mut self.pager,
            _ => &mut self.sms_user,
        }
    }

    /// Has everybody done what he is going to do?
    pub fn is_done(&self) -> bool {
        self.chat_user.is_done()
            && self.pager.is_done()
            && self.sms_user.is_quiet()
            && self.sms_centre.reports_due() == 0
            && self.sms_gmsc.under_way() == 0
            && self.sms_gmsc.is_hss_up()
    }

    /// When somebody wants to be woken, by place.
    pub fn next_deadline(&self, place: usize) -> Option<Instant> {
        self.actor(place).next_deadline()
    }
}

/// What an SMS user says in one chat. He knows it by its tokens.
fn part(script: Script, chat: &ChatPlan, (asks_first, has_two): (bool, bool)) -> Script {
    let thinks = Duration::from_millis(chat.thinks_ms);
    let [yes, no, stop] = words(chat.sms_user, has_two);
    let reply = |after: Duration, text: &str| Reply { after, text: text.into() };
    let answers = match chat.answer {
        Answer::Stop => vec![reply(thinks, plan::STOP)],
        _ if !asks_first && chat.answer != Answer::No => vec![],
        Answer::Yes => vec![reply(thinks, yes)],
        Answer::No => vec![reply(thinks, if asks_first { no } else { stop })],
        Answer::Nothing => vec![],
        Answer::Nonsense => vec![reply(thinks, "who is that?"), reply(2 * thinks, yes)],
    };
    let when = When::Contains(chat.token(Side::Invitation, plan::TOPIC).to_string());
    let mut script = script.rule(Rule { when, replies: answers });
    for (place, say) in chat.says.iter().enumerate() {
        let place = place as u32;
        let text = say.reply.map(|characters| chat.token(Side::SmsUser, place).text(characters));
        let mut replies: Vec<Reply> =
            text.iter().map(|text| reply(Duration::from_millis(700), text)).collect();
        if chat.end == End::SmsUser && place as usize + 1 == chat.says.len() {
            replies.push(reply(Duration::from_secs(3), stop));
        }
        if chat.end == End::Closed && place as usize + 1 == chat.says.len() {
            let once_more = chat.token(Side::SmsUser, plan::ONCE_MORE).text(0);
            replies.push(reply(Duration::from_secs(12), &once_more));
        }
        let when = When::Contains(chat.token(Side::ChatUser, place).to_string());
        script = script.rule(Rule { when, replies });
    }
    script
}

/// Yes, no, and stop, as he says them.
fn words(sms_user: u32, has_two: bool) -> [&'static str; 3] {
    match has_two && plan::has_another_language(sms_user) {
        true => [plan::JA, plan::NEIN, plan::HALT],
        false => [plan::YES, plan::NO, plan::STOP],
    }
}

/// What he says to a text outside of a chat.
fn part_of_page(script: Script, page: &PagePlan) -> Script {
    let token = Token { side: Side::SmsUser, ..page.token() };
    let reply = page
        .reply
        .map(|characters| Reply { after: Duration::from_millis(1200), text: token.text(characters) });
    let when = When::Contains(page.token().to_string());
    script.rule(Rule { when, replies: reply.into_iter().collect() })
}

/// Whom the gateway connects to.
pub fn peers(asks_hss: bool) -> Box<[PeerSettings]> {
    let peer = |name: &str, address: SocketAddr| PeerSettings {
        host: host_of(name).into_bytes().into(),
        realm: REALM.as_bytes().into(),
        address,
        serves_submits: name == "smsc",
        serves_subscribers: asks_hss && name == "hss",
    };
    [peer("smsc", SMS_CENTRE), peer("gmsc", GMSC), peer("hss", HSS)].into()
}

/// The identity of a node.
pub fn host_of(name: &str) -> String {
    format!("{name}.{REALM}")
}

/// The identity of the node at a place.
pub fn host_at(place: usize) -> String {
    host_of(match place {
        CENTRE => "smsc",
        SMS_GMSC => "gmsc",
        _ => "hss",
    })
}

/// Who listens at an address: the place of an actor.
pub fn listener(at: SocketAddr) -> Option<usize> {
    [(CENTRE, SMS_CENTRE), (SMS_GMSC, GMSC), (SUBSCRIBERS, HSS)]
        .into_iter()
        .find_map(|(place, address)| (address == at).then_some(place))
}

/// Whose datagrams go to an address: the place of an actor.
pub fn receiver(at: SocketAddr) -> Option<usize> {
    [(CHAT_USER, UE), (PROXY, SCSCF), (PAGERS, PAGER)]
        .into_iter()
        .find_map(|(place, address)| (address == at).then_some(place))
}

/// Where an actor's datagrams and connections come from.
pub fn address_of(place: usize) -> SocketAddr {
    match place {
        CHAT_USER => UE,
        PROXY => SCSCF,
        CENTRE => SMS_CENTRE,
        SMS_GMSC => GMSC,
        SUBSCRIBERS => HSS,
        PAGERS => PAGER,
        _ => SocketAddr::new(IpAddr::from([0, 0, 0, 0]), 0),
    }
}
