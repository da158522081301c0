//! INVITEs of ours as they are written, and what follows from them: CANCEL and ACK.

use octets::{Digits, Writer};
use sip::{
    Dialog, InDialog, Index, MessageView, Method, RequestWriter, Token, in_dialog_request, next_hop,
    write_cancel, write_non_2xx_ack,
};

use super::Sender;
use super::invite::Description;
use super::pager_out::write_route;
use super::recall::{FIRST_CSEQ, Recall};
use super::render::{CAPABILITIES, Contact, MESSAGE_OCTETS_MAX, note};
use crate::desk::Desk;
use crate::driver::{Departure, Outward};
use crate::interwork_room::Chat;
use crate::reach::Reach;
use crate::settings::OWN_SIP;
use crate::table::Key;

/// Whom to call back, and into what.
pub struct Calling<'a> {
    /// The chat user.
    pub reach: &'a Reach,
    /// Who calls.
    pub sms_user: Digits,
    /// The conversation that it was, as its client named it (OMA CPM): Conversation-ID and Contribution-ID.
    pub conversation: (Option<&'a [u8]>, Option<&'a [u8]>),
    /// The SDP offer.
    pub description: &'a Description,
    /// The chat that hears of it.
    pub chat: Key<Chat>,
}

/// What an INVITE of ours goes by.
pub(super) struct Names {
    pub(super) branch: Token,
    pub(super) tag: Token,
    /// Call-ID is of it.
    pub(super) dialog: u64,
    /// The identifiers of CPM are of it, where they are new.
    pub(super) contribution: u64,
}

/// TS 24.229 5.7.3: an AS that acts as a client, by way of the S-CSCF of the user.
pub(super) fn write(calling: &Calling<'_>, names: &Names, contact: &Contact, out: &mut Writer<'_>) {
    let branch = names.branch.to_branch();
    let reach = calling.reach;
    let sent_by = contact.sent_by();
    let mut request = RequestWriter::start(out, Method::Invite, reach.identity(), &sent_by, &branch);
    write_route(&mut request, reach);
    let sender = Sender::number(calling.sms_user);
    request.header_with("From", |out| {
        out.put(sender.address());
        out.text(";tag=");
        out.put(&names.tag.to_tag());
    });
    request.to(reach.identity(), None);
    // Other chance than in branch and tag: what one hop learns is of no use for the other names.
    request.call_id(Token { random: names.dialog, ..names.branch }.to_tag()).cseq(FIRST_CSEQ);
    contact.write_contact(&mut request);
    request.header("P-Asserted-Identity", sender.address());
    request.header("P-Asserted-Service", ICSI);
    request.header("Accept-Contact", ACCEPT_CONTACT);
    request.header_with("Allow", |out| CAPABILITIES.write_allow(out));
    // Without Session-Expires: who refreshes, and how often, is left to the answer. And no 100rel, which would want PRACKs of us.
    request.header("Supported", "timer");
    let new = Token { random: names.contribution, ..names.branch }.to_tag();
    match calling.conversation {
        // The same conversation, and something new in it.
        (Some(conversation), former) => {
            request.header("Conversation-ID", conversation).header("Contribution-ID", new);
            if let Some(former) = former {
                request.header("InReplyTo-Contribution-ID", former);
            }
        }
        // OMA IM has no other name for the conversation.
        (None, Some(former)) => {
            request.header("Contribution-ID", former);
        }
        (None, None) => {
            request.header("Conversation-ID", new).header("Contribution-ID", new);
        }
    }
    let _ = request.body("application/sdp", |out| out.put(calling.description.as_bytes()));
}

/// The ACK of a 2xx: a request in its dialog, for which nobody waits (RFC 3261 13.2.2.4).
pub(super) fn acknowledge(
    recall: &Recall,
    response: &MessageView<'_>,
    contact: &Contact,
    desk: &mut Desk,
    out: &mut impl Outward,
) {
    send_once(recall, response, (Method::Ack, FIRST_CSEQ), contact, desk, out);
}

/// The BYE of a dialog whose 2xx is too long to be kept: it is said once.
pub(super) fn part_unkept(
    recall: &Recall,
    response: &MessageView<'_>,
    contact: &Contact,
    desk: &mut Desk,
    out: &mut impl Outward,
) {
    send_once(recall, response, (Method::Bye, FIRST_CSEQ + 1), contact, desk, out);
}

fn send_once(
    recall: &Recall,
    response: &MessageView<'_>,
    (method, cseq): (Method, u32),
    contact: &Contact,
    desk: &mut Desk,
    out: &mut impl Outward,
) {
    let dialog = Dialog::as_uac(*response);
    // A hop that is a name and no address: the S-CSCF knows the way.
    let to = next_hop(&dialog).and_then(|hop| hop.address()).unwrap_or(recall.to);
    let branch = Token { random: desk.entropy.u64(), ..recall.branch }.to_branch();
    let request = InDialog { method, cseq, sent_by: contact.sent_by(), branch: &branch };
    let loan = out.transmit(Departure::Datagram { port: OWN_SIP, to }, MESSAGE_OCTETS_MAX, |out| {
        let _ = in_dialog_request(out, &dialog, &request).finish_without_body();
    });
    note(loan.is_ok(), desk);
}

/// The ACK of a refusal belongs to the transaction (RFC 3261 17.1.1.3).
pub(super) fn acknowledge_refusal(
    recall: &Recall,
    response: &MessageView<'_>,
    desk: &mut Desk,
    out: &mut impl Outward,
) {
    repeat(recall, desk, out, |invite, out| {
        let _ = write_non_2xx_ack(out, invite, response);
    });
}

pub(super) fn cancel(recall: &Recall, desk: &mut Desk, out: &mut impl Outward) {
    repeat(recall, desk, out, |invite, out| {
        let _ = write_cancel(out, invite);
    });
}

/// Sends what repeats a part of the INVITE where that went.
fn repeat(
    recall: &Recall,
    desk: &mut Desk,
    out: &mut impl Outward,
    fill: impl FnOnce(&MessageView<'_>, &mut Writer<'_>),
) {
    let octets = recall.octets.as_bytes();
    let Ok(index) = Index::parse(octets) else { return };
    let invite = MessageView::new(octets, &index);
    let departure = Departure::Datagram { port: OWN_SIP, to: recall.to };
    let loan = out.transmit(departure, MESSAGE_OCTETS_MAX, |out| fill(&invite, out));
    note(loan.is_ok(), desk);
}

/// What names a chat (OMA CPM).
const ICSI: &str = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session";
const ACCEPT_CONTACT: &str = "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"";
