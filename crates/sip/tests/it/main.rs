//! SIP as its peers see it.

mod answers;
mod chat_invite;
mod dialogs;
mod hostile;
mod keys;
mod stage;
mod torture;
