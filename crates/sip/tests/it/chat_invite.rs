//! An INVITE as an S-CSCF hands it over, 1.5 KB of IMS chat.

use sip::{HeaderName, Method, NameAddr, SessionExpires, Uri};

use crate::stage::{Verdict, judge, wire, with_view};

/// Compact and long names mixed, as they arrive.
pub const CHAT: &str = "\
INVITE tel:+15550002;phone-context=ims.example.net SIP/2.0
Via: SIP/2.0/UDP scscf.ims.example.net:6060;branch=z9hG4bK38f9.4ad0b4e2000000.1;i=1
v: SIP/2.0/TCP pcscf.ims.example.net:5060;branch=z9hG4bK38f9.88aa;received=192.0.2.20
Via: SIP/2.0/TCP 10.45.0.7:5060;received=198.51.100.7;rport=40022;branch=z9hG4bK-524287-1---af31
Record-Route: <sip:mo@scscf.ims.example.net:6060;lr>,<sip:mo@pcscf.ims.example.net;lr>
Route: <sip:gw.ims.example.net;lr>, <sip:iscmark@scscf.ims.example.net:6060;lr;s=1;h=0;d=0;a=7369703a616e6e>
Max-Forwards: 66
f: \"Ann\" <sip:+15550001@ims.example.net;user=phone>;tag=3c9a
t: <tel:+15550002>
i: 9f3a-77c1@10.45.0.7
CSeq: 1 INVITE
m: <sip:+15550001@10.45.0.7:5060;transport=tcp>;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\";+sip.instance=\"<urn:gsma:imei:35-0000>\"
a: *;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\"
P-Asserted-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.session
P-Asserted-Identity: <sip:+15550001@ims.example.net;user=phone>, tel:+1-555-0001
P-Served-User: <sip:+15550001@ims.example.net>;sescase=orig;regstate=reg
P-Charging-Vector: icid-value=\"d41d8c\";orig-ioi=ims.example.net
P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=0010100010000001
Conversation-ID: f81d4fae-7dec-11d0-a765-00a0c91e6bf6
Contribution-ID: abcdef-1234-5678-90ab-cdef01234567
Session-Expires: 1800;refresher=uac
k: timer
Allow: INVITE, ACK, OPTIONS, CANCEL, BYE, UPDATE, INFO, REFER, NOTIFY, MESSAGE, PRACK
c: application/sdp
l:    252

v=0
o=- 3801 1 IN IP4 10.45.0.7
s=-
c=IN IP4 10.45.0.7
t=0 0
m=message 9 TCP/MSRP *
a=path:msrp://10.45.0.7:9/abcd1234abcd1234abcd;tcp
a=setup:actpass
a=accept-types:message/cpim
a=accept-wrapped-types:text/plain message/imdn+xml
a=sendrecv
";

#[test]
fn a_chat_invitation_is_read_whole() {
    let message = wire(CHAT);
    assert!(message.len() > 1500, "{}", message.len());
    assert_eq!(judge(&message), Verdict::Fit);
    with_view(&message, |view| {
        assert_eq!(view.method(), Method::Invite);
        let target = Uri::parse(view.request_uri()).expect("a good URI");
        assert_eq!(target.digits(), octets::Digits::from_ascii(b"15550002").ok());
        assert_eq!(view.elements(HeaderName::Via).count(), 3);
        assert_eq!(view.elements(HeaderName::Route).count(), 2);
        assert_eq!(view.max_forwards(), Some(66));
        assert_eq!(view.from_tag(), Some(&b"3c9a"[..]));
        assert_eq!(view.call_id(), b"9f3a-77c1@10.45.0.7");
        assert_eq!(view.contact_uri(), Some(&b"sip:+15550001@10.45.0.7:5060;transport=tcp"[..]));
        assert_eq!(view.content_type(), Some(&b"application/sdp"[..]));
        assert!(view.body().starts_with(b"v=0\r\n") && view.body().ends_with(b"a=sendrecv\r\n"));
        assert!(view.lists(HeaderName::Supported, b"timer"));
        let expires = view.header(HeaderName::SessionExpires).and_then(SessionExpires::parse);
        assert_eq!(expires.map(|expires| expires.seconds), Some(1800));
        assert_eq!(
            view.header(HeaderName::ConversationId),
            Some(&b"f81d4fae-7dec-11d0-a765-00a0c91e6bf6"[..])
        );
    });
}

#[test]
fn feature_tags_and_asserted_numbers_are_found() {
    with_view(&wire(CHAT), |view| {
        let service = &b"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session"[..];
        for header in [HeaderName::AcceptContact, HeaderName::Contact] {
            assert_eq!(view.param(header, b"+g.3gpp.icsi-ref"), Some(service));
        }
        assert_eq!(view.param(HeaderName::Contact, b"+SIP.instance"), Some(&b"<urn:gsma:imei:35-0000>"[..]));
        assert_eq!(view.param(HeaderName::PServedUser, b"sescase"), Some(&b"orig"[..]));
        let number = octets::Digits::from_ascii(b"15550001").ok();
        let asserted: Vec<_> = view
            .elements(HeaderName::PAssertedIdentity)
            .map(|value| {
                NameAddr::parse_asserted(value)
                    .and_then(|value| value.parsed_uri())
                    .and_then(|uri| uri.digits())
            })
            .collect();
        assert_eq!(asserted, [number, number]);
    });
}

#[test]
fn nothing_of_the_people_prints() {
    with_view(&wire(CHAT), |view| {
        let contact = view.contact().expect("a good Contact");
        let shown = format!(
            "{view:?} {:?} {:?} {contact:?} {:?} {:?} {:?} {:?}",
            view.from(),
            view.via(),
            contact.parsed_uri(),
            contact.params,
            view.media_type(),
            sip::Dialog::as_uas(*view, b"our"),
        );
        for secret in ["1555", "Ann", "10.45", "9f3a", "cpm"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    });
}
