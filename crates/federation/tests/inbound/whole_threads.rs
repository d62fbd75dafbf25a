//! Threads as a whole, named by their collection: `NodeBB`'s `Delete`, `Remove`, `Add` and `Move`, `PieFed`'s `Move`.

use guildhall_domain::content::EntryState::{self, Deleted, Published, Removed};
use guildhall_domain::moderation::DecisionAction;
use guildhall_domain::{ActorId, GroupId};
use guildhall_store::{Db, moderator, testing::on_both_engines};
use guildhall_testkit::{PeerActor, Reply};
use http::StatusCode;
use serde_json::{Value, json};

use crate::announce::Followed;
use crate::support::{With as _, World, activity, create, delete, id, note, to_group, undo};

/// A thread of a group elsewhere, on the group's own server, as `NodeBB` has it: its collection, its post and an answer.
struct Topic {
    followed: Followed,
    nell: PeerActor,
    context: String,
    start: Value,
    answer: Value,
}

impl Topic {
    async fn new(db: Db) -> Self {
        let followed = Followed::new(db).await;
        let nell = followed.world.peer.actor("nell");
        let context = followed.world.peer.iri("/topic/1").to_string();
        let named = json!({ "context": context });
        let start = to_group(note(&nell, "Dune"), &followed.books.id).with(named.clone());
        let answer = note(&nell, "Sand.").with(named).with(json!({ "inReplyTo": id(&start) }));
        for object in [&start, &answer] {
            assert_eq!(followed.announced(&create(&nell, object)).await, "applied");
        }
        Self { followed, nell, context, start, answer }
    }

    /// The collection is served.
    fn listed(&self) {
        self.followed.world.peer.put(&json!({
            "id": self.context, "type": "OrderedCollection", "orderedItems": [id(&self.start), id(&self.answer)],
        }));
    }

    /// `Remove` and `Move` as `NodeBB` sends them.
    fn act(&self, kind: &str, origin: Option<&PeerActor>, target: &PeerActor) -> Value {
        let origin = origin.map(|group| &group.id);
        activity(&self.nell, kind, json!(self.context)).with(json!({ "origin": origin, "target": target.id }))
    }

    async fn states(&self) -> [Option<EntryState>; 2] {
        [self.followed.state(&self.start).await, self.followed.state(&self.answer).await]
    }

    async fn group_of(&self, object: &Value) -> GroupId {
        self.followed.world.here.entry(id(object)).await.unwrap().group_id
    }

    async fn counts(&self, group: GroupId) -> (i64, i64) {
        let found =
            guildhall_store::group::find(&self.followed.world.here.app.store, group).await.unwrap().unwrap();
        (found.post_count, found.comment_count)
    }

    async fn moderates(&self, group: GroupId, actor: ActorId) {
        let app = &self.followed.world.here.app;
        let mut tx = app.begin().await.unwrap();
        moderator::insert(&mut tx, group, actor, app.now()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

on_both_engines! {
    async fn a_group_deletes_a_thread_by_its_collection_and_brings_it_back(db: Db) {
        let topic = Topic::new(db).await;
        let spam = note(&topic.nell, "Buy!").with(json!({ "inReplyTo": id(&topic.start) }));
        topic.followed.announced(&create(&topic.nell, &spam)).await;
        let mo = topic.followed.world.peer.actor("mo");
        topic.followed.announced(&delete(&mo, id(&spam)).with(json!({ "summary": "spam" }))).await;
        // Nobody can ask for it any more.
        topic.followed.world.peer.answer("/topic/1", Reply::status(StatusCode::NOT_FOUND));

        let deletion = delete(&mo, &topic.context);
        assert_eq!(topic.followed.announced(&deletion).await, "applied");
        assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
        assert_eq!(topic.counts(topic.followed.group).await, (0, 0));
        assert_eq!(topic.followed.announced(&undo(&mo, &deletion)).await, "applied");
        assert_eq!(topic.states().await, [Some(Published), Some(Published)]);
        assert_eq!(topic.counts(topic.followed.group).await, (1, 1));
        assert_eq!(topic.followed.state(&spam).await, Some(Removed), "it went before, and not with the thread");
    }

    async fn a_group_deletes_also_what_its_author_took_away_there(db: Db) {
        let topic = Topic::new(db).await;
        assert_eq!(topic.followed.announced(&delete(&topic.nell, &topic.context)).await, "applied");
        assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
    }

    async fn what_is_removed_from_a_group_comes_back_by_add_or_undo(db: Db) {
        let topic = Topic::new(db).await;
        topic.listed();
        let books = &topic.followed.books;
        for by_undo in [false, true] {
            let removal = topic.act("Remove", None, books);
            assert_eq!(topic.followed.announced(&removal).await, "applied");
            assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
            let back = if by_undo { undo(&topic.nell, &removal) } else { topic.act("Add", None, books) };
            assert_eq!(topic.followed.announced(&back).await, "applied", "by undo: {by_undo}");
            assert_eq!(topic.states().await, [Some(Published), Some(Published)]);
        }
    }

    async fn a_thread_is_known_by_what_its_collection_lists(db: Db) {
        let topic = Topic::new(db).await;
        topic.listed();
        let app = &topic.followed.world.here.app;
        let mut tx = app.begin().await.unwrap();
        tx.query("UPDATE entries SET context_url = NULL").execute().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(topic.followed.announced(&topic.act("Remove", None, &topic.followed.books)).await, "applied");
        assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
        let asked = topic.followed.world.peer.count(&topic.followed.world.peer.iri("/topic/1"));
        // What is deleted was mostly never here: nobody is asked about that.
        topic.followed.announced(&delete(&topic.nell, &topic.context)).await;
        assert_eq!(topic.followed.world.peer.count(&topic.followed.world.peer.iri("/topic/1")), asked);
    }

    async fn sent_directly_it_takes_a_moderator(db: Db) {
        let topic = Topic::new(db).await;
        topic.listed();
        let (world, books) = (&topic.followed.world, &topic.followed.books);
        let mo = world.peer.actor("mo");
        let by_mo = |kind: &str| {
            activity(&mo, kind, json!(topic.context)).with(json!({ "target": books.id, "origin": books.id }))
        };
        for kind in ["Delete", "Remove", "Move"] {
            let outcome = world.send(&by_mo(kind)).await;
            assert!(["refused", "ignored"].contains(&outcome.as_str()), "{kind}: {outcome}");
        }
        assert_eq!(topic.states().await, [Some(Published), Some(Published)]);
        topic.moderates(topic.followed.group, world.here.remote(&mo.id).await.id).await;
        assert_eq!(world.send(&by_mo("Remove")).await, "applied");
        assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
    }

    async fn another_group_has_no_say(db: Db) {
        let topic = Topic::new(db).await;
        topic.listed();
        let world = &topic.followed.world;
        let films = world.peer.group("films");
        let ann = world.here.person("bea").await;
        world.here.follow(&ann, &films.id).await;
        world.here.run_until_idle().await;
        let books = &topic.followed.books;
        for act in [
            delete(&topic.nell, &topic.context),
            topic.act("Remove", None, books),
            topic.act("Remove", None, &films),
            topic.act("Move", Some(books), &films),
            topic.act("Move", Some(&films), books),
        ] {
            world.send(&crate::support::announce(&films, &act)).await;
            let outcome = world.here.outcome(id(&act)).await;
            assert!(["refused", "ignored"].contains(&outcome.as_str()), "{outcome}: {act}");
        }
        assert_eq!(topic.states().await, [Some(Published), Some(Published)]);
        assert_eq!(topic.group_of(&topic.start).await, topic.followed.group);
    }

    async fn a_thread_moves_to_another_group_of_the_same_server(db: Db) {
        let topic = Topic::new(db).await;
        topic.listed();
        let here = &topic.followed.world.here;
        let films = topic.followed.world.peer.group("films");
        let to = GroupId(here.remote(&films.id).await.id.0);
        let act = topic.act("Move", Some(&topic.followed.books), &films);
        assert_eq!(topic.followed.announced(&act).await, "applied");
        assert_eq!(topic.states().await, [Some(Published), Some(Published)]);
        assert_eq!((topic.group_of(&topic.start).await, topic.group_of(&topic.answer).await), (to, to));
        assert_eq!((topic.counts(topic.followed.group).await, topic.counts(to).await), ((0, 0), (1, 1)));
        let decided = here.decisions(topic.followed.group).await;
        assert!(decided.iter().any(|decision| decision.action == DecisionAction::Move));
    }

    async fn a_thread_moves_by_the_id_of_its_post(db: Db) {
        let topic = Topic::new(db).await;
        let films = topic.followed.world.peer.group("films");
        let to = GroupId(topic.followed.world.here.remote(&films.id).await.id.0);
        let act = topic.act("Move", Some(&topic.followed.books), &films).with(json!({ "object": id(&topic.start) }));
        assert_eq!(topic.followed.announced(&act).await, "applied");
        assert_eq!(topic.group_of(&topic.answer).await, to);
    }

    async fn a_thread_that_goes_where_we_cannot_follow_leaves_its_group(db: Db) {
        let topic = Topic::new(db).await;
        topic.listed();
        let world = &topic.followed.world;
        let strangers = topic.followed.third.group("films");
        world.here.remote(&strangers.id).await;
        let unknown = world.peer.group("unknown");
        for target in [&strangers, &unknown] {
            let act = topic.act("Move", Some(&topic.followed.books), target);
            assert_eq!(topic.followed.announced(&act).await, "applied", "{}", target.id);
            assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
            assert_eq!(topic.group_of(&topic.start).await, topic.followed.group);
            let back = topic.act("Add", None, &topic.followed.books);
            assert_eq!(topic.followed.announced(&back).await, "applied");
        }
    }

    async fn nobody_elsewhere_moves_a_thread_into_a_group_here_but_its_moderators(db: Db) {
        let topic = Topic::new(db).await;
        let world = &topic.followed.world;
        topic.listed();
        let into_ours = || {
            activity(&topic.nell, "Move", json!(topic.context))
                .with(json!({ "origin": topic.followed.books.id, "target": world.group.ap_id }))
        };
        assert_eq!(topic.followed.announced(&into_ours()).await, "applied");
        assert_eq!(topic.group_of(&topic.start).await, topic.followed.group);
        assert_eq!(topic.states().await, [Some(Removed), Some(Removed)]);
        topic.followed.announced(&topic.act("Add", None, &topic.followed.books)).await;

        let nell = world.here.remote(&topic.nell.id).await.id;
        world.here.moderator(&world.group, nell).await;
        topic.moderates(topic.followed.group, nell).await;
        let (_, _) = world.follower("lemmy", "lou").await;
        assert_eq!(world.send(&into_ours()).await, "applied");
        assert_eq!(topic.group_of(&topic.start).await, world.group.id);
        assert_eq!(topic.states().await, [Some(Published), Some(Published)]);
    }

    async fn a_thread_here_is_taken_away_by_a_moderator_elsewhere_and_by_nobody_else(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let (lemmy, lou) = world.follower("nodebb", "lou").await;
        let ann = world.here.person("ann").await;
        let post = world.here.post(&world.group, &ann, "Tulips", "How deep?").await;
        let answer = world.here.comment(&post, &ann, "Deep.").await;
        world.here.run_until_idle().await;
        lemmy.take();
        let context = format!("{}/context", post.ap_id);
        let act = |by: &PeerActor, kind: &str| {
            let group = &world.group.ap_id;
            activity(by, kind, json!(context)).with(json!({ "target": group, "origin": group, "summary": "off topic" }))
        };
        let states = async || [world.here.state(post.ap_id.as_str()).await, world.here.state(answer.ap_id.as_str()).await];
        for kind in ["Delete", "Remove", "Move"] {
            assert_eq!(world.send(&act(&world.alice, kind)).await, "refused", "{kind}");
            let taken_back = world.send(&undo(&world.alice, &act(&world.alice, kind))).await;
            assert!(["refused", "ignored"].contains(&taken_back.as_str()), "{kind}: {taken_back}");
        }
        assert_eq!(states().await, [Some(Published), Some(Published)]);

        world.here.moderator(&world.group, world.here.remote(&lou.id).await.id).await;
        world.here.run_until_idle().await;
        lemmy.take();
        let removal = act(&lou, "Delete");
        assert_eq!(world.send_from(&lemmy, &removal).await, "applied");
        assert_eq!(states().await, [Some(Removed), Some(Removed)]);
        let told = lemmy.take().only("Announce")["object"].clone();
        // Of the post, which everybody understands, and by the group: it did not come in these words.
        assert_eq!((&told["type"], &told["object"], &told["actor"]), (&json!("Delete"), &json!(post.ap_id), &json!(world.group.ap_id)));
        assert_eq!(told["summary"], "off topic");

        assert_eq!(world.send_from(&lemmy, &undo(&lou, &removal)).await, "applied");
        assert_eq!(states().await, [Some(Published), Some(Published)]);
        assert_eq!(lemmy.take().only("Announce")["object"]["type"], "Undo");
    }

    async fn a_thread_that_leaves_a_group_here_is_told_as_removed(db: Db) {
        let world = World::with_member(db, "lemmy").await;
        let (nodebb, lou) = world.follower("nodebb", "lou").await;
        let post = world.posted("Tulips").await;
        world.here.moderator(&world.group, world.here.remote(&lou.id).await.id).await;
        world.here.run_until_idle().await;
        nodebb.take();
        let elsewhere = nodebb.group("films");
        let act = activity(&lou, "Move", json!(id(&post)))
            .with(json!({ "origin": world.group.ap_id, "target": elsewhere.id }));
        assert_eq!(world.send_from(&nodebb, &act).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(Removed));
        let told = nodebb.take().only("Announce")["object"].clone();
        assert_eq!((&told["type"], &told["object"]), (&json!("Delete"), &json!(id(&post))));
    }

    async fn an_author_takes_away_their_post_and_not_the_answers_of_others(db: Db) {
        let world = World::new(db, "nodebb").await;
        let context = world.peer.iri("/topic/7");
        let post = to_group(note(&world.alice, "Tulips"), &world.group.ap_id).with(json!({ "context": context }));
        assert_eq!(world.send(&create(&world.alice, &post)).await, "applied");
        let bob = world.peer.actor("bob");
        let answer = note(&bob, "Deep.").with(json!({ "inReplyTo": id(&post) }));
        assert_eq!(world.send(&create(&bob, &answer)).await, "applied");
        let deletion = delete(&world.alice, context.as_str());
        assert_eq!(world.send(&deletion).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(Deleted));
        assert_eq!(world.here.state(id(&answer)).await, Some(Published));
        assert_eq!(world.send(&undo(&world.alice, &deletion)).await, "applied");
        assert_eq!(world.here.state(id(&post)).await, Some(Published));
    }

    async fn nobody_names_their_post_as_the_thread_of_another_server(db: Db) {
        let topic = Topic::new(db).await;
        let tom = &topic.followed.tom;
        let planted = to_group(note(tom, "Mine"), &topic.followed.books.id).with(json!({ "context": "http://192.0.2.1/topic/9" }));
        topic.followed.third.put(&planted);
        assert_eq!(topic.followed.announced(&create(tom, &planted)).await, "applied");
        let found = guildhall_store::entry::find_by_context(&topic.followed.world.here.app.store, "http://192.0.2.1/topic/9");
        assert!(found.await.unwrap().is_none());
    }
}
