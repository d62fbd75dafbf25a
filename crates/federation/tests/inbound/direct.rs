//! What came wrapped and meant nothing as such, and then comes from its author.

use guildhall_domain::content::Tally;
use guildhall_store::{Db, testing::on_both_engines};

use crate::announce::Followed;
use crate::support::{id, like};

on_both_engines! {
    // A group may announce whatever it likes: a vote in another group is none of its business, but still its voter's.
    async fn a_vote_that_a_group_had_no_say_in_counts_when_its_voter_sends_it(db: Db) {
        let followed = Followed::new(db).await;
        let post = followed.world.posted("Tulips").await;
        let neighbour = followed.world.peer.actor("nell");
        let vote = like(&neighbour, id(&post));
        followed.announced(&vote).await;
        assert_eq!(followed.world.here.outcome(id(&vote)).await, "ignored");
        assert_eq!(followed.world.here.tally(id(&post)).await, Tally::default());

        assert_eq!(followed.world.send(&vote).await, "applied");
        assert_eq!(followed.world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
        // And once only.
        assert_eq!(followed.world.send(&vote).await, "applied");
        assert_eq!(followed.world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
        assert_eq!(followed.announced(&vote).await, "ignored");
    }
}
