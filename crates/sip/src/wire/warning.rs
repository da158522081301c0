//! Warning: what a status code cannot say (RFC 3261 20.43).

use octets::Writer;

use super::message_writer::{put_quoted, put_value};

/// Writes one value: `399 gw.example.net "127 Service not authorised"`. `agent` is our name, or a host and port.
pub fn write_warning(out: &mut Writer<'_>, code: u16, agent: &[u8], text: &[u8]) {
    out.decimal_padded(u64::from(code), 3);
    out.u8(b' ');
    put_value(out, agent);
    out.u8(b' ');
    put_quoted(out, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stay_inside_their_quotes() {
        let mut buffer = [0; 80];
        let mut out = Writer::new(&mut buffer);
        write_warning(&mut out, 399, b"gw.example.net", b"a \"b\" \\ \r\nEvil: 1");
        assert_eq!(out.written(), b"399 gw.example.net \"a \\\"b\\\" \\\\   Evil: 1\"");
    }
}
