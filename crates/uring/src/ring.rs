//! Submission and completion: one ring, entered by one thread.
//!
//! With deferred task work a look into the completion queue shows nothing new; only an enter that asks for events works
//! off what has happened. The kernel says by a flag in shared memory that there is something to work off
//! ([`Ring::has_work`]), so that neither a spin nor the end of a batch needs a system call to find out.
#![allow(unsafe_code)]

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use core::time::Duration;
use std::collections::VecDeque;
use std::io;

use io_uring::types::{CancelBuilder, SubmitArgs, Timespec};
use io_uring::{IoUring, Submitter, cqueue, squeue};

use crate::features::Features;

/// How long an enter may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Submit and work off, but do not sleep.
    Not,
    /// Sleep until something completes, but no longer than this.
    AtMost(Duration),
    /// Sleep until something completes.
    Forever,
}

/// The ring. It holds raw pointers and is therefore not `Send`, which is what SINGLE_ISSUER asks for.
pub(crate) struct Ring {
    /// Borrows from `ring`; without a destructor, so it may be dropped after it.
    submitter: Submitter<'static>,
    ring: NonNull<IoUring>,
    /// What found the submission queue full even after an enter. Empty in all but the strangest moments.
    backlog: VecDeque<squeue::Entry>,
    is_registered: bool,
}

impl Ring {
    /// A ring for this thread.
    pub(crate) fn new(features: Features) -> io::Result<Ring> {
        let mut builder = IoUring::builder();
        builder.setup_submit_all().setup_taskrun_flag().setup_cqsize(COMPLETIONS);
        if features.deferred_taskrun {
            builder.setup_single_issuer().setup_defer_taskrun();
        } else {
            builder.setup_coop_taskrun();
        }
        let ring = NonNull::from(Box::leak(Box::new(builder.build(SUBMISSIONS)?)));
        // SAFETY: the box is freed in `drop` only, after which `submitter` is not used any more.
        let borrowed: &'static IoUring = unsafe { ring.as_ref() };
        let mut ring =
            Ring { submitter: borrowed.submitter(), ring, backlog: VecDeque::new(), is_registered: false };
        ring.is_registered = features.registered_ring && ring.submitter.register_ring_fd().is_ok();
        Ok(ring)
    }

    /// Registrations and probes.
    pub(crate) fn submitter(&self) -> &Submitter<'static> {
        &self.submitter
    }

    pub(crate) fn parameters(&self) -> &io_uring::Parameters {
        // SAFETY: the box lives until `drop`.
        unsafe { self.ring.as_ref() }.params()
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.is_registered
    }

    /// Queues an operation for the next enter.
    ///
    /// # Safety
    /// The memory that `entry` points to stays valid, and untouched where the kernel writes, until its completion was
    /// seen; memory that the kernel only reads while it takes the entry, until [`Ring::is_drained`] after an enter.
    pub(crate) unsafe fn push(&mut self, entry: squeue::Entry) {
        if self.try_push(&entry) {
            return;
        }
        self.enter(Wait::Not);
        if !self.try_push(&entry) {
            self.backlog.push_back(entry);
        }
    }

    /// Submits what was queued, and works off what has completed.
    ///
    /// # Panics
    /// When the kernel breaks its promises: the ring is gone, or a completion was lost.
    pub(crate) fn enter(&mut self, wait: Wait) {
        self.refill();
        let answer = match wait {
            Wait::Not => self.submitter.submit(),
            Wait::AtMost(time) => {
                let time = Timespec::from(time);
                self.submitter.submit_with_args(1, &SubmitArgs::new().timespec(&time))
            }
            Wait::Forever => self.submitter.submit_and_wait(1),
        };
        match answer.map_err(|error| error.raw_os_error().unwrap_or(0)) {
            // The time is up, a signal came, or the kernel is short of memory or of room for completions:
            // whatever was not taken is still queued.
            Ok(_) | Err(libc::ETIME | libc::EINTR | libc::EAGAIN | libc::EBUSY) => {}
            Err(errno) => panic!("io_uring_enter: {}", io::Error::from_raw_os_error(errno)),
        }
    }

    /// Is nothing left to submit?
    pub(crate) fn is_drained(&self) -> bool {
        self.backlog.is_empty() && self.queued() == 0
    }

    /// Room for this many operations without another enter.
    pub(crate) fn room(&self) -> usize {
        if self.backlog.is_empty() { SUBMISSIONS as usize - self.queued() } else { 0 }
    }

    /// Are there completions to be read?
    pub(crate) fn has_completions(&self) -> bool {
        // SAFETY: the box lives until `drop`.
        let ring = unsafe { self.ring.as_ref() };
        // SAFETY: no other handle of the completion queue exists: each lives within one method of this type, and
        // the type stays on one thread.
        let queue = unsafe { ring.completion_shared() };
        !queue.is_empty()
    }

    /// Would an enter bring completions without sleeping?
    pub(crate) fn has_work(&self) -> bool {
        // SAFETY: the box lives until `drop`.
        let ring = unsafe { self.ring.as_ref() };
        // SAFETY: no other handle of the submission queue exists, as above.
        let queue = unsafe { ring.submission_shared() };
        queue.taskrun() || queue.cq_overflow()
    }

    /// Takes the next completions, at most a batch.
    pub(crate) fn completions<'a>(&mut self, batch: &'a mut Batch) -> &'a [cqueue::Entry] {
        // SAFETY: the box lives until `drop`.
        let ring = unsafe { self.ring.as_ref() };
        // SAFETY: no other handle of the completion queue exists, as above.
        let mut queue = unsafe { ring.completion_shared() };
        queue.fill(batch)
    }

    /// Ends all operations and waits for that: afterwards the kernel touches none of our memory.
    pub(crate) fn cancel_everything(&mut self) {
        // What is queued but not yet submitted can't be cancelled; it has to be operations first.
        self.enter(Wait::Not);
        let patience = Timespec::from(CANCEL_PATIENCE);
        // ENOENT: there was nothing to cancel.
        let _ = self.submitter.register_sync_cancel(Some(patience), CancelBuilder::any().all());
    }

    fn queued(&self) -> usize {
        // SAFETY: the box lives until `drop`.
        let ring = unsafe { self.ring.as_ref() };
        // SAFETY: no other handle of the submission queue exists, as above.
        let queue = unsafe { ring.submission_shared() };
        queue.len()
    }

    fn try_push(&mut self, entry: &squeue::Entry) -> bool {
        if !self.backlog.is_empty() {
            return false;
        }
        self.place(entry)
    }

    fn place(&mut self, entry: &squeue::Entry) -> bool {
        // SAFETY: the box lives until `drop`.
        let ring = unsafe { self.ring.as_ref() };
        // SAFETY: no other handle of the submission queue exists, as above.
        let mut queue = unsafe { ring.submission_shared() };
        // SAFETY: what `entry` points to stays valid, as the caller of `push` promised.
        unsafe { queue.push(entry) }.is_ok()
    }

    fn refill(&mut self) {
        while let Some(entry) = self.backlog.pop_front() {
            if !self.place(&entry) {
                self.backlog.push_front(entry);
                return;
            }
        }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // A registered descriptor keeps the ring alive as long as the thread.
        if self.is_registered {
            let _ = self.submitter.unregister_ring_fd();
        }
        // SAFETY: `ring` came from a leaked box and is freed here only.
        drop(unsafe { Box::from_raw(self.ring.as_ptr()) });
    }
}

/// Room for the completions that are taken at one time.
pub(crate) type Batch = [MaybeUninit<cqueue::Entry>; 64];

/// An empty [`Batch`].
pub(crate) const EMPTY_BATCH: Batch = [const { MaybeUninit::uninit() }; 64];

/// More than a turn queues as a rule; a turn that says more enters more than once.
const SUBMISSIONS: u32 = 1024;
/// More than all receive buffers and all operations of a turn together: an overflow loses nothing, but it ends multishots.
const COMPLETIONS: u32 = 8192;
const CANCEL_PATIENCE: Duration = Duration::from_secs(1);
