//! Numbers, names, texts and session-ids do not print (L11).

use msrp::cpim::CpimHeaders;
use msrp::imdn::{Fate, Imdn, Notification, NotificationDocument};
use msrp::{ChunkView, Cpim, Offer, Reassembly};
use tempo::Civil;

use crate::carrying::{CPIM, IMDN};
use crate::describing::CLIENT;
use crate::stream::{SEND, chunk, send, view};

#[test]
fn nothing_of_a_person_prints() {
    let seen = view(SEND);
    let cpim = Cpim::parse(CPIM.as_bytes()).expect("a sound message");
    let offer = Offer::parse(CLIENT.as_bytes()).expect("a sound offer");
    let imdn = Imdn::parse(IMDN.as_bytes()).expect("a sound document");
    let mut reassembly = Reassembly::new(1, 100);
    let part = chunk("m", 1, "*", b"Hello", '+');
    let _ = reassembly.accept(1, &ChunkView::parse(&part).expect("a sound chunk"));
    let headers = CpimHeaders { from: b"<tel:+447700900456>", ..CpimHeaders::default() };
    let date_time = Civil { year: 2026, month: 1, day: 18, hour: 15, minute: 30, second: 40 };
    let document = NotificationDocument {
        message_id: b"Msg34jk",
        date_time,
        recipient_uri: b"tel:+447700900456",
        original_recipient_uri: None,
        notification: Notification::Delivery,
        fate: Fate::Delivered,
    };
    let shown = [
        format!("{seen:?} {:?} {:?}", seen.to_path(), seen.from_path().first()),
        format!("{:?}", send(b"t1234567")),
        format!("{cpim:?} {:?} {:?}", cpim.from_address(), headers),
        format!("{offer:?} {:?} {:?}", offer.connection, offer.accept_types),
        format!("{imdn:?} {document:?} {reassembly:?}"),
    ]
    .concat();
    for secret in [
        "Alice",
        "alice",
        "iau39",
        "9di4",
        "447700",
        "Hello",
        "Hallo",
        "198.51",
        "anonymous",
        "Msg34jk",
        "192.0",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
