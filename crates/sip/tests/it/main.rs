//! SIP as its peers see it.

mod answers;
mod chat_invite;
mod conference;
mod dialogs;
mod hostile;
mod identities;
mod keys;
mod multipart;
mod registration;
mod services;
mod session_terms;
mod stage;
mod torture;
