//! Nothing on the wire makes us panic, read beyond the end, or take what we would not write.

use msrp::composing::Composing;
use msrp::cpim::{Address, escape, unescape};
use msrp::imdn::Imdn;
use msrp::{
    Answer, ChunkView, ContentKind, Cpim, Frame, MsrpPath, MsrpUri, Offer, Reassembly, SessionId, Skip,
    Status, TransactionId, frame, frame_from, write_refusal, write_response,
};
use octets::Writer;
use proptest::prelude::*;

use crate::carrying::{CPIM, IMDN};
use crate::describing::CLIENT;
use crate::stream::SEND;

/// Gives `bytes` to everything that reads.
fn read_all(bytes: &[u8]) {
    let mut buffer = [0; 4096];
    if let Frame::Complete { length } = frame(bytes, 1000) {
        assert!(length <= bytes.len());
    }
    let _ = frame_from(bytes, bytes.len() / 2, 1000);
    let _ = Skip::over(bytes).map(|skip| skip.through(bytes));
    if let Ok(seen) = ChunkView::parse(bytes) {
        let _ = Reassembly::new(1, 100).accept(1, &seen);
        let mut out = Writer::new(&mut buffer);
        if write_response(&mut out, &seen, Status::OK, None).is_ok() {
            let answer =
                ChunkView::parse(out.written()).expect("our own answer is sound, whatever was asked");
            assert_eq!(answer.transaction_id(), seen.transaction_id());
        }
    }
    let mut out = Writer::new(&mut buffer);
    if write_refusal(&mut out, bytes, Status::BAD_REQUEST) {
        ChunkView::parse(out.written()).expect("our own refusal is sound");
    }
    let _ = MsrpUri::parse(bytes);
    let _ = MsrpPath::parse(bytes).map(|path| path.iter().count());
    if let Ok(offer) = Offer::parse(bytes) {
        let answer = Answer {
            offer: &offer,
            address: b"192.0.2.7",
            port: 2855,
            path: b"msrp://192.0.2.7:2855/s;tcp",
            session: 1,
            version: 1,
            max_size: 1,
            fingerprint: None,
            cema: true,
        };
        let mut out = Writer::new(&mut buffer);
        if answer.write(&mut out).is_ok() {
            Offer::parse(out.written()).expect("our own answer is sound");
        }
    }
    let _ = Cpim::parse(bytes).map(|cpim| (cpim.from_address(), cpim.content_kind()));
    let _ = Address::parse(bytes);
    unescape(bytes, &mut Writer::new(&mut buffer));
    escape(bytes, &mut Writer::new(&mut buffer));
    let _ = Imdn::parse(bytes).map(|imdn| imdn.names(bytes));
    let _ = Composing::parse(bytes);
    let _ = ContentKind::of(bytes);
    let _ = SessionId::parse(bytes);
    let _ = TransactionId::parse(bytes);
}

#[test]
fn every_front_of_a_sound_message_is_survived() {
    for sound in [SEND, CPIM, IMDN, CLIENT] {
        for end in 0..=sound.len() {
            read_all(&sound.as_bytes()[..end]);
        }
    }
}

proptest! {
    #[test]
    fn random_octets_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn sound_messages_with_a_few_octets_changed_are_survived(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..6),
    ) {
        let mut bytes = [SEND, CPIM, IMDN, CLIENT][which].as_bytes().to_vec();
        for (index, octet, how) in changes {
            let at = index.index(bytes.len());
            match how {
                0 => bytes[at] = octet,
                1 => bytes.insert(at, octet),
                _ => _ = bytes.remove(at),
            }
        }
        read_all(&bytes);
    }

    /// Octets that mean something, in any order, find more than random ones.
    #[test]
    fn words_of_the_protocols_in_any_order_are_survived(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..40),
    ) {
        read_all(words.concat().as_bytes());
    }
}

const WORDS: &[&str] = &[
    "MSRP ",
    "abcd",
    " SEND",
    " REPORT",
    " 200",
    " OK",
    "\r\n",
    "\n",
    "\r",
    " ",
    "To-Path: ",
    "From-Path: ",
    "msrp://",
    "msrps://",
    "h",
    ":1",
    "/s",
    ";tcp",
    "Message-ID: ",
    "Byte-Range: ",
    "1-5/5",
    "*",
    "-",
    "/",
    "0",
    "18446744073709551615",
    "Content-Type: ",
    "text/plain",
    "message/cpim",
    "-------",
    "$",
    "+",
    "#",
    "v=0",
    "m=message ",
    "9 ",
    "TCP/MSRP ",
    "a=path:",
    "a=accept-types:",
    "a=setup:",
    "a=file-selector:",
    "c=IN IP4 ",
    "NS: ",
    "imdn.",
    "<",
    ">",
    "</",
    "/>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<imdn>",
    "<message-id>",
    "</message-id>",
    "<status>",
    "<delivered/>",
    "&amp;",
    "&#x41;",
    "\\u",
    "D83D",
    "\\",
    "\"",
    "'",
    "Require: ",
    "Content-Length: ",
    "[",
    "]",
    "::1",
    "@",
    "%",
];
