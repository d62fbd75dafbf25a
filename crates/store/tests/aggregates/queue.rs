//! What waits for moderators.

use guildhall_domain::{ApId, EntryId, QueueItemId, ReceivedId, Timestamp, content::Form};
use guildhall_store::{
    Db,
    entry::Texts,
    poll::Poll,
    queue::{self, QueueItem, QueueKind},
    testing::on_both_engines,
};

use crate::set_up::{ANN, BOB, FAR_GROUP, GROUP, LATER, NOW, add, people, post};

fn item(id: i64, kind: QueueKind) -> QueueItem {
    QueueItem {
        id: QueueItemId(id),
        kind,
        group: GROUP,
        actor: BOB,
        entry: (kind != QueueKind::Join).then_some(EntryId(1)),
        object: Some(ApId::new("x:object")),
        title: "Tomatoes".to_owned(),
        reason: "first-post".to_owned(),
        edit: None,
        written_at: None,
        received: Some(ReceivedId(9)),
        received_at: NOW,
        decided_at: None,
    }
}

async fn insert(db: &Db, items: &[QueueItem]) {
    people(db).await;
    add(db, &[&post(1), &post(2)]).await;
    let mut tx = db.begin().await.unwrap();
    for item in items {
        queue::insert(&mut tx, item).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn open(db: &Db) -> Vec<i64> {
    queue::list_open(db, GROUP, None, None, 50).await.unwrap().iter().map(|item| item.id.0).collect()
}

on_both_engines! {
    async fn every_kind_of_item_comes_back_an_edit_with_its_texts(db: Db) {
        let text = |text: &str| Some(text.to_owned());
        let texts = Texts {
            title: text("New"),
            content_html: "<p>\"new\"</p>".to_owned(),
            content_source: text("new"),
            excerpt: "new".to_owned(),
            link_url: text("https://x.example/"),
            image_url: text("https://x.example/a.png"),
            language: text("en"),
            sensitive: true,
            media: 3,
            form: Some(Form::Poll),
        };
        let edit = QueueItem { edit: Some(texts), written_at: Some(LATER), ..item(4, QueueKind::Edit) };
        let plain = QueueItem { edit: Some(Texts::default()), received: None, ..item(5, QueueKind::Edit) };
        let items = [item(1, QueueKind::Join), item(2, QueueKind::Post), item(3, QueueKind::Comment), edit, plain];
        insert(&db, &items).await;
        for item in &items {
            let kept = queue::find(&db, item.id).await.unwrap().unwrap();
            assert_eq!(format!("{kept:?}"), format!("{item:?}"));
        }
        assert!(queue::find(&db, QueueItemId(99)).await.unwrap().is_none());
    }

    async fn an_edit_keeps_the_poll_it_brings(db: Db) {
        let edit = QueueItem { edit: Some(Texts::default()), ..item(1, QueueKind::Edit) };
        insert(&db, &[edit.clone(), item(2, QueueKind::Post)]).await;
        let options = vec![("\"Red\"".to_owned(), 3), ("Blue".to_owned(), 0)];
        let poll = Poll { options, multiple: true, closes_at: Some(LATER) };
        let with_poll = QueueItem { id: QueueItemId(3), ..edit };
        let mut tx = db.begin().await.unwrap();
        queue::insert_with_poll(&mut tx, &with_poll, Some(&poll)).await.unwrap();
        assert_eq!(queue::find_poll_in(&mut tx, QueueItemId(3)).await.unwrap(), Some(poll.clone()));
        tx.commit().await.unwrap();
        assert_eq!(queue::find_poll(&db, QueueItemId(3)).await.unwrap(), Some(poll));
        for without in [1, 2, 99] {
            assert_eq!(queue::find_poll(&db, QueueItemId(without)).await.unwrap(), None, "{without}");
        }
    }

    async fn open_items_are_listed_page_by_page_longest_waiting_first(db: Db) {
        let elsewhere = QueueItem { group: FAR_GROUP, ..item(3, QueueKind::Post) };
        insert(&db, &[item(2, QueueKind::Post), item(1, QueueKind::Post), elsewhere, item(4, QueueKind::Post)]).await;
        let mut tx = db.begin().await.unwrap();
        assert_eq!(queue::lock(&mut tx, QueueItemId(2)).await.unwrap().unwrap().decided_at, None);
        queue::set_decided(&mut tx, QueueItemId(2), LATER).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(open(&db).await, [1, 4]);
        let page = queue::list_open(&db, GROUP, None, Some(QueueItemId(1)), 1).await.unwrap();
        assert_eq!(page.iter().map(|item| item.id.0).collect::<Vec<_>>(), [4]);
        assert_eq!(queue::find(&db, QueueItemId(2)).await.unwrap().unwrap().decided_at, Some(LATER));
    }

    async fn what_was_withdrawn_is_closed_and_nothing_else(db: Db) {
        let of_ann = QueueItem { actor: ANN, ..item(2, QueueKind::Join) };
        let of_other = QueueItem { entry: Some(EntryId(2)), ..item(5, QueueKind::Post) };
        insert(&db, &[item(1, QueueKind::Join), of_ann, item(3, QueueKind::Post), item(4, QueueKind::Edit), of_other])
            .await;
        let mut tx = db.begin().await.unwrap();
        queue::close_join(&mut tx, GROUP, BOB, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(open(&db).await, [2, 3, 4, 5]);

        let mut tx = db.begin().await.unwrap();
        queue::close_entry(&mut tx, EntryId(1), NOW).await.unwrap();
        queue::close_entry(&mut tx, EntryId(1), Timestamp(LATER.0)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(open(&db).await, [2, 5]);
        let closed = queue::find(&db, QueueItemId(3)).await.unwrap().unwrap();
        assert_eq!(closed.decided_at, Some(NOW), "once");
    }
}
