//! A process without descriptors: in a test binary of its own, because the limit is the whole process's.

use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use shard::{Arrival, Driver, Outward, PortId, Request};
use uring::{Options, Sockets, UringDriver, probe};

#[test]
fn without_descriptors_callers_wait_and_calls_are_refused_until_there_are_some() {
    let Ok(features) = probe() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let at = listener.local_addr().expect("an address");
    let callers: Vec<TcpStream> =
        (0..8).map(|_| TcpStream::connect(at).expect("the kernel's queue")).collect();

    // The kernel notes the limit when an accept is started, so it is lowered before: to what the driver itself needs.
    let usual = getrlimit(Resource::Nofile);
    let lowest_free = callers[0].try_clone().expect("a descriptor").as_raw_fd() as u64;
    let of_the_driver = 2; // its ring and its bell
    setrlimit(Resource::Nofile, Rlimit { current: Some(lowest_free + of_the_driver), ..usual })
        .expect("a lower limit");
    let sockets = Sockets { datagram: Vec::new(), listeners: vec![(PortId(1), listener)] };
    let mut driver = UringDriver::new(sockets, Options::new(origin(), features)).expect("a driver");
    driver.out().request(Request::Connect { tag: 7, to: at });
    let mut refused = Vec::new();
    let until = driver.moment().now + Duration::from_millis(350);
    while driver.moment().now < until {
        driver.receive(Some(until), |_, arrival, _| match arrival {
            Arrival::NotOpened { tag } => refused.push(tag),
            other => panic!("nothing can open: {other:?}"),
        });
        driver.flush();
    }
    assert_eq!(refused, [7]);
    let pauses = driver.counters().accept_pauses;
    assert!((1..=4).contains(&pauses), "tried {pauses} times in 350 ms: once each 100 ms is enough");

    setrlimit(Resource::Nofile, usual).expect("the usual limit");
    let mut opened = 0;
    let deadline = driver.moment().now + Duration::from_secs(30);
    while opened < callers.len() {
        driver.receive(Some(deadline), |_, arrival, _| {
            opened += usize::from(matches!(arrival, Arrival::Opened { .. }));
        });
        driver.flush();
        assert!(driver.moment().now < deadline, "{opened} of 8 callers were let in");
    }
    assert_eq!(driver.counters().links_open, 8);
}

#[allow(clippy::disallowed_methods)]
fn origin() -> std::time::Instant {
    std::time::Instant::now()
}
