//! What the service centre reports of texts whose senders want to know.

use actors::Report;
use serde::{Deserialize, Serialize};
use sms::Status;
use tempo::Duration;

/// How segments for an SMS user are reported on, one after the other, and then from the first again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportPlan {
    /// Who.
    pub sms_user: u32,
    /// How.
    pub habit: Vec<Habit>,
}

/// How a segment is reported on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habit {
    /// What.
    pub fate: Reported,
    /// How long after it was taken.
    pub after_ms: u64,
    /// Twice?
    #[serde(default)]
    pub twice: bool,
}

/// What is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// Nothing, though he gets it.
    Nothing,
    /// That he has it.
    Delivered,
    /// First that he is not there, then that he has it.
    DeliveredLate,
    /// That he will not get it, and he does not.
    Failed,
}

impl Habit {
    /// As the centre knows it.
    pub fn report(self) -> Report {
        let after = Duration::from_millis(self.after_ms);
        let mut says = match self.fate {
            Reported::Nothing => vec![],
            Reported::Delivered => vec![(after, Status::DELIVERED)],
            Reported::DeliveredLate => {
                vec![(after / 2, Status::TRYING_NO_RESPONSE), (after / 2, Status::DELIVERED)]
            }
            Reported::Failed => vec![(after, Status::VALIDITY_EXPIRED)],
        };
        let again = says.last().copied().filter(|_| self.twice);
        says.extend(again);
        Report { says, is_delivered: self.fate != Reported::Failed }
    }
}
