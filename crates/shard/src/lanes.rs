//! How shards pass each other what arrived at the wrong door: by value, copied once, never by reference.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering, fence};

use crossbeam::queue::ArrayQueue;
use interwork::{Msisdn, SmOutcome};

use crate::driver::{PortId, Wake};
use crate::interwork_room::Ending;
use crate::limits::PARCELS_MAX;

/// Number of a shard, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ShardId(pub u16);

/// An inbound SM as it stands in the books of the shard that received it, and that must acknowledge it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ForwardToken {
    /// The shard that received it.
    pub shard: ShardId,
    /// Its place there.
    pub slot: u32,
    /// How often that place has been used.
    pub generation: u32,
}

/// What a repeated request has in common with the first: a hash of Origin-Host and End-to-End identifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RepeatKey(pub u64);

/// What a parcel is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cargo {
    /// A SIP datagram, to be handled as if it had arrived at its owner; the octets are the datagram.
    Sip {
        /// Port it arrived on, which is the port to answer from.
        port: PortId,
        /// Who sent it.
        from: SocketAddr,
    },
    /// An SM for a session of the receiver; the octets are the TPDU.
    ShortMessage {
        /// Whom to tell what became of it.
        token: ForwardToken,
        /// The number that it was sent to; `None` when the routing query that could tell has run out.
        number: Option<Msisdn>,
        /// What a repetition of it has in common with it.
        repeat: RepeatKey,
    },
    /// What became of an SM that the receiver of the parcel had passed on.
    SmOutcome {
        /// Which SM.
        token: ForwardToken,
        /// What became of it.
        outcome: SmOutcome,
    },
    /// Chats of this shard are to end.
    EndChats(Ending),
    /// From the control plane: no new sessions, end the others, say goodbye to peers.
    Stop,
}

/// What crosses shards.
pub struct Parcel {
    /// What it is.
    pub cargo: Cargo,
    /// Its octets; the capacity is kept from use to use.
    pub bytes: Vec<u8>,
}

/// The octets are somebody's words, so they do not print.
impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parcel({:?}, <{} octets>)", self.cargo, self.bytes.len())
    }
}

/// One shard's end of the lanes between all shards.
#[derive(Clone)]
pub struct Lanes {
    me: ShardId,
    all: Arc<Shared>,
}

struct Shared {
    inboxes: Box<[Inbox]>,
    /// Parcels that nobody uses now, so that passing one asks for no memory.
    empties: ArrayQueue<Box<Parcel>>,
}

struct Inbox {
    parcels: ArrayQueue<Box<Parcel>>,
    /// Is the owner waiting in its driver, so that a push must wake it?
    is_parked: AtomicBool,
    driver: Arc<dyn Wake>,
}

/// The owner's inbox is full: overload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InboxFull;

impl Lanes {
    /// Lanes between as many shards as there are drivers to wake; one end each.
    pub fn connect(drivers: Vec<Arc<dyn Wake>>) -> Vec<Lanes> {
        let count = drivers.len();
        let inboxes = drivers.into_iter().map(|driver| Inbox {
            parcels: ArrayQueue::new(PARCELS_MAX),
            is_parked: AtomicBool::new(false),
            driver,
        });
        // As many as all inboxes hold, and one in each shard's hands: whose inbox is full takes none from the others.
        let parcels = count * (PARCELS_MAX + 1);
        let empties = ArrayQueue::new(parcels.max(1));
        for _ in 0..parcels {
            let bytes = Vec::with_capacity(PARCEL_OCTETS);
            let _ = empties.push(Box::new(Parcel { cargo: Cargo::Stop, bytes }));
        }
        let all = Arc::new(Shared { inboxes: inboxes.collect(), empties });
        (0..count).map(|shard| Lanes { me: ShardId(shard as u16), all: all.clone() }).collect()
    }

    /// Which shard this end belongs to.
    pub fn me(&self) -> ShardId {
        self.me
    }

    /// How many shards there are.
    pub fn shards(&self) -> u16 {
        self.all.inboxes.len() as u16
    }

    /// Copies `bytes` into a parcel and pushes it into the inbox of `to`.
    pub fn push(&self, to: ShardId, cargo: Cargo, bytes: &[u8]) -> Result<(), InboxFull> {
        let inbox = self.all.inboxes.get(usize::from(to.0)).ok_or(InboxFull)?;
        let mut parcel = self.all.empties.pop().ok_or(InboxFull)?;
        parcel.cargo = cargo;
        parcel.bytes.clear();
        parcel.bytes.extend_from_slice(bytes);
        if let Err(parcel) = inbox.parcels.push(parcel) {
            let _ = self.all.empties.push(parcel);
            return Err(InboxFull);
        }
        // The owner sets its flag, then looks into its inbox once more, then waits: either it sees the parcel
        // or we see the flag. Both sides need the full fence for that.
        fence(Ordering::SeqCst);
        if inbox.is_parked.swap(false, Ordering::AcqRel) {
            inbox.driver.wake();
        }
        Ok(())
    }

    /// Takes the next parcel out of the own inbox and shows it to `visit`; the parcel is used again afterwards.
    pub fn take(&self, visit: impl FnOnce(&Parcel)) -> bool {
        let Some(parcel) = self.mine().parcels.pop() else { return false };
        visit(&parcel);
        let _ = self.all.empties.push(parcel);
        true
    }

    /// Announces that the shard will wait in its driver. `false` when a parcel came in meanwhile: then do not wait.
    pub fn park(&self) -> bool {
        let inbox = self.mine();
        inbox.is_parked.store(true, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if inbox.parcels.is_empty() {
            return true;
        }
        inbox.is_parked.store(false, Ordering::SeqCst);
        false
    }

    /// The shard waits no longer.
    pub fn unpark(&self) {
        self.mine().is_parked.store(false, Ordering::Release);
    }

    fn mine(&self) -> &Inbox {
        &self.all.inboxes[usize::from(self.me.0)]
    }
}

/// A SIP message of the usual size fits; a larger one lets its parcel grow once.
const PARCEL_OCTETS: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::AtomicUsize;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_parked_owner_is_woken_once_and_a_busy_one_never() {
        let drivers = [Arc::new(Counted::default()), Arc::new(Counted::default())];
        let ends = Lanes::connect(drivers.iter().map(|driver| driver.clone() as Arc<dyn Wake>).collect());
        ends[0].push(ShardId(1), Cargo::Stop, b"a").expect("room");
        assert_eq!(drivers[1].0.load(Ordering::Relaxed), 0);
        assert!(!ends[1].park(), "with a parcel waiting there is no waiting");
        assert!(ends[1].take(|parcel| assert_eq!(parcel.bytes, b"a")));
        assert!(ends[1].park());
        ends[0].push(ShardId(1), Cargo::Stop, b"b").expect("room");
        ends[0].push(ShardId(1), Cargo::Stop, b"c").expect("room");
        assert_eq!(drivers[1].0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_full_inbox_leaves_parcels_for_the_others() {
        let drivers = [(); 2].map(|()| Arc::new(Counted::default()) as Arc<dyn Wake>);
        let ends = Lanes::connect(drivers.into());
        while ends[0].push(ShardId(1), Cargo::Stop, b"").is_ok() {}
        assert!(ends[1].take(|_| {
            for _ in 0..PARCELS_MAX {
                ends[1].push(ShardId(0), Cargo::Stop, b"").expect("room");
            }
        }));
    }

    #[test]
    fn a_full_inbox_refuses_and_recovers() {
        let driver = Arc::new(Counted::default());
        let ends = Lanes::connect(alloc::vec![driver as Arc<dyn Wake>]);
        for _ in 0..PARCELS_MAX {
            ends[0].push(ShardId(0), Cargo::Stop, b"").expect("room");
        }
        assert_eq!(ends[0].push(ShardId(0), Cargo::Stop, b""), Err(InboxFull));
        assert!(ends[0].take(|_| ()));
        assert!(ends[0].push(ShardId(0), Cargo::Stop, b"").is_ok());
        assert_eq!(ends[0].push(ShardId(7), Cargo::Stop, b""), Err(InboxFull), "no such shard");
    }
}
