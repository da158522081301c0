//! The whole dataplane, one turn of it. The same lines run in production, in tests and in the world.

use alloc::sync::Arc;

use tempo::Instant;

use crate::driver::Driver;
use crate::limits::PARCELS_PER_TURN;
use crate::shard::Shard;

/// Takes what has arrived, what other shards have sent and what has become due; says what there is to say.
/// Waits until the shard's next deadline when there is nothing to do, or not at all when `may_wait` is false.
pub fn turn<D: Driver>(driver: &mut D, shard: &mut Shard, may_wait: bool) {
    let lanes = Arc::clone(shard.lanes());
    // A parcel that comes in from now on wakes the driver.
    let until = if may_wait && !shard.is_busy() && lanes.park() {
        shard.next_deadline()
    } else {
        Some(Instant::ZERO)
    };
    let mut woke = None;
    let mut is_something_left = driver.receive(until, |moment, arrival, out| {
        woke.get_or_insert(moment.now);
        shard.handle(moment, arrival, out);
    });
    lanes.unpark();
    let moment = driver.moment();
    let has_taken = || lanes.take(|parcel| shard.take(moment, parcel, driver.out()));
    is_something_left |= core::iter::repeat_with(has_taken).take(PARCELS_PER_TURN).all(|has_taken| has_taken);
    shard.advance(moment, driver.out());
    driver.flush();
    shard.rest(woke.unwrap_or(moment.now), driver.moment().now, is_something_left);
}

/// Lets a shard that has just been born make its connections.
pub fn start<D: Driver>(driver: &mut D, shard: &mut Shard) {
    let moment = driver.moment();
    shard.start(moment, driver.out());
    driver.flush();
}
