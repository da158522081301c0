//! A path: the URIs from here to there, separated by spaces.

use core::fmt;

use super::uri::MsrpUri;
use crate::limits::PATH_URIS_MAX;

/// One or more MSRP URIs, each of them sound.
#[derive(Clone, Copy)]
pub struct MsrpPath<'a> {
    text: &'a [u8],
    first: MsrpUri<'a>,
}

impl<'a> MsrpPath<'a> {
    /// Reads a path; `None` when a URI is bad, when there is none, or when there are more than [`PATH_URIS_MAX`].
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let mut uris = words(text);
        let first = MsrpUri::parse(uris.next()?)?;
        let mut count = 1;
        for uri in uris {
            count += 1;
            if count > PATH_URIS_MAX || MsrpUri::parse(uri).is_none() {
                return None;
            }
        }
        Some(MsrpPath { text, first })
    }

    /// The leftmost URI: where the next hop is, or who answers.
    pub fn first(&self) -> MsrpUri<'a> {
        self.first
    }

    /// The rightmost URI: the far end itself.
    pub fn last(&self) -> MsrpUri<'a> {
        self.iter().last().unwrap_or(self.first)
    }

    /// The URIs from left to right.
    pub fn iter(&self) -> impl Iterator<Item = MsrpUri<'a>> + use<'a> {
        words(self.text).filter_map(MsrpUri::parse)
    }

    /// As received.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.text
    }
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|octet| *octet == b' ').filter(|word| !word.is_empty())
}

/// Equal when the URIs are, one by one.
impl PartialEq for MsrpPath<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for MsrpPath<'_> {}

impl fmt::Debug for MsrpPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<msrp path of {} octets>", self.text.len())
    }
}
