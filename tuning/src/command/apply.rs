//! Raising numbers of the kernel, and giving them back.
//!
//! Refuses: to lower a number, to overwrite a memory of what was before, to undo what somebody else has changed since.
//! In: a host, what is wanted, the ledger. Out: one line for each number.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;

use anyhow::{Result, anyhow};
use tuning::{Host, KernelNumber, Wanted};

use super::ledger::{Ledger, Raised};

/// Raises what is too small.
pub fn apply(host: &Host, wanted: &Wanted, ledger: &Ledger) -> Result<Vec<String>> {
    let mut entries = ledger.read()?;
    let mut lines = Vec::new();
    for number in KernelNumber::ALL {
        let (name, after) = (number.name(), number.least(wanted));
        let Some(now) = host.number(&number.file()) else {
            lines.push(format!("{name} cannot be seen from here, left alone"));
            continue;
        };
        if now >= after {
            lines.push(format!("{name} is {now}, which is enough"));
            continue;
        }
        try_door(host, number)?;
        // Raised twice, it goes back to what it was before the first time.
        let earlier = entries.get(name).copied();
        let before = earlier.filter(|raised| raised.after == now).map_or(now, |raised| raised.before);
        // Remembered before it is changed: a crash in between leaves something to undo that changes nothing.
        entries.insert(name.into(), Raised { before, after });
        ledger.write(&entries)?;
        if let Err(error) = set(host, number, after) {
            match earlier {
                Some(earlier) => entries.insert(name.into(), earlier),
                None => entries.remove(name),
            };
            ledger.write(&entries)?;
            return Err(error);
        }
        lines.push(format!("{name} was {now}, is {after}"));
    }
    Ok(lines)
}

/// Gives back what was raised.
pub fn undo(host: &Host, ledger: &Ledger) -> Result<Vec<String>> {
    let mut entries = ledger.read()?;
    if entries.is_empty() {
        return Ok(vec![format!("nothing to undo: {} remembers nothing", ledger.name())]);
    }
    let mut lines = Vec::new();
    for (name, Raised { before, after }) in entries.clone() {
        let number = KernelNumber::named(&name)
            .ok_or_else(|| anyhow!("{} remembers {name}, which is no number of ours", ledger.name()))?;
        match host.number(&number.file()) {
            Some(now) if now == after => {
                set(host, number, before)?;
                lines.push(format!("{name} was {now}, is {before} again"));
            }
            Some(now) if now == before => lines.push(format!("{name} is {before} already")),
            Some(now) => lines.push(format!("{name} is {now}: somebody has changed it since, left alone")),
            None => return Err(anyhow!("{name} cannot be seen from here: nothing is forgotten")),
        }
        entries.remove(&name);
        ledger.write(&entries)?;
    }
    Ok(lines)
}

/// May the number be changed at all? Asked before anything is remembered.
fn try_door(host: &Host, number: KernelNumber) -> Result<()> {
    let door = OpenOptions::new().write(true).open(host.path(&number.file()));
    door.map(drop).map_err(|error| refusal(error, number))
}

fn set(host: &Host, number: KernelNumber, value: u64) -> Result<()> {
    fs::write(host.path(&number.file()), format!("{value}\n")).map_err(|error| refusal(error, number))?;
    match host.number(&number.file()) {
        Some(now) if now == value => Ok(()),
        now => Err(anyhow!("{} was set to {value} and is {now:?}", number.name())),
    }
}

fn refusal(error: std::io::Error, number: KernelNumber) -> anyhow::Error {
    let name = number.name();
    match error.kind() {
        ErrorKind::PermissionDenied => anyhow!("{name} can be changed by root only: run this with sudo"),
        ErrorKind::ReadOnlyFilesystem => {
            anyhow!("{name} is read-only here, as in a container: run this on the host")
        }
        _ => anyhow!(error).context(format!("cannot change {name}")),
    }
}
