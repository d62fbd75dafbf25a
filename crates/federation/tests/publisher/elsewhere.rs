//! What is sent to groups elsewhere, and what to nobody.

use guildhall_app::{case, entry, group};
use guildhall_domain::{
    actor::ActorKind,
    content::{EntryState, Vote},
    event::Cause,
};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{gardening, open, removal, vote},
};

on_both_engines! {
    async fn a_group_elsewhere_is_sent_what_people_here_do(db: Db) {
        let stage = Stage::new(db).await;
        let books = stage.remote("lemmy.example", "books", ActorKind::Group).await;
        let group = guildhall_domain::GroupId(books.id.0);
        let mona = stage.person("mona").await;
        let ask = group::RequestJoin { group, actor: mona.id, follow: None, cause: Cause::Local };
        group::request_join(&stage.app, ask).await.unwrap();
        let post = stage.write(group, &mona, None, "A book.").await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post,
            editor: mona.id,
            texts: entry::texts_from_markdown(Some("Tulips".into()), "A good book.", None),
            poll: None,
            written_at: stage.now(),
            is_dated: false,
            cause: Cause::Local,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        entry::cast_vote(&stage.app, vote(post, &mona, None, Cause::Local)).await.unwrap();
        let report = case::Report { entries: vec![post], ..case::Report::by(mona.id, "spam") };
        case::report(&stage.app, report).await.unwrap();
        let rows = stage.publish().await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();
        group::leave(&stage.app, group::Leave { group, actor: mona.id, cause: Cause::Local }).await.unwrap();
        let rows = [rows, stage.publish().await].concat();

        let kinds: Vec<_> = rows.iter().map(|row| row.both()["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, ["Follow", "Create", "Update", "Like", "Undo", "Flag", "Delete", "Undo"]);
        for row in &rows {
            assert_eq!((&row.targets[..], row.group), (&[books.inbox.clone()][..], None), "{}", row.id);
        }
        let flag = rows.iter().find(|row| row.both()["type"] == "Flag").unwrap();
        assert_eq!(flag.both()["actor"], format!("{BASE}/actor"));
        assert!(rows.iter().all(|row| row.id == flag.id || row.sender == mona.id));
        let create = rows[1].both();
        assert_eq!((&create["object"]["audience"], create["object"].get("context")), (&json!(books.ap_id.as_str()), None));
        assert_eq!(rows[7].both()["object"]["type"], "Follow");
    }

    async fn what_was_sent_and_is_not_let_in_yet_is_taken_away_and_brought_back_there(db: Db) {
        let stage = Stage::new(db).await;
        let books = stage.remote("lemmy.example", "books", ActorKind::Group).await;
        let mona = stage.person("mona").await;
        let post = stage.write(guildhall_domain::GroupId(books.id.0), &mona, None, "A book.").await;
        let mut tx = stage.app.begin().await.unwrap();
        guildhall_store::entry::set_state(&mut tx, post, EntryState::Sent, None).await.unwrap();
        tx.commit().await.unwrap();
        stage.publish().await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();
        entry::restore(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();
        let rows = stage.publish().await;
        let kinds: Vec<_> = rows.iter().map(|row| row.both()["type"].clone()).collect();
        assert_eq!(kinds, ["Delete", "Undo"]);
        assert!(rows.iter().all(|row| row.targets == [books.inbox.clone()]));
    }

    async fn what_came_from_a_group_elsewhere_is_not_sent_back(db: Db) {
        let stage = Stage::new(db).await;
        let books = stage.remote("lemmy.example", "books", ActorKind::Group).await;
        let group = guildhall_domain::GroupId(books.id.0);
        let (mona, bob) = (stage.person("mona").await, stage.remote("other.example", "bob", ActorKind::Person).await);
        let post = stage.write(group, &mona, None, "A book.").await;
        stage.publish().await;
        let like = json!({ "id": "https://other.example/likes/1", "type": "Like", "actor": bob.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}") });
        let cause = stage.received(&bob, &like).await;
        entry::cast_vote(&stage.app, vote(post, &bob, Some(Vote::Up), cause)).await.unwrap();
        stage.receive(group, &bob, Some(post), "Yes").await;
        assert_eq!(stage.publish().await, []);
    }

    async fn blocked_hosts_are_sent_nothing_by_name(db: Db) {
        use guildhall_domain::peering::PeeringAction;
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("bad.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        guildhall_app::instance::set_peering(&stage.app, None, "bad.example", Some(PeeringAction::Block), None)
            .await
            .unwrap();
        stage.publish().await;
        stage.write(group, &mona, Some(post), "Yes").await;
        stage.follow(group, &ann).await;
        let rows = stage.publish().await;
        assert!(rows.iter().all(|row| row.targets.is_empty()), "{rows:?}");
        assert_eq!(rows.len(), 1);
    }
}
