use crate::rehearsal::surroundings::{BOB, GATEWAY, POOL, surroundings};
use crate::rehearsal::{number, s};
use crate::{DeliveryEnd, Letter, Participant, ShortText, SmsUser};
use diameter::{Experimental, Outcome, ResultCode};

fn text(to: &str) -> Letter {
    Letter::Text(ShortText { from: number(BOB), to: number(to), text: "YES".into() })
}

#[test]
fn an_unknown_number_is_refused_without_asking_the_gateway() {
    let mut play = surroundings(SmsUser::new());
    play.post(Participant::SmsUser, Participant::SmsCentre, text("12345"));
    assert_eq!(play.arrows(Participant::Hss, Participant::SmsGmsc), ["SRA 5001"]);
    assert!(play.players.gateway.asked.is_empty());
    assert_eq!(play.players.hss.refused(), 1);
    let unknown: Outcome = Experimental::USER_UNKNOWN.into();
    assert_eq!(play.players.centre.deliveries()[0].end, Some(DeliveryEnd::Refused(unknown)));
}

#[test]
fn a_gateway_that_does_not_answer_is_given_up_in_its_place() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.routes = false;
    play.post(Participant::SmsUser, Participant::SmsCentre, text(POOL));
    play.wait(s(30));
    assert_eq!(play.arrows(Participant::Hss, Participant::SmsGmsc), ["SRA 3002"; 3]);
    let end = DeliveryEnd::Refused(ResultCode::UNABLE_TO_DELIVER.into());
    assert_eq!(play.players.centre.deliveries()[0].end, Some(end));
}

#[test]
fn without_a_gateway_nobody_can_be_asked() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.routes = false;
    play.post(Participant::SmsUser, Participant::SmsCentre, text(POOL));
    play.cut(GATEWAY);
    assert_eq!(play.players.hss.gateways_up(), 0);
    assert_eq!(play.arrows(Participant::Hss, Participant::SmsGmsc), ["SRA 3002"], "as soon as it is gone");
}
