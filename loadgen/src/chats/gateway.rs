//! The gateway's own word about itself: what its status says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// What a gateway says of itself.
pub struct Status(Value);

impl Status {
    /// Asks for it.
    pub fn ask(admin: SocketAddr) -> std::io::Result<Status> {
        let mut stream = TcpStream::connect_timeout(&admin, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /status HTTP/1.0\r\nHost: {admin}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        serde_json::from_str(body).map(Status).map_err(std::io::Error::other)
    }

    /// How many shards it has.
    pub fn shards(&self) -> usize {
        self.0["shards"].as_array().map_or(0, Vec::len)
    }

    /// What should be zero when all chats are over, and is not.
    pub fn left(&self) -> Vec<(String, u64)> {
        let gauges = GAUGES.iter().map(|gauge| (*gauge, &self.0["total"][*gauge]));
        let all = gauges.chain([("routing_queries", &self.0["routing_queries"])]);
        all.map(|(gauge, value)| (gauge.to_string(), value.as_u64().unwrap_or(0)))
            .filter(|(_, value)| *value > 0)
            .collect()
    }

    /// Everything that it counts.
    pub fn totals(&self) -> &Value {
        &self.0["total"]
    }
}

/// What must be zero when all chats are over.
const GAUGES: [&str; 10] = [
    "sessions",
    "leases",
    "transactions",
    "dialogs",
    "msrp_sessions",
    "timers",
    "submits",
    "forwards",
    "chat_messages",
    "due_reports",
];
const PATIENCE: Duration = Duration::from_secs(2);
