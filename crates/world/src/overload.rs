//! What a gateway does for a crowd that is too large for it.
//!
//! In: a [`Crowd`]. Out: for each of its waves, what came of the chats that began in it.

use shard::Count;
use tempo::Duration;

use crate::plan::{Crowd, Wave};
use crate::play::play;
use crate::world::{Fate, Outcome};

/// What came of the chats that began in a wave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// How many there were.
    pub offered: u64,
    /// They went as they were scripted: every text was delivered and acknowledged.
    pub whole: u64,
    /// They were refused with 503.
    pub shed: u64,
    /// They were accepted, and did not go as they were scripted; or were refused in another way.
    pub spoilt: u64,
}

/// Plays the world of a crowd. What began in the first `settling` of a wave is not counted.
pub fn serve(crowd: &Crowd, settling: Duration) -> (Outcome, Vec<Service>) {
    let plan = crowd.plan();
    let outcome = play(&plan);
    let mut services = vec![Service::default(); crowd.waves.len()];
    for (chat, fate) in plan.chats.iter().zip(&outcome.fates) {
        let (wave, into_ms) = crowd.wave_at(chat.begins_ms);
        if u128::from(into_ms) < settling.as_millis() {
            continue;
        }
        let service = &mut services[wave];
        service.offered += 1;
        match fate {
            Fate::AsScripted => service.whole += 1,
            Fate::Refused(503) => service.shed += 1,
            Fate::Refused(_) | Fate::CutShort => service.spoilt += 1,
        }
    }
    (outcome, services)
}

/// How many chats a second a crowd's machine can carry: what one takes, without any other.
pub fn sustainable(crowd: &Crowd) -> f64 {
    const CHATS: u64 = 200;
    let waves = vec![Wave { rate: 1.0, for_s: CHATS }];
    let alone = Crowd { waves, faults: Vec::new(), ..crowd.clone() };
    let (outcome, _) = serve(&alone, Duration::ZERO);
    let work = outcome.counted[Count::WorkNanoseconds as usize] as f64 / 1e9;
    f64::from(crowd.shards) * CHATS as f64 / work
}
