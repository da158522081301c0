//! The chat user's side of an INVITE of the gateway: what his S-CSCF and his devices answer.

use shard::SHARED_SIP;

use super::call::{Call, Invitation, SCSCF, UE, answer, offer};
use super::stage::{BOB, Stage};
use super::texts::SipText;

/// The requests of the gateway with this method, in order, repetitions included.
pub fn requests<'a>(stage: &'a Stage, method: &str) -> Vec<&'a SipText> {
    let letters = stage.network.letters.iter().map(|letter| &letter.sip);
    letters.filter(|sip| sip.status().is_none() && sip.method() == method).collect()
}

/// The last INVITE of the gateway.
pub fn called(stage: &Stage) -> SipText {
    (*requests(stage, "INVITE").last().expect("an INVITE of the gateway")).clone()
}

/// A response without a body, from a device with this tag, to a request of the gateway; to a shard that does not own it.
pub fn answers(stage: &mut Stage, request: &SipText, status: u16, tag: &str) {
    let text = answer(request, status).replacen("\r\nCall-ID:", &format!(";tag={tag}\r\nCall-ID:"), 1);
    respond(stage, text);
}

/// A 200 with this session description, from a device with this tag, by way of the S-CSCF.
pub fn accepts_with(stage: &mut Stage, invite: &SipText, tag: &str, sdp: &str, headers: &str) {
    let length = format!("Content-Length: {}", sdp.len());
    let text = answer(invite, 200).replacen("\r\nCall-ID:", &format!(";tag={tag}\r\nCall-ID:"), 1).replace(
        "Content-Length: 0",
        &format!(
            "Record-Route: <sip:mt@198.51.100.1;lr>, <sip:mo@{SCSCF};lr>\r\nContact: <sip:{tag}@{UE}>\r\n\
                 {headers}Content-Type: application/sdp\r\n{length}"
        ),
    );
    respond(stage, text + sdp);
}

/// A 200 from a UE that will connect.
pub fn accepts(stage: &mut Stage, invite: &SipText, tag: &str) {
    accepts_with(stage, invite, tag, &offer("active"), "");
}

/// Accepts the last INVITE of the gateway; which call it is, seen from the UE.
pub fn accepted(stage: &mut Stage) -> usize {
    let invite = called(stage);
    accepts(stage, &invite, "ue");
    answering(stage, &invite, "ue")
}

/// The call that a device with this tag has accepted.
pub fn answering(stage: &mut Stage, invite: &SipText, tag: &str) -> usize {
    let place = stage.calls.len();
    let gateway = invite.need("From").split(";tag=").nth(1).expect("a tag of the gateway");
    let sdp = invite.body();
    // The other way round: for the device the gateway is who has answered.
    let mirrored = format!(
        "SIP/2.0 200 OK\r\nTo: <tel:{BOB}>;tag={gateway}\r\nContact: {}\r\nContent-Length: {}\r\n\r\n{sdp}",
        invite.need("Contact"),
        sdp.len()
    );
    let call = Call {
        call_id: invite.need("Call-ID").to_string(),
        from_tag: tag.to_string(),
        branch: format!("z9hG4bK-callee-{place}"),
        // Far from the numbers of the gateway.
        cseq: 100,
        answer: Some(SipText::new(mirrored.as_bytes())),
        wire: None,
        invitation: Invitation::to(BOB),
    };
    stage.calls.push(call);
    place
}

/// BYE of the chat user in a call, with this Reason; it has its 200.
pub fn closes(stage: &mut Stage, call: usize, reason: &str) {
    stage.calls[call].cseq += 1;
    let bye = stage.calls[call].in_dialog("BYE");
    let bye = match reason.is_empty() {
        true => bye,
        false => bye.replace("Content-Length: 0", &format!("Reason: {reason}\r\nContent-Length: 0")),
    };
    let cseq = format!("{} BYE", stage.calls[call].cseq);
    stage.send(call, bye);
    assert!(stage.heard(call).any(|sip| sip.status() == Some(200) && sip.header("CSeq") == Some(&cseq)));
}

fn respond(stage: &mut Stage, text: String) {
    let shard = stage.layout.shard_at(BOB, stage.layout.sip);
    stage.network.send(shard, SHARED_SIP, SCSCF, text);
    stage.network.settle();
}

/// What a client says that closes a chat as nobody uses it.
pub const IDLE: &str = "SIP;cause=480;text=\"Bearer Unavailable\"";
/// And one whose user leaves.
pub const LEFT: &str = "SIP;cause=200;text=\"Call completed\"";
