//! The connection machine: one state, one event, the next state (RFC 6733 5.6).

use tempo::{Duration, Entropy, Instant};
use visits::{Machine, kinds};

use super::backoff::{Backoff, lengthened};
use super::watchdog::{Health, Verdict, Watchdog, interval};
use super::{Action, Event, Received, Side, Timing};
use crate::base::DisconnectCause;
use crate::result::ResultCode;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We connect, and let them connect too.
    Both,
    /// They connect.
    Responder,
}

/// One neighbour.
#[derive(Clone, Debug)]
pub struct Peer {
    role: Role,
    wins_election: bool,
    timing: Timing,
    state: State,
    watchdog: Watchdog,
    backoff: Backoff,
    is_wanted: bool,
    /// The last connection failed: the next one starts in REOPEN.
    is_distrusted: bool,
    /// Since when the last connection was open; forgotten once it was judged.
    opened: Option<Instant>,
    deadline: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    /// Wait-Conn-Ack.
    WaitConnect,
    /// Wait-Conn-Ack/Elect: their CER is here, our connection is not.
    WaitConnectElect,
    /// Wait-I-CEA.
    WaitCea,
    /// Wait-Returns: both connections are there, and theirs is not the one to keep.
    WaitReturns,
    Open(Side),
    Closing(Side, Pause),
}

/// What decides how soon we call again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pause {
    Soon,
    Long,
    Unwanted,
}

/// One turn of the machine: what every effect needs.
struct Turn<'t> {
    now: Instant,
    chance: &'t mut Entropy,
    act: &'t mut dyn FnMut(Action),
}

impl Peer {
    /// A peer that is not wanted yet. `wins_election` is what [`wins_election`] says of both names.
    pub fn new(role: Role, wins_election: bool, timing: Timing) -> Self {
        Peer {
            role,
            wins_election,
            timing,
            state: State::Closed,
            watchdog: Watchdog::new(Instant::ZERO, false, timing.watchdog),
            backoff: Backoff::default(),
            is_wanted: false,
            is_distrusted: false,
            opened: None,
            deadline: None,
        }
    }

    /// May requests go to this peer?
    pub fn is_up(&self) -> bool {
        matches!(self.state, State::Open(_)) && self.watchdog.health() == Health::Okay
    }

    /// The connection that is open, trusted or not: requests that arrive on it are answered.
    pub fn open_side(&self) -> Option<Side> {
        match self.state {
            State::Open(side) => Some(side),
            _ => None,
        }
    }

    /// Has a goodbye been said, by them or by us? No request may follow, but answers to earlier ones still come (RFC 6733 5.4).
    pub fn is_closing(&self) -> bool {
        matches!(self.state, State::Closing(..))
    }

    /// Is there neither a connection nor an attempt at one?
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// One event, and what to do about it. `chance` is drawn from for jitter only.
    pub fn step(&mut self, now: Instant, event: Event, chance: &mut Entropy, mut act: impl FnMut(Action)) {
        // A timer that was moved meanwhile falls on deaf ears.
        if event == Event::TimerFired && self.deadline.is_none_or(|deadline| now < deadline) {
            if let Some(deadline) = self.deadline {
                act(Action::Arm(deadline));
            }
            return;
        }
        let mut turn = Turn { now, chance, act: &mut act };
        self.state = self.next(event, &mut turn);
    }

    fn next(&mut self, event: Event, turn: &mut Turn<'_>) -> State {
        VISITS.visit(&self.state, &event);
        match (self.state, event) {
            (State::Closed, Event::Start) => {
                self.is_wanted = true;
                self.connect(turn)
            }
            (State::Closed, Event::TimerFired) => self.connect(turn),
            (State::Closed, Event::Stop(_)) => {
                self.is_wanted = false;
                self.disarm(turn);
                State::Closed
            }
            (state, Event::Start) => {
                self.is_wanted = true;
                state
            }

            // RFC 6733 5.3: whoever may not come in hears why, whatever else is going on.
            (state, Event::Arrived(result)) if !result.is_success() => {
                (turn.act)(Action::Reject(result));
                state
            }
            (State::Closed, Event::Arrived(_)) if self.is_wanted => {
                (turn.act)(Action::Accept);
                self.answer_and_open(turn)
            }
            (State::WaitConnect, Event::Arrived(_)) => {
                (turn.act)(Action::Accept);
                State::WaitConnectElect
            }
            (State::WaitCea, Event::Arrived(_)) => {
                (turn.act)(Action::Accept);
                self.elect(turn)
            }
            // R-Reject: one connection is enough.
            (state, Event::Arrived(_)) => {
                (turn.act)(Action::Reject(ResultCode::UNABLE_TO_COMPLY));
                state
            }

            (State::WaitConnect, Event::Connected) => {
                (turn.act)(Action::SendCer);
                self.arm(self.timing.capabilities, turn);
                State::WaitCea
            }
            (State::WaitConnect, Event::ConnectFailed | Event::Disconnected(Side::Initiator)) => {
                self.rest(Pause::Soon, turn)
            }
            (State::WaitConnect | State::WaitCea, Event::TimerFired) => self.give_up(Pause::Soon, turn),

            (State::WaitConnectElect, Event::Connected) => {
                (turn.act)(Action::SendCer);
                self.arm(self.timing.capabilities, turn);
                self.elect(turn)
            }
            (State::WaitConnectElect, Event::ConnectFailed | Event::Disconnected(Side::Initiator)) => {
                self.answer_and_open(turn)
            }
            // The table closes both here. But our own call failing is no reason to hang up on theirs.
            (State::WaitConnectElect, Event::TimerFired) => {
                (turn.act)(Action::Close(Side::Initiator));
                self.answer_and_open(turn)
            }
            (State::WaitConnectElect, Event::Disconnected(Side::Responder)) => State::WaitConnect,

            (State::WaitCea, Event::Received(Side::Initiator, Received::Cea(result))) => match result {
                result if result.is_success() => self.open(Side::Initiator, turn),
                ResultCode::ELECTION_LOST => self.give_up(Pause::Soon, turn),
                // They will think the same in a second.
                _ => self.give_up(Pause::Long, turn),
            },
            (State::WaitCea, Event::Disconnected(Side::Initiator)) => self.rest(Pause::Soon, turn),
            // I-Rcv-Non-CEA: capabilities come before anything else.
            (State::WaitCea, Event::Received(Side::Initiator, _) | Event::AnyTraffic) => {
                self.give_up(Pause::Long, turn)
            }

            (State::WaitReturns, Event::Received(Side::Initiator, Received::Cea(result))) => {
                if result.is_success() {
                    (turn.act)(Action::Close(Side::Responder));
                    self.open(Side::Initiator, turn)
                } else {
                    (turn.act)(Action::Close(Side::Initiator));
                    self.answer_and_open(turn)
                }
            }
            (State::WaitReturns, Event::Disconnected(Side::Initiator)) => self.answer_and_open(turn),
            (State::WaitReturns, Event::Disconnected(Side::Responder)) => State::WaitCea,
            (State::WaitReturns, Event::TimerFired | Event::Received(..) | Event::AnyTraffic) => {
                (turn.act)(Action::Close(Side::Responder));
                self.give_up(Pause::Soon, turn)
            }

            (
                state @ (State::WaitConnect | State::WaitConnectElect | State::WaitCea | State::WaitReturns),
                Event::Stop(_),
            ) => {
                self.is_wanted = false;
                if matches!(state, State::WaitConnectElect | State::WaitReturns) {
                    (turn.act)(Action::Close(Side::Responder));
                }
                self.give_up(Pause::Soon, turn)
            }

            (State::Open(side), Event::AnyTraffic) => {
                let verdict = self.watchdog.hear(turn.now);
                self.follow(side, verdict, turn)
            }
            (State::Open(side), Event::Received(from, message)) if from == side => {
                self.receive(side, message, turn)
            }
            (State::Open(side), Event::TimerFired) => {
                let next = interval(self.timing.watchdog, turn.chance);
                let verdict = self.watchdog.expire(turn.now, next);
                self.arm_at(self.watchdog.deadline(), turn);
                self.follow(side, verdict, turn)
            }
            (State::Open(side), Event::Disconnected(from)) if from == side => self.lose(turn),
            (State::Open(side), Event::Stop(cause)) => {
                self.is_wanted = false;
                (turn.act)(Action::SendDpr(side, cause));
                self.close_politely(side, Pause::Soon, turn)
            }

            (State::Closing(side, pause), Event::Received(from, message)) if from == side => match message {
                Received::Dpa => {
                    (turn.act)(Action::Close(side));
                    self.rest(pause, turn)
                }
                // Both said goodbye at once.
                Received::Dpr(_) => {
                    (turn.act)(Action::SendDpa(side));
                    self.state
                }
                Received::Dwr => {
                    (turn.act)(Action::SendDwa(side));
                    self.state
                }
                _ => self.state,
            },
            (State::Closing(side, pause), Event::Disconnected(from)) if from == side => {
                self.rest(pause, turn)
            }
            (State::Closing(side, pause), Event::TimerFired) => {
                (turn.act)(Action::Close(side));
                self.rest(pause, turn)
            }
            (state @ State::Closing(..), Event::Stop(_)) => {
                self.is_wanted = false;
                state
            }

            // What is left speaks of a connection that this state does not have: it was closed
            // a moment ago, or never asked for. Nothing depends on it any more.
            (
                state,
                Event::Connected
                | Event::ConnectFailed
                | Event::Disconnected(_)
                | Event::Received(..)
                | Event::AnyTraffic,
            ) => state,
        }
    }

    /// A base message on the open connection.
    fn receive(&mut self, side: Side, message: Received, turn: &mut Turn<'_>) -> State {
        let verdict = match message {
            // The two that end it first: a sign of life that nobody will need is not told.
            Received::Dpr(cause) => {
                (turn.act)(Action::SendDpa(side));
                let pause = match cause {
                    DisconnectCause::Rebooting => Pause::Soon,
                    DisconnectCause::Busy | DisconnectCause::DoNotWantToTalkToYou => Pause::Unwanted,
                };
                return self.close_politely(side, pause, turn);
            }
            Received::Cer(result) if !result.is_success() => {
                (turn.act)(Action::SendCea(result));
                (turn.act)(Action::Close(side));
                self.backoff.exhaust();
                return self.lose(turn);
            }
            Received::Dwr => {
                (turn.act)(Action::SendDwa(side));
                self.watchdog.hear(turn.now)
            }
            Received::Cer(result) => {
                (turn.act)(Action::SendCea(result));
                self.watchdog.hear(turn.now)
            }
            Received::Dwa => self.watchdog.hear_answer(turn.now),
            Received::Cea(_) | Received::Dpa => self.watchdog.hear(turn.now),
        };
        self.follow(side, verdict, turn)
    }

    /// What the watchdog wants done.
    fn follow(&mut self, side: Side, verdict: Option<Verdict>, turn: &mut Turn<'_>) -> State {
        match verdict {
            None => {}
            Some(Verdict::SendDwr) => (turn.act)(Action::SendDwr(side)),
            Some(Verdict::Failover) => (turn.act)(Action::Suspect),
            Some(Verdict::Failback) => {
                self.is_distrusted = false;
                self.arm_at(self.watchdog.deadline(), turn);
                (turn.act)(Action::Up(side));
            }
            Some(Verdict::Close) => {
                (turn.act)(Action::Close(side));
                return self.lose(turn);
            }
        }
        State::Open(side)
    }

    fn connect(&mut self, turn: &mut Turn<'_>) -> State {
        if self.role == Role::Responder || !self.is_wanted {
            self.disarm(turn);
            return State::Closed;
        }
        (turn.act)(Action::Connect);
        self.arm(self.timing.connect, turn);
        State::WaitConnect
    }

    /// RFC 6733 5.6.4: both called. The winner keeps the connection that it did not open.
    fn elect(&mut self, turn: &mut Turn<'_>) -> State {
        if self.wins_election {
            (turn.act)(Action::Close(Side::Initiator));
            self.answer_and_open(turn)
        } else {
            State::WaitReturns
        }
    }

    fn answer_and_open(&mut self, turn: &mut Turn<'_>) -> State {
        (turn.act)(Action::SendCea(ResultCode::SUCCESS));
        self.open(Side::Responder, turn)
    }

    fn open(&mut self, side: Side, turn: &mut Turn<'_>) -> State {
        self.opened = Some(turn.now);
        let interval = interval(self.timing.watchdog, turn.chance);
        self.watchdog = Watchdog::new(turn.now, self.is_distrusted, interval);
        self.arm_at(self.watchdog.deadline(), turn);
        // RFC 3539 3.4.1: after a failure three answers must come before anything is entrusted to it.
        (turn.act)(if self.is_distrusted { Action::SendDwr(side) } else { Action::Up(side) });
        State::Open(side)
    }

    /// The attempt leads nowhere.
    fn give_up(&mut self, pause: Pause, turn: &mut Turn<'_>) -> State {
        (turn.act)(Action::Close(Side::Initiator));
        self.rest(pause, turn)
    }

    /// The open connection failed.
    fn lose(&mut self, turn: &mut Turn<'_>) -> State {
        self.say_down(turn);
        self.is_distrusted = true;
        self.rest(Pause::Soon, turn)
    }

    /// Both know that the connection ends: the next one need not earn its trust.
    fn close_politely(&mut self, side: Side, pause: Pause, turn: &mut Turn<'_>) -> State {
        self.say_down(turn);
        self.is_distrusted = false;
        self.arm(self.timing.disconnect, turn);
        State::Closing(side, pause)
    }

    /// Only who heard `Up` needs to hear `Down`.
    fn say_down(&mut self, turn: &mut Turn<'_>) {
        if self.watchdog.health() != Health::Reopen {
            (turn.act)(Action::Down);
        }
    }

    fn rest(&mut self, pause: Pause, turn: &mut Turn<'_>) -> State {
        if !self.is_wanted || self.role == Role::Responder {
            self.disarm(turn);
            return State::Closed;
        }
        // A connection that held for a while was good; one that is lost at once counts as a failed attempt.
        let trial = self.backoff.trial(&self.timing);
        if self.opened.take().is_some_and(|opened| turn.now.since(opened) >= trial) {
            self.backoff.forget();
        }
        if pause == Pause::Long {
            self.backoff.exhaust();
        }
        let pause = match pause {
            Pause::Soon | Pause::Long => self.backoff.pause(&self.timing, turn.chance),
            Pause::Unwanted => lengthened(self.timing.unwanted, turn.chance),
        };
        self.arm(pause, turn);
        State::Closed
    }

    fn arm(&mut self, after: Duration, turn: &mut Turn<'_>) {
        self.arm_at(turn.now + after, turn);
    }

    fn arm_at(&mut self, deadline: Instant, turn: &mut Turn<'_>) {
        self.deadline = Some(deadline);
        (turn.act)(Action::Arm(deadline));
    }

    fn disarm(&mut self, turn: &mut Turn<'_>) {
        if self.deadline.take().is_some() {
            (turn.act)(Action::Disarm);
        }
    }
}

/// RFC 6733 5.6.4: the one whose Origin-Host is the greater wins; case does not count.
pub fn wins_election(our_host: &[u8], their_host: &[u8]) -> bool {
    our_host.iter().map(u8::to_ascii_lowercase).gt(their_host.iter().map(u8::to_ascii_lowercase))
}

pub(crate) static VISITS: Machine = Machine::of::<State, Event>("Peer");

kinds! { State: Closed, WaitConnect, WaitConnectElect, WaitCea, WaitReturns;
    Self::Open(Side::Initiator) => "Open(Initiator)",
    Self::Open(Side::Responder) => "Open(Responder)",
    Self::Closing(Side::Initiator, _) => "Closing(Initiator)",
    Self::Closing(Side::Responder, _) => "Closing(Responder)",
}
