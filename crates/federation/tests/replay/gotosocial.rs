//! GoToSocial: a microblog with strict signatures, keys under paths of their own, and single values instead of lists.

use guildhall_domain::group::Admission;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::RecordedPeer;

use crate::stage::{Stage, with_post};

const FRANK: &str = "https://fake.test/users/frank";
const GROUPCATS: &str = "https://fake.test/users/groupcats";
const NOTE: &str = "https://fake.test/notes/48eb3ef4-5672-4e32-ad3f-0f307ae7cc62";

on_both_engines! {
    // What was recorded with a person, frank, is sent to a group here.
    async fn a_follower_replies_likes_reports_and_leaves(db: Db) {
        let (here, gardening, _, post) = with_post(db).await;
        let cats = here.group("cats", Admission::Open).await;
        let ours = [(FRANK, &gardening.ap_id), (GROUPCATS, &cats.ap_id), (NOTE, &post.ap_id)];
        let theirs = RecordedPeer::start("gotosocial", &here, &ours).await;
        let mut stage = Stage::begin(here, theirs).await;
        for name in stage.theirs.names() {
            stage.play(&name).await;
        }
        stage.tells("gotosocial");
    }

    // The recorded posts went to alice's followers; here they go to the group in their stead.
    async fn posts_that_are_addressed_to_a_group_are_adopted_edited_and_deleted(db: Db) {
        let (here, gardening, _, _) = with_post(db).await;
        let mut theirs = RecordedPeer::start("gotosocial", &here, &[(FRANK, &gardening.ap_id)]).await;
        theirs.map("https://gts.test/users/alice/followers", &gardening.ap_id);
        let mut stage = Stage::begin(here, theirs).await;
        let posted = ["inbox-01", "inbox-03", "inbox-04", "inbox-09"];
        stage.play_all(&posted).await;
        stage.play_all(&["inbox-10", "inbox-13"]).await;
        stage.tells("gotosocial_to_a_group");
    }
}
