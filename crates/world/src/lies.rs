//! What liars say: messages that nobody has a reason to send. Each must be answered or ignored, and change nothing.

use diameter::base::{Capabilities, Disconnect, DisconnectCause, Watchdog};
use diameter::sgd::MtForward;
use diameter::{
    ApplicationId, Destination, EndToEnd, HopByHop, Identity, Ids, MessageView, ResultCode, SessionId,
};
use sms::{Plan as Cut, ScTimestamp, SmsDeliver};

use crate::cast::{ACTORS, CENTRE, SMS_GMSC, SUBSCRIBERS, address_of, host_at, host_of};
use crate::chance::Draw;
use crate::links::End;
use crate::network;
use crate::places::{GATEWAY_SIP, REALM, SCSCF, STRANGER, UE, media, own_sip};
use crate::plan::{Lie, chat_user, policy_digits, sms_user};
use crate::trace::number;
use crate::troubles;
use crate::world::World;
use crate::written::written;

pub(crate) fn lie(world: &mut World, lie: Lie) {
    let shard = world.lies.below(world.gateway.shards().into()) as u16;
    let to = if world.lies.per_mille(500) { GATEWAY_SIP } else { own_sip(shard) };
    match lie {
        Lie::Noise => {
            let mut noise = vec![0; world.lies.between(1, 2000) as usize];
            world.lies.fill(&mut noise);
            network::send(world, SCSCF, to, noise);
        }
        Lie::Bye => request(world, to, "BYE", ";tag=nobody"),
        Lie::Cancel => request(world, to, "CANCEL", ""),
        Lie::Invite => request(world, to, "INVITE", ""),
        Lie::Response => {
            let branch = world.lies.u64();
            let text = format!(
                "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK{branch:x}\r\nFrom: <sip:a@b>;tag=1\r\n\
                 To: <sip:c@d>;tag=2\r\nCall-ID: {branch:x}\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
            );
            network::send(world, SCSCF, to, text.into_bytes());
        }
        // Where everybody is believed it would be an invitation like any other.
        Lie::Stranger => {
            if world.plan.operator.distrusts {
                let invitation = stranger(world);
                network::send(world, STRANGER, to, invitation);
            }
        }
        Lie::Echo => {
            let echo = world.troubles.overheard.clone();
            network::send(world, SCSCF, to, echo);
        }
        Lie::Send | Lie::Stream => {
            network::dial(world, End::Actor(LIAR), 0, media(shard));
            world.troubles.say_when_open = Some(match lie {
                Lie::Send => format!(
                    "MSRP 1a2b3c4d SEND\r\nTo-Path: msrp://10.0.0.1:{}/{:x};tcp\r\nFrom-Path: msrp://{UE}/x;tcp\r\n\
                     Message-ID: 1\r\nByte-Range: 1-2/2\r\nContent-Type: text/plain\r\n\r\nhi\r\n-------1a2b3c4d$\r\n",
                    media(shard).port(),
                    world.lies.u64(),
                )
                .into_bytes(),
                _ => b"GET / HTTP/1.1\r\nHost: nobody\r\n\r\n".to_vec(),
            });
        }
        Lie::DiameterAnswer | Lie::DiameterRequest | Lie::ShortMessage => lie_in_diameter(world, lie),
        Lie::DiameterBase => lie_about_peer(world),
    }
}

/// Somebody says that he is one of the chat users, and who is invited.
fn stranger(world: &mut World) -> Vec<u8> {
    let branch = world.lies.u64();
    let chat = world.plan.chats.first();
    let (own, to) = chat.map_or((0, 0), |chat| (chat.chat_user, chat.sms_user));
    let (own, to) = (number(chat_user(own)), number(sms_user(to)));
    let body = format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=message 2855 TCP/MSRP *\r\n\
         a=setup:active\r\na=accept-types:message/cpim text/plain\r\na=path:msrp://{ip}:2855/{branch:x};tcp\r\n",
        ip = STRANGER.ip(),
    );
    format!(
        "INVITE tel:+{to} SIP/2.0\r\nVia: SIP/2.0/UDP {STRANGER};branch=z9hG4bK{branch:x}\r\nMax-Forwards: 9\r\n\
         P-Asserted-Identity: <tel:+{own}>\r\nFrom: <tel:+{own}>;tag={branch:x}\r\nTo: <tel:+{to}>\r\n\
         Contact: <sip:{STRANGER}>\r\nCall-ID: {branch:x}\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\
         Content-Length: {length}\r\n\r\n{body}",
        length = body.len(),
    )
    .into_bytes()
}

fn request(world: &mut World, to: std::net::SocketAddr, method: &str, tag: &str) {
    let branch = world.lies.u64();
    let text = format!(
        "{method} tel:+4915559999 SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK{branch:x}\r\nMax-Forwards: 9\r\n\
         From: <sip:liar@{REALM}>;tag={branch:x}\r\nTo: <tel:+4915559999>{tag}\r\nCall-ID: {branch:x}\r\n\
         CSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
    );
    network::send(world, SCSCF, to, text.into_bytes());
}

fn lie_in_diameter(world: &mut World, lie: Lie) {
    let actor = if lie == Lie::ShortMessage { SMS_GMSC } else { CENTRE };
    let Some((number, side)) = troubles::links_of(world, actor).first().copied() else { return };
    let ids = Ids {
        hop_by_hop: HopByHop(world.lies.u32()),
        end_to_end: EndToEnd(world.lies.u32()),
        retransmitted: false,
    };
    let (host, own) = (host_of("gmsc"), host_of("ipsmgw-0"));
    let cut = Cut::of("lies".chars(), 1);
    let Ok(cut) = cut else { return };
    let scts = ScTimestamp::from_unix(1_768_746_640, 4);
    let sender = sms_user(world.plan.chats.first().map_or(0, |chat| chat.sms_user));
    let tpdu = written(|out| SmsDeliver::write(sender, scts, &cut, 0, 0, &mut "lies".chars(), out));
    let forward = MtForward {
        session_id: SessionId::new(host.as_bytes(), 7, ids.hop_by_hop.0),
        origin: Identity { host: host.as_bytes(), realm: REALM.as_bytes() },
        destination: Destination { host: Some(own.as_bytes()), realm: REALM.as_bytes() },
        user_name: b"262990000000000",
        sc_address: policy_digits(crate::plan::SERVICE_CENTRE),
        tpdu: tpdu.as_slice(),
        more_messages: false,
        mme_number: None,
        sgsn_number: None,
        delivery_timer_s: None,
        delivery_start_ntp_s: None,
        retransmit_until_ntp_s: None,
        sms_gmsc_address: None,
    };
    let mut bytes = written(|out| forward.write(out, ids));
    match lie {
        // An answer to nothing: the request bit is taken away.
        Lie::DiameterAnswer => bytes[4] &= 0x7F,
        // A length of an AVP that leads out of the message.
        Lie::DiameterRequest => bytes[27] = 0xFF,
        _ => {}
    }
    network::write(world, number, side, bytes);
}

/// A message of the base protocol out of turn.
fn lie_about_peer(world: &mut World) {
    let actor = *world.lies.one_of(&[CENTRE, SMS_GMSC, SUBSCRIBERS]);
    let what = world.lies.below(7);
    let ids = Ids {
        hop_by_hop: HopByHop(world.lies.u32()),
        end_to_end: EndToEnd(world.lies.u32()),
        retransmitted: false,
    };
    let (host, addresses) = (host_at(actor), [address_of(actor).ip()]);
    let origin = Identity { host: host.as_bytes(), realm: REALM.as_bytes() };
    let capabilities = Capabilities {
        origin,
        host_addresses: &addresses,
        vendor_id: 10_415,
        product_name: "liar",
        origin_state_id: None,
        supported_vendors: &[],
        auth_applications: &[],
        vendor_applications: &[ApplicationId::SGD, ApplicationId::S6C, ApplicationId::SH],
    };
    let watchdog = Watchdog { origin, origin_state_id: None };
    let request = written(|out| match what {
        0..4 => capabilities.write_request(out, ids),
        4..6 => watchdog.write_request(out, ids),
        _ => Disconnect { origin, cause: DisconnectCause::Busy }.write_request(out, ids),
    });
    let Ok(asked) = MessageView::parse(&request) else { return };
    let said = match what {
        1 => written(|out| capabilities.write_answer(out, &asked, ResultCode::SUCCESS)),
        2 => written(|out| capabilities.write_answer(out, &asked, ResultCode::ELECTION_LOST)),
        3 => written(|out| capabilities.write_answer(out, &asked, ResultCode::UNKNOWN_PEER)),
        5 => written(|out| watchdog.write_answer(out, &asked)),
        6 => written(|out| Disconnect::write_answer(out, &asked, origin)),
        _ => request.clone(),
    };
    for (number, side) in troubles::links_of(world, actor) {
        network::write(world, number, side, said.clone());
    }
}

/// Who is none of the cast: what he hears is nobody's.
pub const LIAR: usize = ACTORS;
