//! `Accept` and `Reject` by groups elsewhere: of our people's wish to join, and of what they wrote.

use guildhall_domain::content::EntryState;
use guildhall_domain::membership::MembershipState;
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::announce::Followed;
use crate::support::{With as _, World, activity, id};

on_both_engines! {
    async fn an_accept_counts_only_from_the_group_that_was_asked(db: Db) {
        let world = World::new(db, "lemmy").await;
        let ann = world.here.person("ann").await;
        let (books, other) = (world.peer.group("books"), world.peer.group("other"));
        let (group, follow) = world.here.follow(&ann, &books.id).await;
        world.here.run_until_idle().await;
        let asked = json!({ "id": follow, "type": "Follow", "actor": ann.ap_id, "object": books.id });
        let forged = activity(&other, "Accept", asked.clone());
        assert_eq!(world.send(&forged).await, "ignored");
        assert_eq!(world.here.membership(group, &ann.ap_id).await, Some(MembershipState::Pending));

        let regenerated = asked.clone().with(json!({ "id": format!("{}x", id(&asked)) }));
        assert_eq!(world.send(&activity(&books, "Accept", regenerated)).await, "applied");
        assert_eq!(world.here.membership(group, &ann.ap_id).await, Some(MembershipState::Member));
        assert_eq!(world.send(&activity(&books, "Reject", asked)).await, "applied");
        assert_eq!(world.here.membership(group, &ann.ap_id).await, None);
    }

    async fn a_refused_post_is_shown_no_longer_and_its_author_knows_why(db: Db) {
        let followed = Followed::new(db).await;
        let here = &followed.world.here;
        let bea = here.person("bea").await;
        for way in ["the Create", "the Create by id", "the post by id"] {
            let post = here.write(followed.group, &bea, None, Some("Dune"), "Sand.").await;
            here.run_until_idle().await;
            let sent = followed.world.peer.take().only("Create");
            let refused = match way {
                "the Create" => sent.clone(),
                "the Create by id" => sent["id"].clone(),
                _ => json!(post.ap_id),
            };
            let reject = |by| activity(by, "Reject", refused.clone()).with(json!({ "summary": "off topic" }));
            let other = followed.world.peer.group("other");
            assert_eq!(followed.world.send(&reject(&other)).await, "ignored", "{way}");
            assert_eq!(here.state(post.ap_id.as_str()).await, Some(EntryState::Published), "{way}");
            assert_eq!(followed.world.send(&reject(&followed.books)).await, "applied", "{way}");
            let entry = here.entry(post.ap_id.as_str()).await.unwrap();
            assert_eq!((entry.state, entry.state_reason.as_deref()), (EntryState::Refused, Some("off topic")));
        }
    }

    async fn nobody_refuses_what_was_written_for_a_group_here(db: Db) {
        let world = World::new(db, "lemmy").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let books = world.peer.group("books");
        let object: Value = json!(post.ap_id);
        assert_eq!(world.send(&activity(&books, "Reject", object)).await, "ignored");
        assert_eq!(world.here.state(post.ap_id.as_str()).await, Some(EntryState::Published));
    }
}
