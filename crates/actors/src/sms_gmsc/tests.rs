use alloc::string::ToString;
use alloc::vec;

use diameter::Experimental;

use super::*;
use crate::rehearsal::surroundings::{BOB, GATEWAY, HSS, POOL, Surroundings, surroundings};
use crate::rehearsal::{Rehearsal, number, s};
use crate::{ShortText, SmsUser};

/// A text of Bob to a number of the pool, as if the SMS centre had it from him.
fn bob_says(play: &mut Rehearsal<Surroundings>, to: &str, text: &str) {
    let text = Letter::Text(ShortText { from: number(BOB), to: number(to), text: text.into() });
    play.post(Participant::SmsUser, Participant::SmsCentre, text);
}

fn ends(play: &Rehearsal<Surroundings>) -> Vec<(usize, DeliveryEnd)> {
    play.players.gmsc.ended().iter().map(|ended| (ended.attempts, ended.end)).collect()
}

#[test]
fn a_message_goes_where_the_routing_information_says_with_its_correlation_id() {
    let mut play = surroundings(SmsUser::new());
    bob_says(&mut play, POOL, "YES");
    assert_eq!(ends(&play), [(1, DeliveryEnd::Delivered)]);
    let gateway = &play.players.gateway;
    assert_eq!(gateway.asked, [(Some(number(POOL)), Some(b"gmsc.ims.example".to_vec()))]);
    assert_eq!(gateway.delivered, [(number(BOB), "YES".to_string(), b"001010000000001".to_vec())]);
    let ladder: Vec<_> =
        play.sightings.iter().map(|arrow| (arrow.from, arrow.to, arrow.what.as_str())).collect();
    use Participant::{Gateway, Hss, SmsCentre, SmsGmsc};
    assert_eq!(
        ladder,
        [
            (SmsCentre, SmsGmsc, "SMS-DELIVER 1/1"),
            (SmsGmsc, Hss, "SRR"),
            (Hss, Gateway, "SRR"),
            (Gateway, Hss, "SRA 2001"),
            (Hss, SmsGmsc, "SRA 2001"),
            (SmsGmsc, Gateway, "TFR SMS-DELIVER 1/1"),
            (Gateway, SmsGmsc, "TFA 2001"),
        ]
    );
}

#[test]
fn a_serving_node_that_is_not_connected_is_reached_through_any_that_is() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.names = Some("gw9.ims.example".into());
    bob_says(&mut play, POOL, "YES");
    assert_eq!(ends(&play), [(1, DeliveryEnd::Delivered)]);
}

#[test]
fn a_failure_for_now_is_tried_again_with_new_routing_information() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.tfr_outcomes =
        [Some(Experimental::ABSENT_USER.into()), Some(ResultCode::TOO_BUSY.into())].into();
    bob_says(&mut play, POOL, "YES");
    play.wait(s(1));
    assert!(ends(&play).is_empty());
    play.wait(s(4));
    assert_eq!(ends(&play), [(3, DeliveryEnd::Delivered)]);
    let ids: Vec<_> = play.players.gateway.delivered.iter().map(|(.., id)| id.clone()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "each attempt has a correlation id of its own");
}

#[test]
fn a_failure_for_good_is_not_tried_again() {
    let mut play = surroundings(SmsUser::new());
    let barred: Outcome = Experimental::SERVICE_BARRED.into();
    play.players.gateway.tfr_outcomes = [Some(barred)].into();
    bob_says(&mut play, POOL, "YES");
    bob_says(&mut play, "49999", "to a number that is at home nowhere");
    play.wait(s(60));
    let unknown: Outcome = Experimental::USER_UNKNOWN.into();
    assert_eq!(ends(&play), [(1, DeliveryEnd::Refused(barred)), (1, DeliveryEnd::Refused(unknown))]);
    assert_eq!(play.players.centre.deliveries()[0].end, Some(DeliveryEnd::Refused(barred)));
}

#[test]
fn silence_is_a_failure_and_attempts_are_bounded() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.tfr_outcomes = vec![None; 9].into();
    bob_says(&mut play, POOL, "YES");
    play.wait(s(200));
    assert_eq!(ends(&play), [(3, DeliveryEnd::Unanswered)]);
    assert_eq!(play.players.gmsc.under_way(), 0);
}

#[test]
fn texts_of_one_user_to_one_number_keep_their_order() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.tfr_outcomes = [Some(ResultCode::TOO_BUSY.into())].into();
    for text in ["one", "two", "three"] {
        bob_says(&mut play, POOL, text);
    }
    bob_says(&mut play, "467002", "another chat");
    assert_eq!(play.players.gmsc.under_way(), 3, "the other chat does not wait");
    play.wait(s(10));
    let texts: Vec<_> = play.players.gateway.delivered.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(texts, ["one", "another chat", "one", "two", "three"]);
}

#[test]
fn a_gateway_that_leaves_in_the_middle_is_tried_again_when_it_is_back() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.tfr_outcomes = [None].into();
    bob_says(&mut play, POOL, "YES");
    play.cut(GATEWAY);
    assert_eq!(play.players.gmsc.gateways_up(), 0);
    // A connection after a failure must earn its trust, so attempts may run out before; none may hang.
    play.wait(s(60));
    assert_eq!(play.players.gmsc.under_way(), 0);
    bob_says(&mut play, POOL, "again");
    play.wait(s(10));
    assert_eq!(ends(&play).last(), Some(&(1, DeliveryEnd::Delivered)));
}

#[test]
fn a_message_whose_connection_is_lost_goes_again_as_the_same() {
    let mut play = surroundings(SmsUser::new());
    play.players.gateway.tfr_outcomes = [None].into();
    bob_says(&mut play, POOL, "YES");
    play.cut(GATEWAY);
    play.wait(s(60));
    let told = play.arrows(Participant::SmsGmsc, Participant::Gateway);
    assert_eq!(told, ["TFR SMS-DELIVER 1/1", "TFR SMS-DELIVER 1/1 again"]);
    let ids: Vec<_> = play.players.gateway.delivered.iter().map(|(.., id)| id.clone()).collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "without another routing query");
    assert_eq!(ends(&play), [(1, DeliveryEnd::Delivered)]);
}

#[test]
fn without_an_hss_nothing_hangs() {
    let mut play = surroundings(SmsUser::new());
    play.cut(HSS);
    assert!(!play.players.gmsc.is_hss_up());
    bob_says(&mut play, POOL, "YES");
    play.wait(s(5));
    let end = DeliveryEnd::Refused(ResultCode::UNABLE_TO_DELIVER.into());
    assert_eq!(ends(&play), [(3, end)]);
}
