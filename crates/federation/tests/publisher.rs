//! What is put on the delivery log for each kind of event.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod stage;

use guildhall_activitypub::proof::Proof;
use guildhall_app::{entry, group, queue};
use guildhall_domain::{
    EntryId, EventId,
    actor::ActorKind,
    audience::Profile,
    content::Vote,
    event::{Cause, Event, EventKind},
    group::{Admission, Policy, Posting, Review},
};
use guildhall_federation::outbound::publisher;
use guildhall_store::{actor::Actor, event, lease, testing::on_both_engines};
use serde_json::{Value, json};
use stage::{BASE, Stage, key_pairs, named};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A group with a moderator, as most tests need them.
async fn gardening(stage: &Stage, policy: Policy) -> (guildhall_domain::GroupId, Actor) {
    let moderator = stage.person("mona").await;
    (stage.group("gardening", policy, &moderator).await, moderator)
}

fn open() -> Policy {
    Policy::default()
}

fn vote(entry: EntryId, actor: &Actor, vote: Option<Vote>, cause: Cause) -> entry::CastVote {
    entry::CastVote { entry, actor: actor.id, vote, cause }
}

fn removal(entry: EntryId, by: &Actor, reason: Option<&str>, cause: Cause) -> entry::Delete {
    entry::Delete { entry, by: by.id, reason: reason.map(str::to_owned), cause }
}

/// Forgets that anything was told, as after a crash between rendering and marking.
async fn untell(stage: &Stage) {
    let mut tx = stage.app.begin().await.unwrap();
    tx.query("UPDATE events SET published_at = NULL").execute().await.unwrap();
    tx.commit().await.unwrap();
}

on_both_engines! {
    async fn a_follow_is_answered_by_an_accept_that_holds_it(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let follow = stage.follow(group, &ann).await;

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        let accept = row.both();
        assert_eq!((&accept["type"], &accept["actor"]), (&json!("Accept"), &json!(format!("{BASE}/groups/gardening"))));
        assert_eq!(accept["object"], follow);
        assert_eq!((row.sender, row.group), (group.actor(), None));
        assert_eq!(row.targets, [ann.inbox.as_str()]);

        // Asking again changes nothing and is answered again.
        stage.follow(group, &ann).await;
        let again = stage.publish().await;
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].both()["type"], "Accept");
        assert_ne!(again[0].id, row.id);
    }

    async fn who_has_to_wait_hears_nothing_until_a_moderator_decides(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let policy = Policy { admission: Admission::Approval, ..open() };
        let (group, mona) = gardening(&stage, policy).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let bob = stage.remote("micro.example", "bob", ActorKind::Person).await;
        let (follow_of_ann, follow_of_bob) = (stage.follow(group, &ann).await, stage.follow(group, &bob).await);
        assert_eq!(stage.publish().await, []);

        let waiting = guildhall_store::queue::list_open(&stage.app.store, group, None, 10).await.unwrap();
        queue::admit(&stage.app, waiting[0].id, mona.id).await.unwrap();
        queue::refuse(&stage.app, waiting[1].id, mona.id, "Tell us who you are.").await.unwrap();
        let rows = stage.publish().await;
        let answers: Vec<Value> = rows.iter().map(stage::Row::both).collect();
        assert_eq!((&answers[0]["type"], &answers[0]["object"]), (&json!("Accept"), &follow_of_ann));
        assert_eq!((&answers[1]["type"], &answers[1]["object"]), (&json!("Reject"), &follow_of_bob));
        assert_eq!(answers[1]["summary"], "Tell us who you are.");
        assert_eq!(rows[1].targets, [bob.inbox.as_str()]);
    }

    async fn who_may_not_join_is_told_why(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, Policy { admission: Admission::Invite, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let rows = stage.publish().await;
        assert_eq!(rows[0].both()["type"], "Reject");
        assert_eq!(rows[0].both()["summary"], "This group takes members by invitation only.");
    }

    async fn a_post_from_here_is_announced_with_its_create_and_boosted(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "Plant them **early**.").await;

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.id, format!("{BASE}/posts/{post}/announce"));
        assert_eq!((row.sender, row.group), (group.actor(), Some(group.0)));
        assert_eq!(row.order_key, format!("entry:{post}"));
        assert_eq!(row.targets, Vec::<String>::new());
        let names = [(post.0, "post")];
        insta::allow_duplicates! {
            insta::assert_json_snapshot!("announce_create", named(&row.group_aware(), &names));
            insta::assert_json_snapshot!("boost", named(&row.microblog(), &names));
        }
    }

    async fn a_post_from_elsewhere_is_announced_in_its_own_bytes(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;

        let [row] = &stage.publish().await[..] else { panic!("one row") };
        let body = row.body_group.clone().unwrap();
        assert!(body.windows(post.bytes.len()).any(|part| part == post.bytes), "the original bytes are inside");
        assert_eq!(row.microblog()["object"], post.ap_id);
        assert_eq!(row.sender, group.actor());
    }

    async fn what_was_held_is_announced_in_its_own_bytes_once_it_is_admitted(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, Policy { review: Review::All, ..open() }).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        assert_eq!(stage.publish().await, [], "nothing of what is held goes out");

        let waiting = guildhall_store::queue::list_open(&stage.app.store, group, None, 10).await.unwrap();
        queue::admit(&stage.app, waiting[0].id, mona.id).await.unwrap();
        let rows = stage.publish().await;
        let body = rows[0].body_group.clone().unwrap();
        assert!(body.windows(post.bytes.len()).any(|part| part == post.bytes));
    }

    async fn a_post_whose_bytes_are_gone_is_announced_by_its_id(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        let mut tx = stage.app.begin().await.unwrap();
        tx.query("DELETE FROM received_activities").execute().await.unwrap();
        tx.commit().await.unwrap();

        let rows = stage.publish().await;
        assert_eq!(rows.len(), 1);
        assert_eq!((&rows[0].group_aware()["type"], &rows[0].group_aware()["object"]), (&json!("Announce"), &json!(post.ap_id)));
    }

    async fn a_comment_is_no_boost_and_reaches_those_it_answers(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let bob = stage.remote("lemmy.example", "bob", ActorKind::Person).await;
        let carl = stage.remote("other.example", "carl", ActorKind::Person).await;
        stage.profile("lemmy.example", Profile::Group).await;
        stage.follow(group, &bob).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        let answer = stage.receive(group, &bob, Some(post.entry), "Yes").await;
        stage.publish().await;

        let text = "Ask @carl@other.example and @nobody@nowhere.example.";
        let comment = stage.write(group, &mona, Some(answer.entry), text).await;
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.microblog(), Value::Null);
        assert_eq!((announce.sender, announce.group), (group.actor(), Some(group.0)));
        assert_eq!((direct.sender, direct.group), (mona.id, None), "signed by its author");
        assert_eq!(direct.id, format!("{BASE}/comments/{comment}/create"));
        // Not bob's server: it follows the group and understands what it announces.
        let inbox = |actor: &Actor| actor.shared_inbox.clone().unwrap();
        assert_eq!(direct.targets, [inbox(&ann), inbox(&carl)]);
        assert_eq!(announce.group_aware()["object"], direct.both());
        let names = [(comment.0, "comment"), (post.entry.0, "post"), (answer.entry.0, "answer")];
        let names: Vec<_> = names.into_iter().chain(numbers_of(&answer.ap_id)).collect();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!("create_comment", named(&direct.both(), &names));
        }
    }

    async fn an_answer_reaches_the_author_of_a_host_whose_software_is_not_known(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let bob = stage.remote("new.example", "bob", ActorKind::Person).await;
        stage.follow(group, &bob).await;
        let post = stage.receive(group, &bob, None, "Tulips?").await;
        stage.publish().await;
        stage.write(group, &mona, Some(post.entry), "Yes").await;
        assert_eq!(stage.publish().await.len(), 2);
    }

    async fn an_edit_reaches_copies_by_its_author(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        stage.advance(60_000);
        let edit = entry::Edit {
            entry: post,
            editor: mona.id,
            texts: entry::texts_from_markdown(Some("Tulips".into()), "Plant them late.", None),
            poll: None,
            written_at: stage.now(),
            cause: Cause::Local,
        };
        entry::edit(&stage.app, edit).await.unwrap();

        let [announce, copies] = &stage.publish().await[..] else { panic!("two rows") };
        let update = &announce.group_aware()["object"];
        assert_eq!((&update["type"], &update["object"]["id"]), (&json!("Update"), &json!(format!("{BASE}/posts/{post}"))));
        assert_eq!(update["object"]["updated"], "2026-03-01T12:01:00Z");
        assert_eq!(announce.body_microblog, None);
        assert_eq!((copies.sender, copies.group, &copies.body_group), (mona.id, Some(group.0), &None));
        assert_eq!(&copies.microblog(), update);
        assert_eq!(copies.order_key, announce.order_key);
    }

    async fn an_edit_from_elsewhere_is_announced_in_its_own_bytes(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        stage.publish().await;
        let update = json!({ "id": "https://lemmy.example/updates/1", "type": "Update", "actor": ann.ap_id.as_str(),
            "object": { "id": post.ap_id, "type": "Page" } });
        let cause = stage.received(&ann, &update).await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post.entry,
            editor: ann.id,
            texts: entry::texts_from_markdown(Some("Roses?".into()), "", None),
            poll: None,
            written_at: stage.now(),
            cause,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], update);
        assert_eq!(row.body_microblog, None);
    }

    async fn the_bytes_of_somebody_else_are_not_passed_on_as_the_authors(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, open()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        let eve = stage.remote("lemmy.example", "eve", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        stage.publish().await;
        let update = json!({ "id": "https://lemmy.example/updates/1", "type": "Update", "actor": eve.ap_id.as_str(),
            "object": { "id": post.ap_id, "type": "Page" } });
        let cause = stage.received(&eve, &update).await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post.entry,
            editor: ann.id,
            texts: entry::texts_from_markdown(Some("Roses?".into()), "", None),
            poll: None,
            written_at: stage.now(),
            cause,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], post.ap_id, "everybody looks at the origin");
    }

    async fn a_deleted_post_is_unboosted_by_the_id_it_was_boosted_with(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        let published = stage.publish().await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();

        let [announce, copies] = &stage.publish().await[..] else { panic!("two rows") };
        let delete = &announce.group_aware()["object"];
        assert_eq!((&delete["type"], &delete["actor"]), (&json!("Delete"), &json!(mona.ap_id.as_str())));
        assert_eq!(delete.get("summary"), None, "an author needs no reason");
        let undo = announce.microblog();
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Announce")));
        assert_eq!(undo["object"]["id"], published[0].microblog()["id"]);
        assert_eq!(copies.microblog()["type"], "Delete");
        assert_eq!(copies.sender, mona.id);
    }

    async fn a_removed_post_is_deleted_with_its_reason_and_its_author_is_told(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Buy my pills").await;
        let published = stage.publish().await;
        entry::delete(&stage.app, removal(post.entry, &mona, Some("Rule 1"), Cause::Local)).await.unwrap();

        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        let delete = announce.group_aware()["object"].clone();
        assert_eq!((&delete["actor"], &delete["summary"]), (&json!(mona.ap_id.as_str()), &json!("Rule 1")));
        assert_eq!(delete["object"], post.ap_id);
        assert_eq!(announce.microblog()["object"]["id"], published[0].microblog()["id"]);
        assert_eq!((direct.both(), direct.sender), (delete, mona.id));
        assert_eq!(direct.targets, ["https://micro.example/inbox"]);

        entry::restore(&stage.app, removal(post.entry, &mona, None, Cause::Local)).await.unwrap();
        let [announce, _] = &stage.publish().await[..] else { panic!("two rows") };
        let undo = &announce.group_aware()["object"];
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Delete")));
        assert_eq!(announce.microblog()["id"], published[0].microblog()["id"], "the same boost again");
    }

    async fn a_moderator_elsewhere_is_passed_on_in_their_own_bytes(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let moira = stage.remote("lemmy.example", "moira", ActorKind::Person).await;
        let appoint =
            group::SetModerator { group, actor: moira.id, by: mona.id, appointed: true, cause: Cause::Local };
        group::set_moderator(&stage.app, appoint).await.unwrap();
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;

        let delete = json!({ "id": "https://lemmy.example/deletes/1", "type": "Delete", "actor": moira.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}"), "summary": "off topic" });
        let cause = stage.received(&moira, &delete).await;
        entry::delete(&stage.app, removal(post, &moira, Some("off topic"), cause)).await.unwrap();
        let [announce, copies] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"], delete);
        // The post was written here: microblogs that have it take its end from its author alone.
        assert_eq!((copies.sender, &copies.microblog()["type"]), (mona.id, &json!("Delete")));
        assert_eq!(copies.body_group, None);
    }

    async fn votes_go_to_those_who_understand_them(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        stage.publish().await;

        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"], direct.both());
        assert_eq!((&direct.both()["type"], &direct.both()["actor"]), (&json!("Like"), &json!(mona.ap_id.as_str())));
        assert!(!direct.both().to_string().contains(PUBLIC), "a vote is addressed to the author");
        assert_eq!((direct.sender, announce.body_microblog.clone()), (mona.id, None));
        assert_eq!(direct.targets, ["https://micro.example/inbox"]);
        assert_eq!(direct.order_key, format!("vote:{post}:{}", mona.id));

        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Down), Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"]["type"], "Dislike");
        assert_eq!(direct.group_aware()["type"], "Dislike");
        let undo = direct.microblog();
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Like")), "favourites only");

        entry::cast_vote(&stage.app, vote(post, &mona, None, Cause::Local)).await.unwrap();
        let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
        let undo = &announce.group_aware()["object"];
        assert_eq!((&undo["type"], &undo["object"]["type"]), (&json!("Undo"), &json!("Dislike")));
        assert_eq!(direct.body_microblog, None);
    }

    async fn a_vote_from_elsewhere_is_announced_and_not_sent_in_anothers_name(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        let like = json!({ "id": "https://micro.example/likes/1", "type": "Like", "actor": ann.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}") });
        let cause = stage.received(&ann, &like).await;
        entry::cast_vote(&stage.app, vote(post, &ann, Some(Vote::Up), cause)).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], like);
        assert_eq!((row.sender, &row.body_microblog), (group.actor(), &None));
    }

    async fn what_moderators_do_is_announced(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        let annotate = |annotation| entry::Annotate {
            entry: post,
            by: mona.id,
            annotation,
            reason: None,
            cause: Cause::Local,
        };
        let mut told = Vec::new();
        for annotation in [
            entry::Annotation::Locked(true),
            entry::Annotation::Locked(false),
            entry::Annotation::Featured(true),
            entry::Annotation::Featured(false),
        ] {
            entry::annotate(&stage.app, annotate(annotation)).await.unwrap();
            let [row] = &stage.publish().await[..] else { panic!("one row") };
            assert_eq!(row.body_microblog, None);
            told.push(row.group_aware()["object"].clone());
        }
        let kinds: Vec<_> = told.iter().map(|activity| activity["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Lock", "Undo", "Add", "Remove"]);
        assert_eq!(told[2]["target"], format!("{BASE}/groups/gardening/featured"));

        let appoint =
            |appointed| group::SetModerator { group, actor: ann.id, by: mona.id, appointed, cause: Cause::Local };
        for (appointed, kind) in [(true, "Add"), (false, "Remove")] {
            group::set_moderator(&stage.app, appoint(appointed)).await.unwrap();
            let [announce, direct] = &stage.publish().await[..] else { panic!("two rows") };
            assert_eq!(announce.group_aware()["object"], direct.both());
            assert_eq!(direct.both()["type"], kind);
            assert_eq!(direct.both()["target"], format!("{BASE}/groups/gardening/moderators"));
            assert_eq!(direct.targets, ["https://micro.example/inbox"]);
        }
    }

    async fn who_is_banned_is_told_by_the_moderator_and_by_the_group(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let ban = |banned, until| group::SetBan {
            group,
            actor: ann.id,
            by: mona.id,
            banned,
            until,
            reason: Some("spam".into()),
            remove_content: false,
            cause: Cause::Local,
        };
        group::set_ban(&stage.app, ban(true, None)).await.unwrap();
        let [announce, direct, by_group] = &stage.publish().await[..] else { panic!("three rows") };
        let block = direct.group_aware();
        assert_eq!(announce.group_aware()["object"], block);
        assert_eq!((&block["type"], &block["actor"], &block["summary"]), (&json!("Block"), &json!(mona.ap_id.as_str()), &json!("spam")));
        assert_eq!((direct.sender, &direct.body_microblog), (mona.id, &None));
        assert_eq!((by_group.sender, &by_group.body_group), (group.actor(), &None));
        assert_eq!(by_group.microblog()["actor"], format!("{BASE}/groups/gardening"));
        assert_eq!(by_group.targets, [ann.inbox.as_str()]);

        group::set_ban(&stage.app, ban(false, None)).await.unwrap();
        let rows = stage.publish().await;
        assert_eq!((&rows[0].group_aware()["object"]["type"], &rows[2].microblog()["type"]), (&json!("Undo"), &json!("Undo")));

        let end = stage.now().plus(std::time::Duration::from_mins(1));
        group::set_ban(&stage.app, ban(true, Some(end))).await.unwrap();
        let [announce, _] = &stage.publish().await[..] else { panic!("two rows") };
        assert_eq!(announce.group_aware()["object"]["endTime"], "2026-03-01T12:01:00Z");
    }

    async fn a_changed_group_is_told_by_itself(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let change = group::ChangeGroup { title: Some("Flowers".into()), ..group::ChangeGroup::default() };
        group::change(&stage.app, group, mona.id, change).await.unwrap();
        let [row] = &stage.publish().await[..] else { panic!("one row") };
        assert_eq!(row.group_aware()["object"], row.microblog());
        let update = row.microblog();
        assert_eq!((&update["type"], &update["actor"]), (&json!("Update"), &json!(format!("{BASE}/groups/gardening"))));
        assert_eq!(update["object"]["name"], "Flowers");
    }

    async fn a_refused_author_gets_a_reject_or_a_message(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, Policy { review: Review::All, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await;
        let waiting = guildhall_store::queue::list_open(&stage.app.store, group, None, 10).await.unwrap();
        queue::refuse(&stage.app, waiting[0].id, mona.id, "We had <this> already.").await.unwrap();

        let [reject, notice] = &stage.publish().await[..] else { panic!("two rows") };
        let told = reject.both();
        assert_eq!((&told["type"], &told["summary"]), (&json!("Reject"), &json!("We had <this> already.")));
        assert_eq!(told["object"]["object"], post.ap_id);
        assert_eq!(told["object"]["type"], "Create");
        assert_eq!((reject.sender, notice.sender), (group.actor(), group.actor()));
        assert_eq!((&notice.body_group, &notice.targets), (&None, &reject.targets));
        assert!(!notice.microblog().to_string().contains(PUBLIC), "a direct message");
        let event = notice.id.split('/').nth(4).unwrap().parse().unwrap();
        let names: Vec<_> = [(event, "event")].into_iter().chain(numbers_of(&post.ap_id)).collect();
        insta::allow_duplicates! {
            insta::assert_json_snapshot!("notice", named(&notice.microblog(), &names));
        }
    }

    async fn members_only_groups_refuse_with_their_reason(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, _) = gardening(&stage, Policy { posting: Posting::Members, ..open() }).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.receive(group, &ann, None, "Tulips?").await;
        let rows = stage.publish().await;
        assert_eq!(rows[0].both()["summary"], "Only members can post in this group. Follow the group, then post again.");
    }

    async fn a_group_elsewhere_is_sent_what_people_here_do(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let books = stage.remote("lemmy.example", "books", ActorKind::Group).await;
        let group = guildhall_domain::GroupId(books.id.0);
        let mona = stage.person("mona").await;
        let ask = group::RequestJoin { group, actor: mona.id, follow: None, cause: Cause::Local };
        group::request_join(&stage.app, ask).await.unwrap();
        let post = stage.write(group, &mona, None, "A book.").await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post,
            editor: mona.id,
            texts: entry::texts_from_markdown(Some("Tulips".into()), "A good book.", None),
            poll: None,
            written_at: stage.now(),
            cause: Cause::Local,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        entry::cast_vote(&stage.app, vote(post, &mona, None, Cause::Local)).await.unwrap();
        let report = entry::Report {
            group,
            reporter: mona.id,
            entry: Some(post),
            person: None,
            text: "spam".into(),
            flag: None,
            cause: Cause::Local,
        };
        entry::report(&stage.app, report).await.unwrap();
        let rows = stage.publish().await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();
        group::leave(&stage.app, group::Leave { group, actor: mona.id, cause: Cause::Local }).await.unwrap();
        let rows = [rows, stage.publish().await].concat();

        let kinds: Vec<_> = rows.iter().map(|row| row.both()["type"].as_str().unwrap().to_owned()).collect();
        assert_eq!(kinds, ["Follow", "Create", "Update", "Like", "Undo", "Flag", "Delete", "Undo"]);
        for row in &rows {
            assert_eq!((&row.targets[..], row.group), (&[books.inbox.clone()][..], None), "{}", row.id);
        }
        let flag = rows.iter().find(|row| row.both()["type"] == "Flag").unwrap();
        assert_eq!(flag.both()["actor"], format!("{BASE}/actor"));
        assert!(rows.iter().all(|row| row.id == flag.id || row.sender == mona.id));
        let create = rows[1].both();
        assert_eq!((&create["object"]["audience"], create["object"].get("context")), (&json!(books.ap_id.as_str()), None));
        assert_eq!(rows[7].both()["object"]["type"], "Follow");
    }

    async fn what_came_from_a_group_elsewhere_is_not_sent_back(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let books = stage.remote("lemmy.example", "books", ActorKind::Group).await;
        let group = guildhall_domain::GroupId(books.id.0);
        let (mona, bob) = (stage.person("mona").await, stage.remote("other.example", "bob", ActorKind::Person).await);
        let post = stage.write(group, &mona, None, "A book.").await;
        stage.publish().await;
        let like = json!({ "id": "https://other.example/likes/1", "type": "Like", "actor": bob.ap_id.as_str(),
            "object": format!("{BASE}/posts/{post}") });
        let cause = stage.received(&bob, &like).await;
        entry::cast_vote(&stage.app, vote(post, &bob, Some(Vote::Up), cause)).await.unwrap();
        stage.receive(group, &bob, Some(post), "Yes").await;
        assert_eq!(stage.publish().await, []);
    }

    async fn telling_again_after_a_crash_appends_nothing(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        stage.write(group, &mona, Some(post), "Yes").await;
        entry::cast_vote(&stage.app, vote(post, &mona, Some(Vote::Up), Cause::Local)).await.unwrap();
        entry::delete(&stage.app, removal(post, &mona, Some(""), Cause::Local)).await.unwrap();
        stage.publish().await;
        let before = stage.log().await;

        untell(&stage).await;
        stage.advance(3_600_000);
        assert_eq!(stage.publish().await, []);
        assert_eq!(stage.log().await, before);
    }

    async fn what_is_passed_on_carries_the_proofs_of_author_and_group(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        stage.write(group, &mona, None, "Plant them early.").await;
        let announce = stage.publish().await[0].group_aware();
        let key = key_pairs().1.public();
        for (document, owner) in [(&announce, "groups/gardening"), (&announce["object"], "users/mona")] {
            let proof = Proof::read(document).unwrap();
            assert_eq!(proof.verification_method().unwrap().as_str(), format!("{BASE}/{owner}#ed25519-key"));
            proof.verify(key, stage.now().as_millis()).unwrap();
            let mut changed = document.clone();
            changed["published"] = json!("2026-03-01T12:00:01Z");
            assert!(Proof::read(&changed).unwrap().verify(key, stage.now().as_millis()).is_err());
        }
    }

    async fn rendering_again_gives_the_same_bytes(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        stage.write(group, &mona, None, "Hello @ann@micro.example").await;
        stage.publish().await;
        let before = stage.log().await;
        let mut tx = stage.app.begin().await.unwrap();
        for table in ["DELETE FROM delivery_targets", "DELETE FROM delivery_log"] {
            tx.query(table).execute().await.unwrap();
        }
        tx.commit().await.unwrap();

        untell(&stage).await;
        stage.advance(3_600_000);
        stage.publish().await;
        assert_eq!(stage.log().await, before);
    }

    async fn an_event_that_cannot_be_told_does_not_stop_the_others(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let lost = Event {
            id: EventId(stage.app.new_id()),
            at: stage.now(),
            cause: Cause::Local,
            kind: EventKind::EntryPublished { entry: EntryId(1) },
        };
        let mut tx = stage.app.begin().await.unwrap();
        event::append(&mut tx, &lost).await.unwrap();
        tx.commit().await.unwrap();
        stage.write(group, &mona, None, "Plant them early.").await;
        assert_eq!(stage.publish().await.len(), 1);
        assert_eq!(event::list_unpublished(&stage.app.store, 10).await.unwrap(), []);
    }

    async fn what_was_taken_back_before_it_was_told_is_not_shown(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let post = stage.write(group, &mona, None, "My password is hunter2").await;
        entry::delete(&stage.app, removal(post, &mona, None, Cause::Local)).await.unwrap();
        let rows = stage.publish().await;
        let text = String::from_utf8(rows.iter().flat_map(|row| row.body_group.clone().unwrap_or_default()).collect());
        assert!(!text.unwrap().contains("hunter2"));
        assert_eq!(rows[0].group_aware()["object"]["type"], "Delete");
    }

    async fn blocked_hosts_are_sent_nothing_by_name(db: guildhall_store::db::Db) {
        use guildhall_domain::peering::PeeringAction;
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let ann = stage.remote("bad.example", "ann", ActorKind::Person).await;
        let post = stage.receive(group, &ann, None, "Tulips?").await.entry;
        guildhall_app::instance::set_peering(&stage.app, None, "bad.example", Some(PeeringAction::Block), None)
            .await
            .unwrap();
        stage.publish().await;
        stage.write(group, &mona, Some(post), "Yes").await;
        stage.follow(group, &ann).await;
        let rows = stage.publish().await;
        assert!(rows.iter().all(|row| row.targets.is_empty()), "{rows:?}");
        assert_eq!(rows.len(), 1);
    }

    async fn the_running_publisher_hears_of_events_and_holds_its_lease(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = tokio::spawn(publisher::run(stage.app.clone(), "one".into(), async { drop(stopped.await) }));
        stage.write(group, &mona, None, "Plant them early.").await;
        stage.app.signals.delivery.notified().await;
        assert_eq!(stage.log().await.len(), 1);
        let holder = |now| lease::find_holder(&stage.app.store, publisher::LEASE, now);
        assert_eq!(holder(stage.now()).await.unwrap().as_deref(), Some("one"));
        stop.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(holder(stage.now()).await.unwrap(), None, "given back for the next one");
    }

    async fn a_second_publisher_leaves_events_to_the_first(db: guildhall_store::db::Db) {
        let stage = Stage::new(db).await;
        let (group, mona) = gardening(&stage, open()).await;
        let mut tx = stage.app.begin().await.unwrap();
        lease::acquire(&mut tx, publisher::LEASE, "first", stage.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        stage.write(group, &mona, None, "Plant them early.").await;
        // Stopped before it begins: it looks once.
        publisher::run(stage.app.clone(), "second".into(), async {}).await;
        assert_eq!(stage.log().await, []);
        stage.advance(60_000);
        publisher::run(stage.app.clone(), "second".into(), async {}).await;
        assert_eq!(stage.log().await.len(), 1, "the first one's lease has ended");
    }
}

/// The numbers in an id of this run, to be named.
fn numbers_of(ap_id: &str) -> Option<(i64, &'static str)> {
    ap_id.rsplit('/').next().and_then(|number| number.parse().ok()).map(|number| (number, "number"))
}
