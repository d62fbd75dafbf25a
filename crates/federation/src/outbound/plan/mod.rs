//! From an event to the activities that tell of it: nothing here writes, so that the same event gives the same answer
//! however often it is asked.

mod discreet;
mod entry;
mod inner;
mod keys;
mod membership;
mod moderation;
mod notice;
mod partner;
mod refusal;
mod report;
mod scene;
mod scope;
mod vote;
mod welcome;

use guildhall_activitypub::Iri;
use guildhall_app::{App, Viewer};
use guildhall_domain::event::{Event, EventKind};
use guildhall_store::{db::Boxed, delivery::NewDelivery};

use super::{
    render::{RenderError, members_of},
    urls::Urls,
};
use scene::find_group;
use scope::Scope;

/// The activities that tell of `event`, in the order in which they are to be sent. None when nobody elsewhere is
/// concerned, or when what it is about was taken back before it could be told.
///
/// # Errors
/// [`RenderError`]; one that is not worth another try says that the event cannot be told.
pub fn plan<'a>(app: &'a App, event: &'a Event) -> Boxed<'a, Result<Vec<NewDelivery>, RenderError>> {
    Box::pin(tell(app, event))
}

async fn tell(app: &App, event: &Event) -> Result<Vec<NewDelivery>, RenderError> {
    let scope = Scope::of(app, event).await?;
    let (members, reader) = match scope {
        Scope::Here => return Ok(Vec::new()),
        Scope::Public => (None, Viewer::server()),
        Scope::Members(group) => {
            let followers = members_of(&find_group(app, group).await?)?;
            (Some(followers), Viewer::remote(group.actor()))
        }
    };
    let teller =
        Teller { app, urls: Urls::new(&app.site), event, members: members.as_ref(), reader: &reader };
    match &event.kind {
        EventKind::JoinDecided { group, actor, decision, reason } => {
            teller.join_decided(*group, *actor, *decision, reason.as_deref()).await
        }
        EventKind::JoinRequested { group, actor } => teller.join_requested(*group, *actor).await,
        EventKind::QuestionsAsked { group, actor } => teller.questions_asked(*group, *actor).await,
        EventKind::Invited { group, actor, by, note } => teller.invited(*group, *actor, *by, note).await,
        EventKind::Left { group, actor } => teller.left(*group, *actor).await,
        EventKind::EntryPublished { entry } => teller.entry_published(*entry).await,
        EventKind::EntryRefused { entry, reason } => teller.entry_refused(*entry, reason).await,
        EventKind::EntryEdited { entry } => teller.entry_edited(*entry).await,
        EventKind::EntryGone { entry, by, removal } => {
            teller.entry_gone(*entry, *by, removal.as_deref()).await
        }
        EventKind::EntryFollowed { entry, by } => teller.entry_followed(*entry, *by).await,
        EventKind::EntryRestored { entry, by } => teller.entry_restored(*entry, *by).await,
        EventKind::Mirrored { group, entry } => teller.mirrored(*group, *entry).await,
        EventKind::MirrorEnded { group, entry, told } => teller.mirror_ended(*group, *entry, *told).await,
        EventKind::Voted { entry, actor, vote, before } => teller.voted(*entry, *actor, *vote, *before).await,
        EventKind::LockChanged { entry, by, locked } => teller.lock_changed(*entry, *by, *locked).await,
        EventKind::FeatureChanged { entry, by, featured } => {
            teller.feature_changed(*entry, *by, *featured).await
        }
        EventKind::ModeratorChanged { group, actor, by, appointed } => {
            teller.moderator_changed(*group, *actor, *by, *appointed).await
        }
        EventKind::BanChanged { group, actor, by, banned, until, reason } => {
            let ban = moderation::Ban {
                group: *group,
                actor: *actor,
                by: *by,
                banned: *banned,
                until: *until,
                reason: reason.as_deref(),
            };
            teller.ban_changed(ban).await
        }
        EventKind::GroupChanged { group } => teller.group_changed(*group).await,
        EventKind::KeysChanged { actor } => teller.keys_changed(*actor).await,
        EventKind::Reported { group, entry, person, by, text, is_forwarded } => {
            let reported = report::Reported {
                group: *group,
                entry: *entry,
                person: *person,
                by: *by,
                text,
                is_forwarded: *is_forwarded,
            };
            teller.reported(reported).await
        }
        EventKind::CaseSettled { group, case, by } => teller.case_settled(*group, *case, *by).await,
        EventKind::Noticed { notice } => teller.noticed(*notice).await,
        EventKind::Warned { group, actor, entry, by, reason } => {
            let (group, actor, entry, by, reason) = (*group, *actor, *entry, *by, reason.as_deref());
            teller.warned(notice::Warning { group, actor, entry, by, reason }).await
        }
    }
}

/// An event on its way to being told.
#[derive(Clone, Copy)]
struct Teller<'a> {
    app: &'a App,
    urls: Urls<'a>,
    event: &'a Event,
    /// Where nothing of it is for the public: who stands in its place.
    members: Option<&'a Iri>,
    /// Nothing is told that this reader could not fetch here: any server, or the group itself for its members.
    reader: &'a Viewer,
}
