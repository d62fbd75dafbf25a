//! Who looks after a group.

use guildhall_app::staff::{StaffList, StaffView};
use guildhall_domain::{
    moderation::MAX_REASON_LENGTH,
    staff::{Permissions, StaffRole},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, rfc3339};
use crate::native::problem::Problem;

/// Who looks after a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Staff {
    /// Longest in office first.
    items: Vec<StaffMember>,
    /// Since when those who run the server have looked after it, because nobody of its own was left.
    #[schema(required = true, format = DateTime)]
    in_care_since: Option<String>,
    /// Whom the group has seen most of, while it is in their care; for admins.
    proposed: Vec<Person>,
}

/// Somebody who looks after a group.
#[derive(Debug, Serialize, ToSchema)]
struct StaffMember {
    /// Who.
    person: Person,
    /// Their role.
    #[schema(pattern = "^(helper|moderator|owner)$")]
    role: &'static str,
    /// All that they may do.
    permissions: Vec<&'static str>,
    /// What they may do besides what comes with the role.
    granted: Vec<&'static str>,
    /// What comes with the role and they may not do.
    withdrawn: Vec<&'static str>,
    /// Since when they have been on the staff.
    #[schema(format = DateTime)]
    since: String,
    /// Who made them what they are; null for everybody but the staff.
    #[schema(required = true)]
    by: Option<Person>,
    /// Why, as in the log of the group; null for those who may not read in it.
    #[schema(required = true)]
    reason: Option<String>,
}

/// A role that somebody is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// The role. Permissions granted and withdrawn singly end with the role they were about.
    #[schema(pattern = "^(helper|moderator|owner)$")]
    role: String,
    /// Why; they are told, and it is in the log of the group.
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Who leads a group after somebody has left, or has become less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Succession {
    /// Who became its owner by that.
    #[schema(required = true)]
    pub(crate) owner: Option<Person>,
    /// Whether nobody was left, and those who run the server look after it.
    pub(crate) in_care: bool,
}

impl NewRole {
    /// The role and the reason.
    pub(crate) fn read(self) -> Result<(StaffRole, Option<String>), Problem> {
        let role = self.role.parse();
        let role = role.map_err(|_| Problem::invalid("role", "helper, moderator or owner is wanted"))?;
        if self.reason.as_deref().is_some_and(|said| said.chars().count() > MAX_REASON_LENGTH) {
            let wanted = format!("a reason has at most {MAX_REASON_LENGTH} characters");
            return Err(Problem::invalid("reason", wanted));
        }
        Ok((role, self.reason))
    }
}

impl From<StaffList> for Staff {
    fn from(list: StaffList) -> Self {
        Self {
            items: list.staff.into_iter().map(StaffMember::from).collect(),
            in_care_since: list.in_care_since.map(rfc3339),
            proposed: list.proposed.into_iter().map(Person::from).collect(),
        }
    }
}

impl From<StaffView> for StaffMember {
    fn from(view: StaffView) -> Self {
        let names = |set: Permissions| set.iter().map(guildhall_domain::staff::Permission::as_str).collect();
        Self {
            person: view.person.into(),
            role: view.office.role.as_str(),
            permissions: names(view.office.permissions()),
            granted: names(view.office.granted),
            withdrawn: names(view.office.withdrawn),
            since: rfc3339(view.since),
            by: view.by.map(Person::from),
            reason: view.reason,
        }
    }
}
