//! Short messages to a chat user's own number from somebody with whom he has no chat (TS 23.204 6.14): each goes to him as a MESSAGE.

use interwork::{Access, Identity, Msisdn, NumberSource, Subscriber, WithoutChat};
use shard::{Cargo, Count, OWN_SIP, SHARED_SIP};
use sms::{Address, Plan as Cut, SmsDeliver, TypeOfNumber};
use tempo::Duration;

use super::registration::register;
use crate::paper::call::{ALICE, SCSCF, answer};
use crate::paper::page::{content, pages, said};
use crate::paper::sms_side::{Mailing, Ticket, digits, written};
use crate::paper::stage::{BOB, SCTS, SIXTY_FOUR_T1, deliver};
use crate::paper::{Delivery, Layout, Plan, Stage, on_every_layout};

/// Alice is registered.
fn registered(plan: Plan) -> Stage {
    let mut stage = Stage::of(plan);
    let shard = stage.network.shards() - 1;
    assert_eq!(register(&mut stage, shard, 600).status(), Some(200));
    stage
}

/// Bob writes to Alice's own number.
fn write(stage: &mut Stage, text: &str) -> Ticket {
    stage.text(BOB, ALICE.trim_start_matches('+'), text)
}

fn delivery(stage: &Stage, ticket: Ticket) -> Delivery {
    stage.network.sms.delivery(ticket)
}

// TS 23.204 6.14 step 6; TS 29.311 6.1.4 item 1; interworking 2.10 item 2
#[test]
fn a_registered_chat_user_gets_it_through_his_s_cscf_and_it_is_taken_when_he_has_it() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        stage.network.page_verdict = None;
        let ticket = write(&mut stage, "hello Alice");
        assert_eq!(delivery(&stage, ticket), Delivery::Waiting);
        let [page] = pages(&stage)[..] else { panic!("one MESSAGE") };
        let page = page.clone();
        assert_eq!(page.request_uri(), "sip:alice@ims.example");
        // The S-CSCF has named itself in its REGISTER, and where it has done so from is where it is.
        assert_eq!(page.need("Route"), "<sip:scscf.ims.example;lr>");
        let letter = stage.network.letters.last().expect("the MESSAGE");
        assert_eq!((letter.to, letter.port), (SCSCF, OWN_SIP));
        assert_eq!(page.need("P-Asserted-Identity"), format!("<tel:{BOB}>"));
        assert!(page.need("From").starts_with(&format!("<tel:{BOB}>;tag=")));
        assert_eq!(page.need("To"), "<sip:alice@ims.example>");
        assert!(page.need("Accept-Contact").contains("3gpp-service.ims.icsi.oma.cpm.msg"));
        assert_eq!(page.header("Contact"), None, "RFC 3428 4");
        assert_eq!(page.need("CSeq"), "1 MESSAGE");
        let (head, ..) = content(&page);
        assert!(head.contains(&format!("From: <tel:{BOB}>")), "{head}");
        assert!(head.contains("DateTime: 2026-01-18T14:30:00Z"), "when Bob wrote it: {head}");
        assert!(head.contains("imdn.Message-ID: "));
        assert_eq!(said(&page), "hello Alice");
        assert!(page.text().len() < 1300, "RFC 3428 8");
        let shard = stage.network.letters.last().expect("the MESSAGE").shard;
        stage.network.send(shard, OWN_SIP, SCSCF, answer(&page, 200));
        stage.network.settle();
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(pages(&stage).len(), 1);
        assert!(stage.network.sms.submitted.is_empty(), "Bob is told nothing");
        stage
    });
}

#[test]
fn what_the_chat_users_side_says_is_what_the_service_centre_hears() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        for (status, expected) in [
            (200, Delivery::Taken),
            (202, Delivery::Taken),
            (404, Delivery::NoSession),
            (604, Delivery::NoSession),
            (403, Delivery::Never),
            (415, Delivery::Never),
            (488, Delivery::Never),
            (603, Delivery::Never),
            (480, Delivery::NotNow),
            (486, Delivery::NotNow),
            (408, Delivery::NotNow),
            (500, Delivery::NotNow),
            (503, Delivery::NotNow),
            (600, Delivery::NotNow),
            (302, Delivery::NotNow),
        ] {
            stage.network.page_verdict = Some(status);
            let ticket = write(&mut stage, "hello");
            assert_eq!(delivery(&stage, ticket), expected, "{status}");
        }
        assert_eq!(stage.network.count(Count::PagerOut), 15);
        assert_eq!(stage.network.count(Count::PagerFailed), 13);
        stage
    });
}

#[test]
fn a_message_that_nobody_answers_is_repeated_until_the_service_centre_must_hear_something() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        stage.network.page_verdict = None;
        let ticket = write(&mut stage, "hello");
        stage.network.wait(Duration::from_millis(19_900));
        assert_eq!(delivery(&stage, ticket), Delivery::Waiting);
        let sent = pages(&stage).len();
        assert!(sent > 3);
        assert!(
            pages(&stage).iter().all(|page| page.text() == pages(&stage)[0].text()),
            "the same each time"
        );
        stage.network.wait(Duration::from_secs(1));
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        let sent = pages(&stage).len();
        // Whoever answers now answers nobody, and nothing is said again.
        let page = pages(&stage)[0].clone();
        let shard = stage.network.letters.last().expect("a letter").shard;
        stage.network.wait(SIXTY_FOUR_T1);
        stage.network.send(shard, OWN_SIP, SCSCF, answer(&page, 200));
        stage.network.settle();
        assert_eq!(pages(&stage).len(), sent);
        assert_eq!(stage.network.count(Count::SipStrayResponses), 1);
        stage
    });
}

#[test]
fn an_answer_that_comes_twice_or_at_the_wrong_shard_is_one_answer() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        stage.network.page_verdict = None;
        let ticket = write(&mut stage, "hello");
        let page = pages(&stage)[0].clone();
        let shard = stage.network.letters.last().expect("the MESSAGE").shard;
        let wrong = (shard + 1) % stage.network.shards();
        for status in [100, 202, 202, 480] {
            stage.network.send(wrong, SHARED_SIP, SCSCF, answer(&page, status));
            stage.network.settle();
        }
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(stage.network.count(Count::SipStrayResponses), 0);
        stage
    });
}

#[test]
fn who_is_not_registered_or_no_longer_is_not_there() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let before = write(&mut stage, "too early");
        assert_eq!(delivery(&stage, before), Delivery::NotNow);
        register(&mut stage, 0, 600);
        let there = write(&mut stage, "hello");
        assert_eq!(delivery(&stage, there), Delivery::Taken);
        register(&mut stage, 0, 0);
        let gone = write(&mut stage, "gone");
        assert_eq!(delivery(&stage, gone), Delivery::NotNow);
        register(&mut stage, 0, 600);
        stage.network.wait(Duration::from_secs(601));
        let late = write(&mut stage, "late");
        assert_eq!(delivery(&stage, late), Delivery::NotNow);
        assert_eq!(pages(&stage).len(), 1);
        stage
    });
}

/// An S-CSCF with this address says that Alice is registered for so long, with a body of its own or none.
fn say_registered(stage: &mut Stage, contact: &str, expires_s: u32, body: &str) {
    let request = format!(
        "REGISTER sip:ipsmgw.ims.example SIP/2.0\r\nVia: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-said{expires_s}\r\n\
         Max-Forwards: 70\r\nFrom: <{contact}>;tag=said\r\nTo: <sip:alice@ims.example>\r\n\
         Call-ID: said{expires_s}@{SCSCF}\r\nCSeq: 1 REGISTER\r\nContact: <{contact}>\r\nExpires: {expires_s}\r\n\
         Content-Type: application/3gpp-ims+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stage.network.send(0, SHARED_SIP, SCSCF, request);
    stage.network.settle();
}

#[test]
fn an_s_cscf_that_names_its_address_is_gone_to_there_and_the_last_one_counts() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        let body = format!("<ims-3gpp version=\"1\"><service-info>{}</service-info></ims-3gpp>", &ALICE[1..]);
        say_registered(&mut stage, "sip:192.0.2.44:5080;lr", 900, &body);
        let ticket = write(&mut stage, "hello");
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        assert_eq!(pages(&stage)[0].need("Route"), "<sip:192.0.2.44:5080;lr>");
        let letter = stage.network.letters.iter().find(|letter| letter.sip.method() == "MESSAGE");
        assert_eq!(letter.map(|letter| letter.to), Some(([192, 0, 2, 44], 5080).into()));
        let long = format!("sip:{}.example", "s".repeat(128));
        say_registered(&mut stage, &long, 901, &body);
        let ticket = write(&mut stage, "hello?");
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow, "not by way of an S-CSCF that he has left");
        stage
    });
}

#[test]
fn an_s_cscf_need_not_say_the_number_of_him_who_leaves() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        say_registered(&mut stage, "sip:scscf.ims.example", 0, "");
        let gone = write(&mut stage, "gone");
        assert_eq!(delivery(&stage, gone), Delivery::NotNow);
        stage
    });
}

#[test]
fn he_leaves_while_a_message_is_on_its_way() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        stage.network.page_verdict = None;
        let ticket = write(&mut stage, "hello");
        register(&mut stage, 0, 0);
        let page = pages(&stage)[0].clone();
        let shard = stage
            .network
            .letters
            .iter()
            .find(|letter| letter.sip.method() == "MESSAGE")
            .map(|letter| letter.shard);
        stage.network.send(shard.expect("the MESSAGE"), OWN_SIP, SCSCF, answer(&page, 480));
        stage.network.settle();
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        stage
    });
}

#[test]
fn where_the_operator_wants_none_or_the_user_may_not_it_is_refused() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::with(layout, |policy| policy.without_chat = WithoutChat::Refuse));
        let refused = write(&mut stage, "hello");
        assert_eq!(delivery(&stage, refused), Delivery::NoSession);
        assert!(pages(&stage).is_empty());

        let mut plan = Plan::with(layout, |policy| policy.access = Access::Subscribers);
        let alice = Identity::Number(Msisdn(digits(ALICE)));
        plan.provisioned = vec![(alice, Subscriber { is_authorised: false, ..Subscriber::ANYBODY })];
        let mut other = registered(plan);
        let refused = write(&mut other, "hello");
        assert_eq!(delivery(&other, refused), Delivery::NoSession);
        assert!(pages(&other).is_empty());
        other.expect_nothing_left();
        stage
    });
}

/// Sends these octets for Alice, under this name.
fn mail(stage: &mut Stage, tpdu: &[u8], end_to_end: u32, repeated: bool) -> Ticket {
    let correlation = stage.route(BOB, ALICE.trim_start_matches('+'));
    let mailing = Mailing { correlation: &correlation, tpdu, end_to_end, repeated };
    let shard = stage.layout.shard_at(BOB, stage.layout.mail);
    stage.network.mail(shard, &mailing)
}

#[test]
fn a_short_message_that_comes_again_is_handed_over_once_and_hears_the_same() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        stage.network.page_verdict = None;
        let tpdu = deliver(BOB, "hello");
        let first = mail(&mut stage, &tpdu, 7001, false);
        let again = mail(&mut stage, &tpdu, 7001, true);
        assert_eq!(pages(&stage).len(), 1);
        let page = pages(&stage)[0].clone();
        let shard = stage.network.letters.last().expect("the MESSAGE").shard;
        stage.network.send(shard, OWN_SIP, SCSCF, answer(&page, 200));
        stage.network.settle();
        assert_eq!((delivery(&stage, first), delivery(&stage, again)), (Delivery::Taken, Delivery::Taken));
        let late = mail(&mut stage, &tpdu, 7001, true);
        assert_eq!(delivery(&stage, late), Delivery::Taken);
        assert_eq!(pages(&stage).len(), 1);
        // A refusal is remembered, too.
        stage.network.page_verdict = Some(480);
        let away = mail(&mut stage, &tpdu, 7002, false);
        let again = mail(&mut stage, &tpdu, 7002, true);
        assert_eq!((delivery(&stage, away), delivery(&stage, again)), (Delivery::NotNow, Delivery::NotNow));
        assert_eq!(pages(&stage).len(), 2);
        stage
    });
}

#[test]
fn each_segment_of_a_long_text_is_a_message_of_its_own_in_the_order_of_the_service_centre() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        let text = "0123456789 ".repeat(30);
        let cut = Cut::of(text.chars(), 3).expect("three segments");
        let mut rest = text.chars();
        for segment in 0..3 {
            let tpdu = written(|out| SmsDeliver::write(digits(BOB), SCTS, &cut, segment, 9, &mut rest, out));
            let ticket = mail(&mut stage, &tpdu, 8000 + u32::from(segment), false);
            assert_eq!(
                delivery(&stage, ticket),
                Delivery::Taken,
                "before the service centre sends the next one"
            );
        }
        let heard: String = pages(&stage).into_iter().map(said).collect();
        assert_eq!(heard, text);
        let mut names: Vec<&str> = pages(&stage).iter().map(|page| page.need("Call-ID")).collect();
        names.dedup();
        assert_eq!(names.len(), 3);
        stage
    });
}

#[test]
fn the_longest_texts_fit_and_no_word_of_command_counts_without_a_chat() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        for text in [
            &"ж".repeat(70)[..],
            &"€".repeat(80),
            &"Ω".repeat(160),
            "STOP",
            "YES",
            "\r\n\r\nSIP/2.0 200 OK\r\n",
        ] {
            let ticket = write(&mut stage, text);
            assert_eq!(delivery(&stage, ticket), Delivery::Taken);
            assert_eq!(said(pages(&stage).last().expect("a MESSAGE")), text);
        }
        stage
    });
}

/// An SMS-DELIVER from whoever has this address.
fn from(address: &Address<'_>, text: &str) -> Vec<u8> {
    let tpdu = deliver(BOB, text);
    // First octet, then Bob's address: the count of its digits, its type, and two of them in each octet.
    let rest = 3 + usize::from(tpdu[1]).div_ceil(2);
    let mut all = vec![tpdu[0]];
    all.extend(written(|out| address.write(out)));
    all.extend(&tpdu[rest..]);
    all
}

#[test]
fn a_service_with_a_word_or_a_short_code_for_a_number_is_named_as_what_it_is() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        let mut room = [0; 10];
        let word = Address::alphanumeric("Bank & Co", &mut room).expect("a word");
        let tpdu = from(&word, "your code is 123456");
        let ticket = mail(&mut stage, &tpdu, 9101, false);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        let page = pages(&stage)[0].clone();
        assert_eq!(said(&page), "your code is 123456");
        let name = "\"Bank & Co\" <sip:anonymous@anonymous.invalid>";
        assert!(page.need("From").starts_with(&format!("{name};tag=")), "{}", page.need("From"));
        assert!(content(&page).0.contains(&format!("From: {name}")));
        assert_eq!(page.header("P-Asserted-Identity"), None, "nobody vouches for a word");
        // It comes in on another shard, and is recognised all the same.
        let correlation = stage.route("+4915550077", ALICE.trim_start_matches('+'));
        let again = Mailing { correlation: &correlation, tpdu: &tpdu, end_to_end: 9101, repeated: true };
        let again = stage.network.mail(0, &again);
        assert_eq!((delivery(&stage, again), pages(&stage).len()), (Delivery::Taken, 1));

        let code = Address::numeric(TypeOfNumber::Unknown, digits("80808"));
        let ticket = mail(&mut stage, &from(&code, "sale"), 9102, false);
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        let asserted = pages(&stage)[1].need("P-Asserted-Identity");
        assert_eq!(asserted, "<tel:80808;phone-context=ims.example>", "no number of another country");
        stage
    });
}

#[test]
fn a_message_of_ours_that_comes_back_to_us_goes_round_no_more() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        stage.network.page_verdict = None;
        let ticket = write(&mut stage, "hello");
        let page = pages(&stage)[0].clone();
        // Filter criteria of the called side that name the gateway, and an identity that reads as a number.
        let back = page.text().replacen("MESSAGE sip:alice@ims.example", &format!("MESSAGE tel:{ALICE}"), 1);
        let back =
            back.replacen("Via: ", &format!("Via: SIP/2.0/UDP {SCSCF};branch=z9hG4bKback\r\nVia: "), 1);
        let before = stage.network.letters.len();
        stage.network.send(0, SHARED_SIP, SCSCF, back);
        stage.network.settle();
        assert_eq!(stage.network.letters[before].sip.status(), Some(482));
        assert!(stage.network.sms.submitted.is_empty(), "Bob writes no short message to Alice");
        let shard = stage
            .network
            .letters
            .iter()
            .find(|letter| letter.sip.method() == "MESSAGE")
            .map(|letter| letter.shard);
        stage.network.send(shard.expect("the MESSAGE"), OWN_SIP, SCSCF, answer(&page, 482));
        stage.network.settle();
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        stage
    });
}

#[test]
fn what_is_no_text_for_a_person_is_never_taken() {
    on_every_layout(|layout| {
        let mut stage = registered(Plan::new(layout));
        // UDHI, and a port number (TS 23.040 9.2.3.24.4): meant for a program.
        let mut tpdu = deliver(BOB, "x");
        tpdu[0] |= 0x40;
        let length = tpdu.len();
        tpdu[length - 2] = 7;
        tpdu.truncate(length - 1);
        tpdu.extend_from_slice(b"\x06\x05\x04\x0B\x84\x23\xF0");
        tpdu[length - 2] = 8;
        let ticket = mail(&mut stage, &tpdu, 9001, false);
        assert_eq!(delivery(&stage, ticket), Delivery::Never);
        assert!(pages(&stage).is_empty());
        stage
    });
}

#[test]
fn with_a_chat_between_the_two_it_goes_into_the_chat() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, |policy| policy.number_source = NumberSource::Own);
        plan.policy.tell_at_bye = false;
        let mut stage = Stage::chatting(plan);
        register(&mut stage, 0, 600);
        assert_eq!(stage.sms_user_says("in the chat"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["in the chat"]);
        assert!(pages(&stage).is_empty());
        let stranger = stage.text("+4915550009", ALICE.trim_start_matches('+'), "from another");
        assert_eq!(delivery(&stage, stranger), Delivery::Taken);
        assert_eq!(stage.chat_user_heard().len(), 1, "two people's words are not mixed");
        assert_eq!(said(pages(&stage)[0]), "from another");
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage.network.wait(Duration::from_secs(1));
        let after = write(&mut stage, "after the chat");
        assert_eq!(delivery(&stage, after), Delivery::Taken);
        assert_eq!(said(pages(&stage)[1]), "after the chat");
        stage
    });
}

#[test]
fn what_comes_while_a_goodbye_is_unanswered_is_not_lost_with_the_chat() {
    on_every_layout(|layout| {
        let mut stage =
            Stage::chatting(Plan::with(layout, |policy| policy.number_source = NumberSource::Own));
        register(&mut stage, 0, 600);
        stage.network.answers_byes = false;
        assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken);
        assert_eq!(stage.sms_user_says("one more thing"), Delivery::Taken);
        assert_eq!(said(pages(&stage)[0]), "one more thing");
        assert!(stage.chat_user_heard().is_empty());
        stage.network.wait(SIXTY_FOUR_T1);
        stage
    });
}

#[test]
fn more_than_there_is_room_for_hear_not_now() {
    on_every_layout(|layout: Layout| {
        let mut plan = Plan::new(layout);
        plan.sessions_max = 1;
        let mut stage = registered(plan);
        stage.network.page_verdict = None;
        let tickets: Vec<_> = (0..4).map(|text| write(&mut stage, &format!("text {text}"))).collect();
        let heard: Vec<_> = tickets.iter().map(|ticket| delivery(&stage, *ticket)).collect();
        assert_eq!(heard, [Delivery::Waiting, Delivery::Waiting, Delivery::NotNow, Delivery::NotNow]);
        stage.network.wait(Duration::from_secs(21));
        stage.network.page_verdict = Some(200);
        let ticket = write(&mut stage, "again");
        assert_eq!(delivery(&stage, ticket), Delivery::Taken);
        stage
    });
}

#[test]
fn a_registration_that_finds_no_room_reaches_nobody() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.subscribers_max = 0;
        let mut stage = registered(plan);
        let ticket = write(&mut stage, "hello");
        assert_eq!(delivery(&stage, ticket), Delivery::NotNow);
        stage
    });
}

#[test]
fn a_gateway_that_goes_out_of_service_begins_none() {
    on_every_layout(|layout| {
        // A shard that has nothing to do any more goes at once, and takes in no more for others.
        let mut stage = registered(Plan::new(Layout { query: 0, mail: 0, ..layout }));
        stage.network.page_verdict = None;
        let first = write(&mut stage, "before");
        let page = pages(&stage)[0].clone();
        let shard = stage.network.letters.last().expect("the MESSAGE").shard;
        stage.network.order(Cargo::Stop);
        let second = write(&mut stage, "after");
        assert_eq!(delivery(&stage, second), Delivery::NotNow);
        stage.network.send(shard, OWN_SIP, SCSCF, answer(&page, 200));
        stage.network.settle();
        assert_eq!(delivery(&stage, first), Delivery::Taken);
        stage.network.wait(Duration::from_secs(6));
        assert!(stage.network.is_finished());
        stage
    });
}
