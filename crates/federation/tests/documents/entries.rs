//! Documents of posts and comments.

use crate::{
    stage::{BASE, Stage, named},
    support::{ACTIVITY_JSON, garden, get, get_signed, keep_key, remove, send},
};
use guildhall_app::{entry, group};
use guildhall_domain::{
    actor::ActorKind,
    event::Cause,
    group::{Policy, Review},
};
use guildhall_store::{db::Db, testing::on_both_engines};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;

on_both_engines! {
    async fn a_post_and_a_comment_are_the_objects_that_were_sent(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let post = stage.write(group, &mona, None, "Plant them **early**.").await;
        let comment = stage.write(group, &mona, Some(post), "Or late.").await;
        let rows = stage.publish().await;
        let names = [(post.0, "post"), (comment.0, "comment")];
        for (path, name, row) in [
            (format!("/posts/{post}"), "post", &rows[0]),
            (format!("/comments/{comment}"), "comment", &rows[1]),
        ] {
            let answer = get(&router, &path).await;
            assert_eq!(answer.header("content-type"), ACTIVITY_JSON);
            let mut document = answer.json();
            insta::allow_duplicates! {
                insta::assert_json_snapshot!(name, named(&document, &names));
            }
            document.as_object_mut().unwrap().remove("@context");
            assert_eq!(row.group_aware()["object"]["object"], document, "one object, the same JSON for everybody");
        }
    }

    async fn a_poll_made_here_is_a_question_with_the_votes_that_came_in(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let closes_at = stage.now().plus(std::time::Duration::from_hours(1));
        for (multiple, field, other) in [(false, "oneOf", "anyOf"), (true, "anyOf", "oneOf")] {
            let options = vec![("Early".to_owned(), 0), ("Late".to_owned(), 0)];
            let command = entry::Submit {
                group,
                author: mona.id,
                parent: None,
                origin: entry::Origin::Here,
                texts: entry::texts_from_markdown(Some("When?".into()), "Tulips, that is.", None),
                poll: Some(entry::Poll { options, multiple, closes_at: Some(closes_at) }),
                is_public: true,
                is_fetched: false,
                is_passed_on: false,
                cause: Cause::Local,
            };
            let post = entry::submit(&stage.app, command).await.unwrap().entry.unwrap();
            let vote = entry::PollVote { entry: post, actor: ann.id, option: "Late".into(), cause: Cause::Local };
            entry::vote_in_poll(&stage.app, vote).await.unwrap();

            let document = get(&router, &format!("/posts/{post}")).await.json();
            assert_eq!((&document["type"], &document["name"]), (&json!("Question"), &json!("When?")));
            assert_eq!(document["endTime"], "2026-03-01T13:00:00Z");
            let option = |name: &str, votes: u32| {
                json!({ "type": "Note", "name": name, "replies": { "type": "Collection", "totalItems": votes } })
            };
            assert_eq!(document[field], json!([option("Early", 0), option("Late", 1)]));
            assert_eq!(document.get(other), None);
            let read = guildhall_activitypub::Object::read(&document).unwrap().poll.unwrap();
            assert_eq!((read.multiple, read.closes_at), (multiple, Some(closes_at.as_millis())));
        }
    }

    async fn entries_are_shown_to_whom_they_may_be_shown(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let removed = stage.write(group, &mona, None, "Secret").await;
        remove(&stage, removed, &mona).await;
        let theirs = stage.receive(group, &ann, None, "Tulips?").await;
        let comment = stage.write(group, &mona, Some(theirs.entry), "Yes").await;
        let change = group::ChangeGroup { review: Some(Review::All), ..group::ChangeGroup::default() };
        group::change(&stage.app, group, mona.id, change).await.unwrap();
        let oleg = stage.person("oleg").await;
        let held = stage.write(group, &oleg, None, "Secret").await;

        let gone = get(&router, &format!("/posts/{removed}")).await;
        assert_eq!((gone.status, &gone.json()["type"]), (StatusCode::GONE, &json!("Tombstone")));
        assert_eq!(gone.json()["id"], format!("{BASE}/posts/{removed}"));
        let elsewhere = get(&router, &format!("/posts/{}", theirs.entry)).await;
        assert_eq!((elsewhere.status, elsewhere.header("location")), (StatusCode::FOUND, theirs.ap_id.as_str()));
        for path in [
            format!("/posts/{held}"),
            format!("/posts/{comment}"),
            format!("/comments/{removed}"),
            "/posts/1".to_owned(),
            "/posts/abc".to_owned(),
        ] {
            let answer = get(&router, &path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(!String::from_utf8_lossy(&answer.body).contains("Secret"));
        }
    }

    async fn what_was_never_shown_leaves_no_tombstone(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy { review: Review::All, ..Policy::default() }).await;
        let ann = stage.person("ann").await;
        let [by_author, by_moderator] =
            [stage.write(group, &ann, None, "One").await, stage.write(group, &ann, None, "Two").await];
        remove(&stage, by_author, &ann).await;
        remove(&stage, by_moderator, &mona).await;
        for post in [by_author, by_moderator] {
            for path in [format!("/posts/{post}"), format!("/posts/{post}/replies"), format!("/posts/{post}/context")] {
                assert_eq!(get(&router, &path).await.status, StatusCode::NOT_FOUND, "{path}");
            }
        }
    }

    async fn a_moderator_elsewhere_sees_what_waits(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy { review: Review::All, ..Policy::default() }).await;
        let moira = stage.remote("lemmy.example", "moira", ActorKind::Person).await;
        keep_key(&stage, &moira).await;
        let appoint =
            group::SetModerator { group, actor: moira.id, by: mona.id, appointed: true, cause: Cause::Local };
        group::set_moderator(&stage.app, appoint).await.unwrap();
        let stranger = stage.remote("other.example", "stan", ActorKind::Person).await;
        keep_key(&stage, &stranger).await;
        let oleg = stage.person("oleg").await;
        let path = format!("/posts/{}", stage.write(group, &oleg, None, "Please let me in").await);

        let seen = get_signed(&stage, &router, &path, &moira).await;
        assert_eq!((seen.status, seen.header("cache-control")), (StatusCode::OK, "private, no-store"));
        assert_eq!(get_signed(&stage, &router, &path, &stranger).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_known_document_is_not_sent_again(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let path = format!("/posts/{}", stage.write(group, &mona, None, "Plant them early.").await);
        let first = get(&router, &path).await;
        let tag = first.headers["etag"].clone();
        let known = HeaderMap::from_iter([(http::header::IF_NONE_MATCH, tag.clone())]);
        let again = send(&router, Method::GET, &path, known).await;
        assert_eq!((again.status, again.body.len(), &again.headers["etag"]), (StatusCode::NOT_MODIFIED, 0, &tag));
        assert_eq!(first.header("vary"), "Accept");

        let head = send(&router, Method::HEAD, &path, HeaderMap::new()).await;
        assert_eq!((head.status, head.body.len(), &head.headers["etag"]), (StatusCode::OK, 0, &tag));
        assert_eq!(head.header("content-length"), first.body.len().to_string());
    }
}
