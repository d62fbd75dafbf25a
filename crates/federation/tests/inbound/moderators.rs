//! The moderators of a group elsewhere: as its own server lists them, and what they may do.

use std::time::Duration;

use guildhall_domain::content::EntryState;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{PeerActor, Reply};
use http::StatusCode;
use serde_json::{Value, json};

use crate::announce::Followed;
use crate::support::{With as _, create, delete, id, note, to_group, update};

on_both_engines! {
    async fn they_are_learned_from_the_groups_list_and_may_act_from_then_on(db: Db) {
        let followed = Followed::new(db).await;
        let mo = followed.world.peer.actor("mo");
        followed.list(&[mo.id.as_str(), followed.third.iri("/users/nobody").as_str(), followed.tom.id.as_str()]);
        let post = followed.something_announced().await;
        for moderator in [&mo, &followed.tom] {
            assert!(followed.moderates(moderator).await, "{}", moderator.id);
        }
        // Sent by the moderator alone: the group has not announced it.
        let removal = delete(&mo, id(&post)).with(json!({ "summary": "advertising" }));
        assert_eq!(followed.world.send(&removal).await, "applied");
        assert_eq!(followed.state(&post).await, Some(EntryState::Removed));
    }

    async fn the_list_is_asked_for_once_a_day_and_who_is_no_longer_on_it_is_dismissed(db: Db) {
        let followed = Followed::new(db).await;
        let (mo, mia) = (followed.world.peer.actor("mo"), followed.world.peer.actor("mia"));
        followed.list(&[mo.id.as_str()]);
        followed.something_announced().await;
        followed.list(&[mia.id.as_str()]);
        followed.something_announced().await;
        assert_eq!(followed.world.peer.count(&followed.list_id()), 1);
        assert!(followed.moderates(&mo).await && !followed.moderates(&mia).await);

        followed.world.here.clock.advance(Duration::from_hours(25));
        let post = followed.something_announced().await;
        assert!(!followed.moderates(&mo).await && followed.moderates(&mia).await);
        assert_eq!(followed.world.send(&delete(&mo, id(&post))).await, "refused");
    }

    async fn a_group_that_changed_is_asked_for_its_list_again(db: Db) {
        let followed = Followed::new(db).await;
        let mo = followed.world.peer.actor("mo");
        followed.something_announced().await;
        followed.list(&[mo.id.as_str()]);
        followed.world.here.clock.advance(Duration::from_mins(11));
        let changed = update(&followed.books, &followed.books.document);
        assert_eq!(followed.world.send(&changed).await, "applied");
        assert!(followed.moderates(&mo).await);
    }

    async fn those_who_are_known_stay_while_the_list_cannot_be_had(db: Db) {
        let followed = Followed::new(db).await;
        let mo = followed.world.peer.actor("mo");
        followed.list(&[mo.id.as_str()]);
        followed.something_announced().await;
        let path = followed.list_id().path_and_query().to_owned();
        for status in [StatusCode::NOT_FOUND, StatusCode::BAD_GATEWAY] {
            followed.world.peer.answer(&path, Reply::status(status));
            followed.world.here.clock.advance(Duration::from_hours(25));
            followed.something_announced().await;
            assert!(followed.moderates(&mo).await, "{status}");
        }
        assert_eq!(followed.world.peer.count(&followed.list_id()), 3, "not for each activity");
        // A page that cannot be had makes the list no shorter.
        let next = format!("{path}?page=2");
        followed.put_list(&json!({ "orderedItems": [], "next": followed.world.peer.iri(&next) }));
        followed.world.here.clock.advance(Duration::from_hours(25));
        followed.something_announced().await;
        assert!(followed.moderates(&mo).await);
    }

    async fn a_list_on_another_server_is_not_asked_for(db: Db) {
        let followed = Followed::new(db).await;
        let away = followed.third.iri("/list");
        followed.third.put(&json!({ "id": away, "type": "Collection", "items": [followed.tom.id] }));
        let mut books = followed.books.clone();
        books.document = books.document.with(json!({ "attributedTo": away }));
        followed.world.peer.serve_actor(&books);
        followed.world.here.clock.advance(Duration::from_hours(25));
        followed.something_announced().await;
        assert_eq!(followed.third.count(&away), 0);
        assert!(!followed.moderates(&followed.tom).await);
    }

    async fn an_endless_list_makes_us_ask_a_limited_number_of_times(db: Db) {
        let followed = Followed::new(db).await;
        let listed: Vec<String> = (0..300).map(|number| followed.third.iri(&format!("/users/m{number}")).to_string()).collect();
        followed.list(&listed.iter().map(String::as_str).collect::<Vec<_>>());
        let before = followed.third.count_all();
        followed.something_announced().await;
        assert!(followed.third.count_all() > before, "some are asked for");
        assert!(followed.third.count_all() - before <= 50, "{}", followed.third.count_all());
    }

    async fn they_are_learned_when_somebody_looks_the_group_up(db: Db) {
        let followed = Followed::new(db).await;
        let news = followed.world.peer.group("news");
        let mo = followed.world.peer.actor("mo");
        let list = format!("{}/moderators", news.id);
        followed.world.peer.put(&json!({ "id": list, "type": "OrderedCollection", "orderedItems": [mo.id] }));
        let handle = news.handle().parse().unwrap();
        let group = guildhall_app::group::resolve(&followed.world.here.app, &handle).await.unwrap();
        assert!(followed.world.here.moderates(group, &mo.id).await);
    }
}

impl Followed {
    fn list_id(&self) -> guildhall_activitypub::Iri {
        self.world.peer.iri(&format!("{}/moderators", self.books.id.path_and_query()))
    }

    /// The group's server lists these from now on.
    fn list(&self, moderators: &[&str]) {
        self.put_list(&json!({ "orderedItems": moderators }));
    }

    fn put_list(&self, fields: &Value) {
        let list = json!({ "id": self.list_id(), "type": "OrderedCollection" });
        self.world.peer.put(&list.with(fields.clone()));
    }

    async fn moderates(&self, actor: &PeerActor) -> bool {
        self.world.here.moderates(self.group, &actor.id).await
    }

    /// The group announces a post of a neighbour's; gives the post.
    async fn something_announced(&self) -> Value {
        let neighbour = self.world.peer.actor("nell");
        let note = to_group(note(&neighbour, "Dune"), &self.books.id);
        assert_eq!(self.announced(&create(&neighbour, &note)).await, "applied");
        note
    }
}
