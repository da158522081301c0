//! Memory is asked for at birth (law L2): once a shard has warmed up, a message costs it no allocation. What arrives at the
//! wrong shard is copied once, into memory that was there before.
//!
//! The allocator of this test binary counts, for one thread and only while it is asked to; the network asks while a shard
//! has its turn, and its driver of paper is left out.
#![allow(unsafe_code, reason = "no safe code can be an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use interwork::{Identity, Msisdn, Rate, Subscriber};
use shard::Count;
use sms::Status;
use tempo::Duration;

use crate::flows::languages::{speak, tag};
use crate::flows::pager_reports::report;
use crate::flows::recall::{idle, own, write};
use crate::flows::registration::register;
use crate::paper::call::ALICE;
use crate::paper::callee::{IDLE, accepted, answers, called, closes};
use crate::paper::page::Page;
use crate::paper::plan::{FOUR, ONE, TWO};
use crate::paper::sms_side::digits;
use crate::paper::stage::{BOB, SIXTY_FOUR_T1, deliver};
use crate::paper::{self, Delivery, Invitation, Plan, Stage};

/// The system's allocator, counted.
pub struct Counting;

thread_local! {
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator as it came; beside it only two cells of the thread are touched,
// which need no memory and no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, octets: usize) -> *mut u8 {
        note();
        // SAFETY: the caller's promise, passed on.
        unsafe { System.realloc(memory, layout, octets) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(memory, layout) }
    }
}

fn note() {
    if IS_ASKED.get() {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
    }
}

/// Does `work`; how often it asked for memory.
pub fn counted(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    let was_asked = IS_ASKED.replace(true);
    work();
    IS_ASKED.set(was_asked);
    ALLOCATIONS.get() - before
}

/// Does `work` without counting it.
pub fn uncounted<T>(work: impl FnOnce() -> T) -> T {
    let was_asked = IS_ASKED.replace(false);
    let done = work();
    IS_ASKED.set(was_asked);
    done
}

/// A text each way outside of a chat, and what became of the first.
fn pages(stage: &mut Stage) {
    let alice = ALICE.trim_start_matches('+');
    let place = stage.network.sms.submitted.len();
    let answer = Page::asking(BOB, "hello", "positive-delivery").ask(stage);
    assert_eq!(answer.status(), Some(202));
    report(stage, place, Status::DELIVERED);
    let ticket = stage.text(BOB, alice, "hello");
    assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
    stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(61));
}

/// A whole chat, with a text each way and a long one.
fn chat(stage: &mut Stage) {
    let call = stage.invite(Invitation::to(BOB));
    assert!(stage.sms_user_heard().last().is_some_and(|invitation| invitation.contains("lädt Sie")));
    assert_eq!(stage.sms_user_says("what?"), Delivery::Taken);
    assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
    stage.ack(call);
    stage.connect(call);
    let wire = stage.calls[call].wire.expect("a connection");
    for text in ["hello", &"long ".repeat(80), "Привет"] {
        let transaction = stage.send_text(call, text, "Success-Report: yes\r\n");
        assert_eq!(stage.network.wires[wire].response(&transaction), Some(200));
    }
    for text in ["hello", "again"] {
        assert_eq!(stage.sms_user_says(text), Delivery::Taken);
    }
    assert_eq!(stage.request(call, "OPTIONS"), Some(200));
    match call % 2 {
        0 => assert_eq!(stage.request(call, "BYE"), Some(200)),
        _ => assert_eq!(stage.sms_user_says("STOP"), Delivery::Taken),
    }
    stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(61));
}

#[test]
fn a_shard_that_has_warmed_up_asks_for_no_memory() {
    for layout in [ONE, TWO, FOUR] {
        // Everybody is counted, and everybody may; and what is said is not in the default language.
        let mut plan = Plan::with(layout, |policy| {
            let minute = Duration::from_secs(60);
            speak(policy);
            (policy.invitation_rate, policy.message_rate) = (Rate::new(30, minute), Rate::new(30, minute));
        });
        plan.sessions_max = 256;
        let alice = Identity::Number(Msisdn(digits(ALICE)));
        plan.provisioned = vec![(alice, Subscriber { language: Some(tag("de")), ..Subscriber::ANYBODY })];
        let mut stage = Stage::of(plan);
        (0..4).for_each(|_| chat(&mut stage));
        let before = stage.network.allocations;
        (0..12).for_each(|_| chat(&mut stage));
        assert_eq!(stage.network.allocations - before, 0, "{layout:?}");
    }
}

#[test]
fn pager_mode_asks_for_no_memory_either() {
    for layout in [ONE, TWO, FOUR] {
        let mut plan = Plan::new(layout);
        plan.sessions_max = 64;
        let mut stage = Stage::of(plan);
        register(&mut stage, 0, 86_400);
        (0..4).for_each(|_| pages(&mut stage));
        let before = stage.network.allocations;
        (0..12).for_each(|_| pages(&mut stage));
        assert_eq!(stage.network.allocations - before, 0, "{layout:?}");
        register(&mut stage, 0, 0);
    }
}

/// A chat that its client closes idle, and that a short message goes on with.
fn recall(stage: &mut Stage) {
    let ticket = write(stage, "still there?");
    let invite = called(stage);
    answers(stage, &invite, 180, "ue");
    let call = accepted(stage);
    stage.connect(call);
    assert_eq!(stage.network.sms.delivery(ticket), Delivery::Taken);
    closes(stage, call, IDLE);
    // And one that is withdrawn.
    write(stage, "hello?");
    let invite = called(stage);
    answers(stage, &invite, 180, "ue");
    stage.network.wait(Duration::from_secs(21));
    answers(stage, &invite, 487, "ue");
    stage.network.wait(SIXTY_FOUR_T1 + Duration::from_secs(61));
}

#[test]
fn nor_does_one_that_calls_chat_users_back() {
    for layout in [ONE, TWO, FOUR] {
        let mut stage = idle(own(layout));
        (0..4).for_each(|_| recall(&mut stage));
        let before = stage.network.allocations;
        (0..12).for_each(|_| recall(&mut stage));
        assert_eq!(stage.network.allocations - before, 0, "{layout:?}");
    }
}

#[test]
fn the_count_sees_what_a_shard_asks_for() {
    // A shard that has just been born still opens its connections: without this, the test above could not fail.
    let stage = Stage::new(ONE);
    assert!(stage.network.allocations > 0);
    let kept = std::hint::black_box(counted(|| drop(std::hint::black_box(Box::new(1)))));
    assert_eq!(kept, 1);
    assert_eq!(counted(|| uncounted(|| drop(std::hint::black_box(Box::new(1))))), 0);
}

#[test]
fn what_arrives_at_the_wrong_shard_is_copied_once_and_what_arrives_at_the_right_one_is_not() {
    for (layout, copies) in [(ONE, 0), (TWO, 1)] {
        let mut stage = Stage::of(Plan::new(layout));
        let count = |stage: &Stage, count| stage.network.count(count);
        let copied = |stage: &Stage| (count(stage, Count::Parcels), count(stage, Count::ParcelOctets));
        let expect = |stage: &Stage, octets: usize, before: (u64, u64)| {
            let after = copied(stage);
            assert_eq!((after.0 - before.0, after.1 - before.1), (copies, copies * octets as u64));
        };
        stage.invite(Invitation::to(BOB));
        expect(&stage, stage.calls[0].invite().len(), (0, 0));
        // The TPDU travels, and nothing of the Diameter message around it.
        let before = copied(&stage);
        assert_eq!(stage.sms_user_says("YES"), Delivery::Taken);
        expect(&stage, deliver(BOB, "YES").len(), before);
        let before = copied(&stage);
        stage.ack(0);
        expect(&stage, stage.calls[0].ack(stage.answer(0)).len(), before);
        // What follows goes to the addresses in the answer, which are the owner's.
        stage.connect(0);
        let before = copied(&stage);
        assert_eq!(stage.chat_user_says("hello"), Some(200));
        assert_eq!(stage.request(0, "BYE"), Some(200));
        assert_eq!(copied(&stage), before);
        let _: paper::Layout = layout;
        stage.expect_nothing_left();
    }
}
