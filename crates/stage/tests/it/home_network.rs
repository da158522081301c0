//! The usual surroundings, over real sockets and without a gateway: what can be seen of them.

use std::net::UdpSocket;
use std::sync::mpsc::channel;
use std::time::Duration;

use actors::{ChatScript, Participant, Step};
use octets::Digits;
use stage::{Ending, HomeNetworkSetup, Ports, home_network};

use crate::origin;

fn number(text: &str) -> Digits {
    Digits::from_ascii(text.as_bytes()).expect("digits")
}

fn setup(gateway: std::net::SocketAddr) -> HomeNetworkSetup {
    HomeNetworkSetup::new(origin(), [9; 32], gateway, number("447700900005")).with_homed([number("15550")])
}

#[test]
fn the_nodes_find_each_other_and_wait_for_the_gateway() {
    let nowhere = "127.0.0.1:9".parse().expect("an address");
    let (mut stage, addresses) = home_network(&setup(nowhere), None).expect("sockets");
    assert_eq!(addresses.realm, "ims.example");
    assert_eq!(addresses.hss.host, "hss.ims.example");
    let ports = [
        addresses.ue.port(),
        addresses.scscf.port(),
        addresses.sms_centre.at.port(),
        addresses.sms_gmsc.at.port(),
        addresses.hss.at.port(),
    ];
    assert!(ports.iter().all(|port| *port != 0), "where they are is known before they start");
    let is_ready = |cast: &stage::HomeNetwork| cast.sms_gmsc.is_hss_up();
    assert_eq!(stage.run_until(is_ready, Duration::from_secs(20)), Ending::Done);
    assert_eq!(stage.cast().gateway_connections(), 0);
    assert_eq!(stage.cast().hss.gateways_up(), 0, "the SMS-GMSC is no gateway");
}

#[test]
fn ports_that_are_given_are_taken_or_refused() {
    let nowhere = "127.0.0.1:9".parse().expect("an address");
    // An address that no other test binds on, so that a port which was free a moment ago is free.
    let own = std::net::IpAddr::from([127, 0, 0, 77]);
    let taken = UdpSocket::bind((own, 0)).expect("a socket");
    let mut setup = setup(nowhere);
    setup.address = own;
    setup.ports = Ports { scscf: taken.local_addr().expect("an address").port(), ..Ports::default() };
    assert!(home_network(&setup, None).is_err(), "somebody else has it");
    drop(taken);
    let (_, addresses) = home_network(&setup, None).expect("sockets");
    assert_eq!((addresses.scscf.ip(), addresses.scscf.port()), (own, setup.ports.scscf));
}

#[test]
fn an_invitation_reaches_the_gateway_and_its_refusal_the_ue() {
    let gateway = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    gateway.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let at = gateway.local_addr().expect("an address");
    let refuser = std::thread::spawn(move || {
        let mut room = [0; 65_535];
        let (length, from) = gateway.recv_from(&mut room).expect("an INVITE");
        let invite = String::from_utf8(room[..length].to_vec()).expect("text");
        let copied = invite.lines().filter(|line| {
            ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name))
        });
        let mut refusal = String::from("SIP/2.0 603 Decline\r\n");
        for line in copied {
            refusal += line;
            refusal += if line.starts_with("To:") { ";tag=gw\r\n" } else { "\r\n" };
        }
        gateway.send_to((refusal + "Content-Length: 0\r\n\r\n").as_bytes(), from).expect("sent");
        let (length, _) = gateway.recv_from(&mut room).expect("an ACK");
        (invite, String::from_utf8(room[..length].to_vec()).expect("text"))
    });
    let nowhere = "127.0.0.1:9".parse().expect("an address");
    let (onlooker, sightings) = channel();
    let (mut stage, addresses) = home_network(&setup(nowhere), Some(onlooker)).expect("sockets");
    stage.cast_mut().gateway_is_at(at);
    let script = ChatScript::new("refused", number("15550100"))
        .then(Step::Invite(number("4915550001")))
        .then(Step::ExpectStatus(603));
    let chat = stage.cast_mut().chat_user.add(script);
    let is_done = |cast: &stage::HomeNetwork| cast.chat_user.is_done();
    assert_eq!(stage.run_until(is_done, Duration::from_secs(20)), Ending::Done);
    assert!(stage.cast().chat_user.record(chat).is_some_and(|record| record.is_as_scripted()));
    // The ACK of the proxy leaves with the next turn.
    stage.run_until(|_| false, Duration::from_millis(100));
    let (invite, ack) = refuser.join().expect("the refuser");
    assert!(invite.starts_with("INVITE sip:+4915550001@ims.example;user=phone SIP/2.0\r\n"));
    assert!(invite.contains("P-Asserted-Identity: <tel:+15550100>\r\n"));
    assert!(invite.contains(&format!("Record-Route: <sip:{};lr>\r\n", addresses.scscf)));
    assert!(ack.starts_with("ACK "));
    let arrows: Vec<_> = sightings.try_iter().map(|arrow| (arrow.from, arrow.to, arrow.what)).collect();
    use Participant::{ChatUser, Gateway, Scscf};
    let expected = [
        (ChatUser, Scscf, "INVITE"),
        (Scscf, Gateway, "INVITE"),
        (Gateway, Scscf, "603 Decline"),
        (Scscf, ChatUser, "603 Decline"),
        (ChatUser, Scscf, "ACK"),
        (Scscf, Gateway, "ACK"),
    ];
    assert_eq!(arrows, expected.map(|(from, to, what)| (from, to, what.to_string())));
}
