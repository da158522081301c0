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
            print!("{line}");
            // A reader who has gone is no reason to stop in the middle of a chat.
            let _ = std::io::stdout().flush();
        }
    })?;
    if json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        println!("\n{:<24} {:>8} {:>8}  outcome", "chat", "messages", "ms");
        for chat in &summary.chats {
            println!("{:<24} {:>8} {:>8}  {}", chat.name, chat.messages, chat.milliseconds, chat.outcome);
        }
    }
    match summary.ok {
        true => Ok(()),
        false => anyhow::bail!("not everything was seen that had to be seen"),
    }
}

/// Columns of the terminal, or what a page is wide.
fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(PAGE)
}

const PAGE: usize = 120;
