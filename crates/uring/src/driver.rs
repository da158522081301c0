//! The driver: both halves, the set-up, and the wait.

use core::time::Duration;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use rustix::net::sockopt;
use shard::{Arrival, Driver, Moment, Wake};
use socket2::SockRef;
use tempo::Instant;

use crate::accept::Listener;
use crate::bell::Bell;
use crate::keep_alive::keep_alive;
use crate::receive::Inward;
use crate::ring::{Ring, Wait};
use crate::transmit::UringOut;
use crate::{Counters, Feature, Options, SetupError, Sockets};

/// The io_uring driver. Make it on the shard's own thread; it can't leave it.
pub struct UringDriver {
    out: UringOut,
    inward: Inward,
    bell: Arc<Bell>,
}

impl UringDriver {
    /// A driver for the calling thread, with all sockets armed. `options.features` is the answer of [`crate::probe`].
    pub fn new(sockets: Sockets, options: Options) -> Result<UringDriver, SetupError> {
        let bell = Bell::new().map_err(|error| SetupError::new(Feature::Bell, &error))?;
        let ring = Ring::new(options.features).map_err(|error| SetupError::new(Feature::Ring, &error))?;
        prepare(&sockets, options.socket_octets)?;
        let descriptors: Vec<i32> = sockets.datagram.iter().map(|(_, socket)| socket.as_raw_fd()).collect();
        if !descriptors.is_empty() {
            let registered = ring.submitter().register_files(&descriptors);
            registered.map_err(|error| SetupError::new(Feature::RegisteredSockets, &error))?;
        }
        let listeners: Vec<Listener> = sockets
            .listeners
            .into_iter()
            .map(|(port, socket)| Listener { port, socket, resume: None })
            .collect();
        let inward = Inward::new(&ring, listeners, options)?;
        let out = UringOut::new(ring, sockets.datagram, options)?;
        let mut driver = UringDriver { out, inward, bell: Arc::new(bell) };
        driver.inward.arm_everything(&mut driver.out, &driver.bell);
        driver.out.submit();
        Ok(driver)
    }

    /// What rouses this driver from any thread.
    pub fn waker(&self) -> Arc<dyn Wake> {
        Arc::clone(&self.bell) as Arc<dyn Wake>
    }

    /// What it has done since birth.
    pub fn counters(&self) -> Counters {
        self.out.counters
    }

    /// How long the next enter may sleep.
    fn wait(&mut self, until: Option<Instant>, is_idle: bool) -> Wait {
        if !is_idle || self.out.ring.has_completions() {
            return Wait::Not;
        }
        let own = [self.out.links.next_deadline(), self.inward.next_resume()];
        let Some(until) = own.into_iter().chain([until]).flatten().min() else { return Wait::Forever };
        let time = until.since(self.out.clock.now());
        if time.is_zero() { Wait::Not } else { Wait::AtMost(time) }
    }

    /// Looks for something to do without sleeping, for as long as the options say but no longer than `wait`.
    fn spin(&self, wait: Wait) {
        let start = self.out.clock.now();
        let mut patience = Duration::from_micros(u64::from(self.out.options.spin_us));
        if let Wait::AtMost(time) = wait {
            patience = patience.min(time);
        }
        while !self.out.ring.has_work()
            && !self.out.ring.has_completions()
            && !self.bell.is_ringing()
            && self.out.clock.now() - start < patience
        {
            core::hint::spin_loop();
        }
    }

    /// One enter, asleep if there is nothing to do and nobody has rung.
    fn enter(&mut self, wait: Wait) {
        if wait == Wait::Not {
            // Completions that are there already are worked off first; a submission without news waits for the flush.
            if !self.out.ring.has_completions() {
                self.out.ring.enter(Wait::Not);
            }
            return;
        }
        let may_sleep = self.bell.listen();
        self.out.ring.enter(if may_sleep { wait } else { Wait::Not });
    }
}

impl Driver for UringDriver {
    type Out = UringOut;

    fn moment(&self) -> Moment {
        self.out.clock.moment()
    }

    fn receive(
        &mut self,
        until: Option<Instant>,
        mut visit: impl FnMut(Moment, Arrival<'_>, &mut UringOut),
    ) -> bool {
        let mut is_rung = self.bell.was_rung();
        loop {
            self.out.launch();
            let is_idle = !is_rung && self.out.links.news.is_empty();
            let mut wait = self.wait(until, is_idle);
            if wait != Wait::Not && self.out.options.spin_us > 0 {
                self.spin(wait);
                wait = self.wait(until, is_idle);
            }
            self.enter(wait);
            is_rung |= self.bell.was_rung();
            let moment = self.out.clock.moment();
            let visited = self.inward.drain(moment, &mut self.out, &self.bell, &mut visit);
            if visited > 0 || is_rung || until.is_some_and(|until| until <= self.out.clock.now()) {
                break;
            }
        }
        self.out.counters.wakes += u64::from(is_rung);
        self.inward.is_something_left
    }

    fn out(&mut self) -> &mut UringOut {
        &mut self.out
    }

    fn flush(&mut self) {
        self.out.launch();
        self.out.submit();
    }
}

impl Drop for UringDriver {
    fn drop(&mut self) {
        // Before any buffer is freed: after this the kernel writes and reads none of them.
        self.out.ring.cancel_everything();
        // The ring goes in its own time; the ports are free now. An error means that there were none.
        let _ = self.out.ring.submitter().unregister_files();
    }
}

/// Makes the sockets ready for the ring: it waits itself, so they must not answer EAGAIN.
fn prepare(sockets: &Sockets, octets: usize) -> Result<(), SetupError> {
    let refused = |error: std::io::Error| SetupError::new(Feature::Sockets, &error);
    for (_, socket) in &sockets.datagram {
        socket.set_nonblocking(false).map_err(refused)?;
        // Beyond the system's limit with CAP_NET_ADMIN, else up to it. A smaller buffer is no reason not to start.
        if sockopt::set_socket_recv_buffer_size_force(socket, octets).is_err() {
            let _ = sockopt::set_socket_recv_buffer_size(socket, octets);
        }
        if sockopt::set_socket_send_buffer_size_force(socket, octets).is_err() {
            let _ = sockopt::set_socket_send_buffer_size(socket, octets);
        }
    }
    for (_, socket) in &sockets.listeners {
        socket.set_nonblocking(false).map_err(refused)?;
        keep_alive(SockRef::from(socket)).map_err(refused)?;
    }
    Ok(())
}
