//! Mitra: a microblog without a shared inbox, whose activities carry proofs.

use guildhall_domain::group::Admission;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::RecordedPeer;

use crate::stage::{Stage, with_post};

on_both_engines! {
    async fn a_stranger_mentions_two_groups_replies_likes_edits_and_deletes(db: Db) {
        let (here, gardening, _, post) = with_post(db).await;
        let cats = here.group("cats", Admission::Open).await;
        let ours = [
            ("https://fake.test/users/frank", &gardening.ap_id),
            ("https://fake.test/users/groupcats", &cats.ap_id),
            ("https://fake.test/notes/f2f1671e-14b0-4e79-afe4-1939116d8a3a", &post.ap_id),
        ];
        let theirs = RecordedPeer::start("mitra", &here, &ours).await;
        let mut stage = Stage::begin(here, theirs).await;
        for name in stage.theirs.names() {
            stage.play(&name).await;
        }
        stage.tells("mitra");
    }
}
