//! What moderators on other servers do, and what nobody else may: `Add`, `Remove`, `Lock`, `Block`.

use std::time::Duration;

use guildhall_domain::{
    content::EntryState,
    moderation::{DecisionAction, Target},
    staff::StaffRole,
};
use guildhall_store::{Db, decision, testing::on_both_engines};
use guildhall_testkit::{FakePeer, PeerActor};
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, create, delete, follow, id, note, to_group, undo};

on_both_engines! {
    async fn an_owner_elsewhere_appoints_a_moderator_who_then_removes_a_post(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        make(&world, &lou, StaffRole::Owner).await;
        lemmy.take();
        let post = world.posted("Buy!").await;
        lemmy.take();
        let noa_home = world.here.peer("mbin").await;
        let noa = noa_home.actor("noa");
        let appoint = activity(&lou, "Add", json!(noa.id)).with(json!({ "target": moderators(&world) }));
        assert_eq!(world.send_from(&lemmy, &appoint).await, "applied");
        assert!(world.here.moderates(world.group.id, &noa.id).await);
        assert_eq!(lemmy.take().only("Announce")["object"], appoint);

        let removal = delete(&noa, id(&post)).with(json!({ "summary": "advertising" }));
        assert_eq!(world.send_from(&noa_home, &removal).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Removed));

        let dismiss = activity(&lou, "Remove", json!(noa.id)).with(json!({ "target": moderators(&world) }));
        assert_eq!(world.send_from(&lemmy, &dismiss).await, "applied");
        assert!(!world.here.moderates(world.group.id, &noa.id).await);
        let again = world.posted("Buy more!").await;
        assert_eq!(world.send_from(&noa_home, &delete(&noa, id(&again))).await, "refused");
    }

    async fn helpers_and_moderators_elsewhere_do_what_their_role_allows(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        let noa_home = world.here.peer("mbin").await;
        let noa = noa_home.actor("noa");
        make(&world, &noa, StaffRole::Helper).await;
        assert!(!world.here.moderates(world.group.id, &noa.id).await, "others do not know of helpers");
        let post = world.posted("Tulips").await;
        assert_eq!(world.send_from(&noa_home, &activity(&noa, "Lock", json!(id(&post)))).await, "applied");
        assert_eq!(world.send_from(&noa_home, &delete(&noa, id(&post))).await, "refused");
        let ban = activity(&noa, "Block", json!(world.alice.id)).with(json!({ "target": world.group.ap_id }));
        assert_eq!(world.send_from(&noa_home, &ban).await, "refused");
        let listing = |by, kind| activity(by, kind, json!(noa.id)).with(json!({ "target": moderators(&world) }));
        assert_eq!(world.send_from(&lemmy, &listing(&lou, "Add")).await, "refused", "moderators do not appoint");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Published));

        make(&world, &lou, StaffRole::Owner).await;
        let off = listing(&lou, "Remove");
        assert_eq!(world.send_from(&lemmy, &off).await, "ignored", "a helper is not on the list");
        assert_eq!(world.send_from(&lemmy, &listing(&lou, "Add")).await, "applied");
        assert!(world.here.moderates(world.group.id, &noa.id).await);
        let owner = activity(&noa, "Remove", json!(lou.id)).with(json!({ "target": moderators(&world) }));
        assert_eq!(world.send_from(&noa_home, &owner).await, "refused");
        // Who resigns asks nobody.
        assert_eq!(world.send_from(&noa_home, &listing(&noa, "Remove")).await, "applied");
        assert!(!world.here.moderates(world.group.id, &noa.id).await);
    }

    async fn who_is_no_moderator_moderates_nothing(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let group = &world.group.ap_id;
        let act = |kind: &str, object: Value, target: Value| {
            activity(&world.alice, kind, object).with(json!({ "target": target }))
        };
        let attempts = [
            act("Lock", json!(post.ap_id), Value::Null),
            act("Block", json!(ann.ap_id), json!(group)),
            act("Add", json!(world.alice.id), moderators(&world)),
            act("Add", json!(post.ap_id), json!(format!("{group}/featured"))),
            act("Delete", json!(post.ap_id), Value::Null),
        ];
        for attempt in &attempts {
            assert_eq!(world.send(attempt).await, "refused", "{attempt}");
            let taken_back = world.send(&undo(&world.alice, attempt)).await;
            assert!(["refused", "ignored"].contains(&taken_back.as_str()), "{taken_back}: {attempt}");
        }
        let entry = world.here.entry(post.ap_id.as_str()).await.unwrap();
        assert_eq!((entry.state, entry.locked, entry.featured), (EntryState::Published, false, false));
        assert!(!world.here.moderates(world.group.id, &world.alice.id).await);
        let decided = world.here.decisions(world.group.id).await;
        assert!(decided.iter().all(|record| record.by.is_none()), "letting her in was nobody's deed: {decided:?}");
        world.here.run_until_idle().await;
        assert_eq!(world.peer.take().all("Announce").len(), 1, "the post and nothing else");
    }

    async fn a_locked_thread_takes_no_answers_until_it_is_opened(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        let post = world.posted("Tulips").await;
        let lock = activity(&lou, "Lock", json!(id(&post))).with(json!({ "summary": "too heated" }));
        assert_eq!(world.send_from(&lemmy, &lock).await, "applied");
        let reply = || create(&world.alice, &world.reply(id(&post), "Deep."));
        world.peer.take();
        assert_eq!(world.send(&reply()).await, "refused");
        let summary = world.peer.take().only("Reject")["summary"].clone();
        assert_eq!(summary, "This thread is locked and takes no more replies.");
        assert_eq!(world.send_from(&lemmy, &undo(&lou, &lock)).await, "applied");
        assert_eq!(world.send(&reply()).await, "applied");
    }

    async fn a_post_is_featured_and_no_longer(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        let post = world.posted("Tulips").await;
        let target = json!({ "target": format!("{}/featured", world.group.ap_id) });
        for (kind, featured) in [("Add", true), ("Remove", false)] {
            let act = || activity(&lou, kind, json!(id(&post))).with(target.clone());
            assert_eq!(world.send_from(&lemmy, &act()).await, "applied");
            assert_eq!(world.here.entry(id(&post)).await.unwrap().featured, featured);
            assert_eq!(world.send_from(&lemmy, &act()).await, "ignored", "{kind} again");
        }
    }

    async fn a_ban_ends_by_itself(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        world.send(&follow(&world.alice, &world.group.ap_id)).await;
        let block = activity(&lou, "Block", json!(world.alice.id)).with(json!({
            "target": world.group.ap_id, "endTime": "2026-03-01T13:00:00Z", "summary": "spam", "removeData": false,
        }));
        assert_eq!(world.send_from(&lemmy, &block).await, "applied");
        assert_eq!(world.here.membership(world.group.id, &world.alice.id).await, None);
        let post = || create(&world.alice, &to_group(note(&world.alice, "Tulips"), &world.group.ap_id));
        assert_eq!(world.send(&post()).await, "refused");
        world.here.clock.advance(Duration::from_mins(61));
        assert_eq!(world.send(&post()).await, "applied");
    }

    async fn a_ban_is_lifted_by_any_moderator_embedded_or_by_id(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        let noa = lemmy.actor("noa");
        world.here.moderator(&world.group, world.here.remote(&noa.id).await.id).await;
        for by_id in [false, true] {
            let block = activity(&lou, "Block", json!(world.alice.id)).with(json!({ "target": world.group.ap_id }));
            world.here.remote(&world.alice.id).await;
            assert_eq!(world.send_from(&lemmy, &block).await, "applied");
            let undone = if by_id { block["id"].clone() } else { block };
            assert_eq!(world.send_from(&lemmy, &undo(&noa, &undone)).await, "applied", "by id: {by_id}");
            let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
            assert_eq!(world.send(&create(&world.alice, &note)).await, "applied");
        }
    }

    async fn a_ban_with_all_that_was_written_takes_it_away(db: Db) {
        let (world, lemmy, lou) = moderated(db).await;
        let (first, second) = (world.posted("Buy!").await, world.posted("Buy more!").await);
        let block = activity(&lou, "Block", json!(world.alice.id))
            .with(json!({ "target": world.group.ap_id, "removeData": true, "summary": "spam" }));
        world.send_from(&lemmy, &block).await;
        for post in [first, second] {
            assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Removed));
        }
    }

    async fn a_server_suspends_its_own_people_and_nobody_elses(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let (_, stranger) = world.follower("mastodon", "stranger").await;
        let site = world.peer.actor_of("Application", "/site", "site");
        let ban_by = |by: &PeerActor, whom: &PeerActor| {
            activity(by, "Block", json!(whom.id)).with(json!({ "target": site.id }))
        };
        let ban = |whom: &PeerActor| ban_by(&site, whom);
        assert_eq!(world.send(&ban(&stranger)).await, "refused");
        assert_eq!(world.send(&ban(&world.alice)).await, "applied");
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &note)).await, "unknown", "a suspended actor is not heard");
        assert_eq!(world.send(&undo(&site, &ban(&world.alice))).await, "applied");
        let again = to_group(crate::support::note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &again)).await, "applied");
    }

    // Lemmy: the target is the site, the actor one of its admins.
    async fn an_admin_of_a_server_suspends_its_own_people_with_all_that_they_wrote(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let (third, stranger) = world.follower("mastodon", "stranger").await;
        let site = world.peer.actor_of("Application", "/site", "site");
        let admin = world.peer.actor("admin");
        let ban = |by: &PeerActor, whom: &PeerActor, target: &Value| {
            activity(by, "Block", json!(whom.id)).with(json!({ "target": target, "removeData": true, "summary": "spam" }))
        };
        let (post, site) = (world.posted("Buy!").await, json!(site.id));
        let theirs = to_group(note(&stranger, "Roses"), &world.group.ap_id);
        assert_eq!(world.send_from(&third, &create(&stranger, &theirs)).await, "applied");
        let community = json!(world.peer.group("main").id);
        let third_site = json!(third.actor_of("Application", "/site", "site").id);
        for (by, whom, target, peer) in [
            // A group bans from itself alone, a server its own alone, and nobody speaks for another server.
            (&admin, &world.alice, &community, &world.peer),
            (&admin, &world.alice, &json!(admin.id), &world.peer),
            (&admin, &stranger, &site, &world.peer),
            (&admin, &stranger, &third_site, &world.peer),
            (&stranger, &world.alice, &site, &third),
        ] {
            assert_eq!(world.send_from(peer, &ban(by, whom, target)).await, "refused", "{} of {}", by.id, whom.id);
        }
        for entry in [&post, &theirs] {
            assert_eq!(world.here.state(id(entry)).await, Some(EntryState::Published));
        }

        assert_eq!(world.send(&ban(&admin, &world.alice, &site)).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(EntryState::Removed));
        assert_eq!(world.here.state(id(&theirs)).await, Some(EntryState::Published));
        let again = || create(&world.alice, &to_group(note(&world.alice, "Tulips"), &world.group.ap_id));
        assert_eq!(world.send(&again()).await, "unknown", "a suspended actor is not heard");
        assert_eq!(world.send_from(&third, &undo(&stranger, &ban(&admin, &world.alice, &site))).await, "refused");
        assert_eq!(world.send(&undo(&admin, &ban(&admin, &world.alice, &site))).await, "applied");
        assert_eq!(world.send(&again()).await, "applied");

        let records = decision::list_of_instance_before(&world.here.app.store, None, 10).await.unwrap();
        let done: Vec<_> = records.iter().map(|record| (record.action, record.reason.as_deref())).collect();
        assert_eq!(done, [(DecisionAction::Unban, None), (DecisionAction::Ban, Some("spam"))]);
        let (alice, by) = (world.here.actor(&world.alice.id).await.unwrap(), world.here.actor(&admin.id).await.unwrap());
        assert!(records.iter().all(|record| record.target == Target::Actor(alice.id) && record.by == Some(by.id)));
    }

    // Who signs for a person of other software need not be their server.
    async fn a_neighbour_does_not_speak_for_a_server_whose_software_does_not_ban_so(db: Db) {
        let world = World::with_member(db, "mitra").await;
        let site = json!(world.peer.actor_of("Application", "/site", "site").id);
        let neighbour = world.peer.actor("nell");
        let ban = activity(&neighbour, "Block", json!(world.alice.id)).with(json!({ "target": site }));
        assert_eq!(world.send(&ban).await, "refused");
    }

    async fn no_server_bans_its_own_groups(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let site = world.peer.actor_of("Application", "/site", "site");
        let books = world.peer.group("books");
        world.here.remote(&books.id).await;
        let ban = activity(&site, "Block", json!(books.id)).with(json!({ "target": site.id }));
        assert_eq!(world.send(&ban).await, "refused");
    }

    async fn one_person_blocking_another_is_none_of_our_business(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        assert_eq!(world.send(&activity(&world.alice, "Block", json!(ann.ap_id))).await, "ignored");
    }
}

/// A world whose group has a moderator, lou, on a Lemmy server that also follows it.
async fn moderated(db: Db) -> (World, FakePeer, PeerActor) {
    let world = World::new(db, "mastodon").await;
    let (lemmy, lou) = world.follower("lemmy", "lou").await;
    world.here.moderator(&world.group, world.here.remote(&lou.id).await.id).await;
    world.here.run_until_idle().await;
    lemmy.take();
    (world, lemmy, lou)
}

async fn make(world: &World, actor: &PeerActor, role: StaffRole) {
    let known = world.here.remote(&actor.id).await.id;
    world.here.staff(&world.group, known, role).await;
}

fn moderators(world: &World) -> Value {
    json!(format!("{}/moderators", world.group.ap_id))
}
