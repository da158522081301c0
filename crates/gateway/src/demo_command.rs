//! The command that shows what this is.

use std::io::Write;

use gateway::config;
use gateway::demo::{Options, run};

use crate::Io;

/// Plays the demonstration; an error when something that had to be seen was not.
pub fn demo(json: bool, shards: Option<u16>, io: Io, first_port: Option<u16>) -> anyhow::Result<()> {
    let io = match io {
        Io::Auto => config::Io::Auto,
        Io::Uring => config::Io::Uring,
        Io::Poll => config::Io::Poll,
    };
    let options = Options { shards, io, first_port, width: width(), is_drawn: !json };
    let summary = run(&options, |line| {
        if !json {
            print(line);
        }
    })?;
    if json {
        print(&format!("{}\n", serde_json::to_string(&summary)?));
    } else {
        print(&format!("\n{:<24} {:>8} {:>8}  outcome\n", "chat", "messages", "ms"));
        for chat in &summary.chats {
            let (name, messages, outcome) = (chat.name, chat.messages, &chat.outcome);
            print(&format!("{name:<24} {messages:>8} {:>8}  {outcome}\n", chat.milliseconds));
        }
    }
    match summary.ok {
        true => Ok(()),
        false => anyhow::bail!("not everything was seen that had to be seen"),
    }
}

/// A reader who has gone (`| head`) is no reason to stop in the middle of a chat; `print!` would.
fn print(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Columns of the terminal, or what a page is wide.
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(PAGE)
}

const PAGE: usize = 120;
