//! Takahe: a microblog whose actor ids end in a slash, and which says `as:Public`.

use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::RecordedPeer;

use crate::stage::{Stage, with_post};

on_both_engines! {
    async fn a_stranger_mentions_a_group(db: Db) {
        let (here, gardening, _, _) = with_post(db).await;
        let ours = [("https://fake.test/users/frank", &gardening.ap_id)];
        let theirs = RecordedPeer::start("takahe", &here, &ours).await;
        let mut stage = Stage::begin(here, theirs).await;
        for name in stage.theirs.names() {
            stage.play(&name).await;
        }
        stage.tells("takahe");
    }
}
