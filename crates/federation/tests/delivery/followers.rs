//! What a group tells each server about which of its people are members.

use std::time::Duration;

use guildhall_activitypub::synchronization::{FollowersDigest, Synchronization};
use guildhall_store::{Db, testing::on_both_engines};

use crate::world::{GROUP, World};

const INBOX: &str = "https://a.example/inbox";

/// Somebody elsewhere who is a member.
async fn join(world: &World, host: &str, name: &str) {
    let id = world.app.new_id();
    let ap_id = format!("https://{host}/users/{name}");
    let mut tx = world.app.begin().await.unwrap();
    tx.query(
        "INSERT INTO actors (id, ap_id, kind, is_local, username, username_key, host, inbox, also_known_as, created_at)
         VALUES ($1, $2, 'person', false, $3, $3, $4, $2, $5, 0)",
    )
    .bind(id)
    .bind(ap_id)
    .bind(name)
    .bind(host)
    .bind(serde_json::json!([]))
    .execute()
    .await
    .unwrap();
    tx.query("INSERT INTO memberships (group_id, actor_id, state, created_at) VALUES ($1, $2, 'member', 0)")
        .bind(GROUP.0)
        .bind(id)
        .execute()
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn set_visibility(world: &World, visibility: &str) {
    let mut tx = world.app.begin().await.unwrap();
    tx.query("UPDATE groups SET visibility = $1").bind(visibility).execute().await.unwrap();
    tx.commit().await.unwrap();
}

/// What went with the deliveries since the last time.
async fn said(world: &World) -> Vec<Option<String>> {
    world.deliver().await;
    std::mem::take(&mut *world.signer.synchronizations.lock().unwrap())
}

fn header(ids: &[&str]) -> String {
    let iri = |text| guildhall_activitypub::Iri::parse(text).unwrap();
    let said = Synchronization {
        collection: iri("https://here.example/groups/g/followers"),
        url: iri("https://here.example/groups/g/followers_synchronization"),
        digest: ids.iter().collect::<FollowersDigest>(),
    };
    said.to_string()
}

on_both_engines! {
    async fn each_server_is_told_which_of_its_people_are_members(db: Db) {
        let world = World::new(db).await;
        set_visibility(&world, "members").await;
        world.follow(INBOX).await;
        for (host, name) in [("a.example", "ann"), ("a.example", "abe"), ("b.example", "bob")] {
            join(&world, host, name).await;
        }
        let both = header(&["https://a.example/users/abe", "https://a.example/users/ann"]);
        world.announce(Some("one"), Some("one")).await;
        assert_eq!(said(&world).await, [Some(both.clone())], "theirs alone");

        join(&world, "a.example", "amy").await;
        world.announce(Some("two"), Some("two")).await;
        assert_eq!(said(&world).await, [Some(both)], "not counted for each delivery");
        world.advance(Duration::from_mins(1));
        world.announce(Some("three"), Some("three")).await;
        let all = ["abe", "amy", "ann"].map(|name| format!("https://a.example/users/{name}"));
        assert_eq!(said(&world).await, [Some(header(&all.each_ref().map(String::as_str)))]);

        world.send("to one", "key", &[INBOX]).await;
        assert_eq!(said(&world).await, [None], "what is not for followers says nothing of them");
    }

    async fn a_group_that_everybody_may_read_says_nothing_of_its_members(db: Db) {
        let world = World::new(db).await;
        world.follow(INBOX).await;
        join(&world, "a.example", "ann").await;
        world.announce(Some("one"), Some("one")).await;
        assert_eq!(said(&world).await, [None]);
    }
}
