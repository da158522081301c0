//! The driver: both halves, the set-up, and the wait.

use core::mem::MaybeUninit;
use std::io;
use std::sync::Arc;

use rustix::event::{Timespec, epoll};
use rustix::net::sockopt;
use shard::{Arrival, Driver, Moment, Wake};
use socket2::SockRef;
use tempo::Instant;

use crate::accept::Listener;
use crate::bell::Bell;
use crate::keep_alive::keep_alive;
use crate::receive::Inward;
use crate::transmit::PollOut;
use crate::watch::{Interest, Sign, Source, Watch};
use crate::{Counters, Options, Sockets};

/// The portable driver.
pub struct PollDriver {
    out: PollOut,
    inward: Inward,
    bell: Arc<Bell>,
    events: Box<[MaybeUninit<epoll::Event>]>,
    signs: Vec<Sign>,
}

impl PollDriver {
    /// A driver that watches all `sockets`.
    pub fn new(sockets: Sockets, options: Options) -> io::Result<PollDriver> {
        let bell = Bell::new()?;
        let watch = Watch::new()?;
        watch.add(Source::Bell, bell.event(), Interest::READ)?;
        for (index, (_, socket)) in sockets.datagram.iter().enumerate() {
            socket.set_nonblocking(true)?;
            // Beyond the system's limit with CAP_NET_ADMIN, else up to it. A smaller buffer is no reason not to start.
            if sockopt::set_socket_recv_buffer_size_force(socket, options.socket_octets).is_err() {
                let _ = sockopt::set_socket_recv_buffer_size(socket, options.socket_octets);
            }
            if sockopt::set_socket_send_buffer_size_force(socket, options.socket_octets).is_err() {
                let _ = sockopt::set_socket_send_buffer_size(socket, options.socket_octets);
            }
            watch.add(Source::Port(index as u32), socket, Interest::READ)?;
        }
        let mut listeners = Vec::new();
        for (index, (port, socket)) in sockets.listeners.into_iter().enumerate() {
            socket.set_nonblocking(true)?;
            keep_alive(SockRef::from(&socket))?;
            watch.add(Source::Listener(index as u32), &socket, Interest::READ)?;
            listeners.push(Listener { port, socket, resume: None });
        }
        Ok(PollDriver {
            out: PollOut::new(watch, sockets.datagram, options),
            inward: Inward::new(listeners),
            bell: Arc::new(bell),
            events: vec![MaybeUninit::uninit(); SIGNS_PER_TURN].into_boxed_slice(),
            signs: Vec::with_capacity(SIGNS_PER_TURN),
        })
    }

    /// What rouses this driver from any thread.
    pub fn waker(&self) -> Arc<dyn Wake> {
        Arc::clone(&self.bell) as Arc<dyn Wake>
    }

    /// What it has done since birth.
    pub fn counters(&self) -> Counters {
        self.out.counters
    }

    /// Waits for signs: not at all, until a moment, or for ever.
    fn wait(&mut self, until: Option<Instant>, may_sleep: bool) {
        let own = [self.out.links.next_deadline(), self.inward.next_resume()];
        let until = own.into_iter().chain([until]).flatten().min();
        let time = until.map(|until| until.since(self.out.clock.now()));
        let is_asleep = may_sleep && time.is_none_or(|time| !time.is_zero()) && self.bell.listen();
        let timeout = if is_asleep {
            time.map(|time| Timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() })
        } else {
            Some(Timespec { tv_sec: 0, tv_nsec: 0 })
        };
        self.signs.clear();
        self.signs.extend(self.out.watch.wait(timeout, &mut self.events));
    }
}

impl Driver for PollDriver {
    type Out = PollOut;

    fn moment(&self) -> Moment {
        self.out.clock.moment()
    }

    fn receive(
        &mut self,
        until: Option<Instant>,
        mut visit: impl FnMut(Moment, Arrival<'_>, &mut PollOut),
    ) -> bool {
        let mut is_rung = self.bell.was_rung();
        loop {
            self.wait(until, !is_rung && self.out.links.news.is_empty());
            is_rung |= self.bell.was_rung();
            let moment = self.out.clock.moment();
            let visited = self.inward.drain(moment, &self.signs, &mut self.out, &self.bell, &mut visit);
            if visited > 0 || is_rung || until.is_some_and(|until| until <= self.out.clock.now()) {
                break;
            }
        }
        self.out.counters.wakes += u64::from(is_rung);
        self.inward.is_something_left
    }

    fn out(&mut self) -> &mut PollOut {
        &mut self.out
    }

    fn flush(&mut self) {
        self.out.send_mail();
        self.out.send_streams();
    }
}

/// Descriptors that one call looks at; the rest is said again at the next.
pub(crate) const SIGNS_PER_TURN: usize = 128;
