//! Who voted on what, for those to whom the group tells it; and for its moderators patterns without names.

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    content::Vote,
    group::Votes,
    moderation::{NEW_FOR_DAYS, VotePattern, describe_votes},
    staff::{NotPermitted, Permission},
    visibility::{Reader, decide_voters},
};
use guildhall_store::{
    StoreError, group,
    voters::{self, Cast, Looked},
};

use super::{Cursor, EntryView, Page, PageRequest, PersonRef, names, place::standing_of};
use crate::{App, Viewer, staff::powers_of};

const DAY_MS: i64 = 86_400_000;
/// Ten minutes: how close together votes are that may be one action.
const BURST_MS: i64 = 600_000;

/// A vote with its voter.
#[derive(Debug, Clone)]
pub struct VoterView {
    /// Who.
    pub person: PersonRef,
    /// What.
    pub vote: Vote,
    /// When.
    pub at: Timestamp,
}

/// A pattern in the votes on an author, or on one of their posts and comments.
#[derive(Debug, Clone)]
pub struct VotePatternView {
    /// Days looked at, today being one.
    pub days: u32,
    /// The figures.
    pub pattern: VotePattern,
    /// The most votes within ten minutes.
    pub busiest: i64,
}

/// Why voters are not told.
#[derive(Debug, thiserror::Error)]
pub enum VotersError {
    /// Nobody is told in this group, or in one elsewhere, whose members were told what happens there.
    #[error("this group counts votes, and tells nobody who voted")]
    Counted,
    /// Only members are.
    #[error("only members of this group see who voted")]
    MembersOnly,
    /// Patterns are for moderators.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Its author deleted it, and is not told to moderators any more.
    #[error("its author has deleted it")]
    NoAuthor,
    /// Reading failed.
    #[error("reading the votes failed")]
    Store(#[from] StoreError),
}

/// The votes on an entry that the viewer sees, in a fixed order.
///
/// # Errors
/// [`VotersError::Counted`] and [`VotersError::MembersOnly`], as the group has chosen.
pub async fn of_entry(
    app: &App,
    viewer: &Viewer,
    entry: &EntryView,
    request: PageRequest,
) -> Result<Page<VoterView>, VotersError> {
    let group = entry.group.id;
    if !may_see_voters(app, viewer, group).await? {
        let found = group::find(&app.store, group).await?;
        return Err(match found.filter(|group| group.is_local).map(|group| group.votes) {
            Some(Votes::Members | Votes::Public) => VotersError::MembersOnly,
            Some(Votes::Counted) | None => VotersError::Counted,
        });
    }
    Ok(page(app, entry.id, request).await?)
}

/// Whether a viewer may learn who voted in a group hosted here.
pub async fn may_see_voters(app: &App, viewer: &Viewer, group: GroupId) -> Result<bool, StoreError> {
    let Some(found) = group::find(&app.store, group).await?.filter(|group| group.is_local) else {
        return Ok(false);
    };
    if found.votes == Votes::Counted {
        return Ok(false);
    }
    let reader: Reader = standing_of(app, viewer, group).await?;
    Ok(decide_voters(found.votes, found.policy.visibility, reader))
}

/// The votes on an entry, whoever asks.
pub(crate) async fn page(
    app: &App,
    entry: EntryId,
    request: PageRequest,
) -> Result<Page<VoterView>, StoreError> {
    let after = request.after.map(|cursor| ActorId(cursor.id));
    let found = voters::list(&app.store, entry, after, request.limit() + 1).await?;
    let page = request.page(found, |cast| Cursor { key: 0, id: cast.actor.0 });
    let mut people = names::people(app, page.items.iter().map(|cast| cast.actor).collect()).await?;
    let view = |Cast { actor, vote, at }| Some(VoterView { person: people.remove(&actor)?, vote, at });
    Ok(Page { items: page.items.into_iter().filter_map(view).collect(), next: page.next })
}

/// The pattern in the votes on an entry of a group hosted here.
///
/// # Errors
/// [`VotersError::NotPermitted`] for anybody but the group's moderators and the instance's admins; [`VotersError::NoAuthor`].
pub async fn pattern_of_entry(
    app: &App,
    viewer: &Viewer,
    entry: &EntryView,
    days: u32,
) -> Result<VotePatternView, VotersError> {
    let group = entry.group.id;
    powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    // Of what its author deleted, moderators see no author.
    let author = entry.author.as_ref().ok_or(VotersError::NoAuthor)?;
    let looked = Looked { group, author: author.id, entry: Some(entry.id), since: since(app, days) };
    Ok(pattern(app, looked, days).await?)
}

/// The pattern in the votes on all that somebody wrote in a group hosted here.
///
/// # Errors
/// As [`pattern_of_entry`].
pub async fn pattern_of_author(
    app: &App,
    viewer: &Viewer,
    group: GroupId,
    author: ActorId,
    days: u32,
) -> Result<VotePatternView, VotersError> {
    powers_of(app, viewer, group).await?.demand(Permission::Cases)?;
    let looked = Looked { group, author, entry: None, since: since(app, days) };
    Ok(pattern(app, looked, days).await?)
}

fn since(app: &App, days: u32) -> Timestamp {
    Timestamp(app.now().0 - i64::from(days) * DAY_MS)
}

async fn pattern(app: &App, looked: Looked, days: u32) -> Result<VotePatternView, StoreError> {
    let new_since = Timestamp(app.now().0 - NEW_FOR_DAYS * DAY_MS);
    let facts = voters::list_facts(&app.store, looked, new_since).await?;
    let busiest = voters::count_busiest(&app.store, looked, BURST_MS).await?;
    Ok(VotePatternView { days, pattern: describe_votes(&facts), busiest })
}
