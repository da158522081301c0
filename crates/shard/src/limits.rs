//! Every limit of a shard, and what the other side sees beyond it.

/// A message on a stream (MSRP, Diameter) longer than this ends its connection.
pub const STREAM_MESSAGE_OCTETS_MAX: usize = 64 * 1024;
/// What a connection's send buffer holds at most; beyond it a message is refused upstream as a temporary failure.
pub const STREAM_BUFFER_OCTETS_MAX: usize = 256 * 1024;
/// Largest UDP payload.
pub const DATAGRAM_OCTETS_MAX: usize = 65_507;
/// Parcels waiting for one shard, some 2 KiB each; beyond it the sender answers overload (503, 3004) itself.
pub const PARCELS_MAX: usize = 2048;
/// Parcels that one turn takes from the inbox; the rest waits for the next turn.
pub const PARCELS_PER_TURN: usize = 256;
/// Timers that one turn fires; the rest fires in the next turn.
pub const TIMERS_PER_TURN: usize = 256;
