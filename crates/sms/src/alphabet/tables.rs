//! The national language tables, by language identifier (TS 23.038 6.2.1.2.4).

mod locking;
mod single_shift;

pub(crate) use locking::DEFAULT as DEFAULT_LOCKING;
pub(crate) use locking::Locking;
pub(crate) use single_shift::DEFAULT as DEFAULT_SINGLE;

/// A place with no character: in a single shift table, the locking table's place counts.
pub(crate) const UNDEFINED: u16 = 0;

/// The escape to the single shift table.
pub(crate) const ESCAPE: u16 = 0x1B;

/// The characters behind the escape.
pub(crate) type Single = [u16; 128];

/// Spreads a list of (septet, character) over the 128 places.
const fn single(listed: &[(u8, u16)]) -> Single {
    let mut places = [UNDEFINED; 128];
    let mut at = 0;
    while at < listed.len() {
        places[listed[at].0 as usize] = listed[at].1;
        at += 1;
    }
    places
}

/// The locking shift table of `language`; the default alphabet for Spanish, which has none, and for the unknown.
pub(crate) fn locking(language: u8) -> &'static Locking {
    use locking::*;
    match language {
        1 => &TURKISH,
        3 => &PORTUGUESE,
        4 => &BENGALI,
        5 => &GUJARATI,
        6 => &HINDI,
        7 => &KANNADA,
        8 => &MALAYALAM,
        9 => &ORIYA,
        10 => &PUNJABI,
        11 => &TAMIL,
        12 => &TELUGU,
        13 => &URDU,
        _ => &DEFAULT,
    }
}

/// The single shift table of `language`; the default extension table for the unknown.
pub(crate) fn single_shift(language: u8) -> &'static Single {
    use single_shift::*;
    match language {
        1 => &TURKISH,
        2 => &SPANISH,
        3 => &PORTUGUESE,
        4 => &BENGALI,
        5 => &GUJARATI,
        6 => &HINDI,
        7 => &KANNADA,
        8 => &MALAYALAM,
        9 => &ORIYA,
        10 => &PUNJABI,
        11 => &TAMIL,
        12 => &TELUGU,
        13 => &URDU,
        _ => &DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_entry_of_any_table_is_half_a_pair() {
        for language in 0..=13 {
            for unit in locking(language).iter().chain(single_shift(language)) {
                assert!(char::from_u32(u32::from(*unit)).is_some(), "language {language}: {unit:04X}");
            }
        }
    }

    #[test]
    fn every_locking_table_escapes_and_breaks_lines_at_the_same_place() {
        for language in 0..=13 {
            assert_eq!(locking(language)[0x1B], ESCAPE);
            assert_eq!(locking(language)[0x0A], 0x0A);
            assert_eq!(locking(language)[0x0D], 0x0D);
            assert_eq!(locking(language).iter().filter(|unit| **unit == ESCAPE).count(), 1);
        }
    }
}
