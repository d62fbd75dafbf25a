//! How old what a group passes on may be: ids are remembered for a while only, and what was undone must not come back.

use guildhall_activitypub::proof::prove;
use guildhall_domain::content::{EntryState, Tally};
use guildhall_store::{Db, testing::on_both_engines};
use serde_json::{Value, json};

use crate::announce::Followed;
use crate::support::{With as _, create, id, like, note, to_group};

const DAY_MS: i64 = 24 * 3_600_000;

on_both_engines! {
    async fn a_vote_of_more_than_thirty_days_ago_is_not_confirmed(db: Db) {
        let followed = Followed::new(db).await;
        let post = followed.post_of_a_neighbour().await;
        for (days, outcome) in [(31, "refused"), (29, "applied")] {
            let vote = like(&followed.tom, id(&post)).with(json!({ "published": followed.days_ago(days) }));
            followed.third.put(&vote);
            let before = followed.third.count_all();
            assert_eq!(followed.announced(&vote).await, outcome, "{days} days");
            assert_eq!(followed.third.count_all() > before, outcome == "applied", "{days} days");
        }
        assert_eq!(followed.world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
    }

    async fn a_proof_of_more_than_thirty_days_ago_proves_nothing(db: Db) {
        let followed = Followed::new(db).await;
        let post = followed.post_of_a_neighbour().await;
        for (days, outcome) in [(31, "refused"), (29, "applied")] {
            let vote = followed.proved_days_ago(&like(&followed.tom, id(&post)), days);
            assert_eq!(followed.announced(&vote).await, outcome, "{days} days");
        }
        assert_eq!(followed.world.here.tally(id(&post)).await, Tally { up: 1, down: 0 });
    }

    async fn an_old_post_that_its_server_still_shows_is_taken(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        let old = json!({ "published": followed.days_ago(400) });
        let create = create.with(old);
        followed.third.put(&create);
        assert_eq!(followed.announced(&create).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Published));
    }
}

impl Followed {
    async fn post_of_a_neighbour(&self) -> Value {
        let neighbour = self.world.peer.actor("nell");
        let note = to_group(note(&neighbour, "Dune"), &self.books.id);
        assert_eq!(self.announced(&create(&neighbour, &note)).await, "applied");
        note
    }

    fn days_ago(&self, days: i64) -> String {
        let at = self.world.here.clock.time().as_millis() - days * DAY_MS;
        jiff::Timestamp::from_millisecond(at).unwrap().to_string()
    }

    fn proved_days_ago(&self, activity: &Value, days: i64) -> Value {
        let context =
            json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"]);
        let at = self.world.here.clock.time().as_millis() - days * DAY_MS;
        let activity = activity.clone().with(json!({ "@context": context }));
        prove(activity, &self.tom.ed25519_id, &self.tom.ed25519, at).unwrap()
    }
}
