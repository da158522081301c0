//! refreshed: a chat whose client was to refresh its session, and does not, is ended before the session counts as dead.
//!
//! Seen on the wire: Session-Expires in each 2xx of the gateway to INVITE or UPDATE, and BYE.

use std::collections::BTreeMap;

use shard::Count;
use sip::{HeaderName, MessageView, Method, Refresher, SessionExpires};
use tempo::{Duration, Instant};

use super::{Checker, Kept, Scene};
use crate::gateway::Gateway;
use crate::watch::{Crossing, Way, What};

/// How long each session lives.
#[derive(Default)]
pub struct Refreshed {
    /// By Call-ID.
    sessions: BTreeMap<Vec<u8>, Session>,
    /// None dies before this.
    next_look: Option<Instant>,
    /// How often each shard has found no buffer.
    no_loans: BTreeMap<u16, u64>,
}

struct Session {
    shard: u16,
    /// The number of the last request that was granted: answers are repeated.
    cseq: u32,
    /// When it is dead; `None` where the client need not refresh it.
    until: Option<Instant>,
}

impl Checker for Refreshed {
    fn promise(&self) -> &'static str {
        "refreshed"
    }

    fn see(&mut self, crossing: &Crossing<'_>, _: &Scene) -> Kept {
        match &crossing.what {
            What::Sip { message, .. } if message.is_request() && message.method() == Method::Bye => {
                // What is granted from here on, is granted to somebody who has not heard it.
                let over = Session { shard: crossing.shard, cseq: u32::MAX, until: None };
                self.sessions.insert(message.call_id().to_vec(), over);
            }
            // A copy with another Call-ID may be answered like its original, and begins nothing.
            What::Sip { message, is_damaged: false, .. }
                if crossing.way == Way::In && message.is_request() && message.method() == Method::Invite =>
            {
                let begun = Session { shard: crossing.shard, cseq: 0, until: None };
                self.sessions.entry(message.call_id().to_vec()).or_insert(begun);
            }
            What::Sip { message, .. } if crossing.way == Way::Out => self.granted(crossing, message),
            What::Crash => self.sessions.retain(|_, session| session.shard != crossing.shard),
            _ => {}
        }
        self.look(crossing.at)
    }

    fn turned(&mut self, at: Instant, shard: u16, gateway: &Gateway, _: &Scene) -> Kept {
        // A goodbye that finds no buffer is said in vain, and seen by nobody.
        let no_loans = gateway.count_of(shard, Count::NoLoan);
        if self.no_loans.insert(shard, no_loans).unwrap_or(0) != no_loans {
            let theirs = self.sessions.values_mut().filter(|session| session.shard == shard);
            theirs.for_each(|session| session.until = None);
        }
        self.look(at)
    }
}

impl Refreshed {
    fn granted(&mut self, crossing: &Crossing<'_>, message: &MessageView<'_>) {
        let cseq = message.cseq();
        let is_granted = message.status().is_some_and(|status| status.is_success())
            && [Method::Invite, Method::Update].contains(&cseq.method);
        let session = self.sessions.get_mut(message.call_id());
        let Some(session) = session.filter(|session| is_granted && session.cseq < cseq.number) else {
            return;
        };
        let expires = message.header(HeaderName::SessionExpires).and_then(SessionExpires::parse);
        let theirs = expires.filter(|expires| expires.refresher == Some(Refresher::Uac));
        let life = theirs.map(|expires| Duration::from_secs(expires.seconds.into()));
        let until = life.map(|life| crossing.at + life + GRACE);
        self.next_look = self.next_look.into_iter().chain(until).min();
        *session = Session { shard: crossing.shard, cseq: cseq.number, until };
    }

    fn look(&mut self, at: Instant) -> Kept {
        if self.next_look.is_none_or(|look| at < look) {
            return Ok(());
        }
        if self.sessions.values().any(|session| session.until.is_some_and(|until| until <= at)) {
            return Err("a chat goes on whose client has not refreshed its session".into());
        }
        self.next_look = self.sessions.values().filter_map(|session| session.until).min();
        Ok(())
    }
}

/// What a shard may be late: a stall of it is no neglect.
const GRACE: Duration = Duration::from_secs(45);
