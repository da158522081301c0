//! Our own service data: what an HSS keeps for us comes back as we said it, and is never guessed.

use diameter::sh::{ChatInterworking, Language, Preference, ServiceData, Unreadable};

use super::stage::settings;

fn read(inside: &str) -> Result<Option<ChatInterworking>, Unreadable> {
    ServiceData::new(&format!("<ChatInterworking>{inside}</ChatInterworking>"))
        .expect("XML")
        .chat_interworking()
}

const UNSAID: ChatInterworking = ChatInterworking {
    is_authorised: true,
    auto_accept: None,
    may_hide: None,
    language: None,
    preferred: None,
};

#[test]
fn settings_come_back_as_they_were_written() {
    let barred =
        ChatInterworking { is_authorised: false, preferred: Some(Preference::ShortMessage), ..settings() };
    for one in [settings(), barred, UNSAID] {
        assert_eq!(ServiceData::from(&one).chat_interworking(), Ok(Some(one)));
    }
    assert_eq!(
        ServiceData::from(&settings()).as_xml(),
        "<ChatInterworking><Authorised>yes</Authorised><AutoAccept>no</AutoAccept>\
         <AnonymityAllowed>yes</AnonymityAllowed><Language>de-AT</Language><Preferred>chat</Preferred>\
         </ChatInterworking>"
    );
}

#[test]
fn the_longest_settings_are_written_whole() {
    let longest =
        ChatInterworking { language: Some(Language::new(&"x".repeat(35)).expect("35 octets")), ..settings() };
    assert_eq!(ServiceData::from(&longest).chat_interworking(), Ok(Some(longest)));
}

#[test]
fn what_is_not_said_is_left_to_the_operator() {
    assert_eq!(read("<Authorised>yes</Authorised>"), Ok(Some(UNSAID)));
    assert_eq!(read("<Authorised> true </Authorised><AutoAccept/><Later>1</Later>"), Ok(Some(UNSAID)));
    assert_eq!(
        ServiceData::new("<Other/>").expect("XML").chat_interworking(),
        Ok(None),
        "data of another service"
    );
}

#[test]
fn authorisation_is_never_guessed() {
    for inside in ["", "<Authorised/>", "<Authorised>ja</Authorised>", "<Authorised>YES</Authorised>", "yes"]
    {
        assert_eq!(read(inside), Err(Unreadable::Value), "{inside}");
    }
}

#[test]
fn a_setting_that_is_misspelt_is_refused() {
    for inside in [
        "<AutoAccept>maybe</AutoAccept>",
        "<AnonymityAllowed>2</AnonymityAllowed>",
        "<Language>d e</Language>",
        "<Language>de_AT</Language>",
        "<Preferred>fax</Preferred>",
    ] {
        assert_eq!(
            read(&format!("<Authorised>yes</Authorised>{inside}")),
            Err(Unreadable::Value),
            "{inside}"
        );
    }
    let long = format!("<Authorised>yes</Authorised><Language>{}</Language>", "x".repeat(36));
    assert_eq!(read(&long), Err(Unreadable::Value));
    assert_eq!(Language::new(""), Err(Unreadable::Value));
}
