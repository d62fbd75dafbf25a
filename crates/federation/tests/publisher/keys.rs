//! Other keys of our own actors.

use guildhall_app::{group, key};
use guildhall_domain::{actor::ActorKind, event::Cause};
use guildhall_store::{Db, actor::Actor, signing_key, testing::on_both_engines};

use crate::{
    stage::{BASE, Stage},
    support::{PUBLIC, gardening, open},
};

on_both_engines! {
    async fn a_group_tells_its_followers_by_itself(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let actor = stage.actor(group.actor()).await;
        key::rotate(&stage.app, &actor).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!((row.sender, row.group, &row.targets[..]), (group.actor(), Some(group.0), &[][..]));
        let update = row.both();
        assert_eq!(update["type"], "Update");
        assert_eq!(update["actor"], actor.ap_id.as_str());
        assert_eq!(update["to"][0], PUBLIC);
        assert_eq!(update["object"]["id"], actor.ap_id.as_str());
        assert_eq!(update["object"]["type"], "Group");
        assert!(update["object"]["publicKey"]["publicKeyPem"].is_string());
        assert!(update.get("proof").is_none());
    }

    async fn old_keys_sign_up_to_the_news_and_no_further(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let actor = stage.actor(group.actor()).await;
        stage.write(group, &mona, None, "Before.").await;
        key::rotate(&stage.app, &actor).await.unwrap();
        stage.write(group, &mona, None, "After.").await;
        assert_eq!(until(&stage, &actor).await, [None, None], "the news is not on the log");
        let rows = stage.publish().await;
        let news = rows.iter().position(|row| row.group_aware()["type"] == "Update").unwrap();
        assert!(news > 0 && news + 1 < rows.len(), "{rows:?}");
        let places: Vec<(i64,)> =
            stage.app.store.query("SELECT seq FROM delivery_log ORDER BY seq").all().await.unwrap();
        assert_eq!(until(&stage, &actor).await, [Some(places[news].0); 2]);
    }

    async fn news_of_settings_and_of_keys_stay_in_order(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let change = group::ChangeGroup { title: Some("Gardens".into()), ..group::ChangeGroup::default() };
        group::change(&stage.app, group, mona.id, change).await.unwrap();
        key::rotate(&stage.app, &stage.actor(group.actor()).await).await.unwrap();
        let rows = stage.publish().await;
        let keys: Vec<&str> = rows.iter().map(|row| row.order_key.as_str()).collect();
        assert_eq!(keys, [format!("actor:{group}"), format!("actor:{group}")]);
    }

    async fn a_person_tells_the_servers_that_saw_their_signature(db: Db) {
        let stage = Stage::new(db).await;
        let (gardening, _) = gardening(&stage, open()).await;
        let ann = stage.person("ann").await;
        key::rotate(&stage.app, &ann).await.unwrap();
        assert_eq!(stage.publish().await, [], "nobody has");
        assert_ne!(until(&stage, &ann).await, [None, None], "the new ones sign at once");

        let boats = stage.remote("boats.example", "boats", ActorKind::Group).await;
        let join = group::RequestJoin {
            group: guildhall_domain::GroupId(boats.id.0),
            actor: ann.id,
            follow: None,
            cause: Cause::Local,
        };
        group::request_join(&stage.app, join).await.unwrap();
        let bob = stage.remote("micro.example", "bob", ActorKind::Person).await;
        let post = stage.receive(gardening, &bob, None, "Look").await;
        stage.write(gardening, &ann, Some(post.entry), "I see.").await;
        stage.remote("other.example", "eve", ActorKind::Person).await;
        stage.publish().await;
        key::rotate(&stage.app, &ann).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!((row.sender, row.group), (ann.id, None));
        assert_eq!(row.targets, ["https://boats.example/inbox", "https://micro.example/inbox"]);
        assert_eq!(row.both()["object"]["id"], format!("{BASE}/users/ann"));
    }

    async fn the_instance_tells_every_server_that_it_has_to_do_with(db: Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        for name in ["ben", "bob"] {
            let follower = stage.remote("micro.example", name, ActorKind::Person).await;
            stage.follow(group, &follower).await;
        }
        stage.remote("boats.example", "boats", ActorKind::Group).await;
        stage.remote("other.example", "eve", ActorKind::Person).await;
        stage.publish().await;
        let instance = guildhall_app::instance::ensure_actor(&stage.app).await.unwrap();
        key::rotate(&stage.app, &instance).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.targets, ["https://boats.example/inbox", "https://micro.example/inbox"]);
        assert_eq!(row.both()["object"]["type"], "Application");
    }
}

/// Up to which places the former keys of an actor sign.
async fn until(stage: &Stage, actor: &Actor) -> Vec<Option<i64>> {
    let keys = signing_key::list_of(&stage.app.store, actor.id).await.unwrap();
    keys.iter().filter_map(|key| key.former).map(|former| former.until).collect()
}
