//! What is deleted, removed and restored.

use guildhall_app::{entry, group};
use guildhall_domain::{actor::ActorKind, event::Cause, moderation::Signed};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{gardening, open, removal},
};

on_both_engines! {
    async fn a_deleted_post_is_unboosted_by_the_id_it_was_boosted_with(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        let published = stage.publish().await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();

        let [announce, copies] = &stage.publish().await[..] else { panic!("two rows") };
        let delete = &announce.group_aware()["object"];
        assert_eq!((&delete["type"], &delete["actor"]), (&json!("Delete"), &json!(mona.ap_id.as_str())));
        assert_eq!(delete.get("summary"), None, "an author needs no reason");
        let undo = announce.microblog();
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Announce")));
        assert_eq!(undo["object"]["id"], published[0].microblog()["id"]);
        assert_eq!(copies.microblog()["type"], "Delete");
        assert_eq!(copies.sender, mona.id);
    }

    async fn a_removed_post_is_deleted_with_its_reason_and_its_author_is_told(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Buy my pills").await;
        let published = stage.publish().await;
        entry::delete(&stage.app, removal(post.entry, &mona, Some("Rule 1"), Cause::Local)).await.unwrap();

        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        let delete = announce.group_aware()["object"].clone();
        assert_eq!((&delete["actor"], &delete["summary"]), (&json!(mona.ap_id.as_str()), &json!("Rule 1")));
        assert_eq!(delete["object"], post.ap_id);
        assert_eq!(announce.microblog()["object"]["id"], published[0].microblog()["id"]);
        let told = direct.both();
        assert_eq!((&told["type"], &told["object"], &told["summary"]), (&delete["type"], &delete["object"], &delete["summary"]));
        let by_group = json!(format!("{BASE}/groups/gardening"));
        assert_eq!((&told["actor"], direct.sender), (&by_group, group.actor()), "the group signs");
        assert_eq!(direct.targets, ["https://micro.example/inbox"]);

        entry::restore(&stage.app, removal(post.entry, &mona, None, Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!((&direct.both()["actor"], &direct.both()["object"]["actor"]), (&by_group, &by_group));
        let undo = &announce.group_aware()["object"];
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Delete")));
        assert_eq!(announce.microblog()["id"], published[0].microblog()["id"], "the same boost again");
    }

    async fn where_the_group_signs_by_name_the_author_sees_who_removed(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let by_name = group::ChangeGroup { signed: Some(Signed::Name), ..group::ChangeGroup::default() };
        group::change(&stage.app, group, mona.id, by_name).await.unwrap();
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Buy my pills").await;
        stage.publish().await;
        entry::delete(&stage.app, removal(post.entry, &mona, Some("Rule 1"), Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!((direct.both(), direct.sender), (announce.group_aware()["object"].clone(), mona.id));
    }

    async fn a_moderator_elsewhere_is_passed_on_in_their_own_bytes(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let moira = stage.remote("lemmy.example", "moira", ActorKind::Person).await;
        let appoint =
            group::SetModerator { group, actor: moira.id, by: mona.id, appointed: true, cause: Cause::Local };
        group::set_moderator(&stage.app, appoint).await.unwrap();
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;

        let delete = json!({ "id": "https://lemmy.example/deletes/1", "type": "Delete", "actor": moira.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}"), "summary": "off topic" });
        let cause = stage.received(&moira, &delete).await;
        entry::delete(&stage.app, removal(post, &moira, Some("off topic"), cause)).await.unwrap();
        let [announce, copies] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"], delete);
        // The post was written here: microblogs that have it take its end from its author alone.
        assert_eq!((copies.sender, &copies.microblog()["type"]), (mona.id, &json!("Delete")));
        assert_eq!(copies.body_group, None);
    }

    async fn what_was_taken_back_before_it_was_told_is_not_shown(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "My password is hunter2").await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();
        let rows = stage.publish().await;
        let text = String::from_utf8(rows.iter().flat_map(|row| row.body_group.clone().unwrap_or_default()).collect());
        assert!(!text.unwrap().contains("hunter2"));
        assert_eq!(rows[0].group_aware()["object"]["type"], "Delete");
    }
}
