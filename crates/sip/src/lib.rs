//! SIP as a carrier speaks it: RFC 3261 messages, the four transactions, dialogs, and the framing of streams.
//!
//! Refuses: to own a socket or a clock, to allocate while a message passes, to keep bytes past the call.
//! In: octets from a datagram or a stream, instants, decisions. Out: borrowed views, messages written into a
//! lent buffer, actions of the machines.
#![no_std]
#![forbid(unsafe_code)]

pub mod conference;
pub mod dialog;
pub mod limits;
pub mod registration;
pub mod session_timer;
pub mod stream;
pub mod token;
pub mod transaction;
pub mod wire;

pub use conference::{
    BadDocument, Coherence, ConferenceEvent, ConferenceInfo, ConferenceUser, CopyControl, Departure,
    DocumentState, Escaped, FocusInvite, Participant, Presence, Recipient, Recipients, Roster,
    VersionTracker, focus, write_recipients,
};
pub use dialog::{Dialog, Hop, InDialog, Sequence, in_dialog_request, next_hop};
pub use registration::{BadRegistration, Binding, Registration, UeFeatures, write_registered};
pub use session_timer::{
    Answered, DialogPeer, Negotiated, RefreshMethod, RefreshRefusal, RefreshedBy, SessionPolicy,
    SessionRefresh, SessionTimer, SessionTimerAction, SessionTimerEvent, Terms,
};
pub use stream::{Frame, frame};
pub use token::{Token, parse_token, write_branch, write_token};
pub use transaction::{
    AckWaitAction, AckWaitEvent, ClientAction, ClientEvent, DialogAckWait, InviteClient, InviteServer,
    KeySeed, NonInviteClient, NonInviteServer, ReliableProvisional, ReliableProvisionalAction,
    ReliableProvisionalEvent, ServerAction, ServerEvent, Timer, TimerSlot, Timers, TransactionKey,
};
pub use wire::{
    Asserted, BadMultipart, BadReplaces, BadRequest, CSeq, Capabilities, Elements, Event, Flaw, HeaderName,
    Index, Malformed, MediaType, MessageView, MessageWriter, Method, Multipart, MultipartFlaw, NameAddr,
    Params, Part, Privacy, RAck, Reason, ReasonProtocol, Refresher, Replaces, RequestWriter, ResponseWriter,
    RetryAfter, Rport, Scheme, SentBy, ServedUser, ServiceKind, Services, SessionCase, SessionExpires,
    StatusCode, SubscriptionState, TerminationReason, Transport, Unusable, Uri, Via, is_anonymous, keep_head,
    put_value, response_target, session_replaces, write_cancel, write_non_2xx_ack, write_reason,
    write_retry_after, write_warning,
};
