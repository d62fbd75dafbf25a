//! Appeals against decisions.

use guildhall_app::{appeal::DecideAppeal, read::AppealView};
use guildhall_domain::{AppealId, moderation::AppealOutcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Decision, Person, from_rfc3339, rfc3339};
use crate::native::problem::Problem;

/// An appeal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Appeal {
    /// Its id.
    id: String,
    /// Who objects.
    #[schema(required = true)]
    person: Option<Person>,
    /// In their words: plain text.
    text: String,
    /// What it is about.
    #[schema(required = true)]
    decision: Option<Decision>,
    /// What became of it; null while it is open.
    #[schema(required = true, pattern = "^(upheld|reversed|changed)$")]
    outcome: Option<&'static str>,
    /// Why.
    #[schema(required = true)]
    reason: Option<String>,
    /// Who decided it.
    #[schema(required = true)]
    by: Option<Person>,
    /// When it was made.
    #[schema(format = DateTime)]
    at: String,
    /// When it was decided.
    #[schema(required = true, format = DateTime)]
    decided_at: Option<String>,
}

/// What somebody objects.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAppeal {
    /// Why the decision is wrong: plain text.
    #[schema(min_length = 1)]
    pub(crate) text: String,
}

/// What becomes of an appeal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppealDecision {
    /// `upheld`: the decision stands; `reversed`: it is taken back; `changed`: another took its place.
    #[schema(pattern = "^(upheld|reversed|changed)$")]
    outcome: String,
    /// Why; the person is shown this.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// With `changed`: when the ban, mute, probation or lock ends now; sooner than it would have.
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl AppealDecision {
    /// The command.
    pub(crate) fn command(self, appeal: AppealId) -> Result<DecideAppeal, Problem> {
        let outcome: AppealOutcome = self
            .outcome
            .parse()
            .map_err(|_| Problem::invalid("outcome", "one of upheld, reversed, changed is wanted"))?;
        let wanted = || Problem::invalid("until", "a time such as 2026-03-01T12:00:00Z is wanted");
        let until = self.until.as_deref().map(|text| from_rfc3339(text).ok_or_else(wanted)).transpose()?;
        Ok(DecideAppeal { appeal, outcome, reason: self.reason, until })
    }
}

impl From<AppealView> for Appeal {
    fn from(view: AppealView) -> Self {
        let (outcome, reason) =
            view.outcome.map_or((None, None), |(outcome, reason)| (Some(outcome.as_str()), Some(reason)));
        Self {
            id: view.id.to_string(),
            person: view.person.map(Person::from),
            text: view.text,
            decision: view.decision.map(Decision::from),
            outcome,
            reason,
            by: view.by.map(Person::from),
            at: rfc3339(view.at),
            decided_at: view.decided_at.map(rfc3339),
        }
    }
}
