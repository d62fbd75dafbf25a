//! What the lists of the instance and of a group do with other servers.

use guildhall_domain::ApId;
use guildhall_domain::content::{EntryState, Tally};
use guildhall_domain::group::Admission;
use guildhall_domain::membership::MembershipState;
use guildhall_domain::peering::PeeringAction;
use guildhall_store::{Db, entry, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With, World, create, follow, id, like, note, to_group, update};

on_both_engines! {
    async fn a_blocked_host_is_neither_heard_nor_answered(db: Db) {
        let world = World::new(db, "mastodon").await;
        world.here.list_host(None, &world.peer.host, PeeringAction::Block).await;
        let before = world.peer.count_all();
        let follow = follow(&world.alice, &world.group.ap_id);
        assert_eq!(world.send(&follow).await, "unknown", "it was not even kept");
        assert_eq!(world.peer.take().shapes(), [""; 0]);
        assert_eq!(world.peer.count_all(), before, "nothing is fetched from it");
    }

    async fn a_host_that_is_blocked_later_hears_no_more(db: Db) {
        let world = World::with_member(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        world.here.list_host(None, &world.peer.host, PeeringAction::Block).await;
        world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        world.here.run_until_idle().await;
        assert_eq!(world.peer.take().shapes(), [""; 0]);
    }

    async fn people_and_posts_of_a_limited_host_wait_and_their_votes_do_not_count(db: Db) {
        let world = World::new(db, "mastodon").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        world.here.list_host(None, &world.peer.host, PeeringAction::Limit).await;
        assert_eq!(world.send(&follow(&world.alice, &world.group.ap_id)).await, "held");
        let membership = world.here.membership(world.group.id, &world.alice.id).await;
        assert_eq!(membership, Some(MembershipState::Pending));
        let note = to_group(note(&world.alice, "Roses"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &note)).await, "held");
        assert_eq!(world.send(&like(&world.alice, post.ap_id.as_str())).await, "refused");
        assert_eq!(world.here.tally(post.ap_id.as_str()).await, Tally::default());
        assert_eq!(world.here.queue(world.group.id).await.len(), 2);
    }

    async fn a_group_shuts_its_own_door_and_no_other(db: Db) {
        let world = World::new(db, "mastodon").await;
        let other = world.here.group("other", Admission::Open).await;
        world.here.list_host(Some(&world.group), &world.peer.host, PeeringAction::Block).await;
        assert_eq!(world.send(&follow(&world.alice, &world.group.ap_id)).await, "refused");
        let reason = "This group does not accept members from your server.";
        assert_eq!(world.peer.take().only("Reject")["summary"], reason);
        let shut_out = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &shut_out)).await, "refused");
        assert_eq!(world.here.state(id(&shut_out)).await, Some(EntryState::Refused));
        let let_in = to_group(note(&world.alice, "Tulips"), &other.ap_id);
        assert_eq!(world.send(&create(&world.alice, &let_in)).await, "applied");
    }

    async fn a_group_limits_a_host_for_itself(db: Db) {
        let world = World::new(db, "mastodon").await;
        world.here.list_host(Some(&world.group), &world.peer.host, PeeringAction::Limit).await;
        let note = to_group(note(&world.alice, "Tulips"), &world.group.ap_id);
        assert_eq!(world.send(&create(&world.alice, &note)).await, "held");
        assert_eq!(world.here.queue(world.group.id).await[0].reason, "host-limited");
    }

    async fn what_comes_from_a_host_with_muted_media_is_let_in_without_its_pictures(db: Db) {
        let world = World::new(db, "mastodon").await;
        let picture = json!([{ "type": "Document", "mediaType": "image/png", "url": "https://media.example/a.png" }]);
        let with_picture = |text: &str| to_group(note(&world.alice, text), &world.group.ap_id).with(json!({ "attachment": picture }));
        let image = async |note: &Value| {
            let found = entry::find_by_ap_id(&world.here.app.store, &ApId::new(id(note))).await.unwrap().unwrap();
            assert_eq!(found.media, i64::from(found.image_url.is_some()));
            found.image_url
        };
        let shown = with_picture("Tulips");
        assert_eq!(world.send(&create(&world.alice, &shown)).await, "applied");
        assert_eq!(image(&shown).await.as_deref(), Some("https://media.example/a.png"));

        world.here.list_host(Some(&world.group), &world.peer.host, PeeringAction::MuteMedia).await;
        let muted = with_picture("Roses");
        assert_eq!(world.send(&create(&world.alice, &muted)).await, "applied");
        assert_eq!(image(&muted).await, None);
        let edited = shown.clone().with(json!({ "content": "<p>Tulips!</p>", "updated": "2026-03-01T12:30:00Z" }));
        assert_eq!(world.send(&update(&world.alice, &edited)).await, "applied");
        assert_eq!(image(&shown).await, None, "an edit brings none either");
    }
}
