//! A chat user's side of pager mode: the MESSAGEs that the UE and its S-CSCF write, and what is in those of the gateway.

use shard::SHARED_SIP;

use super::call::{ALICE, SCSCF, UE};
use super::stage::Stage;
use super::texts::{SipText, between};

/// A MESSAGE outside of any dialog.
#[derive(Clone)]
pub struct Page {
    /// The Request-URI.
    pub uri: String,
    /// Header lines beside those that every MESSAGE has.
    pub headers: Vec<String>,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Page {
    /// A text of Alice to this number.
    pub fn to(number: &str, text: &str) -> Self {
        Page {
            uri: format!("tel:{number}"),
            headers: vec![format!("P-Asserted-Identity: <sip:alice@ims.example>, <tel:{ALICE}>")],
            content_type: "text/plain;charset=UTF-8".to_string(),
            body: text.as_bytes().to_vec(),
        }
    }

    /// The same inside CPIM, with these header lines of it.
    pub fn wrapped(number: &str, text: &str, headers: &str) -> Self {
        let body = format!(
            "From: <sip:alice@ims.example>\r\nTo: <tel:{number}>\r\n{headers}\r\n\
             Content-Type: text/plain;charset=UTF-8\r\n\r\n{text}"
        );
        Self::to(number, "").carrying("message/cpim", body)
    }

    /// The same, asking for these notifications.
    pub fn asking(number: &str, text: &str, disposition: &str) -> Self {
        let headers = format!(
            "NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: imdn77\r\nimdn.Disposition-Notification: {disposition}\r\n"
        );
        Self::wrapped(number, text, &headers)
    }

    /// With another body.
    pub fn carrying(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.content_type = content_type.to_string();
        self.body = body.into();
        self
    }

    /// With one more header line.
    pub fn with(mut self, header: &str) -> Self {
        self.headers.push(header.to_string());
        self
    }

    /// Without the identity that the network asserts.
    pub fn without_identity(mut self) -> Self {
        self.headers.clear();
        self
    }

    /// The MESSAGE, as the S-CSCF passes it on.
    pub fn message(&self, place: usize) -> Vec<u8> {
        let headers: String = self.headers.iter().map(|line| format!("{line}\r\n")).collect();
        let content_type = match self.content_type.is_empty() {
            true => String::new(),
            false => format!("Content-Type: {}\r\n", self.content_type),
        };
        let uri = &self.uri;
        let mut message = format!(
            "MESSAGE {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {SCSCF};branch=z9hG4bK-page-{place}\r\n\
             Via: SIP/2.0/UDP {UE};branch=z9hG4bK-page-{place}-ue\r\n\
             Max-Forwards: 68\r\n\
             Route: <sip:10.0.0.1;lr>, <sip:iscmark@{SCSCF};lr;s=1>\r\n\
             From: <sip:alice@ims.example>;tag=page-{place}\r\n\
             To: <{uri}>\r\n\
             Call-ID: page-{place}@{}\r\n\
             CSeq: 1 MESSAGE\r\n\
             {headers}{content_type}Content-Length: {}\r\n\r\n",
            UE.ip(),
            self.body.len()
        )
        .into_bytes();
        message.extend_from_slice(&self.body);
        message
    }

    /// Sends it, to a shard that does not own it; which one it is.
    pub fn send(&self, stage: &mut Stage) -> usize {
        stage.pages += 1;
        self.send_as(stage, stage.pages);
        stage.pages
    }

    /// Sends it as that one, for the first time or again.
    pub fn send_as(&self, stage: &mut Stage, place: usize) {
        self.send_octets(stage, &self.message(place));
    }

    /// Sends octets where this MESSAGE goes.
    pub fn send_octets(&self, stage: &mut Stage, octets: &[u8]) {
        let shard = stage.layout.shard_at(&self.uri, stage.layout.sip);
        stage.network.send(shard, SHARED_SIP, SCSCF, octets);
        stage.network.settle();
    }

    /// Sends it; the one answer that it hears at once.
    pub fn ask(&self, stage: &mut Stage) -> SipText {
        let place = self.send(stage);
        let [answer] = &answers(stage, place)[..] else { panic!("one answer at once") };
        answer.clone()
    }
}

/// What a MESSAGE has heard, in order.
pub fn answers(stage: &Stage, place: usize) -> Vec<SipText> {
    let call_id = format!("page-{place}@{}", UE.ip());
    let heard = stage.network.letters.iter().map(|letter| &letter.sip);
    heard.filter(|sip| sip.header("Call-ID") == Some(&call_id)).cloned().collect()
}

/// The statuses of them.
pub fn statuses(stage: &Stage, place: usize) -> Vec<u16> {
    answers(stage, place).iter().filter_map(SipText::status).collect()
}

/// The MESSAGEs of the gateway, repetitions included.
pub fn pages(stage: &Stage) -> Vec<&SipText> {
    let letters = stage.network.letters.iter().map(|letter| &letter.sip);
    letters.filter(|sip| sip.status().is_none() && sip.method() == "MESSAGE").collect()
}

/// What a MESSAGE of the gateway carries: the CPIM headers, the type, the content.
pub fn content(page: &SipText) -> (&str, &str, &str) {
    assert_eq!(page.header("Content-Type"), Some("message/cpim"));
    let (head, rest) = page.body().split_once("\r\n\r\n").expect("CPIM headers end");
    let (content, text) = rest.split_once("\r\n\r\n").expect("content headers end");
    let length: usize =
        between(&format!("{content}\r\n"), "Content-Length:", "\r\n").trim().parse().expect("a number");
    assert_eq!(length, text.len());
    (head, content, text)
}

/// The text in a MESSAGE of the gateway.
pub fn said(page: &SipText) -> &str {
    let (_, content, text) = content(page);
    assert!(content.contains("Content-Type: text/plain;charset=UTF-8"), "{content}");
    text
}
