//! A group with its actor, and short ways to the log.

use guildhall_domain::{ActorId, EventId, GroupId, Timestamp};
use guildhall_store::delivery::{NewDelivery, Piece, Position, Target, log, subscription};
use guildhall_store::{Db, Tx};

pub(crate) const NOW: Timestamp = Timestamp(1_767_225_600_000);
pub(crate) const GROUP: GroupId = GroupId(10);
pub(crate) const OTHER_GROUP: GroupId = GroupId(11);

/// Two groups.
pub(crate) async fn groups(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for group in [GROUP, OTHER_GROUP] {
        insert_group(&mut tx, group).await;
    }
    tx.commit().await.unwrap();
}

async fn insert_group(tx: &mut Tx, group: GroupId) {
    let url = format!("https://here.example/groups/{group}");
    tx.query(
        "INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, inbox, also_known_as, created_at)
         VALUES ($1, $2, 'group', true, $3, $3, 'here.example', $2, $4, 0)",
    )
    .bind(group.0)
    .bind(url)
    .bind(format!("group{group}"))
    .bind(serde_json::json!([]))
    .execute()
    .await
    .unwrap();
    tx.query(
        "INSERT INTO groups (id, is_local, title, description_source, description_html, admission, posting, review,
            created_at, updated_at)
         VALUES ($1, true, '', '', '', 'open', 'everyone', 'none', 0, 0)",
    )
    .bind(group.0)
    .execute()
    .await
    .unwrap();
}

/// An activity for the followers of [`GROUP`], named after its event.
pub(crate) fn activity(event: i64) -> NewDelivery {
    NewDelivery {
        activity_ap_id: format!("https://here.example/activities/{event}"),
        event_id: EventId(event),
        sender: ActorId(GROUP.0),
        group: Some(GROUP),
        order_key: format!("https://here.example/posts/{event}"),
        body_group: Some(b"wrapped".to_vec()),
        body_microblog: None,
        targets: Vec::new(),
    }
}

/// The same for named inboxes alone.
pub(crate) fn letter(event: i64, inboxes: &[&str]) -> NewDelivery {
    let target = |inbox: &&str| Target {
        inbox: (*inbox).to_owned(),
        host: inbox.split('/').nth(2).unwrap().to_owned(),
    };
    NewDelivery { group: None, targets: inboxes.iter().map(target).collect(), ..activity(event) }
}

pub(crate) async fn append(db: &Db, new: &NewDelivery) -> i64 {
    let mut tx = db.begin().await.unwrap();
    let places = log::append_all(&mut tx, &[new], NOW).await.unwrap();
    tx.commit().await.unwrap();
    places[0]
}

pub(crate) async fn follow(db: &Db, group: GroupId, inbox: &str) {
    let mut tx = db.begin().await.unwrap();
    subscription::add(&mut tx, group, inbox, NOW).await.unwrap();
    tx.commit().await.unwrap();
}

/// Everything on the log for `host` after `cursor`, read in pages of `limit` over `span` rows.
pub(crate) async fn read_all(db: &Db, host: &str, cursor: i64, span: u32, limit: u32) -> Vec<(i64, String)> {
    let mut position = Position::after(cursor);
    let mut found = Vec::new();
    for _ in 0..100 {
        let page = log::read(db, host, &position, span, limit).await.unwrap();
        assert!(page.pieces.len() <= limit as usize);
        found.extend(page.pieces.into_iter().map(|Piece { seq, inbox }| (seq, inbox)));
        position = page.position;
        if page.is_end {
            return found;
        }
    }
    panic!("the log has no end");
}

pub(crate) fn seqs(pieces: &[(i64, String)]) -> Vec<i64> {
    pieces.iter().map(|(seq, _)| *seq).collect()
}
