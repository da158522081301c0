use crate::rehearsal::surroundings::{BOB, GATEWAY, POOL, surroundings};
use crate::rehearsal::{number, s};
use crate::{DeliveryEnd, Letter, Participant, ShortText, SmsUser};
use alloc::string::String;
use diameter::sh::ChatInterworking;
use diameter::{Experimental, Outcome, Procedure, ResultCode};

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

/// Our settings of somebody who may, or may not.
fn settings(is_authorised: bool) -> ChatInterworking {
    ChatInterworking { is_authorised, auto_accept: None, may_hide: None, language: None, preferred: None }
}

#[test]
fn a_chat_user_is_asked_about_watched_and_not_watched_any_more() {
    let mut play = surroundings(SmsUser::new());
    play.players.hss.know(number(POOL), settings(true));
    play.players.hss.will_change(play.now + s(10), number(POOL), settings(false));
    play.players.hss.will_change(play.now + s(20), number(POOL), settings(true));
    play.players.gateway.ask_hss(Procedure::UserData, number(POOL));
    play.players.gateway.ask_hss(Procedure::SubscribeNotifications, number(POOL));
    play.players.gateway.ask_hss(Procedure::ProfileUpdate, number(POOL));
    play.players.gateway.ask_hss(Procedure::UserData, number(BOB));
    play.wait(s(1));
    assert_eq!(play.players.gateway.told, ["UDA yes", "SNA", "PUA", "UDA 5001"]);
    play.wait(s(10));
    assert_eq!(play.players.gateway.told.last().map(String::as_str), Some("PNR no"));
    assert_eq!(play.arrows(Participant::Gateway, Participant::Hss).last(), Some(&"PNA"));
    play.players.gateway.ask_hss(Procedure::UserData, number(POOL));
    play.players.gateway.ask_hss(Procedure::UserData, number(BOB));
    play.wait(s(1));
    assert_eq!(play.players.gateway.told[5..], ["UDA no", "UDA 5001"]);
    play.players.gateway.watches = false;
    play.players.gateway.ask_hss(Procedure::SubscribeNotifications, number(POOL));
    play.wait(s(20));
    assert_eq!(play.players.gateway.told[7..], ["SNA"], "and nothing of the second change");
}

#[test]
fn an_hss_may_think_and_forgets_whom_it_thinks_for_when_he_is_gone() {
    let mut play = surroundings(SmsUser::new());
    play.players.hss.know(number(POOL), settings(true));
    play.players.hss.think(s(3));
    play.players.gateway.ask_hss(Procedure::UserData, number(POOL));
    play.wait(s(2));
    assert!(play.players.gateway.told.is_empty());
    play.wait(s(2));
    assert_eq!(play.players.gateway.told, ["UDA yes"]);
    play.players.gateway.ask_hss(Procedure::UserData, number(POOL));
    play.wait(s(1));
    play.cut(GATEWAY);
    play.wait(s(60));
    assert_eq!(play.players.gateway.told.len(), 1);
}
