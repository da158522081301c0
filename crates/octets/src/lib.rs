//! Bytes: how they are read, written, pointed into, and how digits are packed.
//!
//! Refuses: to allocate, to know a protocol, to panic on any input.
//! In: borrowed slices. Out: borrowed slices, small `Copy` values.
#![no_std]
#![forbid(unsafe_code)]

mod digits;
mod line;
mod reader;
mod span;
mod text;
mod writer;
pub mod xml;

pub use digits::{Digits, NotDigits};
pub use line::{LineEnd, Lines, find};
pub use reader::{Reader, Truncated};
pub use span::Span;
pub use text::{decimal, eq_ignore_case, trim};
pub use writer::{Mark, Overflow, Writer};
