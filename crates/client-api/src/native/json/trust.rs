//! How far somebody is trusted.

use guildhall_app::group::{GivenView, TrustView};
use guildhall_domain::{moderation::MAX_REASON_LENGTH, trust::Trust as Level};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, rfc3339};
use crate::native::problem::Problem;

/// How far somebody is trusted in a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trust {
    /// The level.
    #[schema(pattern = "^(new|known|trusted|helper|moderator)$")]
    level: &'static str,
    /// Why, in one sentence.
    sentence: String,
    /// What the group has seen.
    seen: Seen,
    /// The level that was given by hand.
    #[schema(required = true)]
    given: Option<Given>,
}

/// What a group has seen of somebody.
#[derive(Debug, Serialize, ToSchema)]
struct Seen {
    /// Posts and comments that were let in.
    accepted: i64,
    /// Answers to them by others.
    answered: i64,
    /// Days on which something of theirs was let in.
    days: i64,
    /// Posts and comments that were refused, or removed by a moderator.
    refused: i64,
    /// Reports about them that a moderator found right.
    upheld: i64,
    /// Reports about them that a moderator found wrong.
    dismissed: i64,
    /// When a report was last found right, or something of theirs removed.
    #[schema(required = true, format = DateTime)]
    struck_at: Option<String>,
    /// When the first thing of theirs came.
    #[schema(required = true, format = DateTime)]
    first_at: Option<String>,
}

/// A level that was given by hand.
#[derive(Debug, Serialize, ToSchema)]
struct Given {
    /// The level.
    #[schema(pattern = "^(new|known|trusted|helper)$")]
    level: &'static str,
    /// Why.
    reason: String,
    /// By whom; null for everybody but moderators.
    #[schema(required = true)]
    by: Option<Person>,
}

/// A level that is to be given by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrust {
    /// The level.
    #[schema(pattern = "^(new|known|trusted|helper)$")]
    level: String,
    /// Why; kept with the decision.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

impl NewTrust {
    /// The level and the reason.
    pub(crate) fn read(self) -> Result<(Level, String), Problem> {
        let level = self.level.parse().ok().filter(|level| *level != Level::Moderator);
        let level =
            level.ok_or_else(|| Problem::invalid("level", "new, known, trusted or helper is wanted"))?;
        if self.reason.chars().count() > MAX_REASON_LENGTH {
            let wanted = format!("a reason has at most {MAX_REASON_LENGTH} characters");
            return Err(Problem::invalid("reason", wanted));
        }
        Ok((level, self.reason))
    }
}

impl From<TrustView> for Trust {
    fn from(view: TrustView) -> Self {
        let seen = view.seen;
        Self {
            level: view.level.as_str(),
            sentence: view.sentence,
            seen: Seen {
                accepted: seen.accepted,
                answered: seen.answered,
                days: seen.days,
                refused: seen.refused,
                upheld: seen.upheld,
                dismissed: seen.dismissed,
                struck_at: seen.struck_at.map(rfc3339),
                first_at: seen.first_at.map(rfc3339),
            },
            given: view.given.map(Given::from),
        }
    }
}

impl From<GivenView> for Given {
    fn from(given: GivenView) -> Self {
        Self { level: given.level.as_str(), reason: given.reason, by: given.by.map(Person::from) }
    }
}
