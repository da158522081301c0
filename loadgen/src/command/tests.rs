use super::*;

fn order(words: &str) -> Result<Order, String> {
    let words = ["ipsmgw-loadgen", "run"].into_iter().chain(words.split_whitespace());
    let command = CommandLine::try_parse_from(words).map_err(|error| error.to_string())?.command;
    let Command::Run(order) = command else { panic!("another command") };
    order.check().map_err(|error| error.to_string())?;
    Ok(order)
}

#[test]
fn a_target_is_enough() {
    let order = order("--target 127.0.0.1:5060").expect("a good command line");
    assert_eq!((order.rate, order.invitations, order.patience()), (100, 1000, Duration::from_secs(32)));
    assert_eq!(order.answers, Answers::Any);
    assert_eq!(order.sms_user(1), Digits::from_ascii(b"999100000001").ok());
    assert_eq!(order.chat_user(1), Digits::from_ascii(b"999200000001").ok());
}

#[test]
fn another_host_needs_leave() {
    for target in ["192.0.2.1:5060", "[2001:db8::1]:5060", "0.0.0.0:5060", "[::ffff:192.0.2.1]:5060"] {
        let refusal = order(&format!("--target {target}")).expect_err("not this host");
        assert!(refusal.contains("--allow-remote"), "{refusal}");
        assert!(order(&format!("--target {target} --allow-remote")).is_ok());
    }
    for target in ["127.0.0.1:5060", "127.8.8.8:5060", "[::1]:5060", "[::ffff:127.0.0.1]:5060"] {
        assert!(order(&format!("--target {target}")).is_ok(), "{target}");
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refusals = [
        ("", "--target"),
        ("--target gateway:5060", "--target"),
        ("--target 127.0.0.1", "--target"),
        ("--target 127.0.0.1:0", "port 0"),
        ("--target 127.0.0.1:5060 --rate 0", "--rate"),
        ("--target 127.0.0.1:5060 --rate 100001", "--rate"),
        ("--target 127.0.0.1:5060 --invitations 0", "--invitations"),
        ("--target 127.0.0.1:5060 --invitations 1000001", "--invitations"),
        ("--target 127.0.0.1:5060 --answers 180", "--answers"),
        ("--target 127.0.0.1:5060 --patience-s 0", "--patience-s"),
        ("--target 127.0.0.1:5060 --chat-user alice", "--chat-user"),
        ("--target 127.0.0.1:5060 --chat-user 123", "--chat-user"),
        ("--target 127.0.0.1:5060 --domain ims.example;lr", "--domain"),
        ("--target 127.0.0.1:5060 --local [::1]:0", "--local"),
        ("--target 127.0.0.1:5060 --sms-user-first 9990 --invitations 11", "--sms-user-first"),
        ("--target 127.0.0.1:5060 --chat-user 9990 --invitations 11", "--chat-user"),
    ];
    for (words, named) in refusals {
        let refusal = order(words).expect_err(words);
        assert!(refusal.contains(named), "{words}: {refusal}");
    }
    assert!(order("--target 127.0.0.1:5060 --sms-user-first 9990 --invitations 10").is_ok());
}
