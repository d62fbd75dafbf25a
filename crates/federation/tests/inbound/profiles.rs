//! What followers' servers are sent, each by what its software understands, however they sign.

use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FakePeer, Signing};
use serde_json::{Value, json};

use crate::support::{With as _, World, create, delete, follow, id, note, to_group};

on_both_engines! {
    async fn group_aware_software_gets_every_activity_and_microblogs_the_starts_of_threads(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let (masto, _) = world.follower("mastodon", "mia").await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        let posted = create(&world.alice, &note);
        world.send(&posted).await;
        let reply = create(&world.alice, &world.reply(id(&note), "Deep."));
        world.send(&reply).await;

        let wrapped = lemmy.take();
        assert_eq!(wrapped.shapes(), ["Announce{Create}", "Announce{Create}"]);
        for (delivered, original) in wrapped.deliveries().iter().zip([&posted, &reply]) {
            let body = String::from_utf8(delivered.body.to_vec()).unwrap();
            assert!(body.contains(&original.to_string()), "byte for byte");
            assert_eq!(delivered.activity["actor"], json!(world.group.ap_id));
        }
        let boosts = masto.take();
        assert_eq!(boosts.shapes(), ["Announce{…}"]);
        assert_eq!(boosts.only("Announce")["object"], note["id"]);
    }

    async fn a_post_that_is_removed_is_no_longer_boosted(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let (masto, _) = world.follower("mastodon", "mia").await;
        let post = world.posted("Tulips").await;
        let boost = masto.take().only("Announce");
        lemmy.take();
        let deletion = delete(&world.alice, id(&post));
        world.send(&deletion).await;
        let undo = masto.take().only("Undo");
        assert_eq!(undo["object"]["id"], boost["id"]);
        assert_eq!(lemmy.take().only("Announce")["object"], deletion);
    }

    async fn what_moderators_remove_is_deleted_for_some_and_unboosted_for_others(db: Db) {
        let world = World::new(db, "mastodon").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let (masto, _) = world.follower("mastodon", "mia").await;
        let post = world.posted("Buy!").await;
        lemmy.take();
        masto.take();
        let entry = world.here.entry(id(&post)).await.unwrap();
        world.here.remove(&world.group, entry.id, "advertising").await;
        world.here.run_until_idle().await;
        let removal = &lemmy.take().only("Announce")["object"];
        assert_eq!((&removal["type"], &removal["object"]), (&json!("Delete"), &post["id"]));
        assert_eq!(removal["summary"], "advertising");
        assert_eq!(masto.take().shapes(), ["Undo{Announce}"]);
    }

    async fn one_shared_inbox_gets_one_copy(db: Db) {
        let world = World::new(db, "lemmy").await;
        for name in ["bob", "carol"] {
            world.send(&follow(&world.peer.actor(name), &world.group.ap_id)).await;
        }
        world.peer.take();
        let ann = world.here.person("ann").await;
        world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.take().shapes(), ["Announce{Create}"]);
    }

    async fn what_is_announced_can_be_fetched_as_it_was_sent(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        world.here.run_until_idle().await;
        let sent = world.peer.take().only("Announce")["object"]["object"].clone();
        let served = world.peer.fetch(&post.ap_id).await.raw;
        let plain = |document: Value| document.with(json!({ "@context": null, "proof": null }));
        assert_eq!(plain(served), plain(sent));
    }

    async fn every_recorded_way_of_signing_and_rfc_9421_are_taken(db: Db) {
        let world = World::new(db, "mastodon").await;
        let softwares = ["gotosocial", "lemmy", "mitra", "nodebb", "snac", "takahe"];
        let recorded = softwares.map(|software| (software, Signing::of(software)));
        let others = [
            ("RFC 9421", Signing::rfc9421()),
            ("RFC 9421 with Ed25519", Signing::ed25519()),
            ("a clock 55 minutes late", Signing::of("mastodon").ahead_by_ms(-55 * 60_000)),
            ("a clock 4 minutes early", Signing::of("mastodon").ahead_by_ms(4 * 60_000)),
        ];
        for (way, signing) in recorded.into_iter().chain(others) {
            let peer: FakePeer = world.here.peer("mastodon").await.signing(signing);
            let actor = peer.actor("alice");
            assert_eq!(world.send_from(&peer, &follow(&actor, &world.group.ap_id)).await, "applied", "{way}");
        }
        for hours in [-2, 1] {
            let peer = world.here.peer("mastodon").await;
            let peer = peer.signing(Signing::of("mastodon").ahead_by_ms(hours * 3_600_000));
            let follow = follow(&peer.actor("alice"), &world.group.ap_id);
            assert_eq!(peer.deliver(&world.here.inbox(), &follow).await.as_u16(), 401, "{hours} hours");
        }
    }
}
