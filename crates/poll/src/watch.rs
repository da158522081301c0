//! What the kernel watches for us: every descriptor with a name, level-triggered, so that what one turn leaves is said again.

use core::mem::MaybeUninit;
use std::io;

use rustix::event::{Timespec, epoll};
use rustix::fd::{AsFd, OwnedFd};

/// The set of watched descriptors.
#[derive(Debug)]
pub(crate) struct Watch {
    epoll: OwnedFd,
}

/// Whose descriptor it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Bell,
    Port(u32),
    Listener(u32),
    Link(u32),
}

/// What to watch for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Interest {
    pub(crate) to_read: bool,
    pub(crate) to_write: bool,
}

/// What the kernel said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sign {
    pub(crate) source: Source,
    /// Reading would tell something: octets, an end, or an error.
    pub(crate) readable: bool,
    /// Writing would tell something: that there is room, or an error.
    pub(crate) writable: bool,
}

impl Watch {
    pub(crate) fn new() -> io::Result<Watch> {
        Ok(Watch { epoll: epoll::create(epoll::CreateFlags::CLOEXEC)? })
    }

    pub(crate) fn add(&self, source: Source, socket: impl AsFd, interest: Interest) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, source.encode(), interest.flags())?)
    }

    pub(crate) fn change(&self, source: Source, socket: impl AsFd, interest: Interest) {
        // The descriptor is ours and was added; the kernel has no reason to refuse, and no memory to find.
        let _ = epoll::modify(&self.epoll, socket, source.encode(), interest.flags());
    }

    /// Waits for signs; a closed descriptor leaves the set by itself.
    ///
    /// # Panics
    /// When the kernel breaks its promises: the set is gone.
    pub(crate) fn wait<'a>(
        &self,
        timeout: Option<Timespec>,
        room: &'a mut [MaybeUninit<epoll::Event>],
    ) -> impl Iterator<Item = Sign> + 'a {
        let events = match epoll::wait(&self.epoll, room, timeout.as_ref()) {
            Ok((events, _)) => &*events,
            Err(rustix::io::Errno::INTR) => &[],
            Err(errno) => panic!("epoll_wait: {errno}"),
        };
        events.iter().filter_map(|event| {
            let (flags, source) = (event.flags, Source::decode(event.data.u64())?);
            let is_broken = flags.intersects(epoll::EventFlags::ERR | epoll::EventFlags::HUP);
            let readable = is_broken || flags.intersects(epoll::EventFlags::IN);
            let writable = is_broken || flags.intersects(epoll::EventFlags::OUT);
            Some(Sign { source, readable, writable })
        })
    }
}

impl Interest {
    pub(crate) const READ: Interest = Interest { to_read: true, to_write: false };
    pub(crate) const WRITE: Interest = Interest { to_read: false, to_write: true };

    fn flags(self) -> epoll::EventFlags {
        let mut flags = epoll::EventFlags::empty();
        flags.set(epoll::EventFlags::IN, self.to_read);
        flags.set(epoll::EventFlags::OUT, self.to_write);
        flags
    }
}

impl Source {
    fn encode(self) -> epoll::EventData {
        let (kind, index) = match self {
            Source::Bell => (0, 0),
            Source::Port(index) => (1, index),
            Source::Listener(index) => (2, index),
            Source::Link(index) => (3, index),
        };
        epoll::EventData::new_u64(kind << 32 | u64::from(index))
    }

    fn decode(data: u64) -> Option<Source> {
        let index = data as u32;
        match data >> 32 {
            0 => Some(Source::Bell),
            1 => Some(Source::Port(index)),
            2 => Some(Source::Listener(index)),
            3 => Some(Source::Link(index)),
            _ => None,
        }
    }
}
