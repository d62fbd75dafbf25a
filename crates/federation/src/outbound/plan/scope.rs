//! How far an event may be told, by the visibility of its group.

use guildhall_app::App;
use guildhall_domain::{
    EntryId, GroupId,
    event::{Event, EventKind},
    group::{Visibility, Votes},
};
use guildhall_store::{StoreError, group};

/// How far an event may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// To everybody.
    Public,
    /// To members of this group.
    Members(GroupId),
    /// To nobody elsewhere.
    Here,
}

impl Scope {
    /// Of an event. That a group is there, what it is called, and who may join it is for everybody, unless it is one for
    /// people here; a single person is told what concerns them all the same.
    pub(super) async fn of(app: &App, event: &Event) -> Result<Self, StoreError> {
        let place = match place_of(&event.kind) {
            Place::Vote(entry) => match group::find_votes_of(&app.store, entry).await? {
                Some((_, _, Votes::Counted)) => return Ok(Self::Here),
                Some((group, Visibility::Public | Visibility::Unlisted, Votes::Members)) => {
                    return Ok(Self::Members(group));
                }
                Some((group, visibility, _)) => Some((group, visibility)),
                None => None,
            },
            Place::Entry(entry) => group::find_visibility_of(&app.store, entry).await?,
            Place::Group(id) => {
                group::find_visibility(&app.store, id).await?.map(|visibility| (id, visibility))
            }
            Place::Name(id) => {
                let visibility = group::find_visibility(&app.store, id).await?;
                visibility.filter(|visibility| *visibility == Visibility::Local).map(|local| (id, local))
            }
            Place::Door => None,
        };
        Ok(match place {
            Some((_, Visibility::Local)) => Self::Here,
            Some((group, Visibility::Members)) => Self::Members(group),
            Some((_, Visibility::Public | Visibility::Unlisted)) | None => Self::Public,
        })
    }
}

enum Place {
    Entry(EntryId),
    /// On a post or comment, with the name of the voter.
    Vote(EntryId),
    /// Inside of a group.
    Group(GroupId),
    /// What a group is called, and how it describes itself.
    Name(GroupId),
    /// At its door, or told to one person alone.
    Door,
}

fn place_of(kind: &EventKind) -> Place {
    match kind {
        EventKind::EntryPublished { entry }
        | EventKind::EntryEdited { entry }
        | EventKind::EntryGone { entry, .. }
        | EventKind::EntryFollowed { entry, .. }
        | EventKind::EntryRestored { entry, .. }
        | EventKind::LockChanged { entry, .. }
        | EventKind::FeatureChanged { entry, .. } => Place::Entry(*entry),
        EventKind::Voted { entry, .. } => Place::Vote(*entry),
        EventKind::ModeratorChanged { group, .. }
        | EventKind::Mirrored { group, .. }
        | EventKind::MirrorEnded { group, .. }
        | EventKind::BanChanged { group, .. }
        | EventKind::Warned { group, .. } => Place::Group(*group),
        EventKind::GroupChanged { group } => Place::Name(*group),
        EventKind::JoinDecided { .. }
        | EventKind::JoinRequested { .. }
        | EventKind::QuestionsAsked { .. }
        | EventKind::Invited { .. }
        | EventKind::Noticed { .. }
        | EventKind::Left { .. }
        | EventKind::EntryRefused { .. }
        | EventKind::Reported { .. }
        | EventKind::CaseSettled { .. }
        | EventKind::KeysChanged { .. } => Place::Door,
    }
}
