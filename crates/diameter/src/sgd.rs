//! SGd and Gdd: short messages on their way (TS 29.338 6).
//!
//! Rate: one MO and its answer for each text, one MT and its answer for each reply. Copies: the TPDU, once, into its AVP.
//!
//! Refuses: to know what a TPDU says.
//! In: `MessageView`. Out: borrowed structs, or `Invalid` for the refusal; messages in a lent buffer.

mod mo;
mod mt;

use octets::Writer;

pub use mo::{MoForward, MoForwardAnswer};
pub use mt::{MtForward, MtForwardAnswer};

/// What fills SM-RP-UI: octets that are there already, or a closure that writes the TPDU in place.
pub trait Tpdu {
    /// Writes the TPDU.
    fn put(&self, out: &mut Writer<'_>);
}

impl Tpdu for &[u8] {
    fn put(&self, out: &mut Writer<'_>) {
        out.put(self);
    }
}

impl<F: Fn(&mut Writer<'_>)> Tpdu for F {
    fn put(&self, out: &mut Writer<'_>) {
        self(out);
    }
}
