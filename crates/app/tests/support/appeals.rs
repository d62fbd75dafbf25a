//! Bans, and appeals against what was decided.

use guildhall_app::{
    Viewer,
    appeal::{self, DecideAppeal, MakeAppeal},
    case::{self, Act, PersonAction, Report},
    group::{self, SetBan},
    read::{CaseFilter, PageRequest, cases},
};
use guildhall_domain::{
    ActorId, AppealId, DecisionId, EntryId, GroupId, Timestamp,
    admission::Sanction,
    content::EntryState,
    event::Cause,
    moderation::{AppealOutcome, NoticeKind},
};
use guildhall_store::{entry, removal, standing};

use super::{Here, people::viewer};

/// A ban without end, which leaves what was written.
pub(crate) fn ban(group: GroupId, actor: ActorId, by: ActorId) -> SetBan {
    SetBan {
        group,
        actor,
        by,
        banned: true,
        until: None,
        reason: Some("spam".into()),
        remove_content: false,
        cause: Cause::Local,
    }
}

pub(crate) fn reversing(appeal: AppealId) -> DecideAppeal {
    DecideAppeal { appeal, outcome: AppealOutcome::Reversed, reason: "You are right.".into(), until: None }
}

/// It ends at `until`.
pub(crate) fn changing(appeal: AppealId, until: Timestamp) -> DecideAppeal {
    DecideAppeal { outcome: AppealOutcome::Changed, until: Some(until), ..reversing(appeal) }
}

pub(crate) async fn object(here: &Here, decision: DecisionId, actor: ActorId) -> AppealId {
    let command = MakeAppeal { decision, actor, text: "No.".into(), cause: Cause::Local };
    appeal::make(&here.app, command).await.unwrap()
}

/// The latest decision that somebody was told of.
pub(crate) async fn latest(here: &Here, actor: ActorId) -> DecisionId {
    let told = here.notices(actor).await;
    told.iter().rev().find(|told| told.kind == NoticeKind::Decision).unwrap().decision.unwrap()
}

pub(crate) async fn is_banned(here: &Here, group: Option<GroupId>, actor: ActorId) -> bool {
    let sanctions = standing::find(&here.app.store, group, actor).await.unwrap();
    sanctions.end_of(Sanction::Ban, here.now()).is_some()
}

/// Somebody here with a login, who runs the instance.
pub(crate) async fn admin(here: &Here, name: &str) -> Viewer {
    let actor = here.person(name).await;
    let mut tx = here.app.begin().await.unwrap();
    tx.query("INSERT INTO accounts (id, actor_id, password_hash, is_admin, created_at) VALUES ($1, $1, 'x', $2, 1)")
        .bind(actor.0)
        .bind(true)
        .execute()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Viewer { is_admin: true, ..viewer(actor) }
}

/// Has somebody who runs the instance ban a person here from all of it, with all that they wrote, by a case about a post in
/// a group elsewhere.
pub(crate) async fn ban_everywhere(here: &Here, chief: &Viewer, person: ActorId) {
    let far = here.far_group("boats").await;
    let boat = here.post(far, person, "Boat").await;
    let mut tx = here.app.begin().await.unwrap();
    entry::set_state(&mut tx, boat, EntryState::Published, None).await.unwrap();
    tx.commit().await.unwrap();
    let report = Report { entries: vec![boat], ..Report::by(here.person("reporter").await, "Look.") };
    case::report(&here.app, report).await.unwrap();
    let filter = CaseFilter { is_open: true, assignee: None };
    let open = cases::of_instance(&here.app, chief, filter, PageRequest::default()).await.unwrap().items;
    let actions = vec![PersonAction::Ban { until: None, removes_content: true }.into()];
    case::act(&here.app, chief, open[0].id, Act { actions, ..Act::default() }).await.unwrap();
}

/// Puts a thread into another group, as a move by hand does, whatever state it is in.
pub(crate) async fn put_into(here: &Here, post: EntryId, to: GroupId) {
    let mut tx = here.app.begin().await.unwrap();
    entry::set_group(&mut tx, post, to).await.unwrap();
    tx.commit().await.unwrap();
}

/// A post that went with a ban, which was lifted with the promise that all comes back.
pub(crate) async fn promised(here: &Here, group: GroupId, by: ActorId, author: ActorId) -> EntryId {
    let post = here.post(group, author, "Tulips").await;
    let command = SetBan { remove_content: true, ..ban(group, author, by) };
    group::set_ban(&here.app, command).await.unwrap();
    assert_eq!(here.state(post).await, EntryState::Removed);
    let promise = removal::Return { ban: latest(here, author).await, by, reason: "No spam.".into() };
    let mut tx = here.app.begin().await.unwrap();
    assert!(standing::lift(&mut tx, Some(group), author, Sanction::Ban).await.unwrap());
    removal::insert_return(&mut tx, &promise, here.now()).await.unwrap();
    tx.commit().await.unwrap();
    post
}
