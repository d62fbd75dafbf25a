//! What people are told.

use guildhall_app::read::{AppealState, NoticeView};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Decision, rfc3339};

/// Something that somebody is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Notice {
    /// Its id.
    id: String,
    /// What for: a `decision` about them, the `outcome` of their appeal; to moderators an `appeal`, or a `rule` that
    /// fitted; to authors the `answer` of a rule; to those who look after a group `staff`, where somebody else leads it.
    #[schema(pattern = "^(decision|outcome|appeal|rule|answer|staff)$")]
    kind: &'static str,
    /// Plain text of several lines, in the group's language where there are words for it.
    text: String,
    /// The group that tells it: `gardening`.
    #[schema(required = true)]
    group: Option<String>,
    /// The decision it is about.
    #[schema(required = true)]
    decision: Option<Decision>,
    /// What can be done against the decision, or became of that.
    #[schema(required = true)]
    appeal: Option<NoticeAppeal>,
    /// Whether it was read.
    is_read: bool,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// How it stands with an appeal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeAppeal {
    /// `possible`, `open`, or how it was decided.
    #[schema(pattern = "^(possible|open|upheld|reversed|changed)$")]
    state: &'static str,
    /// Its id, once it was made.
    #[schema(required = true)]
    id: Option<String>,
    /// While it is possible: until when.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// When it was decided: why.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<NoticeView> for Notice {
    fn from(view: NoticeView) -> Self {
        Self {
            id: view.id.to_string(),
            kind: view.kind.as_str(),
            text: view.text,
            group: view.group.map(|group| group.name),
            decision: view.decision.map(Decision::from),
            appeal: view.appeal.map(NoticeAppeal::from),
            is_read: view.read_at.is_some(),
            at: rfc3339(view.at),
        }
    }
}

impl From<AppealState> for NoticeAppeal {
    fn from(state: AppealState) -> Self {
        let bare = Self { state: "open", id: None, until: None, reason: None };
        match state {
            AppealState::Possible(until) => Self { state: "possible", until: Some(rfc3339(until)), ..bare },
            AppealState::Open(id) => Self { id: Some(id.to_string()), ..bare },
            AppealState::Decided(id, outcome, reason) => {
                Self { state: outcome.as_str(), id: Some(id.to_string()), reason: Some(reason), ..bare }
            }
        }
    }
}
