//! The half that receives: what each completion means, and what has to be started again.
//!
//! Datagrams: a ring of 512 buffers of 65,600 octets, so that every datagram that UDP can carry arrives whole (RFC 3261 18.1.1
//! asks for it; a smaller buffer would cut it silently). The buffers lie in untouched pages: a shard that sees 1.4 KB
//! messages pays for one or two pages each, and the odd length keeps their heads off the same cache sets.
//! Streams: 32 buffers of 128 KiB that are consumed piece by piece, else 256 of 16 KiB.
//!
//! What the kernel has ended is noted here and started again in `arm.rs`.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;

use io_uring::{cqueue, types};
use shard::{Arrival, Moment, Opening};
use tempo::Instant;

use crate::accept::{Listener, PAUSE, is_shortage};
use crate::address::{self, ADDRESS_OCTETS_MAX};
use crate::arm::{DATAGRAMS, STREAMS, arm_stream};
use crate::bell::Bell;
use crate::buffers::{BufferRing, ENTRIES_MAX};
use crate::links::{News, Phase};
use crate::ring::{EMPTY_BATCH, Ring, Wait};
use crate::token::{Kind, Token};
use crate::transmit::UringOut;
use crate::{Feature, Options, SetupError};

pub(crate) struct Inward {
    datagrams: BufferRing,
    streams: BufferRing,
    /// How a received datagram is laid out in its buffer; read by the kernel each time one is armed.
    pub(crate) layout: Box<libc::msghdr>,
    pub(crate) listeners: Vec<Listener>,
    /// What the kernel has ended in this batch.
    pub(crate) ended: Vec<Token>,
    /// Did the last drain leave something, because it had seen enough of it?
    pub(crate) is_something_left: bool,
}

impl Inward {
    pub(crate) fn new(ring: &Ring, listeners: Vec<Listener>, options: Options) -> Result<Inward, SetupError> {
        let refused = |error: std::io::Error| SetupError::new(Feature::BufferRings, &error);
        let submitter = ring.submitter();
        let entries = options.datagram_buffers.clamp(1, ENTRIES_MAX).next_power_of_two();
        let datagrams = BufferRing::new(submitter, DATAGRAMS, entries, DATAGRAM_OCTETS, false);
        let streams = if options.features.incremental_buffers {
            BufferRing::new(submitter, STREAMS, 32, 128 * 1024, true)
        } else {
            BufferRing::new(submitter, STREAMS, 256, 16 * 1024, false)
        };
        // SAFETY: all zeros is a message header: null pointers with lengths of zero.
        let mut layout: Box<libc::msghdr> = Box::new(unsafe { MaybeUninit::zeroed().assume_init() });
        layout.msg_namelen = ADDRESS_OCTETS_MAX as u32;
        Ok(Inward {
            datagrams: datagrams.map_err(refused)?,
            streams: streams.map_err(refused)?,
            layout,
            listeners,
            ended: Vec::with_capacity(64),
            is_something_left: false,
        })
    }

    /// When a listener that was paused is to be tried again.
    pub(crate) fn next_resume(&self) -> Option<Instant> {
        self.listeners.iter().filter_map(|listener| listener.resume).min()
    }

    /// Works off a batch of completions and whatever is due; returns how often it visited.
    pub(crate) fn drain<V>(&mut self, moment: Moment, out: &mut UringOut, bell: &Bell, visit: &mut V) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut UringOut),
    {
        let mut visited = tell_news(moment, out, visit);
        let mut batch = EMPTY_BATCH;
        let mut seen = 0;
        self.is_something_left = false;
        while seen < BATCH {
            let completions = out.ring.completions(&mut batch);
            seen += completions.len();
            for completion in completions {
                visited += self.complete(moment, completion, out, bell, visit);
                visited += tell_news(moment, out, visit);
            }
            if completions.is_empty() {
                // One enter works off at most 20 operations; what is left is known by a flag.
                if !out.ring.has_work() || seen == 0 {
                    break;
                }
                self.datagrams.commit();
                self.streams.commit();
                out.ring.enter(Wait::Not);
                seen += 1;
            }
        }
        self.is_something_left |= seen >= BATCH && (out.ring.has_work() || out.ring.has_completions());
        while let Some(index) = out.links.next_expired(moment.now) {
            out.expire(index);
        }
        visited += tell_news(moment, out, visit);
        self.datagrams.commit();
        self.streams.commit();
        self.rearm(moment.now, out, bell);
        visited
    }

    fn complete<V>(
        &mut self,
        moment: Moment,
        completion: &cqueue::Entry,
        out: &mut UringOut,
        bell: &Bell,
        visit: &mut V,
    ) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut UringOut),
    {
        let Some(token) = Token::decode(completion.user_data()) else { return 0 };
        let outcome = usize::try_from(completion.result()).map_err(|_| -completion.result());
        let has_ended = !cqueue::more(completion.flags());
        match token.kind {
            Kind::Datagram => {
                let visited = self.datagram(moment, token, completion, out, visit);
                if has_ended {
                    // More has come than there were buffers for: the rest waits in the socket.
                    let is_out_of_buffers = outcome == Err(libc::ENOBUFS);
                    self.is_something_left |= is_out_of_buffers;
                    out.counters.enobufs += u64::from(is_out_of_buffers);
                    self.ended.push(token);
                }
                visited
            }
            Kind::Stream => self.stream(moment, token, completion, out, visit),
            Kind::StreamSent => {
                out.sent(out.links.name(token.index), outcome);
                0
            }
            Kind::Accept => {
                let visited = match outcome {
                    Ok(descriptor) => self.accept(moment, token, descriptor as i32, out, visit),
                    Err(errno) if is_shortage(errno) => {
                        out.counters.accept_pauses += 1;
                        self.listeners[token.index as usize].resume = Some(moment.now + PAUSE);
                        return 0;
                    }
                    Err(_) => 0,
                };
                if has_ended {
                    self.ended.push(token);
                }
                visited
            }
            Kind::Connect => self.connect(moment, token, outcome.is_ok(), out, visit),
            Kind::Bell => {
                bell.silence();
                if has_ended {
                    self.ended.push(token);
                }
                0
            }
            Kind::DatagramSent => {
                out.refused();
                0
            }
            Kind::Cancel => 0,
        }
    }

    fn datagram<V>(
        &mut self,
        moment: Moment,
        token: Token,
        completion: &cqueue::Entry,
        out: &mut UringOut,
        visit: &mut V,
    ) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut UringOut),
    {
        let Some(buffer) = cqueue::buffer_select(completion.flags()) else { return 0 };
        let octets = usize::try_from(completion.result()).unwrap_or(0);
        let piece = self.datagrams.piece(buffer, octets, false);
        let (port, _) = out.ports[token.index as usize];
        let mut visited = 0;
        if let Ok(message) = types::RecvMsgOut::parse(self.datagrams.octets(piece), &self.layout) {
            if message.is_payload_truncated() {
                out.counters.datagrams_truncated += 1;
            } else if let Some(from) = address::decode(message.name_data()) {
                out.counters.datagrams_received += 1;
                visited = 1;
                let bytes = message.payload_data();
                visit(moment, Arrival::Datagram { port, from, bytes }, out);
            }
        }
        self.datagrams.release(piece);
        visited
    }

    fn stream<V>(
        &mut self,
        moment: Moment,
        token: Token,
        completion: &cqueue::Entry,
        out: &mut UringOut,
        visit: &mut V,
    ) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut UringOut),
    {
        let id = out.links.name(token.index);
        assert!(token.names(id), "a completion met the successor of its link");
        let mut visited = 0;
        let flags = completion.flags();
        if let Some(buffer) = cqueue::buffer_select(flags) {
            let octets = usize::try_from(completion.result()).unwrap_or(0);
            let piece = self.streams.piece(buffer, octets, cqueue::buffer_more(flags));
            out.counters.stream_octets_received += octets as u64;
            if octets > 0 && out.links.at(id.index).phase == Phase::Open {
                visited = 1;
                let bytes = self.streams.octets(piece);
                visit(moment, Arrival::Stream { link: id, bytes }, out);
            }
            self.streams.release(piece);
        }
        if cqueue::more(flags) {
            return visited;
        }
        let link = out.links.at(id.index);
        link.is_receiving = false;
        match completion.result() {
            _ if link.phase == Phase::Dying => out.settle(id),
            0 => out.peer_finished(id),
            result if result > 0 || -result == libc::ENOBUFS => {
                out.counters.enobufs += u64::from(result < 0);
                self.ended.push(token);
            }
            _ => out.die(id),
        }
        visited
    }

    fn accept<V>(
        &mut self,
        moment: Moment,
        token: Token,
        descriptor: i32,
        out: &mut UringOut,
        visit: &mut V,
    ) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut UringOut),
    {
        let Some((link, peer)) = out.accepted(descriptor) else { return 0 };
        arm_stream(link, out);
        let opening = Opening::Accepted { port: self.listeners[token.index as usize].port };
        visit(moment, Arrival::Opened { link, opening, peer }, out);
        1
    }

    fn connect<V>(
        &mut self,
        moment: Moment,
        token: Token,
        is_open: bool,
        out: &mut UringOut,
        visit: &mut V,
    ) -> usize
    where
        V: FnMut(Moment, Arrival<'_>, &mut UringOut),
    {
        let link = out.links.name(token.index);
        assert!(token.names(link), "a completion met the successor of its link");
        let Phase::Connecting { tag } = out.links.at(link.index).phase else { return 0 };
        let peer = out.links.at(link.index).peer;
        if out.connected(link, is_open) {
            arm_stream(link, out);
            let opening = Opening::Connected { tag };
            visit(moment, Arrival::Opened { link, opening, peer }, out);
        } else {
            visit(moment, Arrival::NotOpened { tag }, out);
        }
        1
    }
}

/// Tells what happened without a completion of its own.
fn tell_news<V>(moment: Moment, out: &mut UringOut, visit: &mut V) -> usize
where
    V: FnMut(Moment, Arrival<'_>, &mut UringOut),
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

/// Completions that one call works off; the rest waits in the queue.
const BATCH: usize = 256;
/// Header, address and the largest payload: 16 + 28 + 65,507, rounded up to an odd number of cache lines.
const DATAGRAM_OCTETS: usize = 65_600;
