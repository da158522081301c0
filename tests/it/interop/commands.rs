//! The commands that operators type: each says what is wrong, where, and what was expected.

use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use actors::sms_user::{Script, When};
use actors::{ChatScript, Step};

use super::binary;
use super::gateway::{self, Gateway, SHARDS, Wish};
use super::ports::Ports;
use super::program::Program;
use super::scratch::Scratch;
use super::sms_side::{SmsSide, number};
use super::waiting::wait_for;

/// One command to its end: exit code, standard output, standard error.
fn run(arguments: &[&str], scratch: &Scratch) -> (Option<i32>, String, String) {
    let mut command = binary::command();
    command.args(arguments);
    let mut program = Program::start("command", &mut command, scratch);
    let status = program.wait(Duration::from_secs(15));
    (status.code(), program.stdout(), program.stderr())
}

#[test]
fn check_says_file_line_key_and_what_was_expected() {
    let scratch = Scratch::new("check");
    let wrong = [
        (
            "range.toml",
            "[chat]\nask_first = true\nanswer_timer_s = 0\n",
            3,
            "chat.answer_timer_s",
            "1 to 86400",
        ),
        ("unknown.toml", "[sip]\nport = 5060\nports = 5061\n", 3, "sip.ports", "port"),
        ("kind.toml", "[msrp]\nport_first = \"many\"\n", 2, "msrp.port_first", "u16"),
        ("text.toml", "[texts]\ninvite = \"{caller} calls\"\n", 2, "texts.invite", "{inviter}"),
        (
            "host.toml",
            "[gateway]\nshards = 2\n\n[diameter]\norigin_host = \"one.example\"\n",
            5,
            "diameter.origin_host",
            "{shard}",
        ),
    ];
    for (file, text, line, key, expected) in wrong {
        let path = scratch.write(file, text).display().to_string();
        for command in ["check", "run"] {
            let (code, _, said) = run(&[command, "--config", &path], &scratch);
            assert_eq!(code, Some(1), "{command}: {said}");
            assert!(said.contains(&format!("{path}:{line}: {key}: ")), "{command}: {said}");
            assert!(said.contains(expected), "{command}: {said}");
        }
    }
    let broken = scratch.write("broken.toml", "[sip]\nport = \n").display().to_string();
    let (code, _, said) = run(&["check", "--config", &broken], &scratch);
    assert_eq!(code, Some(1));
    assert!(said.contains(&format!("{broken}:2: ")), "{said}");
    let absent = scratch.path("absent.toml").display().to_string();
    let (code, _, said) = run(&["check", "--config", &absent], &scratch);
    assert_eq!(code, Some(1));
    assert!(said.contains(&absent) && said.contains("ipsmgw default-config"), "{said}");
}

#[test]
fn the_default_configuration_passes_its_own_check() {
    let scratch = Scratch::new("default");
    let (code, printed, _) = run(&["default-config"], &scratch);
    assert_eq!(code, Some(0));
    assert!(printed.starts_with('#') && printed.contains("[gateway]"), "annotated: {printed}");
    let path = scratch.write("default.toml", &printed).display().to_string();
    let (code, said, error) = run(&["check", "--config", &path], &scratch);
    assert_eq!(code, Some(0), "{error}");
    assert!(said.contains(&path) && said.contains("good"), "{said}");
}

#[test]
fn a_port_in_use_is_named_with_its_key() {
    let (ports, scratch) = (Ports::take(), Scratch::new("port-in-use"));
    let sms_side = SmsSide::start(&ports, &[]);
    let configuration = gateway::configuration(WISH, &ports, sms_side.addresses(), &scratch);
    let refused = |place, transport: &str, key: &str| {
        let (code, _, said) = run(&["run", "--config", &configuration.display().to_string()], &scratch);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains(&format!("{transport} {}", ports.address(place))) && said.contains(key),
            "{said}"
        );
    };
    for (place, key) in [(0, "sip.port"), (2, "sip.own_port_first")] {
        let _taken = UdpSocket::bind(ports.address(place)).expect("a free port");
        refused(place, "UDP", key);
    }
    for (place, key) in [(11, "msrp.port_first"), (30, "admin.listen")] {
        let _taken = TcpListener::bind(ports.address(place)).expect("a free port");
        refused(place, "TCP", key);
    }
}

#[test]
fn status_of_nobody_says_where_it_looked() {
    let (ports, scratch) = (Ports::take(), Scratch::new("status"));
    let config = scratch.write("admin.toml", &format!("[admin]\nlisten = \"{}\"\n", ports.address(30)));
    let (code, _, said) = run(&["status", "--config", &config.display().to_string()], &scratch);
    assert_eq!(code, Some(1));
    assert!(said.contains(&ports.address(30).to_string()) && said.contains("admin.listen"), "{said}");
}

/// Going out of service: chats are ended and both sides told, peers are taken leave of, the exit code is 0.
#[test]
fn sigterm_ends_chats_and_takes_leave_of_peers() {
    for io in ["uring", "poll"] {
        let (ports, scratch) = (Ports::take(), Scratch::new(&format!("sigterm-{io}")));
        let sms_side = SmsSide::start(&ports, &[CHAT_USER]);
        let configuration =
            gateway::configuration(Wish { io, ..WISH }, &ports, sms_side.addresses(), &scratch);
        let mut gateway = Gateway::start(&configuration, &ports, &scratch);
        gateway.wait_until_ready();
        sms_side.wait_for_shards(SHARDS, || gateway.log());

        let chat = begin_chat(&sms_side, &gateway);
        assert_eq!(gateway.status()["total"]["sessions"], 1);
        let (code, said, error) =
            run(&["status", "--config", &configuration.display().to_string()], &scratch);
        assert_eq!(code, Some(0), "{error}");
        let told: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!((&told["io"], &told["total"]["sessions"]), (&io.into(), &1.into()), "{told:#}");

        let status = gateway.terminate();
        assert!(status.success(), "{status}\n{}", gateway.log());
        assert!(
            gateway.log().contains("SIGTERM") && gateway.log().contains("out of service"),
            "{}",
            gateway.log()
        );
        wait_for("the peers see the gateway go", Duration::from_secs(5), || {
            match sms_side.ask(|network| network.gateway_connections()) {
                0 => Ok(()),
                up => Err(format!("{up} connections are up")),
            }
        });
        let (farewells, record, notices) = sms_side.ask(move |network| {
            let record =
                network.chat_user.record(chat).map(|record| (record.is_as_scripted(), format!("{record:?}")));
            let notices =
                network.sms_user.heard().iter().filter(|heard| heard.text.contains("has ended")).count();
            (network.gateway_farewells(), record, notices)
        });
        assert_eq!(farewells, SHARDS, "a DPR from each shard to each peer");
        let (is_as_scripted, record) = record.expect("a record");
        assert!(is_as_scripted, "the chat user was told by BYE: {record}\n{}", gateway.log());
        assert_eq!(notices, 1, "the SMS user was told\n{}", gateway.log());
    }
}

/// An operator ends the chats of one chat user, and the gateway goes on.
#[test]
fn an_operator_ends_the_chats_of_a_chat_user() {
    let (ports, scratch) = (Ports::take(), Scratch::new("end-chats"));
    let sms_side = SmsSide::start(&ports, &[CHAT_USER]);
    let configuration = gateway::configuration(WISH, &ports, sms_side.addresses(), &scratch);
    let mut gateway = Gateway::start(&configuration, &ports, &scratch);
    gateway.wait_until_ready();
    sms_side.wait_for_shards(SHARDS, || gateway.log());
    let chat = begin_chat(&sms_side, &gateway);
    let path = configuration.display().to_string();
    let order = |arguments: &[&str]| {
        let arguments = [&["end-chats", "--config", &path], arguments].concat();
        run(&arguments, &scratch)
    };
    let (code, _, error) = order(&[]);
    assert!(code == Some(2) && error.contains("--chat-user"), "{error}");
    let (code, _, error) = order(&["--chat-user", "somebody"]);
    assert!(code == Some(1) && error.contains("+15550100"), "{error}");
    let (code, said, error) = order(&["--chat-user", "+4477009"]);
    assert!(code == Some(0) && said.contains("told"), "{error}");
    assert_eq!(gateway.status()["total"]["sessions"], 1, "somebody else's");
    let (code, _, error) = order(&["--chat-user", &format!("+{CHAT_USER}")]);
    assert_eq!(code, Some(0), "{error}");
    wait_for("the chat has ended", Duration::from_secs(10), || {
        match gateway.status()["total"]["sessions"].as_u64() {
            Some(0) => Ok(()),
            sessions => Err(format!("{sessions:?}\n{}", gateway.log())),
        }
    });
    let is_as_scripted =
        sms_side.ask(move |network| network.chat_user.record(chat).map(|it| it.is_as_scripted()));
    assert_eq!(is_as_scripted, Some(true), "the chat user was told by BYE\n{}", gateway.log());
    assert_eq!(gateway.status()["total"]["chats_cut_short"], 1);
    assert!(!gateway.log().contains(CHAT_USER), "{}", gateway.log());
}

/// A chat in which a text has arrived, and which waits for a BYE.
fn begin_chat(sms_side: &SmsSide, gateway: &Gateway) -> usize {
    let chat = sms_side.ask(|network| {
        network.sms_user.add(number(SMS_USER), Script::silent().on(When::Nth(1), Duration::ZERO, "yes"));
        let chat = ChatScript::new("until the end", number(CHAT_USER))
            .then(Step::Invite(number(SMS_USER)))
            .then(Step::ExpectStatus(200))
            .then(Step::SendText("hello".into()))
            .then(Step::ExpectBye);
        network.chat_user.add(chat)
    });
    wait_for("the chat is under way", Duration::from_secs(10), || {
        let has_arrived = sms_side
            .ask(|network| network.sms_user.heard().iter().any(|heard| heard.text.starts_with("hello")));
        if has_arrived { Ok(()) } else { Err(gateway.log()) }
    });
    chat
}

const WISH: Wish = Wish { io: "poll", numbers: "own", answer_timer_s: 30 };
const CHAT_USER: &str = "15550100";
const SMS_USER: &str = "4915550001";
