//! Partner groups, and what of theirs is shown.

use guildhall_app::{
    partner::{MirrorView, PartnerView, SetPartner},
    read::GroupRef,
};
use guildhall_domain::GroupId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Person, Post, Shown, rfc3339};
use crate::native::problem::Problem;

/// The partners of a group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Partners {
    /// Those that it is linked to, oldest first.
    items: Vec<Partner>,
    /// Groups elsewhere that follow it.
    followed_by: Vec<PartnerGroup>,
}

/// A group that another one has to do with.
#[derive(Debug, Serialize, ToSchema)]
struct PartnerGroup {
    /// What stands for it in addresses: `books@example.org`.
    name: String,
    /// `@books@example.org`
    handle: String,
    /// The global id.
    ap_id: String,
    /// Its title.
    title: String,
}

/// A partner of a group.
#[derive(Debug, Serialize, ToSchema)]
struct Partner {
    /// Which group.
    group: PartnerGroup,
    /// `mirror` (all that it says to everybody is shown), `review` (after a moderator let it in) or `list` (only named).
    #[schema(pattern = "^(mirror|review|list)$")]
    policy: &'static str,
    /// `listed` (nothing is asked of it), `asked`, `accepted` or `refused`.
    #[schema(pattern = "^(listed|asked|accepted|refused)$")]
    state: &'static str,
    /// Why; null for everybody but those who keep the list.
    #[schema(required = true)]
    reason: Option<String>,
    /// What everybody may read about it.
    #[schema(required = true)]
    public_comment: Option<String>,
    /// Who decided it; null for everybody but those who keep the list.
    #[schema(required = true)]
    by: Option<Person>,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
}

/// A group that is to be a partner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPartner {
    /// `mirror`, `review` or `list`.
    #[schema(pattern = "^(mirror|review|list)$")]
    policy: String,
    /// Why, for the record.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// What everybody may read about it.
    #[schema(max_length = 1000)]
    public_comment: Option<String>,
}

/// A post of a partner's.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mirror {
    /// The post; its `group` is the partner.
    post: Post,
    /// Where it stands.
    #[schema(pattern = "^(waiting|shown|refused|removed)$")]
    state: &'static str,
    /// Why it is not shown, or waits: `review`, `rule`, `host-limited`, `host-blocked`, `banned`, `muted`, `probation` or
    /// `not-public`.
    #[schema(required = true)]
    reason: Option<&'static str>,
    /// Since when it has been known here.
    #[schema(format = DateTime)]
    since: String,
}

impl NewPartner {
    /// The command for a group, about the one in the address.
    pub(crate) fn command(self, group: GroupId, partner: GroupId) -> Result<SetPartner, Problem> {
        let policy = self.policy.parse();
        let policy = policy.map_err(|_| Problem::invalid("policy", "mirror, review or list is wanted"))?;
        let Self { reason, public_comment, .. } = self;
        Ok(SetPartner { group, partner, policy, reason, public_comment })
    }
}

impl Mirror {
    /// `None` for what the reader may not see.
    pub(crate) fn of(view: MirrorView) -> Option<Self> {
        Some(Self {
            post: Post::of(view.entry, true)?,
            state: view.state.as_str(),
            reason: view.reason.map(guildhall_domain::partner::MirrorReason::as_str),
            since: rfc3339(view.since),
        })
    }
}

impl Partners {
    /// Those a group is linked to, and those that follow it.
    pub(crate) fn of(partners: Vec<PartnerView>, followed_by: Vec<GroupRef>) -> Self {
        Self {
            items: partners.into_iter().map(Partner::from).collect(),
            followed_by: followed_by.into_iter().map(PartnerGroup::from).collect(),
        }
    }
}

impl From<PartnerView> for Partner {
    fn from(view: PartnerView) -> Self {
        Self {
            group: view.group.into(),
            policy: view.policy.as_str(),
            state: view.state.as_str(),
            reason: view.reason,
            public_comment: view.public_comment,
            by: view.by.map(Person::from),
            since: rfc3339(view.since),
        }
    }
}

impl From<GroupRef> for PartnerGroup {
    fn from(group: GroupRef) -> Self {
        let GroupRef { name, handle, ap_id, title, .. } = group;
        Self { name, handle, ap_id: ap_id.to_string(), title }
    }
}
