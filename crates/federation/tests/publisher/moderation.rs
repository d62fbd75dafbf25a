//! What moderators do to threads and people, and a group's new settings.

use guildhall_app::{entry, group};
use guildhall_domain::{actor::ActorKind, event::Cause};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{gardening, open},
};

on_both_engines! {
    async fn what_moderators_do_is_announced(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        let annotate = |annotation| entry::Annotate {
            entry: post,
            by: mona.id,
            annotation,
            reason: None,
            cause: Cause::Local,
        };
        let mut told = Vec::new();
        for annotation in [
            entry::Annotation::Locked(true),
            entry::Annotation::Locked(false),
            entry::Annotation::Featured(true),
            entry::Annotation::Featured(false),
        ] {
            entry::annotate(&stage.app, annotate(annotation)).await.unwrap();
            let [row] = &stage.publish().await[..] else { panic!("one row") };
            assert_eq!(row.body_microblog, None);
            told.push(row.group_aware()["object"].clone());
        }
        let kinds: Vec<_> = told.iter().map(|activity| activity["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Lock", "Undo", "Add", "Remove"]);
        assert_eq!(told[2]["target"], format!("{BASE}/groups/gardening/featured"));

        let appoint =
            |appointed| group::SetModerator { group, actor: ann.id, by: mona.id, appointed, cause: Cause::Local };
        for (appointed, kind) in [(true, "Add"), (false, "Remove")] {
            group::set_moderator(&stage.app, appoint(appointed)).await.unwrap();
            let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
            assert_eq!(announce.group_aware()["object"], direct.both());
            assert_eq!(direct.both()["type"], kind);
            assert_eq!(direct.both()["target"], format!("{BASE}/groups/gardening/moderators"));
            assert_eq!(direct.targets, ["https://micro.example/inbox"]);
        }
    }

    async fn who_is_banned_is_told_by_the_moderator_and_by_the_group(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let ban = |banned, until| group::SetBan {
            group,
            actor: ann.id,
            by: mona.id,
            banned,
            until,
            reason: Some("spam".into()),
            remove_content: false,
            cause: Cause::Local,
        };
        group::set_ban(&stage.app, ban(true, None)).await.unwrap();
        let [announce, direct, by_group] = &stage.publish().await[..] else { panic!("three rows") };
        let block = direct.group_aware();
        assert_eq!(announce.group_aware()["object"], block);
        assert_eq!((&block["type"], &block["actor"], &block["summary"]), (&json!("Block"), &json!(mona.ap_id.as_str()), &json!("spam")));
        assert_eq!((direct.sender, &direct.body_microblog), (mona.id, &None));
        assert_eq!((by_group.sender, &by_group.body_group), (group.actor(), &None));
        assert_eq!(by_group.microblog()["actor"], format!("{BASE}/groups/gardening"));
        assert_eq!(by_group.targets, [ann.inbox.as_str()]);

        group::set_ban(&stage.app, ban(false, None)).await.unwrap();
        let rows = stage.publish().await;
        assert_eq!((&rows[0].group_aware()["object"]["type"], &rows[2].microblog()["type"]), (&json!("Undo"), &json!("Undo")));

        let end = stage.now().plus(std::time::Duration::from_mins(1));
        group::set_ban(&stage.app, ban(true, Some(end))).await.unwrap();
        let [announce, _] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"]["endTime"], "2026-03-01T12:01:00Z");
    }

    async fn a_changed_group_is_told_by_itself(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let change = group::ChangeGroup { title: Some("Flowers".into()), ..group::ChangeGroup::default() };
        group::change(&stage.app, group, mona.id, change).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], row.microblog());
        let update = row.microblog();
        assert_eq!((&update["type"], &update["actor"]), (&json!("Update"), &json!(format!("{BASE}/groups/gardening"))));
        assert_eq!(update["object"]["name"], "Flowers");
    }
}
