//! `GET /`

use guildhall_app::group::ChangeGroup;
use guildhall_domain::group::Admission;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FixedClock, TestInstance};

use crate::support::{Town, page};

on_both_engines! {
    async fn the_first_start_shows_the_way_to_an_account_and_a_group(db: Db) {
        let here = TestInstance::start(db, FixedClock::default()).await;
        let first = page(&here, "/").await;
        let said = first.text(".start");
        assert!(said.contains("guildhall account create") && said.contains("guildhall group create"), "{said}");
        assert_eq!(first.text("h1"), "The Guild");

        here.person("mona").await;
        let second = page(&here, "/").await;
        assert!(!second.has(".start"));
        assert!(second.text("main").contains("There are no groups yet"));
    }

    async fn groups_that_live_here_are_listed_and_others_are_not(db: Db) {
        let town = Town::new(db).await;
        town.here.group("boats", Admission::Invite).await;
        let peer = town.here.peer("lemmy").await;
        town.here.follow(&town.mona, &peer.group("chess").id).await;
        let description = Some("Beds along the river.".to_owned());
        town.change(ChangeGroup { description, ..ChangeGroup::default() }).await;
        let home = town.page("/").await;
        let mut titles = home.texts(".group-item h3");
        titles.sort();
        assert_eq!(titles, ["The boats group", "The garden group"]);
        assert_eq!(home.texts(".group-item .excerpt"), ["Beds along the river."]);
    }
}
