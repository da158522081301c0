//! Table 2.4: every parameter of a short message that the gateway submits, read octet by octet (TS 23.040 9.2.2.2).

use tempo::Duration;

use crate::paper::call::ALICE;
use crate::paper::plan::POOL;
use crate::paper::sms_side::{CENTRE_NUMBER, Submitted};
use crate::paper::stage::BOB;
use crate::paper::{Plan, Stage, on_every_layout};

/// The octets of an SMS-SUBMIT to Bob.
struct Octets {
    first: u8,
    reference: u8,
    /// Length in digits, type of number and plan, digits in semi-octets.
    destination: Vec<u8>,
    protocol: u8,
    coding: u8,
    validity: u8,
    /// TP-UDL and TP-UD.
    user_data: Vec<u8>,
}

fn octets(submitted: &Submitted) -> Octets {
    let message = diameter::MessageView::parse(&submitted.request).expect("sound");
    let tpdu = message.find(diameter::AvpId::SM_RP_UI).expect("a TPDU").data;
    let digits = usize::from(tpdu[2]);
    let (address, rest) = tpdu[2..].split_at(2 + digits.div_ceil(2));
    Octets {
        first: tpdu[0],
        reference: tpdu[1],
        destination: address.to_vec(),
        protocol: rest[0],
        coding: rest[1],
        validity: rest[2],
        user_data: rest[3..].to_vec(),
    }
}

#[test]
fn every_parameter_of_a_short_message_is_as_the_table_has_it() {
    on_every_layout(|layout| {
        let mut plan = Plan::new(layout);
        // Neither is on the grid of five minutes.
        plan.policy.answer_timer = Duration::from_secs(601);
        plan.policy.message_validity = Duration::from_secs(24 * 3600);
        let mut stage = Stage::inviting(plan);
        stage.sms_user_says("YES");
        stage.ack(0);
        stage.connect(0);
        stage.send_text(0, "short", "");
        stage.send_text(0, &"long ".repeat(40), "Success-Report: yes\r\n");
        stage.send_text(0, "\u{43F}\u{440}\u{438}\u{432}\u{435}\u{442}", "");
        let read: Vec<Octets> = stage.network.sms.submitted.iter().map(octets).collect();
        let [invitation, short, first, second, cyrillic] = &read[..] else {
            panic!("{} of them", read.len())
        };
        for each in &read {
            // interworking 2.4 TP-MTI and TP-RD: 01, and nothing is sent again.
            assert_eq!(each.first & 0b0000_0111, 0b001);
            // interworking 2.4 TP-VP: TP-VPF 10.
            assert_eq!(each.first & 0b0001_1000, 0b1_0000);
            // interworking 2.4 TP-RP
            assert_eq!(each.first & 0b1000_0000, 0);
            // interworking 2.4 TP-DA: ten digits, international, E.164.
            assert_eq!(each.destination, [10, 0x91, 0x94, 0x51, 0x55, 0x00, 0x10]);
            // interworking 2.4 TP-PID
            assert_eq!(each.protocol, 0);
        }
        // interworking 2.4 TP-VP: ten minutes and a second are fifteen; 0xA7 is a day.
        assert_eq!((invitation.validity, short.validity), (2, 0xA7));
        // interworking 2.4 TP-SRR: of every segment of what asked for it.
        assert_eq!([invitation, short, first, second].map(|each| each.first & 0x20), [0, 0, 0x20, 0x20]);
        // interworking 2.4 TP-UDHI
        assert_eq!([invitation, short, first, second].map(|each| each.first & 0x40), [0, 0, 0x40, 0x40]);
        // interworking 2.4 TP-MR
        let references: Vec<u8> =
            read.iter().map(|each| each.reference.wrapping_sub(invitation.reference)).collect();
        assert_eq!(references, [0, 1, 2, 3, 4]);
        // interworking 2.4 TP-DCS, 11 row 25
        assert_eq!([short.coding, first.coding, cyrillic.coding], [0x00, 0x00, 0x08]);
        // interworking 2.4 TP-UD: "short" in seven bits; then UDH: five octets, IEI 00, three octets, reference, total, sequence.
        assert_eq!(short.user_data, [5, 0x73, 0xF4, 0x5B, 0x4E, 0x07][..]);
        assert_eq!(first.user_data[1..4], [0x05, 0x00, 0x03]);
        assert_eq!(first.user_data[4], second.user_data[4]);
        assert_eq!((&first.user_data[5..7], &second.user_data[5..7]), (&[2, 1][..], &[2, 2][..]));
        assert_eq!(cyrillic.user_data[..3], [12, 0x04, 0x3F]);
        for submitted in &stage.network.sms.submitted {
            // interworking 2.4 SM-RP-OA
            assert!(
                POOL.contains(&&submitted.number[..]) && submitted.number != ALICE.trim_start_matches('+')
            );
            // interworking 2.4 SM-RP-DA
            assert_eq!(submitted.service_centre, CENTRE_NUMBER);
            assert_eq!(format!("+{}", submitted.sms_user), BOB);
        }
        assert_eq!(stage.request(0, "BYE"), Some(200));
        stage
    });
}
