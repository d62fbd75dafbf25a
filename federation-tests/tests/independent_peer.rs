//! A server and peers on the crate `activitypub_federation`, which play Lemmy and Mastodon.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{ActivityPubPeer, Api, Server, ServerConfig, Software, eventually, text};
use serde_json::{Value, json};

const GROUP: &str = "gardening";

/// A server whose group Maria moderates; the peers' crate wants hosts with a name.
struct World {
    server: Server,
    maria: Api,
    /// The group's global id.
    group: String,
}

impl World {
    async fn start() -> anyhow::Result<Self> {
        let server = Server::start(ServerConfig::new("guildhall").at_host("localhost")).await?;
        let maria = server.account("maria")?;
        let group = server.group(GROUP, &["--moderator", "maria", "--title", "The gardeners"])?;
        Ok(Self { server, maria, group })
    }

    /// A peer with the person `peer`, who follows the group and was accepted.
    async fn follower(&self, software: Software) -> anyhow::Result<ActivityPubPeer> {
        let peer = ActivityPubPeer::start(software, &["peer"]).await?;
        let handle = format!("{GROUP}@{}", self.server.host());
        let followed = peer.tell("follow", json!({ "group": handle })).await?;
        let id = followed["activity"]["id"].clone();
        peer.eventually_receives("Accept(Follow)", |accept| accept["object"]["id"] == id).await?;
        Ok(peer)
    }

    /// A post of the peer's as the group has it, and its global id.
    async fn post_of(&self, peer: &ActivityPubPeer, title: &str) -> anyhow::Result<(Value, Value)> {
        let post = json!({ "group": self.group, "title": title, "content": "From elsewhere." });
        let sent = peer.tell("post", post).await?;
        let activity = sent["activity"].clone();
        let arrived = self.maria.eventually_post(GROUP, &activity["object"]["id"]).await?;
        Ok((activity, arrived))
    }

    async fn eventually_entry(&self, path: &str, holds: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
        eventually(path, async || {
            let entry = self.maria.get(path).await?;
            ensure!(holds(&entry), "{entry}");
            Ok(())
        })
        .await
    }
}

#[tokio::test]
async fn actors_and_objects_are_understood_by_the_peer() -> anyhow::Result<()> {
    let world = World::start().await?;
    let peer = ActivityPubPeer::start(Software::Lemmy, &["peer"]).await?;
    let handle = format!("!{GROUP}@{}", world.server.host());
    let group = peer.tell("lookup", json!({ "name": handle })).await?;
    assert_eq!(group["type"], "Group");
    assert_eq!(group["name"], "The gardeners");

    let person = format!("maria@{}", world.server.host());
    assert_eq!(peer.tell("lookup", json!({ "name": person })).await?["type"], "Person");

    let post = world.maria.submit(GROUP, "Tools", "A *good* spade.").await?;
    let comment = world.maria.comment(text(&post, "id")?, None, "Or two.").await?;
    let fetched = peer.tell("fetch", json!({ "url": post["ap_id"] })).await?;
    assert_eq!(fetched["name"], "Tools");
    assert_eq!(fetched["source"]["content"], "A *good* spade.");
    assert_eq!(fetched["audience"], world.group);
    let fetched = peer.tell("fetch", json!({ "url": comment["ap_id"] })).await?;
    assert_eq!(fetched["inReplyTo"], post["ap_id"]);
    Ok(())
}

#[tokio::test]
async fn a_follower_is_a_member_until_it_unfollows() -> anyhow::Result<()> {
    let world = World::start().await?;
    let count = async || -> anyhow::Result<i64> {
        let group = world.maria.get(&format!("/groups/{GROUP}")).await?;
        group["member_count"].as_i64().context("no member_count")
    };
    let before = count().await?;
    let peer = world.follower(Software::Lemmy).await?;
    assert_eq!(count().await?, before + 1);

    peer.tell("unfollow", json!({ "group": world.group })).await?;
    eventually("the peer has left", async || {
        let now = count().await?;
        ensure!(now == before, "{now} members");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_post_of_the_peer_is_announced_as_it_came() -> anyhow::Result<()> {
    let world = World::start().await?;
    let peer = world.follower(Software::Lemmy).await?;
    let (activity, arrived) = world.post_of(&peer, "Hello").await?;
    assert_eq!(arrived["title"], "Hello");
    assert_eq!(arrived["author"]["ap_id"], peer.person("peer"));

    let announce = peer
        .eventually_receives("Announce(Create(Page))", |announce| announce["object"]["id"] == activity["id"]);
    let announce = announce.await?.activity;
    assert_eq!(announce["actor"], world.group);
    // The whole of it: nothing added, nothing left out.
    assert_eq!(announce["object"], activity);
    peer.has_refused_nothing().await
}

#[tokio::test]
async fn what_happens_in_the_group_reaches_a_group_aware_peer_as_wrapped_activities() -> anyhow::Result<()> {
    let world = World::start().await?;
    let peer = world.follower(Software::Lemmy).await?;
    let post = world.maria.submit(GROUP, "Pots", "Clay.").await?;
    let (id, path) = (post["ap_id"].clone(), format!("/posts/{}", text(&post, "id")?));
    let inner = |announce: &Value, member: &str| announce["object"][member].clone();
    let same = |value: &Value| *value == id || value["id"] == id;

    peer.eventually_receives("Announce(Create(Page))", |announce| same(&inner(announce, "object"))).await?;
    let comment = world.maria.comment(text(&post, "id")?, None, "Or wood.").await?;
    peer.eventually_receives("Announce(Create(Note))", |announce| {
        inner(announce, "object")["id"] == comment["ap_id"]
    })
    .await?;
    world.maria.patch(&path, json!({ "content": "Clay, fired." })).await?;
    peer.eventually_receives("Announce(Update(Page))", |announce| same(&inner(announce, "object"))).await?;
    world.maria.put(&format!("{path}/vote"), json!({ "value": -1 })).await?;
    peer.eventually_receives("Announce(Dislike)", |announce| same(&inner(announce, "object"))).await?;
    world.maria.delete(&path, None).await?;
    peer.eventually_receives("Announce(Delete)", |announce| same(&inner(announce, "object"))).await?;
    assert_eq!(peer.show("posts").await?[id.as_str().context("no id")?], Value::Null);
    peer.has_refused_nothing().await
}

#[tokio::test]
async fn the_peer_replies_votes_edits_and_deletes() -> anyhow::Result<()> {
    let world = World::start().await?;
    let peer = world.follower(Software::Lemmy).await?;
    let (activity, arrived) = world.post_of(&peer, "Frogs").await?;
    let (object, path) = (&activity["object"]["id"], format!("/posts/{}", text(&arrived, "id")?));

    let reply = peer.tell("reply", json!({ "in_reply_to": object, "content": "And toads." })).await?;
    let reply =
        world.maria.eventually_comment(text(&arrived, "id")?, &reply["activity"]["object"]["id"]).await?;
    assert!(text(&reply, "content_html")?.contains("And toads."));

    let up = world.maria.get(&path).await?["up"].as_i64().context("no up")?;
    peer.tell("vote", json!({ "object": object, "value": 1 })).await?;
    world.eventually_entry(&path, |post| post["up"] == up + 1).await?;
    peer.tell("vote", json!({ "object": object, "value": 0 })).await?;
    world.eventually_entry(&path, |post| post["up"] == up).await?;

    let edit = json!({ "object": object, "title": "Newts", "content": "Not frogs." });
    peer.tell("update", edit).await?;
    world.eventually_entry(&path, |post| post["title"] == "Newts").await?;

    peer.tell("delete", json!({ "object": object })).await?;
    world.maria.eventually_no_post(GROUP, object).await?;
    peer.has_refused_nothing().await
}

#[tokio::test]
async fn a_note_that_mentions_the_group_becomes_a_post() -> anyhow::Result<()> {
    let world = World::start().await?;
    let peer = world.follower(Software::Mastodon).await?;
    let note = json!({ "group": world.group, "content": "Look at my beans!</p><p>So tall." });
    let sent = peer.tell("note", note).await?;
    let arrived = world.maria.eventually_post(GROUP, &sent["activity"]["object"]["id"]).await?;
    assert_eq!(arrived["title"], "Look at my beans!");
    assert_eq!(arrived["author"]["handle"], format!("@peer@{}", peer.host()));
    Ok(())
}

#[tokio::test]
async fn a_microblog_gets_threads_as_boosts_and_nothing_wrapped() -> anyhow::Result<()> {
    let world = World::start().await?;
    let peer = world.follower(Software::Mastodon).await?;
    let post = world.maria.submit(GROUP, "Bees", "They came.").await?;
    let id = post["ap_id"].clone();
    peer.eventually_receives("Announce(url)", |announce| announce["object"] == id).await?;
    // Found by what the boost names.
    assert_eq!(peer.show("posts").await?[id.as_str().context("no id")?]["name"], "Bees");

    world.maria.comment(text(&post, "id")?, None, "And went.").await?;
    let last = world.maria.submit(GROUP, "Wasps", "").await?;
    peer.eventually_receives("Announce(url)", |announce| announce["object"] == last["ap_id"]).await?;
    let received = peer.received().await?;
    let shapes: Vec<_> = received.iter().filter_map(|one| one.understood_as.as_deref()).collect();
    assert_eq!(shapes, ["Accept(Follow)", "Announce(url)", "Announce(url)"]);
    peer.has_refused_nothing().await
}

#[tokio::test]
async fn a_reply_from_a_microblog_joins_the_thread_and_reaches_group_aware_peers() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (lemmy, mastodon) =
        tokio::try_join!(world.follower(Software::Lemmy), world.follower(Software::Mastodon))?;
    let post = world.maria.submit(GROUP, "Apples", "Ripe.").await?;
    let id = post["ap_id"].clone();
    mastodon.eventually_receives("Announce(url)", |announce| announce["object"] == id).await?;

    let reply = mastodon.tell("reply", json!({ "in_reply_to": id, "content": "Mine too." })).await?;
    let reply = &reply["activity"]["object"]["id"];
    let arrived = world.maria.eventually_comment(text(&post, "id")?, reply).await?;
    assert!(text(&arrived, "content_html")?.contains("Mine too."));
    lemmy
        .eventually_receives("Announce(Create(Note))", |announce| {
            announce["object"]["object"]["id"] == *reply
        })
        .await?;
    lemmy.has_refused_nothing().await
}

#[tokio::test]
async fn what_a_moderator_removes_is_taken_back_from_both_kinds_of_peers() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (lemmy, mastodon) =
        tokio::try_join!(world.follower(Software::Lemmy), world.follower(Software::Mastodon))?;
    let (activity, arrived) = world.post_of(&lemmy, "Buy this").await?;
    let object = activity["object"]["id"].clone();
    let boost =
        mastodon.eventually_receives("Announce(url)", |announce| announce["object"] == object).await?;

    let removal = json!({ "reason": "Advertising" });
    world.maria.delete(&format!("/posts/{}", text(&arrived, "id")?), Some(removal)).await?;
    let deleted = lemmy.eventually_receives("Announce(Delete)", |announce| {
        announce["object"]["object"] == object || announce["object"]["object"]["id"] == object
    });
    assert_eq!(deleted.await?.activity["object"]["summary"], "Advertising");
    mastodon
        .eventually_receives("Undo(Announce(url))", |undo| undo["object"]["id"] == boost.activity["id"])
        .await?;
    lemmy.has_refused_nothing().await?;
    mastodon.has_refused_nothing().await
}

#[tokio::test]
async fn a_refused_post_is_answered_with_a_reject() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.maria.patch(&format!("/groups/{GROUP}"), json!({ "review": "all" })).await?;
    let peer = world.follower(Software::Lemmy).await?;
    let post = json!({ "group": world.group, "title": "Politics", "content": "" });
    let sent = peer.tell("post", post).await?;
    let item = world.maria.eventually_queued(GROUP, "Politics").await?;
    let refuse = format!("/groups/{GROUP}/queue/{}/refuse", text(&item, "id")?);
    world.maria.post(&refuse, json!({ "reason": "Not about gardens" })).await?;

    eventually("the peer is told", async || {
        let received = peer.received().await?;
        let reject = received.iter().find(|one| one.activity["type"] == "Reject").context("no Reject")?;
        ensure!(reject.understood_as.is_some(), "{reject:?}");
        ensure!(reject.activity["summary"] == "Not about gardens", "{reject:?}");
        let named = reject.activity["object"]["id"].as_str().or(reject.activity["object"].as_str());
        let ours = [&sent["activity"]["id"], &sent["activity"]["object"]["id"]];
        ensure!(ours.iter().any(|id| id.as_str() == named), "{reject:?}");
        Ok(())
    })
    .await
}
