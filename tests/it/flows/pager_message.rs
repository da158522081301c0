//! What a chat user says outside of a chat (pager mode, TS 23.204 6.7): a MESSAGE becomes short messages.

use interwork::{Access, Anonymity, Identity, Msisdn, NumberSource, Subscriber};
use shard::{Cargo, Count, Driver};
use tempo::Duration;

use crate::paper::call::{ALICE, SCSCF};
use crate::paper::page::{Page, answers, statuses};
use crate::paper::sms_side::{CENTRE, digits};
use crate::paper::stage::{BOB, PATIENCE, SIXTY_FOUR_T1};
use crate::paper::texts::SipText;
use crate::paper::{Delivery, Invitation, Layout, Plan, Stage, Verdict, on_every_layout};

fn silent(layout: Layout) -> Stage {
    let mut stage = Stage::new(layout);
    stage.network.sms.manners.verdict = Verdict::Silence;
    stage
}

// TS 23.204 6.7 item 2; TS 29.311 6.1.6; interworking 2.10 item 1
#[test]
fn a_message_is_a_short_message_from_the_own_number_and_accepted_when_the_sms_side_has_it() {
    on_every_layout(|layout| {
        let mut stage = silent(layout);
        let icsi = "Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\"";
        let place = Page::to(BOB, "hello Bob").with(icsi).send(&mut stage);
        assert_eq!(stage.sms_user_heard(), ["hello Bob"]);
        let submitted = &stage.network.sms.submitted[0];
        // Although chats have numbers on loan here: without a chat nothing else would bring an answer back.
        assert_eq!(submitted.number, ALICE.trim_start_matches('+'));
        assert!(!submitted.wants_report && submitted.part.is_none());
        assert_eq!(statuses(&stage, place), [0_u16; 0], "nothing is acknowledged that only the gateway has");
        stage.network.take_submitted(0, Verdict::Taken);
        let [answer] = &answers(&stage, place)[..] else { panic!("one answer") };
        assert_eq!(answer.status(), Some(202));
        assert!(answer.to_tag().is_some_and(|tag| tag.len() >= 16));
        assert_eq!(
            (answer.header("Contact"), answer.header("Record-Route")),
            (None, None),
            "there is no dialog"
        );
        assert_eq!(answer.headers("Via").len() + answer.need("Via").matches(", ").count(), 2, "the way back");
        let letter = stage.network.letters.last().expect("the answer");
        assert_eq!(letter.to, SCSCF);
        assert_eq!(stage.network.count(Count::ChatMessages), 0);
        stage
    });
}

#[test]
fn a_text_that_comes_wrapped_is_the_same_text() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let subject = "DateTime: 2026-01-18T15:30:00Z\r\nSubject: x\r\n";
        assert_eq!(Page::wrapped(BOB, "Grüße", subject).ask(&mut stage).status(), Some(202));
        assert_eq!(
            Page::to(BOB, "plain").carrying("TEXT/Plain", "plain").ask(&mut stage).status(),
            Some(202)
        );
        assert_eq!(stage.sms_user_heard(), ["Grüße", "plain"]);
        stage
    });
}

#[test]
fn a_long_text_is_accepted_when_the_sms_side_has_all_of_it() {
    on_every_layout(|layout| {
        let mut stage = silent(layout);
        let text = "many words ".repeat(30);
        let place = Page::to(BOB, &text).send(&mut stage);
        let parts: Vec<_> = stage.network.sms.submitted.iter().map(|sm| sm.part.expect("a part")).collect();
        let reference = parts[0].0;
        assert_eq!(parts, [(reference, 3, 1), (reference, 3, 2), (reference, 3, 3)]);
        let references: Vec<u8> = stage.network.sms.submitted.iter().map(|sm| sm.reference).collect();
        assert_eq!(references[2], references[0].wrapping_add(2), "TP-MR counts segments");
        for segment in [1, 0] {
            stage.network.take_submitted(segment, Verdict::Taken);
            assert_eq!(statuses(&stage, place), [0_u16; 0]);
        }
        stage.network.take_submitted(2, Verdict::Taken);
        assert_eq!(statuses(&stage, place), [202]);
        assert_eq!(stage.sms_user_heard().concat(), text);
        let another = Page::to(BOB, &text).send(&mut stage);
        assert_ne!(stage.network.sms.submitted[3].part.map(|part| part.0), Some(reference));
        assert_ne!(stage.network.sms.submitted[3].reference, references[0]);
        (3..6).for_each(|segment| stage.network.take_submitted(segment, Verdict::Taken));
        assert_eq!(statuses(&stage, another), [202]);
        stage
    });
}

#[test]
fn a_text_of_more_segments_than_may_be_is_too_large() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.segments_max = 2));
        assert_eq!(Page::to(BOB, &"x".repeat(307)).ask(&mut stage).status(), Some(413));
        assert!(stage.network.sms.submitted.is_empty(), "nothing is cut off");
        assert_eq!(Page::to(BOB, &"x".repeat(306)).ask(&mut stage).status(), Some(202));
        stage
    });
}

// TS 23.204 6.7 item 1
#[test]
fn each_check_of_an_invitation_holds_for_a_message() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let hello = || Page::to(BOB, "hello");
        let group = "Accept-Contact: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session.group\"";
        let large = "P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.largemsg";
        let nobody = Page { uri: "sip:carol@ims.example".to_string(), ..hello() };
        let refused = [
            (hello().without_identity(), 403),
            // A name has no number that could stand for it.
            (hello().without_identity().with("P-Asserted-Identity: <sip:carol@ims.example>"), 403),
            // The only number that could stand for him is the one that he hides.
            (hello().with("Privacy: id"), 433),
            (nobody, 404),
            (hello().with(group), 488),
            (hello().with(large), 488),
            (hello().with("Require: recipient-list-message"), 420),
            (hello().carrying("image/png", "png"), 415),
            (hello().carrying("application/vnd.3gpp.sms", "\x01\x02"), 415),
            (hello().carrying("text/plain;charset=iso-8859-1", "x"), 415),
            (hello().with("Content-Encoding: gzip"), 415),
            (hello().carrying("message/cpim", "From: a\r\n\r\nContent-Type: image/png\r\n\r\npng"), 415),
            (hello().carrying("message/cpim", "no headers"), 400),
            (hello().carrying("text/plain", b"\xFF\xFE".to_vec()), 400),
            (hello().carrying("", "hello"), 400),
        ];
        for (page, status) in &refused {
            let answer = page.ask(&mut stage);
            assert_eq!(answer.status(), Some(*status), "{:?} {}", page.headers, page.content_type);
            match status {
                415 => assert!(
                    answer.need("Accept").contains("text/plain")
                        && answer.need("Accept").contains("message/cpim")
                ),
                420 => assert_eq!(answer.need("Unsupported"), "recipient-list-message"),
                488 => assert!(answer.need("Warning").contains("SMS user")),
                _ => {}
            }
        }
        assert!(stage.network.sms.submitted.is_empty());
        assert_eq!(stage.network.count(Count::PagerRefused), refused.len() as u64);
        assert_eq!(hello().ask(&mut stage).status(), Some(202), "and nothing of it is left");
        stage
    });
}

#[test]
fn who_may_not_use_the_interworking_is_told_so() {
    on_every_layout(|layout| {
        let mut stage = Stage::of(Plan::with(layout, |policy| policy.access = Access::Subscribers));
        let answer = Page::to(BOB, "hello").ask(&mut stage);
        assert_eq!(answer.status(), Some(403));
        assert!(answer.need("Warning").contains("127 Service not authorised"));
        super::registration::register(&mut stage, 0, 600);
        let by_name =
            Page::to(BOB, "hello").without_identity().with("P-Asserted-Identity: <sip:alice@ims.example>");
        assert_eq!(
            by_name.ask(&mut stage).status(),
            Some(202),
            "known by his registration, and his number with him"
        );
        assert_eq!(stage.session_number(), ALICE.trim_start_matches('+'));
        stage
    });
}

#[test]
fn who_may_hide_in_chats_has_still_no_number_to_hide_behind_without_one() {
    on_every_layout(|layout| {
        let mut plan = Plan::with(layout, |policy| policy.anonymity = Anonymity::Allowed);
        let alice = Identity::Number(Msisdn(digits(ALICE)));
        let service_centre = Some(digits("447700900777"));
        plan.provisioned =
            vec![(alice, Subscriber { may_hide: Some(true), service_centre, ..Subscriber::ANYBODY })];
        let mut stage = Stage::of(plan);
        assert_eq!(Page::to(BOB, "guess who").with("Privacy: id").ask(&mut stage).status(), Some(433));
        assert_eq!(Page::to(BOB, "me").ask(&mut stage).status(), Some(202));
        assert_eq!(stage.network.sms.submitted[0].service_centre, "447700900777", "his own service centre");
        stage
    });
}

#[test]
fn what_is_no_words_for_an_sms_user_is_taken_and_goes_nowhere() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let imdn = "From: <a>\r\n\r\nContent-Type: message/imdn+xml\r\n\r\n<imdn/>";
        for page in [
            Page::to(BOB, "").carrying("application/im-iscomposing+xml", "<isComposing/>"),
            Page::to(BOB, "").carrying("message/imdn+xml", "<imdn/>"),
            Page::to(BOB, "").carrying("message/cpim", imdn),
            Page::wrapped(BOB, "", ""),
            Page::to(BOB, ""),
        ] {
            assert_eq!(page.ask(&mut stage).status(), Some(200), "{}", page.content_type);
        }
        assert!(stage.network.sms.submitted.is_empty());
        stage
    });
}

#[test]
fn a_repetition_is_no_second_text_and_hears_the_same() {
    on_every_layout(|layout| {
        let mut stage = silent(layout);
        let page = Page::to(BOB, "hello");
        let place = page.send(&mut stage);
        page.send_as(&mut stage, place);
        assert_eq!(statuses(&stage, place), [0_u16; 0], "RFC 4320: no provisional answer");
        // Along a second way: the same request under another branch.
        let text = String::from_utf8(page.message(place)).expect("text");
        page.send_octets(
            &mut stage,
            text.replacen("branch=z9hG4bK-page", "branch=z9hG4bK-other", 1).as_bytes(),
        );
        assert_eq!(statuses(&stage, place), [482]);
        stage.network.take_submitted(0, Verdict::Taken);
        page.send_as(&mut stage, place);
        let heard = answers(&stage, place);
        assert_eq!(statuses(&stage, place), [482, 202, 202]);
        assert_eq!(heard[1].text(), heard[2].text(), "rendered again, octet for octet");
        assert_eq!(stage.sms_user_heard().len(), 1);
        // After 64*T1 nobody repeats any more, and the names are free.
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        page.send_as(&mut stage, place);
        assert_eq!(stage.sms_user_heard().len(), 2);
        stage.network.take_submitted(1, Verdict::Taken);
        stage
    });
}

#[test]
fn a_refusal_is_repeated_as_it_was() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let page = Page::to(BOB, "hello").with("Require: x-more");
        let place = page.send(&mut stage);
        page.send_as(&mut stage, place);
        let group = Page::to(BOB, "hello")
            .with("P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session.group");
        let other = group.send(&mut stage);
        group.send_as(&mut stage, other);
        for place in [place, other] {
            let [first, again] = &answers(&stage, place)[..] else { panic!("two answers") };
            assert_eq!(first.text(), again.text());
        }
        stage
    });
}

#[test]
fn an_answer_that_is_lost_is_given_to_the_repetition() {
    on_every_layout(|layout| {
        let mut stage = silent(layout);
        let page = Page::to(BOB, "hello");
        let place = page.send(&mut stage);
        let owner = stage.network.sms.submitted[0].shard;
        stage.network.driver(owner).out().lacks_datagrams = true;
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(statuses(&stage, place), [0_u16; 0]);
        stage.network.driver(owner).out().lacks_datagrams = false;
        page.send_as(&mut stage, place);
        assert_eq!(statuses(&stage, place), [202]);
        assert_eq!(stage.sms_user_heard(), ["hello"]);
        stage
    });
}

// TS 23.204 6.7 item 3
#[test]
fn what_the_sms_side_says_is_what_the_chat_user_hears() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        for (verdict, status) in [
            (Verdict::Refused(5001, None), 404),
            (Verdict::Refused(5557, None), 403),
            (Verdict::Refused(5556, None), 403),
            (Verdict::Refused(5550, None), 480),
            (Verdict::Refused(5555, Some(0)), 480),
            (Verdict::Refused(5555, Some(4)), 480),
            (Verdict::Duplicate, 202),
        ] {
            stage.network.sms.manners.verdict = verdict;
            let place = Page::to(BOB, "hello").send(&mut stage);
            // What may pass is tried once more inside the guard: see sms_retries.
            stage.network.wait(Duration::from_secs(12));
            assert_eq!(statuses(&stage, place), [status], "{verdict:?}");
        }
        stage
    });
}

#[test]
fn a_text_of_which_a_part_is_refused_is_refused_when_all_parts_are_answered() {
    on_every_layout(|layout| {
        let mut stage = silent(layout);
        let place = Page::to(BOB, &"words ".repeat(50)).send(&mut stage);
        stage.network.take_submitted(0, Verdict::Refused(5557, None));
        assert_eq!(statuses(&stage, place), [0_u16; 0]);
        stage.network.take_submitted(1, Verdict::Taken);
        assert_eq!(statuses(&stage, place), [403]);
        stage
    });
}

#[test]
fn a_silent_sms_side_is_told_before_the_client_gives_up() {
    on_every_layout(|layout| {
        let mut stage = silent(layout);
        let page = Page::to(BOB, "hello");
        let place = page.send(&mut stage);
        stage.network.wait(Duration::from_secs(24));
        page.send_as(&mut stage, place);
        assert_eq!(statuses(&stage, place), [0_u16; 0]);
        stage.network.wait(Duration::from_secs(2));
        assert_eq!(statuses(&stage, place), [480], "never 408 (RFC 4320), and before timer F");
        // What comes from the SMS side afterwards is too late for anybody.
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(statuses(&stage, place), [480]);
        stage
    });
}

#[test]
fn without_a_way_to_the_sms_side_the_answer_comes_when_a_reset_would_be_over() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        stage.network.sms.manners.listens = false;
        for shard in 0..stage.network.shards() {
            let link = stage.network.sms.link(shard, CENTRE).expect("connected");
            stage.network.cut(shard, link);
        }
        let place = Page::to(BOB, "hello").send(&mut stage);
        assert!(statuses(&stage, place).is_empty(), "it waits for a way");
        stage.network.wait(PATIENCE);
        assert_eq!(statuses(&stage, place), [480]);
        stage.network.sms.manners.listens = true;
        // RFC 3539 3.4.1: three watchdog answers before anything is entrusted to it again.
        stage.network.wait(Duration::from_secs(120));
        assert_eq!(Page::to(BOB, "hello").ask(&mut stage).status(), Some(202));
        stage
    });
}

#[test]
fn beside_a_chat_on_the_same_number_a_message_is_one_more_text_and_the_reply_goes_into_the_chat() {
    on_every_layout(|layout| {
        let mut stage =
            Stage::chatting(Plan::with(layout, |policy| policy.number_source = NumberSource::Own));
        assert_eq!(stage.chat_user_says("in the chat"), Some(200));
        assert_eq!(Page::to(BOB, "beside it").ask(&mut stage).status(), Some(202));
        assert_eq!(stage.chat_user_says("in it again"), Some(200));
        assert_eq!(stage.sms_user_heard(), ["in the chat", "beside it", "in it again"]);
        let of = |stage: &Stage, place: usize| stage.network.sms.submitted[place].reference;
        let first = of(&stage, 0);
        assert_eq!(
            [of(&stage, 1), of(&stage, 2)],
            [first.wrapping_add(1), first.wrapping_add(2)],
            "no reference twice"
        );
        assert_eq!(stage.sms_user_says("got all"), Delivery::Taken);
        assert_eq!(stage.chat_user_heard(), ["got all"]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_message_while_the_sms_user_thinks_about_an_invitation_leaves_it_open() {
    on_every_layout(|layout| {
        let mut stage =
            Stage::inviting(Plan::with(layout, |policy| policy.number_source = NumberSource::Own));
        assert_eq!(Page::to(BOB, "it is me").ask(&mut stage).status(), Some(202));
        assert_eq!(stage.statuses(0), [100, 180]);
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        assert_eq!(stage.answer(0).status(), Some(200));
        stage.ack(0);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}

#[test]
fn a_message_inside_a_chat_is_not_taken_for_one_outside() {
    on_every_layout(|layout| {
        let mut stage = Stage::chatting(Plan::new(layout));
        assert_eq!(stage.request(0, "MESSAGE"), Some(488), "there its media is for texts");
        assert_eq!(stage.chat_user_says("as here"), Some(200));
        assert_eq!(stage.sms_user_heard(), ["as here"]);
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        assert_eq!(stage.request(0, "MESSAGE"), Some(481));
        stage
    });
}

fn expect_wait(answer: &SipText) {
    assert_eq!(answer.status(), Some(503));
    assert_eq!(answer.headers("Retry-After").len(), 1);
    assert!(answer.need("Retry-After").parse::<u32>().is_ok_and(|seconds| seconds > 0));
}

#[test]
fn a_message_too_many_is_asked_to_wait_and_is_welcome_later() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        plan.sessions_max = 1;
        let mut stage = Stage::of(plan);
        stage.network.sms.manners.verdict = Verdict::Silence;
        let first = Page::to(BOB, "first").send(&mut stage);
        expect_wait(&Page::to(BOB, "second").ask(&mut stage));
        assert_eq!(stage.network.count(Count::Overloads), 1);
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(statuses(&stage, first), [202]);
        stage.network.sms.manners.verdict = Verdict::Taken;
        // Those that were answered a moment ago are remembered, and there may be four of these.
        for text in ["third", "fourth", "fifth"] {
            assert_eq!(Page::to(BOB, text).ask(&mut stage).status(), Some(202));
        }
        expect_wait(&Page::to(BOB, "sixth").ask(&mut stage));
        stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(1));
        assert_eq!(Page::to(BOB, "seventh").ask(&mut stage).status(), Some(202));
        let chat = stage.invite(Invitation::to(BOB));
        assert_eq!(stage.statuses(chat), [100, 180], "and a chat has its own room");
        stage.sms_user_says("NO");
        stage.ack(chat);
        stage
    });
}

#[test]
fn a_message_with_a_head_that_is_too_long_to_be_kept_is_too_large() {
    on_every_layout(|layout| {
        let mut stage = Stage::new(layout);
        let mut page = Page::to(BOB, "hello");
        for hop in 0..60 {
            page.headers.push(format!(
                "Via: SIP/2.0/UDP hop{hop}.a-long-name.of-a-proxy.example;branch=z9hG4bK{hop}"
            ));
        }
        assert_eq!(page.ask(&mut stage).status(), Some(513));
        stage
    });
}

#[test]
fn a_gateway_that_goes_out_of_service_takes_no_message_but_answers_the_one_it_has() {
    on_every_layout(|layout| {
        // A shard that has nothing to do any more goes at once, and takes in no more for others.
        let mut stage = silent(Layout { sip: 0, ..layout });
        let place = Page::to(BOB, "before").send(&mut stage);
        stage.network.order(Cargo::Stop);
        expect_wait(&Page::to(BOB, "after").ask(&mut stage));
        assert!(!stage.network.is_finished(), "somebody waits");
        stage.network.take_submitted(0, Verdict::Taken);
        assert_eq!(statuses(&stage, place), [202]);
        stage.network.wait(Duration::from_secs(6));
        assert!(stage.network.is_finished());
        stage
    });
}
