//! Octets kept past the visit that brought them. Each use is one named copy: search for `Kept` to find them all.

use octets::Writer;

/// At most `N` octets, by value. What is in it may be somebody's words or number, so it does not print.
#[derive(Clone)]
pub struct Kept<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Kept<N> {
    /// Nothing.
    pub const EMPTY: Self = Kept { bytes: [0; N], length: 0 };

    /// A copy of `bytes`; `None` when there are more than `N`.
    pub fn copy(bytes: &[u8]) -> Option<Self> {
        Self::write(|out| out.put(bytes))
    }

    /// What `fill` writes; `None` when it is more than `N` octets.
    pub fn write(fill: impl FnOnce(&mut Writer<'_>)) -> Option<Self> {
        let mut kept = Self::EMPTY;
        let mut out = Writer::new(&mut kept.bytes);
        fill(&mut out);
        kept.length = out.finish().ok()?;
        Some(kept)
    }

    /// The octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Nothing.
impl<const N: usize> Default for Kept<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> core::fmt::Debug for Kept<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "<{} octets>", self.length)
    }
}
