//! Starts what receives, and starts it again.
//!
//! The kernel ends a multishot operation for many reasons: no buffer, a full queue of completions, an empty datagram, an
//! error. So each completion without F_MORE, whatever else it says, leads here, after the buffers of the batch were given
//! back; before that the operation would find none and end again.
#![allow(unsafe_code)]

use io_uring::{opcode, types};
use rustix::fd::AsRawFd;
use shard::LinkId;
use tempo::Instant;

use crate::bell::Bell;
use crate::links::Phase;
use crate::receive::Inward;
use crate::token::{Kind, Token};
use crate::transmit::UringOut;

impl Inward {
    /// Starts everything that receives, once at birth.
    pub(crate) fn arm_everything(&mut self, out: &mut UringOut, bell: &Bell) {
        let ports = (0..out.ports.len()).map(|index| Token::plain(Kind::Datagram, index));
        let listeners = (0..self.listeners.len()).map(|index| Token::plain(Kind::Accept, index));
        let all: Vec<Token> = ports.chain(listeners).chain([Token::plain(Kind::Bell, 0)]).collect();
        for token in all {
            self.arm(token, out, bell);
        }
    }

    /// Starts again what the kernel has ended, and listeners whose pause is over.
    pub(crate) fn rearm(&mut self, now: Instant, out: &mut UringOut, bell: &Bell) {
        for index in 0..self.listeners.len() {
            if self.listeners[index].resume.is_some_and(|resume| resume <= now) {
                self.listeners[index].resume = None;
                self.ended.push(Token::plain(Kind::Accept, index));
            }
        }
        while let Some(token) = self.ended.pop() {
            out.counters.rearms += 1;
            self.arm(token, out, bell);
        }
    }

    fn arm(&mut self, token: Token, out: &mut UringOut, bell: &Bell) {
        match token.kind {
            Kind::Datagram => {
                let socket = types::Fixed(token.index);
                let layout: *const libc::msghdr = &raw const *self.layout;
                let entry = opcode::RecvMsgMulti::new(socket, layout, DATAGRAMS).build();
                // SAFETY: the layout is boxed and lives as long as the ring; the buffers are the kernel's to choose.
                unsafe { out.ring.push(entry.user_data(token.encode())) };
            }
            Kind::Accept => out.listen(token.index as usize, &self.listeners[token.index as usize]),
            Kind::Bell => {
                let event = types::Fd(bell.event().as_raw_fd());
                let entry = opcode::PollAdd::new(event, libc::POLLIN as u32).multi(true).build();
                // SAFETY: a poll points to no memory.
                unsafe { out.ring.push(entry.user_data(token.encode())) };
            }
            // Only if it is still the same link, and still wants to hear: Closed may have come in between.
            Kind::Stream => {
                let id = out.links.name(token.index);
                let is_wanted = token.names(id)
                    && matches!(
                        out.links.at(id.index).phase,
                        Phase::Open | Phase::Leaving | Phase::Lingering
                    );
                if is_wanted {
                    arm_stream(id, out);
                }
            }
            Kind::DatagramSent | Kind::Connect | Kind::StreamSent | Kind::Cancel => {}
        }
    }
}

/// Starts receiving on a link.
pub(crate) fn arm_stream(id: LinkId, out: &mut UringOut) {
    let link = out.links.at(id.index);
    let Some(socket) = &link.socket else { return };
    let entry = opcode::RecvMulti::new(types::Fd(socket.as_raw_fd()), STREAMS)
        .build()
        .user_data(Token::link(Kind::Stream, id).encode());
    link.is_receiving = true;
    // SAFETY: the operation points to no memory; the buffers are the kernel's to choose.
    unsafe { out.ring.push(entry) };
}

/// Buffer group that datagrams arrive in.
pub(crate) const DATAGRAMS: u16 = 0;
/// Buffer group that streams arrive in.
pub(crate) const STREAMS: u16 = 1;
