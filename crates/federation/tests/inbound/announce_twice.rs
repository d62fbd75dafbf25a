//! The same activity twice, or by two ways: one effect.

use guildhall_domain::content::{EntryState, Tally};
use guildhall_store::{Db, testing::on_both_engines};

use crate::announce::Followed;
use crate::support::{create, delete, id, like, note, to_group};

on_both_engines! {
    async fn two_announcements_of_one_activity_have_one_effect(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&create);
        assert_eq!(followed.announced(&create).await, "applied");
        assert_eq!(followed.announced(&create).await, "ignored");
        followed.third.put(&note);
        assert_eq!(followed.announced(&note).await, "ignored");
        assert_eq!(followed.world.here.entries(followed.group).await.len(), 1);
    }

    // A mention sends the comment to us directly as well, where it means nothing without the group's word.
    async fn directly_and_wrapped_is_once_in_either_order(db: Db) {
        let followed = Followed::new(db).await;
        for direct_first in [true, false] {
            let (note, create) = followed.post("Dune");
            followed.third.put(&create);
            for is_direct in [direct_first, !direct_first] {
                if is_direct {
                    followed.world.send_from(&followed.third, &create).await;
                } else {
                    followed.announced(&create).await;
                }
            }
            assert_eq!(followed.state(&note).await, Some(EntryState::Published), "direct first: {direct_first}");
        }
        assert_eq!(followed.world.here.entries(followed.group).await.len(), 2);
    }

    async fn a_vote_that_comes_directly_and_wrapped_counts_once(db: Db) {
        let followed = Followed::new(db).await;
        let neighbour = followed.world.peer.actor("nell");
        let note = to_group(note(&neighbour, "Dune"), &followed.books.id);
        followed.announced(&create(&neighbour, &note)).await;
        let cast = like(&neighbour, id(&note));
        followed.world.send(&cast).await;
        followed.announced(&cast).await;
        assert_eq!(followed.world.here.tally(id(&note)).await, Tally { up: 1, down: 0 });
    }

    async fn what_happened_after_it_is_not_undone_by_a_late_announcement(db: Db) {
        let followed = Followed::new(db).await;
        let neighbour = followed.world.peer.actor("nell");
        let note = to_group(note(&neighbour, "Dune"), &followed.books.id);
        let created = create(&neighbour, &note);
        followed.announced(&created).await;
        followed.announced(&delete(&neighbour, id(&note))).await;
        followed.announced(&created).await;
        assert_eq!(followed.state(&note).await, Some(EntryState::Deleted));
    }

    // Our own posts come back to us from every group we write to.
    async fn the_echo_of_our_own_is_not_taken_in(db: Db) {
        let followed = Followed::new(db).await;
        let here = &followed.world.here;
        let bea = here.person("bea").await;
        let post = here.write(followed.group, &bea, None, Some("Dune"), "Sand.").await;
        here.run_until_idle().await;
        let sent = followed.world.peer.take().only("Create");
        assert_eq!(followed.announced(&sent).await, "ignored");
        assert_eq!(followed.announced(&sent["object"]).await, "ignored");
        assert_eq!(followed.announced(&sent["object"]["id"]).await, "ignored");
        assert_eq!(here.entries(followed.group).await.len(), 1);
        assert_eq!(here.entry(post.ap_id.as_str()).await.unwrap().author_id, bea.id);
    }
}
