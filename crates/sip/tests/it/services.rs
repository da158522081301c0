//! TS 24.229 7.9.2, RFC 6050, RFC 3840: which service a message names.

use sip::{HeaderName, NameAddr, ServiceKind, Services};

use crate::chat_invite::CHAT;
use crate::stage::{wire, with_view};

fn named(headers: &str) -> ServiceKind {
    let message = format!("INVITE tel:+15550002 SIP/2.0\n{headers}\nContent-Length: 0\n\n");
    with_view(&wire(&message), ServiceKind::of)
}

const ICSI: &str = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.";
const ESCAPED: &str = "urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.";

#[test]
fn every_service_is_known_by_its_name() {
    for (suffix, kind) in [
        ("session", ServiceKind::Chat),
        ("session.group", ServiceKind::GroupChat),
        ("msg", ServiceKind::PagerMessage),
        ("largemsg", ServiceKind::LargeMessage),
        ("filetransfer", ServiceKind::FileTransfer),
        ("session.other", ServiceKind::Unnamed),
        ("sessions", ServiceKind::Unnamed),
        ("", ServiceKind::Unnamed),
    ] {
        for header in [
            format!("P-Asserted-Service: {ICSI}{suffix}"),
            format!("P-Preferred-Service: {ICSI}{suffix}"),
            format!("Accept-Contact: *;+g.3gpp.icsi-ref=\"{ESCAPED}{suffix}\";require;explicit"),
            format!("a: *; +G.3GPP.ICSI-REF = \"{}\"", format!("{ESCAPED}{suffix}").to_uppercase()),
            format!("m: <sip:a@192.0.2.1>;+g.3gpp.icsi-ref=\"{ESCAPED}{suffix}\""),
            format!("m: sip:a@192.0.2.1;+g.3gpp.icsi-ref=\"{ICSI}{suffix}\""),
            format!("Feature-Caps: *;+g.3gpp.icsi-ref=\"{ESCAPED}{suffix}\""),
        ] {
            assert_eq!(named(&header), kind, "{header}");
        }
    }
    assert_eq!(with_view(&wire(CHAT), ServiceKind::of), ServiceKind::Chat);
}

#[test]
fn a_list_is_searched_to_its_end() {
    for list in [
        format!("urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel,{ESCAPED}session"),
        format!("urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel%2C {ESCAPED}session"),
        format!(",,{},{ESCAPED}session,", "x".repeat(5000)),
    ] {
        assert_eq!(named(&format!("a: *;+g.3gpp.icsi-ref=\"{list}\"")), ServiceKind::Chat, "{list:.80}");
    }
    let second = format!("a: *;video, *;+g.3gpp.icsi-ref=\"{ESCAPED}msg\"");
    assert_eq!(named(&second), ServiceKind::PagerMessage);
}

#[test]
fn oma_im_and_joyn_are_chat() {
    assert_eq!(named("a: *;+g.oma.sip-im"), ServiceKind::Chat);
    assert_eq!(named("m: <sip:a@b>;+g.oma.sip-im;+g.oma.sip-im.large-message"), ServiceKind::Chat);
    assert_eq!(named("m: <sip:a@b>;+g.oma.sip-im=\"TRUE\""), ServiceKind::Chat);
    // Cut at the room for it, this would read as a good name.
    assert_eq!(
        named(&format!("a: *;+g.3gpp.icsi-ref=\"{ESCAPED}session{}x\"", " ".repeat(90))),
        ServiceKind::Unnamed
    );
    assert_eq!(named("m: <sip:a@b>;+g.oma.sip-im=\"FALSE\""), ServiceKind::Unnamed);
    let joyn = "a: *;+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.rcse.im\"";
    assert_eq!(named(joyn), ServiceKind::Chat);
    assert_eq!(named(&joyn.replace("rcse.im", "rcse.ft")), ServiceKind::FileTransfer);
}

#[test]
fn the_header_with_more_authority_decides() {
    let contact = format!("m: <sip:a@b>;+g.3gpp.icsi-ref=\"{ESCAPED}filetransfer,{ESCAPED}session\"\n");
    assert_eq!(named(contact.trim_end()), ServiceKind::Chat, "what the device can do is not what it wants");
    let wanted = format!("{contact}a: *;+g.3gpp.icsi-ref=\"{ESCAPED}largemsg\"");
    assert_eq!(named(&wanted), ServiceKind::LargeMessage);
    let preferred = format!("{wanted}\nP-Preferred-Service: {ICSI}session.group");
    assert_eq!(named(&preferred), ServiceKind::GroupChat);
    let asserted = format!("{preferred}\nP-Asserted-Service: {ICSI}msg");
    assert_eq!(named(&asserted), ServiceKind::PagerMessage);
    let unknown = format!("{preferred}\nP-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.mmtel");
    assert_eq!(named(&unknown), ServiceKind::GroupChat, "who names nothing that we know decides nothing");
    let both =
        format!("a: *;+g.3gpp.icsi-ref=\"{ESCAPED}session\", *;+g.3gpp.icsi-ref=\"{ESCAPED}session.group\"");
    assert_eq!(named(&both), ServiceKind::GroupChat, "a group is also a session");
}

#[test]
fn what_only_resembles_a_name_names_nothing() {
    for header in [
        "",
        "a: *;+g.3gpp.icsi-ref",
        "a: *;+g.3gpp.icsi-ref=\"\"",
        "a: *;+g.3gpp.icsi-ref=\"%\"",
        "a: *;+g.3gpp.icsi-ref=\"urn%3\"",
        "a: *;+g.3gpp.icsi-ref=\"!urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"",
        "Subject: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session",
        "Reject-Contact: *;+g.oma.sip-im",
    ] {
        assert_eq!(named(header), ServiceKind::Unnamed, "{header}");
    }
}

#[test]
fn several_services_are_kept_apart() {
    let text = format!("<sip:a@b>;+g.3gpp.icsi-ref=\"{ESCAPED}msg,{ESCAPED}session\";+g.3gpp.smsip");
    let services = Services::of_features(NameAddr::parse(text.as_bytes()).expect("a Contact").params);
    assert!(services.contains(ServiceKind::Chat) && services.contains(ServiceKind::PagerMessage));
    assert!(!services.contains(ServiceKind::FileTransfer) && !services.contains(ServiceKind::Unnamed));
    assert!(!services.is_empty() && Services::default().is_empty());
    assert_eq!(format!("{services:?}"), "{Chat, PagerMessage}");
    assert_eq!(HeaderName::parse(b"feature-caps"), HeaderName::FeatureCaps);
}
