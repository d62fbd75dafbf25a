//! News of who leads a group.

use guildhall_domain::{ActorId, GroupId, moderation::NoticeKind, staff::Permission};
use guildhall_store::{StoreError, Tx, notice};

use super::{
    Told, compose, send,
    words::{Phrase, Words},
};
use crate::App;

/// Tells people that a group has another owner.
pub(crate) async fn of_new_owner(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    owner: ActorId,
    told: &[ActorId],
) -> Result<(), StoreError> {
    let (words, title) = naming(tx, group).await?;
    let name = notice::find_handle(tx, owner).await?.map(|(handle, _)| handle).unwrap_or_default();
    let text = words.say(Phrase::NewOwner, &[("name", &name), ("group", &title)]);
    for actor in told {
        tell(app, tx, group, *actor, &text).await?;
    }
    Ok(())
}

/// Tells those who run the instance that a group is theirs to look after, and whom it has seen most of.
pub(crate) async fn of_care(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    proposed: &[ActorId],
) -> Result<(), StoreError> {
    let (words, title) = naming(tx, group).await?;
    let mut names = Vec::new();
    for actor in proposed {
        names.extend(notice::find_handle(tx, *actor).await?.map(|(handle, _)| format!("@{handle}")));
    }
    let mut lines = vec![words.say(Phrase::InCare, &[("group", &title)])];
    if !names.is_empty() {
        lines.push(words.say(Phrase::Proposed, &[("names", &names.join(", "))]));
    }
    // Of the instance every admin is a keeper, whatever it takes.
    for (admin, _) in notice::list_keepers(tx, None, Permission::Appoint, app.now()).await? {
        tell(app, tx, group, admin, &lines.join("\n")).await?;
    }
    Ok(())
}

/// Tells somebody who led a group that those who run its server look after it now.
pub(crate) async fn of_care_to(
    app: &App,
    tx: &mut Tx,
    group: GroupId,
    actor: ActorId,
) -> Result<(), StoreError> {
    let (words, title) = naming(tx, group).await?;
    tell(app, tx, group, actor, &words.say(Phrase::LeftInCare, &[("group", &title)])).await
}

async fn naming(tx: &mut Tx, group: GroupId) -> Result<(Words, String), StoreError> {
    let shown = notice::find_telling_group(tx, group).await?;
    Ok((compose::words_of(shown.as_ref()), compose::title_of(shown.as_ref())))
}

async fn tell(app: &App, tx: &mut Tx, group: GroupId, actor: ActorId, text: &str) -> Result<(), StoreError> {
    let Some((_, is_local)) = notice::find_handle(tx, actor).await? else { return Ok(()) };
    let told = Told {
        actor,
        is_local,
        kind: NoticeKind::Staff,
        group: Some(group),
        decision: None,
        entry: None,
        rule: None,
        text: text.to_owned(),
    };
    send(app, tx, told).await
}
