//! A chat user invites again into the chat that he has: his client has lost what it knew of it, or he has gone to another device.
//! The chat goes on with the new INVITE, and the SMS user notices nothing.
//!
//! Only with the own number: with numbers on loan the second chat simply has another one.

use core::hash::BuildHasher;

use interwork::{Event, Goodbye, SmOutcome, Stage, Timer};
use sip::{HeaderName, MessageView, StatusCode};

use crate::desk::Ringing;
use crate::driver::Outward;
use crate::interwork_room::{Chat, Hands, InterworkRoom};
use crate::kept::Kept;
use crate::sip_room::{Invite, Refusal};
use crate::table::Key;

/// Which conversation an INVITE belongs to, by what its client says (OMA CPM): two that say the same are one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conversation(u64);

impl Conversation {
    /// The Conversation-ID, else the Contribution-ID.
    pub(crate) fn of(request: &MessageView<'_>) -> Option<Conversation> {
        let names = [HeaderName::ConversationId, HeaderName::ContributionId];
        let id = names.into_iter().find_map(|name| request.header(name))?;
        Some(Conversation(foldhash::fast::FixedState::default().hash_one(id)))
    }
}

/// What an INVITE says of its conversation, word for word: Conversation-ID, Contribution-ID.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    conversation: Kept<NAME_OCTETS_MAX>,
    contribution: Kept<NAME_OCTETS_MAX>,
}

impl Names {
    pub(crate) fn of(request: &MessageView<'_>) -> Names {
        let name = |header| request.header(header).and_then(Kept::copy).unwrap_or_default();
        Names {
            conversation: name(HeaderName::ConversationId),
            contribution: name(HeaderName::ContributionId),
        }
    }

    /// Where they are there.
    pub(crate) fn as_bytes(&self) -> (Option<&[u8]>, Option<&[u8]>) {
        let [conversation, contribution] = [&self.conversation, &self.contribution]
            .map(|name| Some(name.as_bytes()).filter(|name| !name.is_empty()));
        (conversation, contribution)
    }
}

impl core::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Conversation")
    }
}

impl InterworkRoom {
    /// The chat goes on with another INVITE of the same conversation.
    pub(crate) fn succeed<O: Outward>(
        &mut self,
        key: Key<Chat>,
        invite: Key<Invite>,
        hands: &mut Hands<'_, O>,
    ) {
        let Some(stage) = self.chats.find(key).map(|chat| chat.session.stage()) else { return };
        match stage {
            Stage::Inviting | Stage::Invited => {
                let Some(chat) = self.chats.find_mut(key) else { return };
                let former = core::mem::replace(&mut chat.invite, invite);
                let gone = StatusCode::REQUEST_TERMINATED;
                hands.sip.invites.refuse(former, gone, Refusal::default(), hands.desk, hands.out);
                hands.sip.invites.attach(invite, key);
                if stage == Stage::Invited {
                    hands.sip.invites.ring(invite, hands.desk, hands.out);
                }
            }
            // He comes of himself while he is called, or to a chat that only his client had closed: what waits for him waits on.
            Stage::Recalling => {
                let Some(chat) = self.chats.find_mut(key) else { return };
                let called = core::mem::replace(&mut chat.invite, invite);
                if let Some(session) = chat.msrp.take() {
                    hands.msrp.close(session, hands.out);
                }
                let Hands { sip, desk, out, .. } = hands;
                sip.recalls.withdraw(called, Goodbye::UserLeft, &mut sip.invites, desk, *out);
                sip.invites.attach(invite, key);
                let event = match self.accept(key, hands) {
                    None => Event::Recalled,
                    Some(_) => Event::NotRecalled(SmOutcome::NotNow),
                };
                self.drive(key, event, None, hands);
            }
            Stage::Accepted | Stage::Active => {
                // What the former client was sent and has not answered waits for the new one.
                self.on_disconnected(key, hands);
                let Some(chat) = self.chats.find_mut(key) else { return };
                let former = core::mem::replace(&mut chat.invite, invite);
                if let Some(session) = chat.msrp.take() {
                    hands.msrp.close(session, hands.out);
                }
                let deadline = hands.desk.now() + hands.desk.policy.connect_timer;
                let connect = Ringing::Chat(key, Timer::Connect);
                hands.desk.arm(chat.alarm(Timer::Connect), connect, deadline);
                hands.sip.invites.bye(former, Goodbye::UserLeft, hands.desk, hands.out);
                hands.sip.invites.detach(former, hands.desk);
                hands.sip.invites.attach(invite, key);
                if let Some(event) = self.accept(key, hands) {
                    self.drive(key, event, None, hands);
                }
            }
            // It is being ended already: the next INVITE finds the number free.
            Stage::Leaving | Stage::Ended => {
                let busy = StatusCode::BUSY_HERE;
                hands.sip.invites.refuse(invite, busy, Refusal::default(), hands.desk, hands.out);
            }
        }
    }
}

/// They are UUIDs, or as long; a longer one is not said again.
const NAME_OCTETS_MAX: usize = 64;
