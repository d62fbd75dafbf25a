//! `Announce` by a group elsewhere that somebody here follows: what it passes on is believed for its own sake.

use std::time::Duration;

use guildhall_activitypub::proof::prove;
use guildhall_app::group::Leave;
use guildhall_domain::GroupId;
use guildhall_domain::content::{EntryState, Tally};
use guildhall_domain::event::Cause;
use guildhall_domain::peering::PeeringAction;
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FakePeer, PeerActor, Reply};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{With as _, World, activity, announce, create, delete, id, like, note, to_group, undo};

/// A group elsewhere, followed from here, and tom on a third server.
pub(crate) struct Followed {
    pub(crate) world: World,
    pub(crate) books: PeerActor,
    pub(crate) group: GroupId,
    pub(crate) third: FakePeer,
    pub(crate) tom: PeerActor,
}

impl Followed {
    pub(crate) async fn new(db: Db) -> Self {
        let world = World::new(db, "lemmy").await;
        let books = world.peer.group("books");
        let ann = world.here.person("ann").await;
        let (group, _) = world.here.follow(&ann, &books.id).await;
        world.here.run_until_idle().await;
        let third = world.here.peer("mastodon").await;
        let tom = third.actor("tom");
        Self { world, books, group, third, tom }
    }

    /// The same; the group has let its follower in.
    pub(crate) async fn joined(db: Db) -> Self {
        let followed = Self::new(db).await;
        let here = &followed.world.here;
        let follow = followed.world.peer.take().only("Follow").clone();
        assert_eq!(followed.world.send(&activity(&followed.books, "Accept", follow)).await, "applied");
        assert_eq!(here.member_count(followed.group).await, 1);
        followed
    }

    /// A post of tom's in the group, and the activity that makes it.
    pub(crate) fn post(&self, text: &str) -> (Value, Value) {
        let note = to_group(note(&self.tom, text), &self.books.id);
        let create = create(&self.tom, &note);
        (note, create)
    }

    /// The group announces something; gives the outcome of the announcement.
    pub(crate) async fn announced(&self, object: &Value) -> String {
        self.world.send(&announce(&self.books, object)).await
    }

    pub(crate) async fn state(&self, object: &Value) -> Option<EntryState> {
        self.world.here.state(id(object)).await
    }

    /// The activity with tom's proof.
    fn proved(&self, activity: &Value) -> Value {
        let context =
            json!(["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v1"]);
        let now = self.world.here.clock.time().as_millis();
        let activity = activity.clone().with(json!({ "@context": context }));
        prove(activity, &self.tom.ed25519_id, &self.tom.ed25519, now).unwrap()
    }
}

on_both_engines! {
    async fn an_activity_of_the_groups_own_server_is_believed(db: Db) {
        let followed = Followed::new(db).await;
        let neighbour = followed.world.peer.actor("nell");
        let note = to_group(note(&neighbour, "Dune"), &followed.books.id);
        assert_eq!(followed.announced(&create(&neighbour, &note)).await, "applied");
        let entry = followed.world.here.entry(id(&note)).await.unwrap();
        assert_eq!((entry.group_id, entry.title.as_deref()), (followed.group, Some("Dune")));
    }

    async fn an_activity_of_a_third_server_is_believed_for_its_proof(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        assert_eq!(followed.announced(&followed.proved(&create)).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Published));
        let asked = followed.third.count(&followed.third.iri(path(&create)));
        assert_eq!(asked, 0, "a proof saves the question");
    }

    async fn without_a_proof_its_own_server_is_asked(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&create);
        assert_eq!(followed.announced(&create).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Published));
    }

    async fn where_the_activity_is_not_served_the_object_will_do(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        assert_eq!(followed.announced(&create).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Published));
    }

    async fn what_its_own_server_does_not_know_is_forged(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("I never said that.");
        assert_eq!(followed.announced(&create).await, "refused");
        assert_eq!(followed.state(&note).await, None);
        let spoilt = followed.proved(&create).with(json!({ "published": "2026-03-01T00:00:00Z" }));
        assert_eq!(followed.announced(&spoilt.with(json!({ "id": format!("{}/2", id(&create)) }))).await, "refused");
        assert_eq!(followed.state(&note).await, None);
    }

    async fn what_its_own_server_says_counts_and_not_what_was_passed_on(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        let forged = create.with(json!({ "object": note.clone().with(json!({ "content": "<p>Buy!</p>" })) }));
        followed.announced(&forged).await;
        assert_eq!(followed.world.here.entry(id(&note)).await.unwrap().title.as_deref(), Some("Dune"));
    }

    async fn while_its_own_server_is_down_the_activity_waits(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        let url = followed.third.iri(path(&create));
        followed.third.answer(url.path_and_query(), Reply::status(StatusCode::SERVICE_UNAVAILABLE));
        assert_eq!(followed.announced(&create).await, "queued");
        followed.third.put(&create);
        followed.world.here.clock.advance(Duration::from_mins(1));
        followed.world.here.run_until_idle().await;
        assert_eq!(followed.state(&note).await, Some(EntryState::Published));
    }

    async fn a_forged_deletion_deletes_nothing(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        followed.announced(&create).await;
        assert_eq!(followed.announced(&delete(&followed.tom, id(&note))).await, "refused");
        assert_eq!(followed.state(&note).await, Some(EntryState::Published));
        followed.third.bury(&followed.third.iri(path(&note)));
        assert_eq!(followed.announced(&delete(&followed.tom, id(&note))).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Deleted));
    }

    async fn a_vote_nobody_vouches_for_is_not_counted(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        followed.announced(&create).await;
        let cast = like(&followed.tom, id(&note));
        assert_eq!(followed.announced(&cast).await, "refused");
        assert_eq!(followed.announced(&followed.proved(&like(&followed.tom, id(&note)))).await, "applied");
        assert_eq!(followed.world.here.tally(id(&note)).await, Tally { up: 1, down: 0 });
    }

    async fn a_group_moderates_its_own_threads_and_no_others(db: Db) {
        let followed = Followed::new(db).await;
        let mod_of_books = followed.world.peer.actor("mo");
        let (note, create) = followed.post("Dune");
        followed.third.put(&note);
        followed.announced(&create).await;
        let ours = followed.world.posted("Tulips").await;
        let foreign = delete(&mod_of_books, id(&ours)).with(json!({ "summary": "mine" }));
        followed.announced(&foreign).await;
        assert_eq!(followed.state(&ours).await, Some(EntryState::Published));
        let own = delete(&mod_of_books, id(&note)).with(json!({ "summary": "off topic" }));
        assert_eq!(followed.announced(&own).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Removed));
        // Guildhall's groups act in their own name where an admin stands in.
        let (second, create) = followed.post("Dune again");
        followed.third.put(&second);
        followed.announced(&create).await;
        assert_eq!(followed.announced(&delete(&followed.books, id(&second))).await, "applied");
        assert_eq!(followed.state(&second).await, Some(EntryState::Removed));
    }

    // Sent to the author's server directly as well, a moderator's word alone is not enough.
    async fn a_removal_that_was_refused_directly_counts_when_the_group_announces_it(db: Db) {
        let followed = Followed::new(db).await;
        let (note, create) = followed.post("Buy!");
        followed.third.put(&note);
        followed.announced(&create).await;
        let moderator = followed.world.peer.actor("mo");
        let removal = delete(&moderator, id(&note)).with(json!({ "summary": "advertising" }));
        assert_eq!(followed.world.send(&removal).await, "refused");
        assert_eq!(followed.announced(&removal).await, "applied");
        assert_eq!(followed.state(&note).await, Some(EntryState::Removed));
    }

    async fn what_a_blocked_server_wrote_does_not_come_in_by_a_group(db: Db) {
        let followed = Followed::new(db).await;
        followed.world.here.list_host(None, &followed.third.host, PeeringAction::Block).await;
        let before = followed.third.count_all();
        let (note, create) = followed.post("Dune");
        followed.third.put(&create);
        followed.third.put(&note);
        for object in [&create, &followed.proved(&create), &note, &note["id"]] {
            assert_ne!(followed.announced(object).await, "applied");
        }
        assert_eq!(followed.state(&note).await, None);
        assert_eq!(followed.third.count_all(), before, "nothing is asked of it");
    }

    async fn the_rest_of_a_thread_that_is_found_in_the_middle_is_fetched_from_its_context(db: Db) {
        let followed = Followed::new(db).await;
        let peer = &followed.world.peer;
        let nell = peer.actor("nell");
        let context = json!({ "context": peer.iri("/topic/1") });
        let start = to_group(note(&nell, "Dune"), &followed.books.id).with(context.clone());
        let answer = |to: &Value| note(&nell, "Sand.").with(context.clone()).with(json!({ "inReplyTo": id(to) }));
        let first = answer(&start);
        let second = answer(&first);
        let elsewhere = note(&followed.tom, "Spice.").with(json!({ "inReplyTo": id(&start) }));
        for document in [&start, &first, &second] {
            peer.put(document);
        }
        followed.third.put(&elsewhere);
        let items = json!([id(&start), id(&second), id(&first), id(&elsewhere), peer.iri("/notes/none")]);
        peer.put(&json!({ "id": peer.iri("/topic/1"), "type": "OrderedCollection", "orderedItems": items }));

        let third = answer(&start);
        assert_eq!(followed.announced(&create(&nell, &third)).await, "applied");
        let entries = followed.world.here.entries(followed.group).await;
        assert_eq!(entries.len(), 5, "{entries:?}");
        for document in [&start, &first, &second, &elsewhere, &third] {
            assert_eq!(followed.state(document).await, Some(EntryState::Published), "{document}");
        }
    }

    // Discourse announces the first post of a topic alone; the rest its people send themselves.
    async fn answers_from_the_groups_own_server_need_no_announcement_and_others_do(db: Db) {
        let followed = Followed::new(db).await;
        let neighbour = followed.world.peer.actor("nell");
        let start = to_group(note(&neighbour, "Dune"), &followed.books.id);
        followed.announced(&create(&neighbour, &start)).await;
        let answer = |actor: &PeerActor| note(actor, "Sand.").with(json!({ "inReplyTo": id(&start) }));
        let from_home = answer(&neighbour);
        assert_eq!(followed.world.send(&create(&neighbour, &from_home)).await, "applied");
        assert_eq!(followed.world.here.entry(id(&from_home)).await.unwrap().group_id, followed.group);
        let from_elsewhere = answer(&followed.tom);
        let sent = followed.world.send_from(&followed.third, &create(&followed.tom, &from_elsewhere)).await;
        assert_eq!(sent, "ignored");
        assert_eq!(followed.state(&from_elsewhere).await, None);
    }

    // A ban may be lifted, and a post removed, when nobody here follows the group any more.
    async fn what_a_group_does_to_our_own_people_is_heard_without_a_follower(db: Db) {
        let followed = Followed::new(db).await;
        let here = &followed.world.here;
        let bea = here.person("bea").await;
        let post = here.write(followed.group, &bea, None, Some("Dune"), "Sand.").await;
        let ann = here.actor(&here.iri("/users/ann")).await.unwrap();
        let leave = Leave { group: followed.group, actor: ann.id, cause: Cause::Local };
        guildhall_app::group::leave(&here.app, leave).await.unwrap();
        let moderator = followed.world.peer.actor("mo");
        let block = activity(&moderator, "Block", json!(bea.ap_id)).with(json!({ "target": followed.books.id }));
        assert_eq!(followed.announced(&block).await, "applied");
        assert_eq!(followed.announced(&undo(&moderator, &block)).await, "applied");
        let removal = delete(&moderator, post.ap_id.as_str()).with(json!({ "summary": "off topic" }));
        assert_eq!(followed.announced(&removal).await, "applied");
        assert_eq!(here.state(post.ap_id.as_str()).await, Some(EntryState::Removed));
        let neighbour = followed.world.peer.actor("nell");
        let theirs = to_group(note(&neighbour, "Dune"), &followed.books.id);
        assert_eq!(followed.announced(&create(&neighbour, &theirs)).await, "ignored");
    }

    async fn a_boost_by_a_person_is_no_post(db: Db) {
        let followed = Followed::new(db).await;
        let (note, _) = followed.post("Dune");
        followed.third.put(&note);
        let boost = activity(&followed.tom, "Announce", note["id"].clone());
        assert_eq!(followed.world.send_from(&followed.third, &boost).await, "ignored");
        assert_eq!(followed.state(&note).await, None);
        assert_eq!(followed.third.count(&followed.third.iri(path(&note))), 0);
    }

    async fn an_object_is_announced_by_id_or_embedded_and_fetched_from_its_origin(db: Db) {
        let followed = Followed::new(db).await;
        for embedded in [false, true] {
            let (note, _) = followed.post("Dune");
            followed.third.put(&note);
            let object = if embedded {
                note.clone().with(json!({ "content": "<p>Buy!</p>" }))
            } else {
                note["id"].clone()
            };
            assert_eq!(followed.announced(&object).await, "applied");
            assert_eq!(followed.world.here.entry(id(&note)).await.unwrap().title.as_deref(), Some("Dune"));
        }
    }
}

/// The path of a document's id.
fn path(document: &Value) -> &str {
    let rest = id(document).split_once("://").unwrap().1;
    &rest[rest.find('/').unwrap()..]
}
