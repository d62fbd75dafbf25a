//! A group, its people and its threads.

use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, Timestamp,
    actor::ActorKind,
    content::{EntryKind, EntryState},
    group::Policy,
};
use guildhall_store::{
    Db, Tx,
    actor::{self, ActorFields},
    entry::{self, Entry, NewEntry, Texts},
    group::{self, GroupFields},
};

pub(crate) const NOW: Timestamp = Timestamp(1_767_225_600_000);
pub(crate) const LATER: Timestamp = Timestamp(NOW.0 + 60_000);
/// Hosted here.
pub(crate) const GROUP: GroupId = GroupId(10);
/// Hosted elsewhere.
pub(crate) const FAR_GROUP: GroupId = GroupId(11);
/// Lives here.
pub(crate) const ANN: ActorId = ActorId(20);
/// Lives elsewhere.
pub(crate) const BOB: ActorId = ActorId(21);

/// Two groups and two persons, one of each here.
pub(crate) async fn people(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    local(&mut tx, GROUP.actor(), ActorKind::Group, "garden").await;
    group::insert(&mut tx, GROUP, true, &settings("Garden"), NOW).await.unwrap();
    remote(&mut tx, FAR_GROUP.actor(), ActorKind::Group, "boats").await;
    group::insert(&mut tx, FAR_GROUP, false, &settings("Boats"), NOW).await.unwrap();
    local(&mut tx, ANN, ActorKind::Person, "ann").await;
    remote(&mut tx, BOB, ActorKind::Person, "bob").await;
    tx.commit().await.unwrap();
}

async fn local(tx: &mut Tx, id: ActorId, kind: ActorKind, name: &str) {
    assert!(actor::insert_local(tx, id, &fields("here.example", kind, name), NOW).await.unwrap());
}

async fn remote(tx: &mut Tx, id: ActorId, kind: ActorKind, name: &str) {
    assert_eq!(actor::upsert_remote(tx, id, &fields("far.example", kind, name), NOW).await.unwrap(), id);
}

pub(crate) fn fields(host: &str, kind: ActorKind, name: &str) -> ActorFields {
    let id = format!("https://{host}/{}/{name}", kind.as_str());
    ActorFields {
        ap_id: ApId::new(id.as_str()),
        kind,
        username: name.to_owned(),
        host: host.to_owned(),
        display_name: None,
        summary_html: None,
        page_url: None,
        icon_url: None,
        inbox: format!("{id}/inbox"),
        shared_inbox: None,
        outbox: None,
        followers: None,
        moderators_url: None,
        featured_url: None,
        wall_url: None,
        also_known_as: Vec::new(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
    }
}

pub(crate) fn settings(title: &str) -> GroupFields {
    GroupFields {
        title: title.to_owned(),
        description_source: String::new(),
        description_html: String::new(),
        language: None,
        picture_url: None,
        policy: Policy::default(),
    }
}

/// A published post of Ann's in [`GROUP`].
pub(crate) fn post(id: i64) -> NewEntry {
    NewEntry {
        id: EntryId(id),
        ap_id: ApId::new(format!("https://here.example/posts/{id}")),
        kind: EntryKind::Post,
        group_id: GROUP,
        author_id: ANN,
        thread_id: EntryId(id),
        parent_id: None,
        depth: 0,
        is_local: true,
        state: EntryState::Published,
        state_reason: None,
        wire_type: "Page".to_owned(),
        page_url: None,
        context_url: None,
        texts: Texts { title: Some(format!("Post {id}")), ..Texts::default() },
        published_at: NOW,
        edited_at: None,
        received_id: None,
    }
}

/// A published comment of Bob's that answers `parent`.
pub(crate) fn comment(id: i64, parent: &NewEntry) -> NewEntry {
    NewEntry {
        ap_id: ApId::new(format!("https://far.example/notes/{id}")),
        kind: EntryKind::Comment,
        author_id: BOB,
        thread_id: parent.thread_id,
        parent_id: Some(parent.id),
        depth: parent.depth + 1,
        is_local: false,
        wire_type: "Note".to_owned(),
        texts: Texts::default(),
        ..post(id)
    }
}

pub(crate) async fn add(db: &Db, entries: &[&NewEntry]) {
    let mut tx = db.begin().await.unwrap();
    for new in entries {
        assert!(entry::insert(&mut tx, new, NOW).await.unwrap());
    }
    tx.commit().await.unwrap();
}

pub(crate) async fn entry(db: &Db, id: i64) -> Entry {
    entry::find(db, EntryId(id)).await.unwrap().unwrap()
}

pub(crate) fn ids(entries: &[Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.id.0).collect()
}
