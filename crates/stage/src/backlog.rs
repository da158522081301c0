//! What the driver had no room for: it goes out later, in order, before anything newer of the same connection.

use std::collections::{HashMap, VecDeque};

use shard::{Departure, LinkId, NoLoan, Outward, Request};

/// Octets and closings that wait, by connection.
#[derive(Default)]
pub(crate) struct Backlog {
    waiting: HashMap<LinkId, VecDeque<Waiting>>,
}

enum Waiting {
    Bytes(Vec<u8>),
    Close,
}

impl Backlog {
    /// Sends on a connection, now or when there is room.
    pub(crate) fn send(&mut self, link: LinkId, bytes: Vec<u8>, out: &mut impl Outward) {
        match self.waiting.get_mut(&link) {
            Some(waiting) => waiting.push_back(Waiting::Bytes(bytes)),
            None => {
                if transmit(link, &bytes, out) == Err(NoLoan::Full) {
                    self.waiting.insert(link, VecDeque::from([Waiting::Bytes(bytes)]));
                }
            }
        }
    }

    /// Closes a connection behind everything that was said on it.
    pub(crate) fn close(&mut self, link: LinkId, out: &mut impl Outward) {
        match self.waiting.get_mut(&link) {
            Some(waiting) => waiting.push_back(Waiting::Close),
            None => out.request(Request::Close { link }),
        }
    }

    /// The connection is gone, and with it what waits for it.
    pub(crate) fn forget(&mut self, link: LinkId) {
        self.waiting.remove(&link);
    }

    /// Tries again.
    pub(crate) fn retry(&mut self, out: &mut impl Outward) {
        self.waiting.retain(|link, waiting| {
            while let Some(next) = waiting.front() {
                match next {
                    Waiting::Bytes(bytes) => match transmit(*link, bytes, out) {
                        Err(NoLoan::Full) => return true,
                        // A connection that is gone takes no more; its end is reported by the driver.
                        Ok(()) | Err(NoLoan::Gone | NoLoan::Unfinished) => {}
                    },
                    Waiting::Close => out.request(Request::Close { link: *link }),
                }
                waiting.pop_front();
            }
            false
        });
    }

    /// Does something wait?
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

fn transmit(link: LinkId, bytes: &[u8], out: &mut impl Outward) -> Result<(), NoLoan> {
    out.transmit(Departure::Stream { link }, bytes.len(), |writer| writer.put(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use octets::Writer;

    /// Takes as many messages as it has room for.
    #[derive(Default)]
    struct Narrow {
        room: usize,
        said: Vec<String>,
    }

    impl Outward for Narrow {
        fn transmit(
            &mut self,
            _: Departure,
            room: usize,
            fill: impl FnOnce(&mut Writer<'_>),
        ) -> Result<(), NoLoan> {
            self.room = self.room.checked_sub(1).ok_or(NoLoan::Full)?;
            let mut buffer = vec![0; room];
            let mut writer = Writer::new(&mut buffer);
            fill(&mut writer);
            self.said.push(String::from_utf8(buffer).expect("text"));
            Ok(())
        }

        fn request(&mut self, request: Request) {
            if let Request::Close { .. } = request {
                self.said.push("close".into());
            }
        }
    }

    #[test]
    fn what_does_not_fit_goes_out_in_order_and_before_the_end() {
        let link = LinkId { index: 1, generation: 1 };
        let (mut backlog, mut out) = (Backlog::default(), Narrow { room: 1, said: vec![] });
        for text in ["one", "two", "three"] {
            backlog.send(link, text.into(), &mut out);
        }
        backlog.close(link, &mut out);
        assert_eq!(out.said, ["one"]);
        out.room = 1;
        backlog.retry(&mut out);
        backlog.send(link, "four".into(), &mut out);
        assert_eq!(out.said, ["one", "two"], "the newer one does not overtake");
        out.room = 9;
        backlog.retry(&mut out);
        assert_eq!(out.said, ["one", "two", "three", "close", "four"]);
        assert!(backlog.is_empty());
    }

    #[test]
    fn what_waits_for_a_lost_connection_is_forgotten() {
        let link = LinkId { index: 1, generation: 1 };
        let (mut backlog, mut out) = (Backlog::default(), Narrow::default());
        backlog.send(link, "one".into(), &mut out);
        backlog.forget(link);
        out.room = 9;
        backlog.retry(&mut out);
        assert!(out.said.is_empty());
    }
}
