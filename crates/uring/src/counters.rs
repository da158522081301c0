//! What a driver has done since birth.

/// Counts since birth, except `links_open`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that arrived whole.
    pub datagrams_received: u64,
    /// Datagrams dropped because they did not fit the largest UDP payload.
    pub datagrams_truncated: u64,
    /// Datagrams that the kernel took.
    pub datagrams_sent: u64,
    /// Datagrams that the kernel refused: its send buffer was full, or there is no way to the receiver.
    pub datagrams_refused: u64,
    /// Octets that arrived on streams, delivered or discarded.
    pub stream_octets_received: u64,
    /// Octets of streams that the kernel took.
    pub stream_octets_sent: u64,
    /// Sends on streams, each with all that had been written by then.
    pub sends: u64,
    /// Connections that came to be.
    pub links_opened: u64,
    /// Connections that exist now.
    pub links_open: u64,
    /// Connections refused because the table was full.
    pub links_refused: u64,
    /// Times that a shortage of descriptors or memory stopped accepting for a moment; callers wait in the kernel's queue.
    pub accept_pauses: u64,
    /// Connections cut with octets still unsent because the other side did not read them in time.
    pub links_cut: u64,
    /// Receiving operations started again after the kernel ended them.
    pub rearms: u64,
    /// Times that arrivals found no receive buffer; they wait in the socket.
    pub enobufs: u64,
    /// Wake-ups by other threads.
    pub wakes: u64,
}
