//! A gateway of a few lines: 100, then one and the same final answer to each INVITE; 200 to each BYE.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use octets::Writer;
use sip::{Index, MessageView, Method, ResponseWriter, StatusCode};

pub struct Gateway {
    pub address: SocketAddr,
    is_stopping: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

/// What it has seen, retransmissions included.
#[derive(Default)]
pub struct Seen {
    pub sms_users: BTreeSet<Vec<u8>>,
    pub acks: usize,
    pub byes: usize,
}

impl Gateway {
    pub fn that_answers(status: u16) -> Gateway {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a timeout");
        let address = socket.local_addr().expect("its address");
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stopping = is_stopping.clone();
        let status = StatusCode::new(status).expect("a status");
        let thread = std::thread::spawn(move || serve(&socket, status, &stopping));
        Gateway { address, is_stopping, thread }
    }

    /// Stops it once nothing more comes.
    pub fn stop(self) -> Seen {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.thread.join().expect("it did not panic")
    }
}

fn serve(socket: &UdpSocket, status: StatusCode, is_stopping: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    let mut room = [0; 4096];
    let contact = format!("<sip:chat@{}>", socket.local_addr().expect("its address"));
    loop {
        let Ok((length, source)) = socket.recv_from(&mut room) else {
            if is_stopping.load(Ordering::Relaxed) {
                return seen;
            }
            continue;
        };
        // The keep-alive that asks whether we are here.
        let Ok(index) = Index::parse(&room[..length]) else { continue };
        let view = MessageView::new(&room[..length], &index);
        view.validate_request().expect("a sound request");
        let answer = |status| {
            let mut room = [0; 4096];
            let mut out = Writer::new(&mut room);
            let mut answer = ResponseWriter::start(&mut out, &view, source, status, None, Some(b"gw"), true);
            let length = answer.header("Contact", &contact).finish_without_body().expect("room");
            socket.send_to(&room[..length], source).expect("loopback takes it");
        };
        match view.method() {
            Method::Invite => {
                seen.sms_users.insert(view.request_uri().to_vec());
                answer(StatusCode::TRYING);
                answer(status);
            }
            Method::Ack => seen.acks += 1,
            Method::Bye => {
                seen.byes += 1;
                answer(StatusCode::OK);
            }
            _ => answer(StatusCode::NOT_IMPLEMENTED),
        }
    }
}
