//! The half that receives: what each sign of the kernel means.

use core::net::SocketAddr;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SocketFlags, accept_with, recv, recvfrom};
use shard::limits::DATAGRAM_OCTETS_MAX;
use shard::{Arrival, LinkId, Moment, Opening};
use tempo::Instant;

use crate::accept::{Listener, PAUSE, is_shortage};
use crate::bell::Bell;
use crate::driver::SIGNS_PER_TURN;
use crate::links::{News, Phase};
use crate::transmit::PollOut;
use crate::watch::{Interest, Sign, Source};

pub(crate) struct Inward {
    /// What arrives lies here for the visit.
    octets: Box<[u8]>,
    listeners: Vec<Listener>,
    /// Did the last drain leave something, because it had seen enough of it?
    pub(crate) is_something_left: bool,
}

impl Inward {
    pub(crate) fn new(listeners: Vec<Listener>) -> Inward {
        Inward { octets: vec![0; RECEIVE_OCTETS].into_boxed_slice(), listeners, is_something_left: false }
    }

    /// When a listener that was paused is to be tried again.
    pub(crate) fn next_resume(&self) -> Option<Instant> {
        self.listeners.iter().filter_map(|listener| listener.resume).min()
    }

    /// Follows all signs and whatever is due; returns how often it visited.
    pub(crate) fn drain<V>(
        &mut self,
        moment: Moment,
        signs: &[Sign],
        out: &mut PollOut,
        bell: &Bell,
        visit: &mut V,
    ) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut PollOut),
    {
        let mut visited = tell_news(moment, out, visit);
        self.is_something_left = signs.len() >= SIGNS_PER_TURN;
        for sign in signs {
            visited += match sign.source {
                Source::Bell => {
                    bell.silence();
                    0
                }
                Source::Port(index) => self.datagrams(moment, index as usize, out, visit),
                Source::Listener(index) => self.accept(moment, index as usize, out, visit),
                Source::Link(index) => self.link(moment, *sign, out.links.name(index), out, visit),
            };
            visited += tell_news(moment, out, visit);
        }
        while let Some(index) = out.links.next_expired(moment.now) {
            out.expire(index);
        }
        self.resume(moment.now, out);
        visited + tell_news(moment, out, visit)
    }

    fn datagrams<V>(&mut self, moment: Moment, index: usize, out: &mut PollOut, visit: &mut V) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut PollOut),
    {
        let mut visited = 0;
        for _ in 0..DATAGRAMS_PER_SIGN {
            let (port, socket) = &out.ports[index];
            let port = *port;
            let received = recvfrom(socket, &mut *self.octets, RecvFlags::DONTWAIT | RecvFlags::TRUNC);
            let (octets, whole, from) = match received {
                Ok(received) => received,
                Err(Errno::AGAIN) => return visited,
                // The fate of an earlier datagram; the next one may be there.
                Err(_) => continue,
            };
            let Some(from) = from.and_then(|from| SocketAddr::try_from(from).ok()) else { continue };
            if whole > DATAGRAM_OCTETS_MAX {
                out.counters.datagrams_truncated += 1;
                continue;
            }
            out.counters.datagrams_received += 1;
            visited += 1;
            visit(moment, Arrival::Datagram { port, from, bytes: &self.octets[..octets] }, out);
        }
        self.is_something_left = true;
        visited
    }

    fn accept<V>(&mut self, moment: Moment, index: usize, out: &mut PollOut, visit: &mut V) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut PollOut),
    {
        let listener = &mut self.listeners[index];
        let mut visited = 0;
        for _ in 0..ACCEPTS_PER_SIGN {
            let socket = match accept_with(&listener.socket, SocketFlags::NONBLOCK | SocketFlags::CLOEXEC) {
                Ok(socket) => socket,
                Err(Errno::AGAIN) => break,
                Err(errno) if is_shortage(errno) => {
                    out.counters.accept_pauses += 1;
                    listener.resume = Some(moment.now + PAUSE);
                    let source = Source::Listener(index as u32);
                    out.watch.change(source, &listener.socket, Interest::default());
                    break;
                }
                // The fate of one caller; the next one may be there.
                Err(_) => continue,
            };
            let Some((link, peer)) = out.accepted(socket) else { continue };
            visited += 1;
            let opening = Opening::Accepted { port: listener.port };
            visit(moment, Arrival::Opened { link, opening, peer }, out);
        }
        visited
    }

    fn link<V>(&mut self, moment: Moment, sign: Sign, id: LinkId, out: &mut PollOut, visit: &mut V) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut PollOut),
    {
        let Some(link) = out.links.named(id) else { return 0 };
        if let Phase::Connecting { tag } = link.phase {
            let peer = link.peer;
            let opening = Opening::Connected { tag };
            let is_open = out.connected(id);
            let opened = Arrival::Opened { link: id, opening, peer };
            visit(moment, if is_open { opened } else { Arrival::NotOpened { tag } }, out);
            return 1;
        }
        let visited = if sign.readable { self.read(moment, id, out, visit) } else { 0 };
        if sign.writable {
            out.send_some(id);
        }
        visited
    }

    fn read<V>(&mut self, moment: Moment, id: LinkId, out: &mut PollOut, visit: &mut V) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut PollOut),
    {
        let Some(link) = out.links.named(id).filter(|link| !link.peer_has_finished) else { return 0 };
        let is_wanted = link.phase == Phase::Open;
        let Some(socket) = &link.socket else { return 0 };
        match recv(socket, &mut *self.octets, RecvFlags::DONTWAIT) {
            Ok((0, _)) => out.peer_finished(id),
            Ok((octets, _)) => {
                out.counters.stream_octets_received += octets as u64;
                self.is_something_left |= octets == RECEIVE_OCTETS;
                if is_wanted {
                    visit(moment, Arrival::Stream { link: id, bytes: &self.octets[..octets] }, out);
                    return 1;
                }
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(_) => out.die(id),
        }
        0
    }

    /// Listens again where the pause is over.
    fn resume(&mut self, now: Instant, out: &mut PollOut) {
        for (index, listener) in self.listeners.iter_mut().enumerate() {
            if listener.resume.is_some_and(|resume| resume <= now) {
                listener.resume = None;
                out.counters.rearms += 1;
                out.watch.change(Source::Listener(index as u32), &listener.socket, Interest::READ);
            }
        }
    }
}

/// Tells what happened without a sign of its own.
fn tell_news<V>(moment: Moment, out: &mut PollOut, visit: &mut V) -> usize
where
    V: FnMut(Moment, Arrival<'_>, &mut PollOut),
{
    let mut visited = 0;
    while let Some(news) = out.links.news.pop_front() {
        visited += 1;
        match news {
            News::NotOpened { tag } => visit(moment, Arrival::NotOpened { tag }, out),
            News::Closed { link } => visit(moment, Arrival::Closed { link }, out),
        }
    }
    visited
}

/// One octet more than the largest datagram, and a good piece of a stream.
const RECEIVE_OCTETS: usize = 64 * 1024;
const DATAGRAMS_PER_SIGN: usize = 64;
const ACCEPTS_PER_SIGN: usize = 64;
