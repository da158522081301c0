//! Who asks for what, and may he? The checks that come before anything is done for a chat user, in their order
//! (TS 23.204 6.15.1 step 4).
//!
//! Refuses: to know what he asks for: a chat, or something else that reaches an SMS user.
//! In: a request of the trusted network. Out: `Admitted`, or `Refused` with its answer.

use interwork::{Access, Anonymity, Identity, Msisdn, PeerId, Policy, Subscriber};
use octets::Digits;
use sip::{Asserted, MessageView, Privacy, ServedUser, SessionCase, StatusCode, Uri};

use crate::desk::Desk;
use crate::directory::{Limited, Remembered, Spent};
use crate::sip_room::{RETRY_AFTER_S, Refusal};
use crate::tally::Count;

/// Who asks, as the trusted network says.
pub(crate) struct Caller {
    pub(crate) number: Option<Digits>,
    pub(crate) peer: PeerId,
    /// His URI, also where he has a number.
    name: PeerId,
    pub(crate) hides: bool,
}

impl Caller {
    pub(crate) fn identity(&self) -> Identity {
        self.number.map_or(Identity::Name(self.peer), |number| Identity::Number(Msisdn(number)))
    }
}

/// Somebody who may, and whom he wants to reach.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    pub(crate) subscriber: Subscriber,
    pub(crate) sms_user: Msisdn,
}

/// Why a request is not let in.
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) Refusal);

impl Refused {
    /// With a status that says it all.
    pub(crate) fn plain(status: StatusCode) -> Self {
        Refused(status, Refusal::default())
    }

    /// A matter of time.
    pub(crate) fn later(status: StatusCode) -> Self {
        Refused(status, Refusal { retry_after_s: Some(RETRY_AFTER_S), ..Refusal::default() })
    }

    /// With a reason for whoever reads traces (RFC 3261 20.43).
    pub(crate) fn warn(status: StatusCode, code: u16, text: &'static str) -> Self {
        Refused(status, Refusal { warning: Some((code, text)), ..Refusal::default() })
    }
}

/// The first check that fails speaks.
pub(crate) fn admit(request: &MessageView<'_>, desk: &mut Desk) -> Result<Admitted, Refused> {
    // interworking 2.3 rows 3 and 6, 11 row 7
    let mut caller = caller(request).ok_or(Refused::plain(StatusCode::FORBIDDEN))?;
    // TS 23.204 6.15.1 step 4, 6.14 step 5: who may chat may be answered, for as long as the chat lasts
    let subscriber = authorised(&mut caller, desk)?;
    let barring = &desk.policy.barring;
    if barring.bars(caller.identity()) || barring.bars(Identity::Name(caller.name)) {
        desk.count(Count::Barred);
        return Err(not_authorised());
    }
    // TS 23.204 6.15.1 step 4; interworking 2.3 row 5, 11 row 5
    let may_hide = subscriber.may_hide.unwrap_or(desk.policy.anonymity == Anonymity::Allowed);
    if caller.hides && !may_hide {
        return Err(hiding_is_prohibited(&desk.policy));
    }
    // interworking 2.3 row 7
    let sms_user = recipient(request)?;
    // interworking 2.3 row 8, 11 row 37
    if !desk.policy.barring.reaches(sms_user) {
        desk.count(Count::Barred);
        return Err(Refused::warn(StatusCode::FORBIDDEN, 399, "Destination barred"));
    }
    Ok(Admitted { caller, subscriber, sms_user })
}

/// Is the HSS being asked about its sender, of whom nothing is known yet?
pub(crate) fn is_awaited(request: &MessageView<'_>, desk: &Desk) -> bool {
    desk.directory.awaits_any()
        && caller(request).is_some_and(|caller| {
            let (identity, now) = (caller.identity(), desk.now());
            let number = desk.directory.subscriber(identity, now).and_then(|known| known.number);
            desk.directory.awaits(number.map_or(identity, Identity::Number), now)
        })
}

/// Once more of what he may do so often. Asked last, so that what is refused for another reason costs him nothing.
pub(crate) fn spend(caller: &Caller, what: Limited, desk: &mut Desk) -> Result<(), Refused> {
    let rate = match what {
        Limited::Invitation => desk.policy.invitation_rate,
        Limited::Message => desk.policy.message_rate,
    };
    let Some(rate) = rate else { return Ok(()) };
    let (who, now) = (caller.identity(), desk.now());
    match desk.directory.spend(who, what, rate, now) {
        Spent::Granted { ends } => {
            if let Some(ends) = ends {
                desk.obsolete.put(Remembered::Allowance(who, what), ends);
            }
            Ok(())
        }
        Spent::NotBefore(at) => {
            desk.count(Count::RatesExceeded);
            // Whole seconds, and never one too early.
            let wait_s = at.since(now).as_nanos().div_ceil(NANOS_PER_S).min(u128::from(u32::MAX)) as u32;
            let refusal = Refusal { warning: Some((399, "Too many requests")), retry_after_s: Some(wait_s) };
            Err(Refused(StatusCode::TEMPORARILY_UNAVAILABLE, refusal))
        }
        Spent::NoRoom => {
            desk.count(Count::Overloads);
            Err(Refused::later(StatusCode::TEMPORARILY_UNAVAILABLE))
        }
    }
}

/// The SMS user, by an E.164 number. One without its country code, or too short to have a subscriber in it, would lead to
/// somebody else or to nobody.
fn recipient(request: &MessageView<'_>) -> Result<Msisdn, Refused> {
    let named = Uri::parse(request.request_uri()).and_then(|uri| Some((uri, uri.digits()?)));
    let (uri, number) = named.ok_or(Refused::plain(StatusCode::NOT_FOUND))?;
    // ITU-T E.164: no country code begins with 0.
    let begins_well = number.len() >= E164_DIGITS_MIN && number.iter().next() != Some(0);
    let is_whole = begins_well && !uri.is_local_number();
    is_whole.then_some(Msisdn(number)).ok_or(Refused::plain(StatusCode::ADDRESS_INCOMPLETE))
}

/// Who hides where nobody may: some networks know 433 (RFC 5079), some a Warning.
pub(crate) fn hiding_is_prohibited(policy: &Policy) -> Refused {
    match policy.anonymity_status {
        StatusCode::FORBIDDEN => Refused::warn(StatusCode::FORBIDDEN, 399, "119 Anonymity not allowed"),
        status => Refused::plain(status),
    }
}

/// P-Asserted-Identity; without one the user whom the S-CSCF serves as a caller (RFC 5502). The peers on ISC are trusted.
pub(crate) fn asserted<'a>(request: &MessageView<'a>) -> Option<Asserted<'a>> {
    let served = || ServedUser::of(request).filter(|served| served.case == Some(SessionCase::Originating));
    Asserted::of(request).or_else(|| Some(served()?.identity))
}

/// The tel value first, else the number in the SIP value (RFC 3325).
fn caller(request: &MessageView<'_>) -> Option<Caller> {
    let asserted = asserted(request)?;
    let name = PeerId::of(asserted.uri);
    let peer = match asserted.tel {
        Some(number) => PeerId::of(number.packed()),
        None => name,
    };
    Some(Caller { number: asserted.tel, peer, name, hides: Privacy::of(request).asks_to_hide() })
}

/// TS 23.204 6.15.1 step 4: authorisation from the data that was stored at registration, or that the operator keeps.
fn authorised(caller: &mut Caller, desk: &Desk) -> Result<Subscriber, Refused> {
    let mut known = desk.directory.subscriber(caller.identity(), desk.now());
    if let Some(number) = known.and_then(|known| known.number) {
        // Known by name, and by his registration it is known which number is his.
        caller.number = Some(number.digits());
        caller.peer = PeerId::of(number.digits().packed());
        known = desk.directory.subscriber(Identity::Number(number), desk.now());
    }
    // interworking 2.3 row 4
    match (desk.policy.access, known) {
        (_, Some(subscriber)) if subscriber.is_authorised => Ok(subscriber),
        (_, Some(_)) => Err(not_authorised()),
        (Access::Anyone, None) => Ok(Subscriber::ANYBODY),
        (Access::Subscribers, None) => Err(not_authorised()),
    }
}

fn not_authorised() -> Refused {
    Refused::warn(StatusCode::FORBIDDEN, 399, "127 Service not authorised")
}

/// The shortest number that a country has, with its country code.
const E164_DIGITS_MIN: usize = 7;
const NANOS_PER_S: u128 = 1_000_000_000;
