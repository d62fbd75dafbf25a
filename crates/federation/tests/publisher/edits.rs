//! New texts.

use guildhall_app::entry;
use guildhall_domain::{actor::ActorKind, event::Cause};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{gardening, open},
};

on_both_engines! {
    async fn an_edit_reaches_copies_by_its_author(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        stage.advance(60_000);
        let edit = entry::Edit {
            entry: post,
            editor: mona.id,
            texts: entry::texts_from_markdown(Some("Tulips".into()), "Plant them late.", None),
            poll: None,
            written_at: stage.now(),
            is_dated: false,
            cause: Cause::Local,
        };
        entry::edit(&stage.app, edit).await.unwrap();

        let [announce, copies] = &stage.publish().await[..] else { panic!("two rows") };
        let update = &announce.group_aware()["object"];
        assert_eq!((&update["type"], &update["object"]["id"]), (&json!("Update"), &json!(format!("{BASE}/posts/{post}"))));
        assert_eq!(update["object"]["updated"], "2026-03-01T12:01:00Z");
        assert_eq!(announce.body_microblog, None);
        assert_eq!((copies.sender, copies.group, &copies.body_group), (mona.id, Some(group.0), &None));
        assert_eq!(&copies.microblog(), update);
        assert_eq!(copies.order_key, announce.order_key);
    }

    async fn an_edit_from_elsewhere_is_announced_in_its_own_bytes(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        stage.publish().await;
        let update = json!({ "id": "https://lemmy.example/updates/1", "type": "Update", "actor": ann.ap_id.as_str(),
            "object": { "id": post.ap_id, "type": "Page" } });
        let cause = stage.received(&ann, &update).await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post.entry,
            editor: ann.id,
            texts: entry::texts_from_markdown(Some("Roses?".into()), "", None),
            poll: None,
            written_at: stage.now(),
            is_dated: false,
            cause,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], update);
        assert_eq!(row.body_microblog, None);
    }

    async fn the_bytes_of_somebody_else_are_not_passed_on_as_the_authors(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let eve = stage.remote("lemmy.example", "eve", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        stage.publish().await;
        let update = json!({ "id": "https://lemmy.example/updates/1", "type": "Update", "actor": eve.ap_id.as_str(),
            "object": { "id": post.ap_id, "type": "Page" } });
        let cause = stage.received(&eve, &update).await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post.entry,
            editor: ann.id,
            texts: entry::texts_from_markdown(Some("Roses?".into()), "", None),
            poll: None,
            written_at: stage.now(),
            is_dated: false,
            cause,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], post.ap_id, "everybody looks at the origin");
    }
}
