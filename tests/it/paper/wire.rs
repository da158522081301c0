//! A chat user's MSRP connection to the gateway.

use shard::LinkId;

use super::texts::MsrpText;

/// One connection.
pub struct Wire {
    pub shard: usize,
    pub link: LinkId,
    /// Is it there, seen from the chat user?
    pub is_open: bool,
    /// What a SEND of the gateway hears at once; `None`: nothing.
    pub verdict: Option<u16>,
    /// What came from the gateway, whole messages in order.
    pub heard: Vec<MsrpText>,
    carry: Vec<u8>,
}

impl Wire {
    pub fn new(shard: usize, link: LinkId) -> Self {
        Wire { shard, link, is_open: true, verdict: Some(200), heard: Vec::new(), carry: Vec::new() }
    }

    pub fn is_at(&self, shard: usize, link: LinkId) -> bool {
        (self.shard, self.link) == (shard, link)
    }

    /// Takes octets from the gateway; what is answered at once.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.carry.extend_from_slice(bytes);
        let mut said = Vec::new();
        while let Some(message) = MsrpText::take(&mut self.carry) {
            if let Some(status) = self.verdict.filter(|_| message.method() == Some("SEND")) {
                said.extend(response(&message, status));
            }
            self.heard.push(message);
        }
        said
    }

    /// The SENDs that came, in order.
    pub fn sends(&self) -> impl Iterator<Item = &MsrpText> {
        self.heard.iter().filter(|message| message.method() == Some("SEND"))
    }

    /// The response to a SEND of the chat user.
    pub fn response(&self, transaction: &str) -> Option<u16> {
        let mut responses = self.heard.iter().filter(|message| message.transaction() == transaction);
        let first = responses.next()?.status();
        assert!(responses.next().is_none(), "a request is answered once");
        first
    }
}

/// The response to a SEND of the gateway.
pub fn response(send: &MsrpText, status: u16) -> Vec<u8> {
    let header = |name| send.header(name).expect("a SEND has paths");
    let hop = |path: &str| path.split(' ').next().unwrap_or_default().to_string();
    let transaction = send.transaction();
    format!(
        "MSRP {transaction} {status} whatever\r\nTo-Path: {}\r\nFrom-Path: {}\r\n-------{transaction}$\r\n",
        hop(header("From-Path")),
        hop(header("To-Path")),
    )
    .into_bytes()
}
