//! Texts on their way to the SMS user: cut into segments, each submitted at once, in order.

use interwork::{Msisdn, Pair, SmFailure};
use octets::Digits;
use sms::{Plan, SmsSubmit, Validity};
use tempo::Duration;

use super::Hands;
use super::chat::References;
use crate::diameter_room::{Order, Purpose};
use crate::driver::Outward;

/// Who writes to whom, and with which references.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letterhead {
    number: Msisdn,
    sms_user: Digits,
    service_centre: Digits,
    references: References,
    validity: Duration,
    /// Ask the service centre for a status report of each segment.
    wants_report: bool,
}

impl Letterhead {
    pub(super) fn new(
        pair: Pair,
        service_centre: Digits,
        references: References,
        validity: Duration,
    ) -> Self {
        Letterhead {
            number: pair.number,
            sms_user: pair.sms_user.digits(),
            service_centre,
            references,
            validity,
            wants_report: false,
        }
    }

    /// With a status report of each segment (TP-SRR).
    pub(super) fn with_report(self, wants_report: bool) -> Self {
        Letterhead { wants_report, ..self }
    }
}

/// Submits all segments of `text`. On failure those that went out are not called back: the error says how many did.
pub(super) fn submit_text<O: Outward>(
    letterhead: &Letterhead,
    plan: &Plan,
    mut text: impl Iterator<Item = char> + Clone,
    purpose: Purpose,
    hands: &mut Hands<'_, O>,
) -> Result<(), (u8, SmFailure)> {
    for index in 0..plan.segments() {
        let order = Order {
            purpose,
            number: letterhead.number,
            service_centre: letterhead.service_centre,
            // interworking 2.4 TP-MR, TP-DA, TP-SRR, TP-VP and TP-PID
            submit: SmsSubmit {
                message_reference: (letterhead.references.message as u8).wrapping_add(index),
                destination: letterhead.sms_user,
                reject_duplicates: false,
                status_report_requested: letterhead.wants_report,
                validity: Validity::of(letterhead.validity),
                protocol_id: 0,
            },
            plan,
            index,
            reference: letterhead.references.concat,
        };
        hands
            .diameter
            .submit(&order, &mut text, hands.desk, hands.out)
            .map_err(|failure| (index, failure))?;
    }
    Ok(())
}
