use clap::Parser;

use super::*;
use crate::command::{Command, CommandLine};
use crate::tally::{LATENESS_MAX, Outcome, Tally};

fn order(words: &str) -> Order {
    let words =
        ["ipsmgw-loadgen", "run", "--target", "127.0.0.1:5060"].into_iter().chain(words.split_whitespace());
    let Command::Run(order) = CommandLine::parse_from(words).command else { panic!("another command") };
    order
}

fn summary(words: &str, outcomes: &[Outcome], lateness: Duration) -> Summary {
    let mut tally = Tally::default();
    for outcome in outcomes {
        tally.settle(*outcome);
        tally.count(|counts| {
            counts.sent += 1;
            counts.lateness.record(lateness);
            counts.to_final.record(Duration::from_micros(1500));
        });
    }
    Summary::of(&order(words), &tally.whole, Duration::from_secs(2))
}

const PROMPT: Duration = Duration::from_micros(100);
const LATE: Duration = Duration::from_micros(2 * LATENESS_MAX.as_micros() as u64);

#[test]
fn a_run_is_as_wanted_when_each_invitation_is() {
    let wanted = "--invitations 2 --answers 200,480";
    let of = |outcomes: &[Outcome]| summary(wanted, outcomes, PROMPT).verdict();
    assert_eq!(of(&[Outcome::Answered(200), Outcome::Answered(480)]), Verdict::AsWanted);
    assert_eq!(of(&[Outcome::Answered(200), Outcome::Answered(503)]), Verdict::NotAsWanted);
    assert_eq!(of(&[Outcome::Answered(200), Outcome::Silent]), Verdict::NotAsWanted);
    assert_eq!(of(&[Outcome::Answered(200), Outcome::Impatient]), Verdict::NotAsWanted);
    assert_eq!(of(&[Outcome::Answered(200)]), Verdict::NotAsWanted, "one was not even sent");
    let any = summary("--invitations 1", &[Outcome::Answered(503)], PROMPT);
    assert_eq!(any.verdict(), Verdict::AsWanted);
}

#[test]
fn a_late_generator_spoils_the_best_answers() {
    let summary = summary("--invitations 1", &[Outcome::Answered(200)], LATE);
    assert_eq!(summary.verdict(), Verdict::Invalid);
    assert!(summary.to_string().contains("INVALID: the generator was late (p99 10.0"), "{summary}");
}

#[test]
fn programs_read_what_people_read() {
    let summary = summary("--invitations 2", &[Outcome::Answered(480), Outcome::Silent], PROMPT);
    let json = serde_json::to_value(&summary).expect("a summary is plain data");
    assert_eq!(json["validity"], "valid");
    assert_eq!((&json["answered"]["480"], &json["silent"], &json["sent"]), (&1.into(), &1.into(), &2.into()));
    assert_eq!(json["to_final_us"]["p50"], 1500);
    let text = summary.to_string();
    assert!(text.contains("1  480 Temporarily Unavailable") && text.contains("1.50"), "{text}");
}

#[test]
fn a_second_without_answers_is_a_line_too() {
    let mut tally = Tally::default();
    assert_eq!(
        line(1, &tally.take_second(), 0),
        "    1 s  sent      0  finals      0  late p99 0.00 ms  pending 0"
    );
    tally.settle(Outcome::Answered(480));
    tally.count(|counts| counts.to_final.record(Duration::from_micros(12_345)));
    let line = line(2, &tally.take_second(), 7);
    assert!(line.contains("finals      1 (480: 1)  p50 12.3") && line.ends_with("pending 7"), "{line}");
}
