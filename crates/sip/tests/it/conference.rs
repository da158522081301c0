//! RFC 4575, 4579, 5366, 3891: a group as its focus tells about it.

use octets::{Digits, Writer};
use sip::{
    Asserted, BadDocument, Coherence, ConferenceEvent, ConferenceInfo, CopyControl, Departure, DocumentState,
    Escaped, FocusInvite, Participant, Presence, Recipients, Replaces, Roster, VersionTracker, limits,
    write_recipients,
};

use crate::stage::{Verdict, judge, wire, with_view, written};

/// What a focus sends to each of those whom Ann wants in her group; Bob had a chat with her alone before.
pub const GROUP: &str = "\
INVITE tel:+15550002 SIP/2.0
Via: SIP/2.0/UDP scscf.ims.example.net:6060;branch=z9hG4bK38f9.1
Max-Forwards: 66
From: <sip:hikers-7@focus.example.net>;tag=f0c5
To: <tel:+15550002>
Call-ID: group-1@focus.example.net
CSeq: 1 INVITE
Contact: <sip:hikers-7@focus.example.net;gr>;+g.oma.sip-im;isfocus
P-Asserted-Identity: <sip:hikers-7@focus.example.net>
Referred-By: \"Ann\" <sip:+15550001@ims.example.net;user=phone>
Subject: The hut
Session-Replaces: abcdef-1234-5678-90ab-cdef01234567
Replaces: 9f3a-77c1@10.45.0.7;to-tag=ours;from-tag=3c9a
Contribution-ID: 0123
Content-Type: multipart/mixed;boundary=b1
Content-Length: 760

--b1
Content-Type: application/sdp

v=0
--b1
Content-Type: application/resource-lists+xml
Content-Disposition: recipient-list-history;handling=optional

<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\" xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\">
 <list name='all'>
  <entry uri=\"tel:+15550002\" cp:copyControl=\"to\"/>
  <entry uri=\"sip:+15550003@ims.example.net;user=phone;x=a&amp;b\" cp:copyControl=\"cc\">
   <display-name>Cy &amp; Co</display-name></entry>
  <external anchor=\"http://xcap.example.net/list\"/>
  <list><!-- friends --><entry uri=\"sip:anonymous@anonymous.invalid\" cp:anonymize=\"true\" cp:copyControl=\"bcc\"/></list>
 </list>
</resource-lists>
--b1--
";

fn group() -> Vec<u8> {
    let mut message = wire(GROUP);
    let body = message.windows(4).position(|window| window == b"\r\n\r\n").expect("a body") + 4;
    let length = format!("{:4}", message.len() - body);
    let at = message.windows(4).position(|window| window == b" 760").expect("a length");
    message.splice(at..at + 4, length.into_bytes());
    message
}

#[test]
fn an_invitation_to_a_group_is_read_whole() {
    let message = group();
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        let invite = FocusInvite::of(view).expect("a focus");
        assert_eq!(invite.focus, b"sip:hikers-7@focus.example.net;gr");
        let number = Digits::from_ascii(b"15550001").ok();
        assert_eq!(invite.inviter().and_then(|inviter: Asserted<'_>| inviter.tel), number);
        assert_eq!(invite.referrer.expect("a referrer").display, b"Ann");
        assert_eq!(invite.replaced_contribution, Some(&b"abcdef-1234-5678-90ab-cdef01234567"[..]));
        let dialog = Replaces {
            call_id: b"9f3a-77c1@10.45.0.7",
            to_tag: b"ours",
            from_tag: b"3c9a",
            early_only: false,
        };
        assert_eq!(invite.replaced_dialog, Some(Ok(dialog)));
        let recipients: Vec<_> = invite.recipients.expect("a list").expect("a good list").iter().collect();
        let copies = [CopyControl::To, CopyControl::Cc, CopyControl::Bcc];
        assert_eq!(recipients.iter().map(|recipient| recipient.copy).collect::<Vec<_>>(), copies);
        assert_eq!(recipients[0].uri.digits(), Digits::from_ascii(b"15550002").ok());
        assert!(recipients[1].uri.says(b"sip:+15550003@ims.example.net;user=phone;x=a&b"));
        assert_eq!(recipients[1].uri.digits(), Digits::from_ascii(b"15550003").ok());
        assert_eq!(text(recipients[1].display.expect("a name")), "Cy & Co");
        assert!(recipients[2].is_anonymous && recipients[2].uri.digits().is_none());
        let shown = format!("{invite:?} {recipients:?} {:?}", invite.replaced_dialog);
        for secret in ["555", "Ann", "Cy", "hikers", "9f3a", "abcdef"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    });
}

#[test]
fn only_a_focus_invites_to_a_group() {
    for (contact, is_focus) in [
        ("<sip:g@focus.example.net>;isfocus", true),
        ("<sip:g@focus.example.net>;IsFocus=\"TRUE\"", true),
        ("sip:g@focus.example.net;isfocus", true),
        ("<sip:g@focus.example.net>;isfocus=\"FALSE\"", false),
        ("<sip:g@focus.example.net;isfocus>", false),
        ("<sip:g@focus.example.net>;notisfocus", false),
        ("\"isfocus\" <sip:g@focus.example.net>", false),
    ] {
        let message =
            wire(&format!("INVITE tel:+15550002 SIP/2.0\nContact: {contact}\nContent-Length: 0\n\n"));
        with_view(&message, |view| {
            let invite = FocusInvite::of(view);
            assert_eq!(invite.is_some(), is_focus, "{contact}");
            if let Some(invite) = invite {
                assert_eq!(invite.focus, b"sip:g@focus.example.net");
                assert!(invite.recipients.is_none() && invite.replaced_dialog.is_none());
            }
        });
    }
}

#[test]
fn what_cannot_be_read_of_an_invitation_has_its_answer() {
    let message = group();
    let broken = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let text = String::from_utf8(message.clone()).expect("text");
        text.replacen(from, to, 1).into_bytes()
    };
    with_view(&broken("</resource-lists>", "</resource-lisst>"), |view| {
        let recipients = FocusInvite::of(view).expect("a focus").recipients.expect("a list");
        assert_eq!(recipients.expect_err("not balanced").status().code(), 400);
    });
    with_view(&broken("--b1--", "--b1xx"), |view| {
        let recipients = FocusInvite::of(view).expect("a focus").recipients.expect("a body");
        assert!(matches!(recipients, Err(BadDocument::Body(bad)) if bad.status().code() == 400));
    });
    with_view(&broken("to-tag=ours", "to-tagg=our"), |view| {
        assert!(matches!(FocusInvite::of(view).expect("a focus").replaced_dialog, Some(Err(_))));
    });
    with_view(&broken("abcdef-1234", "abcdef 1234"), |view| {
        assert_eq!(FocusInvite::of(view).expect("a focus").replaced_contribution, None, "no single word");
    });
}

#[test]
fn lists_that_are_none_are_refused() {
    let recipients = |document: &str| Recipients::parse(document.as_bytes()).map(|list| list.iter().count());
    assert_eq!(recipients("<resource-lists/>"), Ok(0));
    assert_eq!(recipients("<a:resource-lists><a:list><a:entry uri='x'/></a:list></a:resource-lists>"), Ok(1));
    // An entry within an entry is no entry of the list around both, and the list goes on behind it.
    let odd = "<resource-lists><list><entry uri='a'><list><entry uri='b'/></list></entry><entry uri='c'/></list></resource-lists>";
    assert_eq!(recipients(odd), Ok(2));
    for bad in [
        "",
        "sip:a@b",
        "<list><entry uri='x'/></list>",
        "<resource-lists>",
        "<resource-lists/><resource-lists/>",
        "<resource-lists/>x",
        "<resource-lists><list><entry/></list></resource-lists>",
        "<resource-lists><list></resource-lists></list>",
        "<!DOCTYPE x [<!ENTITY y 'z'>]><resource-lists/>",
        &format!("<resource-lists>{}", "<list>".repeat(limits::DOCUMENT_DEPTH_MAX)),
    ] {
        assert_eq!(recipients(bad), Err(BadDocument::Xml), "{bad:.60}");
    }
    let long = format!("<resource-lists/>{}", " ".repeat(limits::DOCUMENT_OCTETS_MAX));
    assert_eq!(recipients(&long), Err(BadDocument::TooLong));
    assert_eq!(BadDocument::TooLong.status().code(), 413);
    let short = |count: usize| {
        let entries = "<entry uri='tel:+15550002'/>".repeat(count);
        format!("<resource-lists><list>{entries}</list></resource-lists>")
    };
    assert_eq!(recipients(&short(limits::RECIPIENTS_MAX)), Ok(limits::RECIPIENTS_MAX));
    let bad = Recipients::parse(short(limits::RECIPIENTS_MAX + 1).as_bytes()).expect_err("one too many");
    assert_eq!((bad, bad.status().code()), (BadDocument::TooManyRecipients, 413));
}

#[test]
fn recipients_come_back_as_they_were_written() {
    let uris = [&b"tel:+15550002"[..], b"sip:a@b;x=\"<&>\""];
    let document = written(|out| write_recipients(out, uris.into_iter()));
    let read = Recipients::parse(&document).expect("our own list");
    let read: Vec<Vec<u8>> = read.iter().map(|recipient| recipient.uri.octets().collect()).collect();
    assert_eq!(read, uris);
}

/// What a document says, one line for each event.
fn told(document: &str) -> Result<Vec<String>, BadDocument> {
    let info = ConferenceInfo::parse(document.as_bytes())?;
    let name = |name: Option<Escaped<'_>>| name.map_or("-".into(), text);
    let told = info.events().map(|event| match event {
        ConferenceEvent::Subject(subject) => format!("subject {}", text(subject)),
        ConferenceEvent::DisplayText(words) => format!("called {}", text(words)),
        ConferenceEvent::UserCount(count) => format!("{count} users"),
        ConferenceEvent::WholeRoster => "these are all".into(),
        ConferenceEvent::User(user) => {
            format!("{} {} {:?}", text(user.entity), name(user.display), user.presence)
        }
    });
    Ok(told.collect())
}

fn text(text: Escaped<'_>) -> String {
    String::from_utf8(text.octets().collect()).expect("UTF-8")
}

const FULL: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:hikers-7@focus.example.net\" state=\"full\" version=\"1\">
 <conference-description xml:lang=\"en-us\"><display-text>Hikers</display-text><subject>The hut &amp; the way</subject>
  <service-info><entry><uri>sip:x@y</uri></entry></service-info></conference-description>
 <host-info><display-text>not the group's</display-text></host-info>
 <conference-state><user-count>34</user-count><active>true</active></conference-state>
 <users>
  <user entity=\"tel:+15550001\" state=\"full\"><display-text>Ann</display-text>
   <associated-aors><entry><uri>sip:ann@b</uri></entry></associated-aors>
   <endpoint entity=\"sip:ann@10.0.0.1\"><display-text>Ann's phone</display-text><status>on-hold</status>
    <media id=\"1\"><display-text>chat</display-text><status>sendrecv</status></media></endpoint>
   <endpoint entity=\"sip:ann@10.0.0.2\"><status>disconnected</status></endpoint></user>
  <user entity=\"tel:+15550002\"><endpoint entity=\"x\"><status>alerting</status></endpoint></user>
  <user entity=\"tel:+15550003\"/>
 </users>
 <sidebars-by-ref><entry><uri>sips:z@focus.example.net</uri></entry></sidebars-by-ref>
</conference-info>";

#[test]
fn a_full_document_tells_the_whole_group() {
    let info = ConferenceInfo::parse(FULL.as_bytes()).expect("a good document");
    assert!(info.entity.says(b"sip:hikers-7@focus.example.net"));
    assert_eq!((info.state, info.version), (DocumentState::Full, Some(1)));
    let expected = [
        "called Hikers",
        "subject The hut & the way",
        "34 users",
        "these are all",
        "tel:+15550001 Ann Some(Present)",
        "tel:+15550002 - Some(Pending)",
        "tel:+15550003 - None",
    ];
    assert_eq!(told(FULL).expect("a good document"), expected);
    let shown = format!("{info:?} {:?}", info.events().collect::<Vec<_>>());
    for secret in ["555", "Ann", "hikers", "hut"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_partial_document_tells_what_has_changed() {
    let partial = |inside: &str| {
        format!("<ci:conference-info xmlns:ci=\"u\" entity='sip:g@f' state='partial' version='2'>{inside}</ci:conference-info>")
            .replace("<conference", "<ci:conference")
            .replace("</conference", "</ci:conference")
    };
    for (inside, expected) in [
        ("", &[][..]),
        ("<conference-description><subject/></conference-description>", &["subject "]),
        ("<conference-state><user-count>many</user-count></conference-state>", &[]),
        (
            "<users state='partial'><user entity='tel:+1' state='deleted'/></users>",
            &["tel:+1 - Some(Absent(None))"],
        ),
        (
            "<users state='partial'><user entity='tel:+1' state='partial'><endpoint entity='e' state='deleted'/></user></users>",
            &["tel:+1 - Some(Absent(None))"],
        ),
        (
            "<users state='partial'><user entity='tel:+1'><endpoint entity='e'><status>disconnected</status><disconnection-method>booted</disconnection-method></endpoint></user></users>",
            &["tel:+1 - Some(Absent(Some(Booted)))"],
        ),
        (
            "<users state='partial'><user entity='tel:+1' state='deleted'><endpoint entity='e'><status>connected</status><disconnection-method> departed </disconnection-method></endpoint></user></users>",
            &["tel:+1 - Some(Absent(Some(Departed)))"],
        ),
        (
            "<users state='partial'><user entity='tel:+1'><endpoint entity='e'><status><!-- x -->connected</status></endpoint></user><user entity='tel:+2'/></users>",
            &["tel:+1 - Some(Present)", "tel:+2 - None"],
        ),
        ("<users state='full'><user entity='tel:+1'/></users>", &["these are all", "tel:+1 - None"]),
        // Who forgets the word there means the change.
        ("<users><user entity='tel:+1' state='deleted'/></users>", &["tel:+1 - Some(Absent(None))"]),
    ] {
        assert_eq!(told(&partial(inside)).expect("a good document"), expected, "{inside}");
    }
    let info = "<conference-info entity='sip:g@f' state='deleted' version='9'/>";
    let info = ConferenceInfo::parse(info.as_bytes()).expect("a good document");
    assert_eq!((info.state, info.events().count()), (DocumentState::Deleted, 0));
}

#[test]
fn documents_that_are_none_are_refused() {
    let root = |inside: &str| format!("<conference-info entity='sip:g@f'>{inside}</conference-info>");
    assert_eq!(told(&root("")), Ok(vec![]));
    for bad in [
        "",
        "hello",
        "<conference-info/>",
        "<conference-info entity='sip:g@f'>",
        "<conference-info entity='sip:g@f' state='new'/>",
        "<conference-info entity='sip:g@f' version='-1'/>",
        "<conference-info entity='sip:g@f' version='4294967296'/>",
        "<conference-info entity='sip:g@f'/><conference-info entity='sip:g@f'/>",
        "<conference-info entity='sip:g@f'/>x",
        "x<conference-info entity='sip:g@f'/>",
        "<users><user entity='tel:+1'/></users>",
        &root("<users><user/></users>"),
        &root("<users state='most'/>"),
        &root("<users><user entity='x' state='gone'/></users>"),
        &root("<users><user entity='x'><endpoint state='gone'/></user></users>"),
        &root("<users><user entity='x'></users></user>"),
        &root("<![CDATA[x]]>"),
        &root(&"<a>".repeat(limits::DOCUMENT_DEPTH_MAX)),
        &root(&"<a/>".repeat(limits::DOCUMENT_TAGS_MAX)),
    ] {
        assert_eq!(told(bad), Err(BadDocument::Xml), "{bad:.70}");
    }
    let long = root(&" ".repeat(limits::DOCUMENT_OCTETS_MAX));
    assert_eq!(told(&long).expect_err("too long").status().code(), 413);
    for length in 0..FULL.len() {
        assert!(told(&FULL[..length]).is_err(), "{length} octets are not the whole document");
    }
}

#[test]
fn a_roster_comes_back_as_it_was_written() {
    let users = [
        Participant { entity: b"tel:+15550001", display: b"Ann \"<&>\"", presence: Presence::Present },
        Participant { entity: b"sip:a@b;x=\"&\"", display: b"", presence: Presence::Pending },
        Participant { entity: b"tel:+15550003", display: b"C", presence: Presence::Absent(None) },
        Participant {
            entity: b"tel:+15550004",
            display: b"D",
            presence: Presence::Absent(Some(Departure::Failed)),
        },
    ];
    for state in [DocumentState::Full, DocumentState::Partial] {
        let roster =
            Roster { entity: b"sip:g@f;gr=\"1\"", state, version: 7, subject: Some(b"a & b"), users: &users };
        let document = written(|out| roster.write(out));
        let info = ConferenceInfo::parse(&document).expect("our own document");
        assert!(info.entity.says(roster.entity));
        assert_eq!((info.state, info.version), (state, Some(7)));
        let mut events = info.events();
        assert!(matches!(events.next(), Some(ConferenceEvent::Subject(subject)) if subject.says(b"a & b")));
        if state == DocumentState::Full {
            assert_eq!(events.next(), Some(ConferenceEvent::WholeRoster));
        }
        for written in users {
            let Some(ConferenceEvent::User(user)) = events.next() else { panic!("a user") };
            assert!(user.entity.says(written.entity));
            assert_eq!(user.presence, Some(written.presence));
            assert_eq!(user.display.map(text).unwrap_or_default().as_bytes(), written.display);
        }
        assert_eq!(events.next(), None);
    }
    let mut small = [0; 64];
    let mut out = Writer::new(&mut small);
    Roster { entity: b"sip:g@f", state: DocumentState::Full, version: 1, subject: None, users: &users }
        .write(&mut out);
    assert!(out.finish().is_err(), "a small buffer is an overflow and no short document");
}

#[test]
fn documents_are_worked_on_in_the_order_of_their_versions() {
    let judge = |tracker: &mut VersionTracker, version: &str, state: &str| {
        let document = format!("<conference-info entity='sip:g@f' {version} state='{state}'/>");
        tracker.judge(&ConferenceInfo::parse(document.as_bytes()).expect("a good document"))
    };
    let mut tracker = VersionTracker::default();
    // RFC 4575 4.6
    for (version, state, verdict) in [
        ("version='5'", "partial", Coherence::Gap),
        ("version='5'", "full", Coherence::Apply),
        ("version='5'", "full", Coherence::Stale),
        ("version='4'", "partial", Coherence::Stale),
        ("version='6'", "partial", Coherence::Apply),
        ("version='8'", "partial", Coherence::Gap),
        ("version='7'", "partial", Coherence::Apply),
        ("", "partial", Coherence::Apply),
        ("version='20'", "full", Coherence::Apply),
        ("version='21'", "partial", Coherence::Apply),
        ("version='20'", "deleted", Coherence::Stale),
        ("version='30'", "deleted", Coherence::Apply),
        ("version='4294967295'", "full", Coherence::Apply),
        ("version='4294967295'", "partial", Coherence::Stale),
    ] {
        assert_eq!(judge(&mut tracker, version, state), verdict, "{version} {state}");
    }
}
