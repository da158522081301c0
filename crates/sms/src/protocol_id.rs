//! TP-PID (TS 23.040 9.2.3.9): the values that change what a gateway does.

/// A plain short message.
pub const PLAIN: u8 = 0x00;

/// Short message type 0: acknowledged and discarded, nobody may see it.
pub const TYPE_0: u8 = 0x40;

/// The first of the seven "replace short message" types.
pub const REPLACE_TYPE_1: u8 = 0x41;

/// The last of the seven "replace short message" types.
pub const REPLACE_TYPE_7: u8 = 0x47;

/// A return call message.
pub const RETURN_CALL: u8 = 0x5F;

/// Internet e-mail, as a telematic device.
pub const EMAIL: u8 = 0x32;

/// Is it for the terminal or its card instead of for a person? Type 0, and the download types.
pub fn is_for_the_machine(protocol_id: u8) -> bool {
    matches!(protocol_id, TYPE_0 | 0x7C..=0x7F)
}
