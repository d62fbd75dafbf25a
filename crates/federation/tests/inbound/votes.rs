//! `Like`, `Dislike`, `EmojiReact`, and their `Undo`.

use guildhall_domain::content::Tally;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, create, id, like, note, to_group, undo};

on_both_engines! {
    async fn a_later_vote_replaces_the_earlier_one(db: Db) {
        let world = World::new(db, "piefed").await;
        let post = world.posted("Tulips").await;
        let dislike = activity(&world.alice, "Dislike", json!(id(&post)));
        assert_eq!(world.send(&like(&world.alice, id(&post))).await, "applied");
        assert_eq!(world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
        assert_eq!(world.send(&dislike).await, "applied");
        assert_eq!(world.here.tally(id(&post)).await, Tally { up: 0, down: 1 });
    }

    async fn the_same_vote_under_another_id_counts_once(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        assert_eq!(world.send(&like(&world.alice, id(&post))).await, "applied");
        assert_eq!(world.send(&like(&world.alice, id(&post))).await, "ignored");
        assert_eq!(world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
    }

    async fn a_vote_is_taken_back_embedded_by_id_and_under_another_id(db: Db) {
        let world = World::new(db, "lemmy").await;
        let post = world.posted("Tulips").await;
        for way in ["embedded", "by id", "under another id"] {
            let cast = like(&world.alice, id(&post));
            world.send(&cast).await;
            let undone = match way {
                "by id" => cast["id"].clone(),
                "embedded" => cast,
                _ => like(&world.alice, id(&post)),
            };
            assert_eq!(world.send(&undo(&world.alice, &undone)).await, "applied", "{way}");
            assert_eq!(world.here.tally(id(&post)).await, Tally::default(), "{way}");
        }
    }

    async fn nobody_takes_back_the_vote_of_another(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let cast = like(&world.alice, id(&post));
        world.send(&cast).await;
        let mallory = world.peer.actor("mallory");
        assert_eq!(world.send(&undo(&mallory, &cast)).await, "refused");
        assert_eq!(world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
    }

    async fn emoji_are_kept_and_not_counted(db: Db) {
        let world = World::new(db, "misskey").await;
        let post = world.posted("Tulips").await;
        let reactions: [Value; 3] = [
            activity(&world.alice, "EmojiReact", json!(id(&post))).with(json!({ "content": "🌷" })),
            like(&world.alice, id(&post)).with(json!({ "content": "🐝", "_misskey_reaction": "🐝" })),
            like(&world.alice, id(&post)).with(json!({ "_misskey_reaction": ":blobcat:" })),
        ];
        for reaction in &reactions {
            assert_eq!(world.send(reaction).await, "applied");
        }
        assert_eq!(sorted(world.here.reactions(id(&post)).await), sorted(["🌷", "🐝", ":blobcat:"]));
        assert_eq!(world.here.tally(id(&post)).await, Tally::default());

        assert_eq!(world.send(&undo(&world.alice, &reactions[0])).await, "applied");
        assert_eq!(sorted(world.here.reactions(id(&post)).await), sorted(["🐝", ":blobcat:"]));
        assert_eq!(world.send(&undo(&world.alice, &reactions[1]["id"])).await, "applied");
        assert_eq!(world.here.reactions(id(&post)).await, [":blobcat:"]);
    }

    async fn a_like_may_name_the_post_by_its_page_or_embed_it(db: Db) {
        let world = World::new(db, "mastodon").await;
        let page = format!("{}/@alice/1", world.peer.base);
        let note = note(&world.alice, "Tulips").with(json!({ "url": page }));
        let note = to_group(note, &world.group.ap_id);
        world.send(&create(&world.alice, &note)).await;
        let bob = world.peer.actor("bob");
        assert_eq!(world.send(&like(&world.alice, &page)).await, "applied");
        assert_eq!(world.send(&activity(&bob, "Like", note.clone())).await, "applied");
        assert_eq!(world.here.tally(id(&note)).await, Tally { up: 2, down: 0 });
    }

    async fn a_vote_on_what_is_gone_or_unknown_does_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let entry = world.here.entry(id(&post)).await.unwrap();
        world.here.remove(&world.group, entry.id, "off topic").await;
        assert_eq!(world.send(&like(&world.alice, id(&post))).await, "refused");
        assert_eq!(world.send(&like(&world.alice, "http://127.0.0.1:9/nothing")).await, "ignored");
        assert_eq!(world.here.tally(id(&post)).await, Tally::default());
    }

    async fn a_banned_voter_is_not_counted(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let alice = world.here.remote(&world.alice.id).await;
        world.here.ban(&world.group, alice.id).await;
        assert_eq!(world.send(&like(&world.alice, id(&post))).await, "refused");
        assert_eq!(world.here.tally(id(&post)).await, Tally::default());
    }

    async fn group_aware_followers_get_the_vote_as_it_came_and_microblogs_nothing(db: Db) {
        let world = World::new(db, "mastodon").await;
        let post = world.posted("Tulips").await;
        let (lemmy, _) = world.follower("lemmy", "lou").await;
        let (masto, _) = world.follower("mastodon", "mia").await;
        let cast = like(&world.alice, id(&post));
        world.send(&cast).await;
        let announce = lemmy.take();
        assert_eq!(announce.only("Announce")["object"], cast);
        let body = String::from_utf8(announce.deliveries()[0].body.to_vec()).unwrap();
        assert!(body.contains(&cast.to_string()), "byte for byte: {body}");
        assert_eq!(masto.take().shapes(), [""; 0]);
    }
}

fn sorted(words: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut words: Vec<String> = words.into_iter().map(Into::into).collect();
    words.sort();
    words
}
