//! Invitations.

use guildhall_app::{read::InvitationView, welcome};
use guildhall_domain::{ActorId, GroupId, Handle, Timestamp, welcome::InvitationVoid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, from_rfc3339, rfc3339};
use crate::native::problem::Problem;

/// An invitation to a group. Its code was shown when it was made out, and is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Invitation {
    /// Its id.
    id: String,
    /// Who made it out; null where that was whoever runs the server.
    #[schema(required = true)]
    by: Option<Person>,
    /// How often it can be used; null without limit.
    #[schema(required = true)]
    max_uses: Option<i64>,
    /// How often it was used.
    uses: i64,
    /// Until when; null without end.
    #[schema(required = true, format = DateTime)]
    until: Option<String>,
    /// A line for whom it reaches, maybe empty.
    note: String,
    /// The one person whom it is for.
    #[schema(required = true, rename = "for")]
    #[serde(rename = "for")]
    only_for: Option<Person>,
    /// Whether it lets people in.
    valid: bool,
    /// Why it does not, for programs: `invitation-revoked`, `invitation-expired`, `invitation-used-up`, or
    /// `invitation-void` where whoever made it out may invite nobody any more.
    #[schema(required = true)]
    code: Option<&'static str>,
    /// When it was made out.
    #[schema(format = DateTime)]
    created_at: String,
}

/// An invitation that was just made out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeOut {
    /// What is kept of it.
    invitation: Invitation,
    /// What is passed as `invitation` when joining. Shown this once.
    code: String,
    /// The page to pass on.
    url: String,
}

/// An invitation that is to be.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitation {
    /// How often it can be used; without limit when absent, once where it is for one person.
    #[schema(minimum = 1, maximum = 100_000)]
    uses: Option<i64>,
    /// Until when; without end when absent.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// A line for whom it reaches.
    #[schema(max_length = 300)]
    note: Option<String>,
    /// The one person whom it is for: `alice`, or `alice@example.org`, who is told and let in when they follow the group.
    #[schema(rename = "for")]
    #[serde(rename = "for")]
    only_for: Option<String>,
}

impl From<InvitationView> for Invitation {
    fn from(view: InvitationView) -> Self {
        Self {
            id: view.id.to_string(),
            by: view.by.map(Person::from),
            max_uses: view.max_uses,
            uses: view.uses,
            until: view.until.map(rfc3339),
            note: view.note,
            only_for: view.only_for.map(Person::from),
            valid: view.void.is_none(),
            code: view.void.map(InvitationVoid::code),
            created_at: rfc3339(view.created_at),
        }
    }
}

impl MadeOut {
    pub(crate) fn new(made: welcome::MadeOut, view: InvitationView) -> Self {
        Self { invitation: view.into(), code: made.code, url: made.url }
    }
}

impl NewInvitation {
    /// Whom it is for.
    pub(crate) fn only_for(&self) -> Result<Option<Handle>, Problem> {
        let wanted = |_| Problem::invalid("for", "a handle such as alice@example.org is wanted");
        self.only_for.as_deref().map(|text| text.parse().map_err(wanted)).transpose()
    }

    /// The command.
    pub(crate) fn command(
        self,
        group: GroupId,
        by: ActorId,
        only_for: Option<ActorId>,
    ) -> Result<welcome::Invite, Problem> {
        let until = self.until()?;
        let note = self.note.unwrap_or_default();
        Ok(welcome::Invite { group, by, max_uses: self.uses, until, note, only_for })
    }

    fn until(&self) -> Result<Option<Timestamp>, Problem> {
        let wanted = || Problem::invalid("until", "a time such as 2026-03-01T12:00:00Z is wanted");
        self.until.as_deref().map(|text| from_rfc3339(text).ok_or_else(wanted)).transpose()
    }
}
