//! Which final answers are as wanted.

use core::fmt;
use core::str::FromStr;

/// Status codes, or any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Whatever is said, as long as something is.
    Any,
    /// One of these.
    Only(Vec<u16>),
}

impl Answers {
    /// Is `status` as wanted?
    pub fn welcome(&self, status: u16) -> bool {
        match self {
            Answers::Any => true,
            Answers::Only(codes) => codes.contains(&status),
        }
    }
}

/// Why a list of answers is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAnswers;

impl FromStr for Answers {
    type Err = NoAnswers;

    fn from_str(text: &str) -> Result<Self, NoAnswers> {
        if text == "any" {
            return Ok(Answers::Any);
        }
        let code = |word: &str| word.trim().parse().ok().filter(|code| (200..=699).contains(code));
        let codes: Option<Vec<u16>> = text.split(',').map(code).collect();
        codes.map(Answers::Only).ok_or(NoAnswers)
    }
}

impl fmt::Display for NoAnswers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not `any`, and not final status codes such as 200,480")
    }
}

impl core::error::Error for NoAnswers {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_final_codes_or_any() {
        assert_eq!("any".parse(), Ok(Answers::Any));
        assert_eq!("200, 480".parse(), Ok(Answers::Only(vec![200, 480])));
        for odd in ["", "180", "700", "200,", "ok", "2xx"] {
            assert_eq!(odd.parse::<Answers>(), Err(NoAnswers), "{odd}");
        }
        let only = Answers::Only(vec![480]);
        assert!(only.welcome(480) && !only.welcome(503) && Answers::Any.welcome(503));
    }
}
