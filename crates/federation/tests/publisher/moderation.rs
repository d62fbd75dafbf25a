//! What moderators do to threads and people, and a group's new settings.

use guildhall_app::{entry, group};
use guildhall_domain::{
    actor::ActorKind,
    event::Cause,
    moderation::{Signed, Target},
};
use guildhall_store::{Db, actor::Actor, testing::on_both_engines};
use serde_json::json;

use crate::{
    stage::{BASE, Stage},
    support::{PUBLIC, gardening, open},
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
            reason: Some("heated".into()),
            cause: Cause::Local,
        };
        let end = stage.now().plus(std::time::Duration::from_hours(1));
        let mut told = Vec::new();
        for annotation in [
            entry::Annotation::Locked(true),
            entry::Annotation::LockedUntil(end),
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
        assert_eq!(kinds, ["Lock", "Lock", "Undo", "Add", "Remove"]);
        let ends: Vec<_> = told.iter().map(|activity| (activity["endTime"].as_str(), activity["summary"].as_str())).collect();
        assert_eq!(ends[..2], [(None, Some("heated")), (Some("2026-03-01T13:00:00Z"), Some("heated"))]);
        assert_eq!(told[2]["object"]["summary"], "heated");
        assert_eq!(told[3]["target"], format!("{BASE}/groups/gardening/featured"));

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

    async fn who_is_banned_is_told_by_the_group_and_its_followers_by_the_moderator(db: Db) {
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
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        let block = announce.group_aware()["object"].clone();
        assert_eq!((&block["type"], &block["actor"], &block["summary"]), (&json!("Block"), &json!(mona.ap_id.as_str()), &json!("spam")));
        assert_eq!((direct.sender, &direct.targets), (group.actor(), &vec![ann.inbox.clone()]));
        assert_eq!(direct.both()["actor"], format!("{BASE}/groups/gardening"));
        assert!(!direct.both().to_string().contains(mona.ap_id.as_str()));

        group::set_ban(&stage.app, ban(false, None)).await.unwrap();
        let rows = stage.publish().await;
        assert_eq!((&rows[0].group_aware()["object"]["type"], &rows[1].microblog()["type"]), (&json!("Undo"), &json!("Undo")));

        let end = stage.now().plus(std::time::Duration::from_mins(1));
        group::set_ban(&stage.app, ban(true, Some(end))).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"]["endTime"], "2026-03-01T12:01:00Z");
        assert_eq!((&direct.body_microblog, &direct.group_aware()["endTime"]), (&None, &json!("2026-03-01T12:01:00Z")));

        // A group that signs by name: the moderator to software that knows groups, the group to microblogs.
        let by_name = group::ChangeGroup { signed: Some(Signed::Name), ..group::ChangeGroup::default() };
        group::change(&stage.app, group, mona.id, by_name).await.unwrap();
        stage.publish().await;
        group::set_ban(&stage.app, ban(true, None)).await.unwrap();
        let [_, direct, by_group] = &stage.publish().await[..] else { panic!("three rows") };
        assert_eq!((direct.sender, &direct.body_microblog), (mona.id, &None));
        assert_eq!((by_group.sender, &by_group.body_group), (group.actor(), &None));
    }

    async fn a_warning_goes_to_the_one_warned_and_nobody_else(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let eve = stage.remote("lemmy.example", "eve", ActorKind::Person).await;
        stage.follow(group, &eve).await;
        stage.software("lemmy.example", "lemmy").await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.publish().await;
        let warning = |whom: &Actor| group::Warn {
            group, target: Target::Actor(whom.id), by: mona.id, reason: Some("Be kind.".into()), cause: Cause::Local,
        };
        group::warn(&stage.app, warning(&ann)).await.unwrap();
        let rows = stage.publish().await;
        let [warn] = &rows[..] else { panic!("one row besides the message: {}", rows.len()) };
        assert_eq!((&warn.group, &warn.targets, warn.sender), (&None, &vec![ann.inbox.clone()], group.actor()));
        let said = warn.group_aware();
        assert_eq!((&said["type"], &said["to"]), (&json!("Warn"), &json!([ann.ap_id.as_str()])));
        assert!(!said.to_string().contains(PUBLIC) && !said.to_string().contains(mona.ap_id.as_str()), "{said}");

        // Who is sent no message of the group has the warning in the way that Lemmy takes it.
        group::warn(&stage.app, warning(&eve)).await.unwrap();
        let rows = stage.publish().await;
        let [warn] = &rows[..] else { panic!("one row: {}", rows.len()) };
        assert_eq!((&warn.group, &warn.targets), (&None, &vec![eve.inbox.clone()]));
        let said = warn.group_aware();
        assert_eq!((&said["type"], &said["object"]["type"], &said["object"]["actor"]), (&json!("Announce"), &json!("Warn"), &json!(mona.ap_id.as_str())));
        assert!(!said.to_string().contains(PUBLIC), "{said}");
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
