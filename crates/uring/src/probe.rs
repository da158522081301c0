//! Asks the kernel by trying: a ring is built, used on two sockets of the loopback interface, and thrown away.

#![allow(unsafe_code)]

use core::mem::MaybeUninit;
use core::time::Duration;
use std::io;
use std::net::UdpSocket;
use std::os::unix::net::UnixStream;

use io_uring::{Probe, cqueue, opcode, squeue, types};
use rustix::fd::AsRawFd;

use crate::address::{self, ADDRESS_OCTETS_MAX};
use crate::buffers::BufferRing;
use crate::ring::{EMPTY_BATCH, Ring, Wait};
use crate::{Feature, Features, SetupError, Unsupported};

/// What this kernel offers, or the first thing that it lacks. Costs a millisecond; meant for boot.
pub fn probe() -> Result<Features, Unsupported> {
    let best = Features { deferred_taskrun: true, incremental_buffers: true, registered_ring: true };
    let plain = Features { deferred_taskrun: false, ..best };
    let (mut ring, features) = match Ring::new(best) {
        Ok(ring) => (ring, best),
        Err(_) => (Ring::new(plain).map_err(|error| SetupError::new(Feature::Ring, &error))?, plain),
    };
    operations(&ring)?;
    let refused = |error: io::Error| SetupError::new(Feature::BufferRings, &error);
    let datagrams = BufferRing::new(ring.submitter(), DATAGRAMS, 4, BUFFER_OCTETS, false).map_err(refused)?;
    let incremental = BufferRing::new(ring.submitter(), STREAMS, 4, BUFFER_OCTETS, true);
    let incremental_buffers = incremental.is_ok();
    let streams = match incremental {
        Ok(streams) => streams,
        Err(_) => BufferRing::new(ring.submitter(), STREAMS, 4, BUFFER_OCTETS, false).map_err(refused)?,
    };
    let outcome = recvmsg(&mut ring).and_then(|()| recv(&mut ring));
    ring.cancel_everything();
    drop((datagrams, streams));
    outcome?;
    Ok(Features { incremental_buffers, registered_ring: ring.is_registered(), ..features })
}

fn operations(ring: &Ring) -> Result<(), Unsupported> {
    let mut known = Probe::new();
    let answer = ring.submitter().register_probe(&mut known);
    answer.map_err(|error| SetupError::new(Feature::Operations, &error))?;
    let parameters = ring.parameters();
    let all = parameters.is_feature_ext_arg()
        && parameters.is_feature_nodrop()
        && parameters.is_feature_skip_cqe_on_success()
        && [
            opcode::RecvMsgMulti::CODE,
            opcode::RecvMulti::CODE,
            opcode::AcceptMulti::CODE,
            opcode::Connect::CODE,
            opcode::Send::CODE,
            opcode::PollAdd::CODE,
            opcode::AsyncCancel::CODE,
        ]
        .into_iter()
        .all(|code| known.is_supported(code));
    if all { Ok(()) } else { Err(SetupError { feature: Feature::Operations, errno: libc::EOPNOTSUPP }) }
}

/// A datagram to ourselves: sent with an address, received by a multishot that lives on.
fn recvmsg(ring: &mut Ring) -> Result<(), Unsupported> {
    let refused = |error: io::Error| SetupError::new(Feature::Sockets, &error);
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(refused)?;
    let mut to = [0; ADDRESS_OCTETS_MAX];
    let to_octets = address::encode(socket.local_addr().map_err(refused)?, &mut to);
    // SAFETY: all zeros is a message header: null pointers with lengths of zero.
    let mut layout: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    layout.msg_namelen = ADDRESS_OCTETS_MAX as u32;
    let descriptor = types::Fd(socket.as_raw_fd());
    let receive = opcode::RecvMsgMulti::new(descriptor, &raw const layout, DATAGRAMS).build();
    // SAFETY: the kernel reads the layout while it takes the entry, in the enter of `multishot`.
    unsafe { ring.push(receive.user_data(RECEIVED)) };
    let send = opcode::Send::new(descriptor, GREETING.as_ptr(), GREETING.len() as u32)
        .dest_addr(to.as_ptr().cast())
        .dest_addr_len(to_octets as u32)
        .flags(libc::MSG_DONTWAIT)
        .build()
        .flags(squeue::Flags::SKIP_SUCCESS);
    // SAFETY: a static greeting, and an address that outlives the enter of `multishot`.
    unsafe { ring.push(send.user_data(SENT)) };
    multishot(ring, Feature::MultishotRecvmsg, Feature::SendTo)
}

/// Octets on a stream, received by a multishot that lives on.
fn recv(ring: &mut Ring) -> Result<(), Unsupported> {
    let refused = |error: io::Error| SetupError::new(Feature::Sockets, &error);
    let (here, there) = UnixStream::pair().map_err(refused)?;
    let receive = opcode::RecvMulti::new(types::Fd(here.as_raw_fd()), STREAMS).build();
    // SAFETY: the operation points to no memory.
    unsafe { ring.push(receive.user_data(RECEIVED)) };
    let send =
        opcode::Send::new(types::Fd(there.as_raw_fd()), GREETING.as_ptr(), GREETING.len() as u32).build();
    // SAFETY: a static greeting.
    unsafe { ring.push(send.flags(squeue::Flags::SKIP_SUCCESS).user_data(SENT)) };
    multishot(ring, Feature::MultishotRecv, Feature::Operations)
}

/// Waits for the greeting to arrive by an operation that the kernel goes on with.
fn multishot(ring: &mut Ring, receive: Feature, send: Feature) -> Result<(), Unsupported> {
    for _ in 0..TRIES {
        ring.enter(Wait::AtMost(PATIENCE));
        let mut batch = EMPTY_BATCH;
        for completion in ring.completions(&mut batch) {
            let errno = -completion.result().min(0);
            match completion.user_data() {
                SENT => return Err(SetupError { feature: send, errno }),
                RECEIVED if errno == libc::ECANCELED => {}
                RECEIVED if errno == 0 && cqueue::more(completion.flags()) => return Ok(()),
                _ => return Err(SetupError { feature: receive, errno }),
            }
        }
    }
    Err(SetupError { feature: receive, errno: libc::ETIMEDOUT })
}

const DATAGRAMS: u16 = 0;
const STREAMS: u16 = 1;
const BUFFER_OCTETS: usize = 4096;
const GREETING: &[u8] = b"probe";
const RECEIVED: u64 = 1;
const SENT: u64 = 2;
const TRIES: usize = 20;
const PATIENCE: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_the_same_twice_and_has_names() {
        let first = probe();
        assert_eq!(first, probe());
        if let Ok(features) = first {
            assert!(features.names().iter().all(|name| !name.is_empty()));
        }
    }

    #[test]
    fn a_refusal_names_the_thing_and_the_way_out() {
        let refusal = SetupError { feature: Feature::BufferRings, errno: libc::ENOMEM };
        let text = refusal.to_string();
        assert!(text.contains("provided buffer rings") && text.contains("io = \"poll\""), "{text}");
    }
}
