//! The messages that the benches are about, each written by the protocol writers and read back before it is measured.
//!
//! `cargo bench -p ipsmgw-benches` measures the hot pieces one by one (`micro/`) and ends with a table of ratios: a time
//! says something about a machine, "so many times a copy of the same octets" says something about the code.
//! To follow, as folders beside `micro/`: `icount/`, the same pieces counted in instructions by callgrind, which repeats
//! on a noisy machine and can be a gate; `light/`, the drivers without logic; `loopback/`, poll against io_uring.
//!
//! Refuses: to measure, and to hold a message that its reader would refuse.
#![forbid(unsafe_code)]

pub mod forward;
pub mod invite;
pub mod send;
pub mod text;

use octets::{Digits, Writer};

/// The octets that `write` writes.
pub fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut room = [0; 8192];
    let mut out = Writer::new(&mut room);
    write(&mut out);
    let length = out.finish().expect("a sample of at most 8 KiB");
    room[..length].to_vec()
}

/// A number of the samples; none is anybody's.
pub fn number(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).expect("a sample number is digits")
}

/// The SMS user.
pub const SMS_USER: &str = "447700900456";
/// The chat user.
pub const CHAT_USER: &str = "447700900123";
/// The service centre.
pub const SERVICE_CENTRE: &str = "447700900005";
