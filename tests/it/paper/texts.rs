//! SIP and MSRP as a person reads them in a trace: lines, split where the colon is.
//!
//! On purpose not the product's parsers: what the peers see is judged by eyes of their own.

/// One SIP message.
#[derive(Clone)]
pub struct SipText(String);

/// One MSRP request or response.
#[derive(Clone)]
pub struct MsrpText(String);

impl SipText {
    pub fn new(bytes: &[u8]) -> Self {
        // What is copied from a damaged request may be no text any more.
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert!(text.contains("\r\n\r\n"), "a SIP message has an end of its headers");
        SipText(text)
    }

    /// The whole message.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The status code; `None` for a request.
    pub fn status(&self) -> Option<u16> {
        self.0.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
    }

    /// The method of a request, or the one that a response answers.
    pub fn method(&self) -> &str {
        match self.status() {
            None => self.0.split(' ').next().unwrap_or_default(),
            Some(_) => self.need("CSeq").split(' ').nth(1).expect("CSeq has a method"),
        }
    }

    /// The Request-URI.
    pub fn request_uri(&self) -> &str {
        self.0.split(' ').nth(1).expect("a request line has a URI")
    }

    /// The value of the first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).into_iter().next()
    }

    /// The value of a header that has to be there.
    pub fn need(&self, name: &str) -> &str {
        self.header(name).unwrap_or_else(|| panic!("no {name} in\n{}", self.0))
    }

    /// The values of all headers of this name.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        headers(self.head(), name)
    }

    /// Behind the empty line, as long as Content-Length says.
    pub fn body(&self) -> &str {
        let body = &self.0[self.head().len() + 4..];
        let length = self.header("Content-Length").map(|length| length.trim().parse::<usize>());
        assert_eq!(length, Some(Ok(body.len())), "Content-Length is the length of the content");
        body
    }

    /// The tag of To.
    pub fn to_tag(&self) -> Option<&str> {
        self.need("To").split(";tag=").nth(1)
    }

    /// What stands between the angle brackets of Contact.
    pub fn contact(&self) -> &str {
        between(self.need("Contact"), "<", ">")
    }

    fn head(&self) -> &str {
        self.0.split("\r\n\r\n").next().unwrap_or_default()
    }
}

impl MsrpText {
    /// Takes the first whole message off `octets`.
    pub fn take(octets: &mut Vec<u8>) -> Option<MsrpText> {
        let text = String::from_utf8_lossy(octets).into_owned();
        let transaction = text.strip_prefix("MSRP ")?.split(' ').next()?.to_string();
        let end = format!("-------{transaction}");
        let at = text.find(&end)? + end.len() + 3;
        let whole = text.get(..at)?;
        assert!(whole.ends_with("\r\n"), "an end-line ends its line");
        octets.drain(..at);
        Some(MsrpText(whole.to_string()))
    }

    /// The whole message.
    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn transaction(&self) -> &str {
        self.0.split(' ').nth(1).expect("a start line has a transaction")
    }

    /// The status code; `None` for a request.
    pub fn status(&self) -> Option<u16> {
        let third = self.0.split([' ', '\r']).nth(2)?;
        third.parse().ok()
    }

    /// The method of a request.
    pub fn method(&self) -> Option<&str> {
        self.status().is_none().then(|| self.0.split([' ', '\r']).nth(2).unwrap_or_default())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        headers(self.0.split("\r\n\r\n").next().unwrap_or_default(), name).into_iter().next()
    }

    /// What is carried, without the end-line.
    pub fn body(&self) -> &str {
        let Some(at) = self.0.find("\r\n\r\n") else { return "" };
        let end = self.0.rfind("\r\n-------").expect("an end-line");
        self.0.get(at + 4..end).unwrap_or_default()
    }
}

fn headers<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
}

/// What stands in `text` between `open` and the next `close`.
pub fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let behind = text.split_once(open).unwrap_or_else(|| panic!("no {open:?} in {text:?}")).1;
    behind.split_once(close).unwrap_or_else(|| panic!("no {close:?} in {text:?}")).0
}
