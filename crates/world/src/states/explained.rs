//! Why some pairs never come up, or hardly ever.
//!
//! A row is about machines, states and events: names with `|` between them, where `*` stands for any rest of a name. The first
//! row that speaks of a pair explains it. Rows that begin with "comes with" go as soon as the cast plays what they name.

use visits::Pair;

/// Why a pair is not visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// Why.
    pub(super) why: &'static str,
    /// It can come up all the same: by two faults at one moment, say.
    pub(super) is_seldom: bool,
}

/// Why no world reaches a pair, where that is known.
pub(super) fn reason(machine: &str, pair: &Pair) -> Option<Reason> {
    ROWS.iter().find(|row| row.speaks_of(machine, pair)).map(|row| row.reason)
}

struct Row {
    machines: &'static str,
    states: &'static str,
    events: &'static str,
    reason: Reason,
}

impl Row {
    fn speaks_of(&self, machine: &str, pair: &Pair) -> bool {
        is_among(machine, self.machines)
            && is_among(pair.state, self.states)
            && is_among(pair.event, self.events)
    }
}

fn is_among(name: &str, names: &str) -> bool {
    names.split('|').any(|listed| match listed.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == listed,
    })
}

const fn never(machines: &'static str, states: &'static str, events: &'static str, why: &'static str) -> Row {
    Row { machines, states, events, reason: Reason { why, is_seldom: false } }
}

const fn seldom(
    machines: &'static str,
    states: &'static str,
    events: &'static str,
    why: &'static str,
) -> Row {
    Row { machines, states, events, reason: Reason { why, is_seldom: true } }
}

const TRANSACTIONS: &str = "InviteServer|NonInviteServer|InviteClient|NonInviteClient";
const UNSET: &str = "this timer is not set there, and the reminder of one that was cleared is no event";
const NO_CALLERS: &str = "the gateway connects to its peers, and nobody connects to it";
const NO_LINK: &str = "there is no connection that it could come from";
const NO_DIALOG: &str = "there is no dialog and no session yet";
const SHORT: &str = "a lie in the short time in which a connection begins or ends";
const LETTER: &str = "a letter of another machine";

const ROWS: &[Row] = &[
    // The transactions of SIP.
    never(TRANSACTIONS, "Terminated", "*", "its room forgets it, or its key, in the step that ends it"),
    never(TRANSACTIONS, "*", "TransportFailed", "SIP goes by UDP, where nobody is told"),
    never("InviteServer", "*", "Timer(J)|Timer(of a client)", LETTER),
    never("InviteServer", "Proceeding", "Timer(*", UNSET),
    never("InviteServer", "Completed", "Timer(I)|Timer(L)", UNSET),
    never("InviteServer", "Confirmed", "Timer(G)|Timer(H)|Timer(L)", UNSET),
    never("InviteServer", "Accepted", "Timer(G)|Timer(H)|Timer(I)", UNSET),
    never("InviteServer", "Completed|Confirmed", "Respond(*", "whoever was refused is not answered again"),
    never(
        "InviteServer",
        "Accepted",
        "Respond(*",
        "a 2xx is repeated by the wait for its ACK, past the transaction",
    ),
    seldom(
        "InviteServer",
        "Accepted",
        "Ack",
        "an ACK of a 2xx has a branch of its own, unless it was damaged",
    ),
    never("NonInviteServer", "*", "Timer(G)|Timer(H)|Timer(I)|Timer(L)|Timer(of a client)", LETTER),
    never("NonInviteServer", "*", "Ack", "an ACK belongs to an INVITE"),
    never("NonInviteServer", "Trying", "Timer(J)", UNSET),
    never(
        "NonInviteServer",
        "Trying",
        "Respond(1xx)",
        "the gateway says nothing provisional outside of INVITE",
    ),
    never("NonInviteServer", "Proceeding", "*", "the gateway says nothing provisional outside of INVITE"),
    never("NonInviteServer", "Completed", "Respond(*", "whoever was answered is not answered again"),
    never("InviteClient", "*", "Timer(E)|Timer(F)|Timer(K)|Timer(of a server)", LETTER),
    never("InviteClient", "Calling|Proceeding", "Timer(D)|Timer(M)", UNSET),
    never("InviteClient", "Proceeding|Completed", "Timer(A)|Timer(B)", UNSET),
    never("InviteClient", "Completed", "Timer(M)", UNSET),
    never("InviteClient", "Accepted", "Timer(A)|Timer(B)|Timer(D)", UNSET),
    seldom(
        "InviteClient",
        "Accepted",
        "Response(1xx)|Response(refusal)",
        "a response that is overtaken by the 2xx behind it, or is damaged",
    ),
    seldom(
        "InviteClient",
        "Completed",
        "Response(1xx)|Response(2xx)",
        "a response that is overtaken by the refusal behind it, or is damaged",
    ),
    never("NonInviteClient", "*", "Timer(A)|Timer(B)|Timer(D)|Timer(M)|Timer(of a server)", LETTER),
    never("NonInviteClient", "Trying|Proceeding", "Timer(K)", UNSET),
    never("NonInviteClient", "Completed", "Timer(E)|Timer(F)", UNSET),
    never("DialogAckWait", "Over", "Timer", UNSET),
    never("ReliableProvisional", "Over", "Timer", UNSET),
    // The session timer.
    never("SessionTimer", "Over", "*", "the goodbye that follows drops it"),
    never("SessionTimer", "Off", "Timer", UNSET),
    seldom(
        "SessionTimer",
        "Off|Watching|Holding",
        "RefreshAnswered(*",
        "an answer that comes when the client has refreshed by itself meanwhile",
    ),
    seldom(
        "SessionTimer",
        "Asking",
        "Refreshed(*",
        "the client refreshes by itself while it is asked, or has not heard that it is",
    ),
    // The peers of Diameter.
    never("Peer", "WaitConnectElect|WaitReturns|Open(Responder)|Closing(Responder)", "*", NO_CALLERS),
    never("Peer", "*", "Arrived(*|Disconnected(Responder)|Received(Responder)", NO_CALLERS),
    never("Peer", "*", "CER(good)", "whom the gateway has called need not introduce himself, and hears so"),
    never("Peer", "Wait*|Open*|Closing*", "Start", "said once, at birth"),
    never("Peer", "Closed|WaitConnect", "AnyTraffic|CER*|CEA*|DWR|DWA|DPR|DPA", NO_LINK),
    never("Peer", "WaitConnect", "Disconnected(Initiator)", NO_LINK),
    never(
        "Peer",
        "WaitCea|Open*|Closing*",
        "Connected|ConnectFailed",
        "one connection is asked for at a time",
    ),
    never(
        "Peer",
        "WaitConnect",
        "TimerFired",
        "a driver gives a connection up after five seconds, the machine after ten",
    ),
    never("Peer", "Closed", "Connected", "a connection that nobody waits for any more is hung up at once"),
    never("Peer", "Closed", "Disconnected(Initiator)", NO_LINK),
    seldom("Peer", "Closed", "ConnectFailed", "the gateway leaves while it is connecting"),
    seldom("Peer", "WaitCea", "CER(bad)|CEA(election lost)|CEA(bad)|DWR|DWA|DPA", SHORT),
    seldom("Peer", "Closing(Initiator)", "CER(bad)|CEA(*", SHORT),
    seldom("Watchdog", "Reopen(late)|Suspect", "Answer", "a peer that hangs for longer than two intervals"),
    // The chat.
    never("ChatSession", "Ended", "*", "it is forgotten in the step that ends it"),
    never(
        "ChatSession",
        "Inviting|Invited|Accepted|Active|Leaving",
        "Recalled|NotRecalled",
        "nobody is being called back",
    ),
    never("ChatSession", "Recalling", "InvitationSubmitted|InvitationRefused", "no SMS user is invited"),
    never("ChatSession", "Recalling", "Withdrawn", "a CANCEL is for an INVITE of the chat user's"),
    never("ChatSession", "Recalling", "Due(Refresh)", UNSET),
    seldom(
        "ChatSession",
        "Recalling",
        "Sm(Accept)|Sm(Reject)|Sm(Leave)",
        "more than text behind the text that calls the chat user back",
    ),
    never("ChatSession", "Invited|Accepted|Active|Leaving", "Begin", "said once, at birth"),
    never(
        "ChatSession",
        "Inviting|Invited|Recalling",
        "Spoken|Connected|Disconnected|PeerLeft|Parted|Unconfirmed",
        NO_DIALOG,
    ),
    never("ChatSession", "Inviting|Invited|Recalling", "Due(Connect)|Due(Idle)", UNSET),
    never("ChatSession", "Invited", "Sm(Leave)", "whoever is asked says no with it"),
    never(
        "ChatSession",
        "Invited",
        "InvitationSubmitted|InvitationRefused",
        "every segment of it has been taken",
    ),
    never(
        "ChatSession",
        "Accepted|Active|Leaving",
        "Withdrawn",
        "a CANCEL for what was answered is not passed on",
    ),
    never(
        "ChatSession",
        "Accepted|Active",
        "Sm(Accept)|Sm(Reject)",
        "inside a chat only STOP is more than text",
    ),
    never("ChatSession", "Accepted", "Due(Answer)|Due(Refresh)|Due(Idle)", UNSET),
    never("ChatSession", "Accepted", "Spoken|Disconnected", "the chat user is not connected"),
    never("ChatSession", "Active", "Due(Answer)|Due(Refresh)|Due(Connect)", UNSET),
    never("ChatSession", "Active", "Connected", "he is, and a second connection to his session is refused"),
    never("ChatSession", "Accepted|Active", "Parted", "the gateway has not said goodbye"),
    never("ChatSession", "Leaving", "Due(Answer)|Due(Refresh)", UNSET),
    never(
        "ChatSession",
        "Leaving",
        "Sm(*",
        "what comes while a chat is being ended is not for that chat any more",
    ),
    never("ChatSession", "Leaving", "Stop", "whoever ends chats passes over those that are being ended"),
    seldom(
        "ChatSession",
        "Accepted|Active|Leaving",
        "InvitationSubmitted|InvitationRefused",
        "an answer that overtakes what the service centre says of the invitation",
    ),
    seldom("ChatSession", "Accepted", "Unconfirmed", "no ACK for half a minute, and no connection either"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::machines;

    #[test]
    fn every_row_speaks_of_a_pair_that_no_row_before_it_explains() {
        for (place, row) in ROWS.iter().enumerate() {
            let mut pairs = machines().flat_map(|machine| machine.pairs().map(|pair| (machine.name(), pair)));
            let is_needed = pairs.any(|(machine, pair)| {
                row.speaks_of(machine, &pair)
                    && !ROWS[..place].iter().any(|before| before.speaks_of(machine, &pair))
            });
            assert!(is_needed, "{} {} {}", row.machines, row.states, row.events);
        }
    }

    #[test]
    fn every_name_in_a_row_is_one() {
        for row in ROWS {
            let named = |names: &'static str, is_one: &dyn Fn(&str) -> bool| {
                names.split('|').for_each(|name| assert!(is_one(name), "{name}"));
            };
            named(row.machines, &|name| machines().any(|machine| machine.name() == name));
            let pairs = || {
                machines()
                    .filter(|machine| is_among(machine.name(), row.machines))
                    .flat_map(|machine| machine.pairs())
            };
            named(row.states, &|name| pairs().any(|pair| is_among(pair.state, name)));
            named(row.events, &|name| pairs().any(|pair| is_among(pair.event, name)));
        }
    }
}
