//! Pages of our own: zeroed, never moved, taken from the system only when first written.
#![allow(unsafe_code)]

use core::ptr::NonNull;
use std::io;

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

/// An anonymous private mapping.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    octets: usize,
}

impl Mapping {
    pub(crate) fn new(octets: usize) -> io::Result<Mapping> {
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a null hint and no FIXED flag: the kernel chooses a place that nobody uses.
        let start = unsafe {
            mmap_anonymous(core::ptr::null_mut(), octets, ProtFlags::READ | ProtFlags::WRITE, flags)
        }?;
        let start = NonNull::new(start.cast::<u8>()).expect("mmap answers an address or an error");
        // With huge pages, the first octet of a buffer would take 2 MiB. Refusal costs memory, nothing else.
        // SAFETY: the range is exactly the mapping made above, and this advice does not change its contents.
        let _ = unsafe { madvise(start.as_ptr().cast(), octets, Advice::LinuxNoHugepage) };
        Ok(Mapping { start, octets })
    }

    /// Where octet `at` lies.
    pub(crate) fn place(&self, at: usize) -> NonNull<u8> {
        assert!(at <= self.octets, "a place outside of the mapping");
        // SAFETY: within the mapping or one past its end, as just asserted.
        unsafe { self.start.add(at) }
    }

    /// Octets `at` to `at + length`, to read.
    ///
    /// # Safety
    /// Nobody, the kernel included, writes to them while they are borrowed.
    pub(crate) unsafe fn octets(&self, at: usize, length: usize) -> &[u8] {
        assert!(length <= self.octets && at <= self.octets - length, "a range outside of the mapping");
        // SAFETY: inside of the mapping, initialised by the kernel with zeros, unwritten as the caller promises.
        unsafe { core::slice::from_raw_parts(self.place(at).as_ptr(), length) }
    }

    /// Octets `at` to `at + length`, to write.
    ///
    /// # Safety
    /// Nobody, the kernel included, reads or writes them while they are borrowed.
    pub(crate) unsafe fn octets_mut(&mut self, at: usize, length: usize) -> &mut [u8] {
        assert!(length <= self.octets && at <= self.octets - length, "a range outside of the mapping");
        // SAFETY: inside of the mapping, initialised by the kernel with zeros, untouched as the caller promises.
        unsafe { core::slice::from_raw_parts_mut(self.place(at).as_ptr(), length) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the range is exactly the mapping, and every borrow of it has ended with `self`.
        let _ = unsafe { munmap(self.start.as_ptr().cast(), self.octets) };
    }
}
