//! What other servers read here: documents of actors and entries, collections, discovery, and who may read them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod stage;

use axum::{Router, body::Body};
use guildhall_activitypub::{
    Iri,
    signature::{Outgoing, sign_cavage},
};
use guildhall_app::{entry, group, read::PageRequest};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    actor::ActorKind,
    event::Cause,
    group::{Policy, Review},
    peering::PeeringAction,
};
use guildhall_federation::routes;
use guildhall_store::{
    actor::{self, Actor},
    actor_key::{self, ActorKey, KeyAlgorithm},
    db::Db,
    testing::on_both_engines,
};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use stage::{BASE, HOST, Stage, key_pairs, named, spki, unproved};
use tower::ServiceExt as _;

const ACTIVITY_JSON: &str = "application/activity+json";

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.status))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(router: &Router, method: Method, path: &str, headers: HeaderMap) -> Answer {
    let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    *request.headers_mut() = headers;
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn get(router: &Router, path: &str) -> Answer {
    let accept = HeaderMap::from_iter([(http::header::ACCEPT, ACTIVITY_JSON.parse().unwrap())]);
    send(router, Method::GET, path, accept).await
}

/// A GET signed by an actor elsewhere, whose key is `key_pairs`'.
async fn get_signed(stage: &Stage, router: &Router, path: &str, by: &Actor) -> Answer {
    let url = Iri::parse(&format!("{BASE}{path}")).unwrap();
    let request = Outgoing { method: &Method::GET, url: &url, body: None, now_ms: stage.now().as_millis() };
    let key_id = Iri::parse(&format!("{}#main-key", by.ap_id)).unwrap();
    let headers = sign_cavage(&request, &key_id, &key_pairs().0).unwrap();
    send(router, Method::GET, path, headers).await
}

async fn keep_key(stage: &Stage, of: &Actor) {
    let key = ActorKey {
        key_id: format!("{}#main-key", of.ap_id),
        actor_id: of.id,
        algorithm: KeyAlgorithm::Rsa,
        public_key: spki(key_pairs().0.public()),
        private_key: None,
    };
    let mut tx = stage.app.begin().await.unwrap();
    actor_key::replace_remote(&mut tx, of.id, &[key], stage.now()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn garden(stage: &Stage, policy: Policy) -> (GroupId, Actor, Router) {
    let mona = stage.person("mona").await;
    let group = stage.group("gardening", policy, &mona).await;
    (group, mona, routes::router(stage.federation(false)))
}

async fn remove(stage: &Stage, entry: EntryId, by: &Actor) {
    let command = entry::Delete { entry, by: by.id, reason: Some("off topic".into()), cause: Cause::Local };
    entry::delete(&stage.app, command).await.unwrap();
}

async fn feature(stage: &Stage, entry: EntryId, by: &Actor) {
    let annotation = entry::Annotation::Featured(true);
    let command = entry::Annotate { entry, by: by.id, annotation, reason: None, cause: Cause::Local };
    entry::annotate(&stage.app, command).await.unwrap();
}

async fn appoint(stage: &Stage, group: GroupId, actor: ActorId, appointed: bool) {
    let (by, cause) = (group.actor(), Cause::Local);
    let command = group::SetModerator { group, actor, by, appointed, cause };
    group::set_moderator(&stage.app, command).await.unwrap();
}

/// The items of a collection that has none itself, from all its pages.
async fn pages(router: &Router, path: &str, total: u64) -> Vec<String> {
    let collection = get(router, path).await.json();
    assert_eq!((&collection["totalItems"], collection.get("orderedItems")), (&json!(total), None));
    let mut found = Vec::new();
    let mut next = Some(collection["first"].clone());
    while let Some(at) = next {
        let page = get_url(router, &at).await;
        assert_eq!((&page["type"], &page["partOf"]), (&json!("OrderedCollectionPage"), &collection["id"]));
        let items = page["orderedItems"].as_array().unwrap();
        assert!(!items.is_empty() && items.len() <= 50);
        found.extend(items.iter().map(|item| item.as_str().unwrap().to_owned()));
        next = page.get("next").cloned();
    }
    found
}

/// A document without its keys, which differ from run to run.
fn without_keys(mut document: Value) -> Value {
    let pem = document["publicKey"]["publicKeyPem"].take();
    assert!(pem.as_str().unwrap().starts_with("-----BEGIN PUBLIC KEY-----"));
    let multikey = document["assertionMethod"][0]["publicKeyMultibase"].take();
    assert!(multikey.as_str().unwrap().starts_with("z6Mk"), "an Ed25519 key");
    document
}

on_both_engines! {
    async fn actors_show_who_they_are(db: Db) {
        let stage = Stage::new(db).await;
        let (_, _, router) = garden(&stage, Policy::default()).await;
        for (path, name) in [("/groups/gardening", "group"), ("/users/mona", "person"), ("/actor", "instance")] {
            let answer = get(&router, path).await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, ACTIVITY_JSON));
            assert_eq!(answer.header("cache-control"), "public, max-age=180");
            insta::allow_duplicates! {
                insta::assert_json_snapshot!(name, without_keys(answer.json()));
            }
        }
    }

    async fn an_actor_has_one_address(db: Db) {
        let stage = Stage::new(db).await;
        let (_, _, router) = garden(&stage, Policy::default()).await;
        stage.remote("lemmy.example", "books", ActorKind::Group).await;
        for (path, place) in [
            ("/groups/Gardening", format!("{BASE}/groups/gardening")),
            ("/users/mona@guild.example", format!("{BASE}/users/mona")),
            ("/groups/books@lemmy.example", "https://lemmy.example/c/books".to_owned()),
        ] {
            let answer = get(&router, path).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, place.as_str()), "{path}");
        }
        for path in ["/groups/mona", "/users/gardening", "/groups/nobody", "/users/guild.example", "/groups/a@@b"] {
            let answer = get(&router, path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }

    async fn a_deleted_actor_leaves_a_tombstone(db: Db) {
        let stage = Stage::new(db).await;
        let (_, mona, router) = garden(&stage, Policy::default()).await;
        let mut tx = stage.app.begin().await.unwrap();
        actor::mark_deleted(&mut tx, mona.id, stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        let answer = get(&router, "/users/mona").await;
        assert_eq!((answer.status, &answer.json()["type"]), (StatusCode::GONE, &json!("Tombstone")));
        let finger = get(&router, "/.well-known/webfinger?resource=acct:mona@guild.example").await;
        assert_eq!(finger.status, StatusCode::GONE);
    }

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

    async fn outboxes_list_the_activities_that_were_sent(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let theirs = stage.receive(group, &ann, None, "Tulips?").await;
        let ours = stage.write(group, &mona, None, "Plant them early.").await;
        stage.write(group, &mona, Some(ours), "Or late.").await;
        let sent = stage.publish().await;

        let outbox = get(&router, "/groups/gardening/outbox").await.json();
        assert_eq!((&outbox["type"], &outbox["totalItems"]), (&json!("OrderedCollection"), &json!(2)));
        let page = get_url(&router, &outbox["first"]).await;
        assert_eq!(page["partOf"], outbox["id"]);
        let items = page["orderedItems"].as_array().unwrap();
        assert_eq!(items.len(), 2, "posts, not comments");
        for (item, row) in items.iter().zip([&sent[1], &sent[0]]) {
            let sent = row.group_aware();
            assert_eq!((&item["id"], &item["object"]), (&sent["id"], &unproved(&sent["object"])));
        }
        assert_eq!(items[1]["object"]["object"]["id"], theirs.ap_id);

        let outbox = get(&router, "/users/mona/outbox").await.json();
        let page = get_url(&router, &outbox["first"]).await;
        let kinds: Vec<_> = page["orderedItems"].as_array().unwrap().iter().map(|item| &item["object"]["type"]).collect();
        assert_eq!(kinds, ["Note", "Page"]);
        let outbox = get(&router, "/actor/outbox").await.json();
        assert_eq!(outbox["totalItems"], 0);
    }

    async fn collections_hide_what_may_not_be_seen(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        let kept = stage.write(group, &mona, Some(post), "Or late.").await;
        let below = stage.write(group, &mona, Some(kept), "Or never.").await;
        let removed = stage.write(group, &mona, Some(post), "Spam").await;
        remove(&stage, removed, &mona).await;

        let context = get(&router, &format!("/posts/{post}/context")).await.json();
        let ids = [format!("{BASE}/posts/{post}"), format!("{BASE}/comments/{kept}"), format!("{BASE}/comments/{below}")];
        assert_eq!(context["orderedItems"], json!(ids));
        assert_eq!((&context["totalItems"], &context["attributedTo"]), (&json!(3), &json!(format!("{BASE}/groups/gardening"))));
        let replies = get(&router, &format!("/posts/{post}/replies")).await.json();
        assert_eq!(replies["orderedItems"], json!([format!("{BASE}/comments/{kept}")]));
        let replies = get(&router, &format!("/comments/{kept}/replies")).await.json();
        assert_eq!(replies["orderedItems"], json!([format!("{BASE}/comments/{below}")]));
        let page = get(&router, "/users/mona/outbox?page=first").await.json();
        assert_eq!(page["orderedItems"].as_array().unwrap().len(), 3);
    }

    async fn a_long_thread_is_given_in_pages(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        for _ in 0..105 {
            stage.write(group, &mona, Some(post), "Yes").await;
        }
        for (path, total) in [("context", 106), ("replies", 105)] {
            let collection = get(&router, &format!("/posts/{post}/{path}")).await.json();
            assert_eq!(collection.get("orderedItems"), None);
            let first = get_url(&router, &collection["first"]).await;
            let second = get_url(&router, &first["next"]).await;
            assert_eq!(second.get("next"), None);
            let mut ids = [first, second].map(|page| page["orderedItems"].as_array().unwrap().clone()).concat();
            ids.dedup();
            assert_eq!(ids.len(), total, "{path}");
        }
        let wrong = get(&router, &format!("/posts/{post}/replies?page=nonsense")).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }

    async fn groups_list_moderators_featured_posts_and_count_followers(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        feature(&stage, post, &mona).await;

        let followers = get(&router, "/groups/gardening/followers").await.json();
        let members = guildhall_app::read::groups::list(&stage.app, &guildhall_app::Viewer::anonymous(), PageRequest::default())
            .await
            .unwrap();
        assert_eq!(followers["totalItems"], members.items[0].member_count);
        assert_eq!((followers.get("orderedItems"), followers.get("first")), (None, None), "a count and no names");
        let moderators = get(&router, "/groups/gardening/moderators").await.json();
        assert_eq!(moderators["orderedItems"], json!([format!("{BASE}/users/mona")]));
        let featured = get(&router, "/groups/gardening/featured").await.json();
        assert_eq!(featured["orderedItems"], json!([format!("{BASE}/posts/{post}")]));
    }

    async fn many_featured_posts_are_given_in_pages(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let mut wanted = Vec::new();
        for number in 1..=51 {
            let collection = get(&router, "/groups/gardening/featured").await.json();
            assert_eq!(collection["orderedItems"], json!(wanted), "all of them with the collection, up to a page");
            assert_eq!((&collection["totalItems"], collection.get("first")), (&json!(number - 1), None));
            let post = stage.write(group, &mona, None, "Read this first.").await;
            feature(&stage, post, &mona).await;
            wanted.insert(0, format!("{BASE}/posts/{post}"));
        }
        assert_eq!(pages(&router, "/groups/gardening/featured", 51).await, wanted);
        let wrong = get(&router, "/groups/gardening/featured?page=nonsense").await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }

    async fn many_moderators_are_given_in_pages(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let mut wanted = vec![format!("{BASE}/users/mona")];
        for number in 1..=50 {
            let collection = get(&router, "/groups/gardening/moderators").await.json();
            assert_eq!((&collection["orderedItems"], &collection["totalItems"]), (&json!(wanted), &json!(number)));
            assert_eq!(collection.get("first"), None);
            stage.advance(1);
            let next = stage.remote("micro.example", &format!("mod{number}"), ActorKind::Person).await;
            appoint(&stage, group, next.id, true).await;
            wanted.push(next.ap_id.to_string());
        }
        assert_eq!(pages(&router, "/groups/gardening/moderators", 51).await, wanted, "longest in office first");

        // Who reads on is led past nobody where others go meanwhile, the last one read among them.
        let first = get(&router, "/groups/gardening/moderators?page=first").await.json();
        let last = first["orderedItems"].as_array().unwrap().last().unwrap().as_str().unwrap();
        let last = actor::find_by_ap_id(&stage.app.store, &ApId::new(last)).await.unwrap().unwrap();
        for gone in [mona.id, last.id] {
            appoint(&stage, group, gone, false).await;
        }
        assert_eq!(get_url(&router, &first["next"]).await["orderedItems"], json!(wanted[50..]));
    }

    async fn activities_are_found_by_their_ids_as_long_as_they_may_be_read(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.advance(1_000);
        let edit = entry::Edit {
            entry: post,
            editor: mona.id,
            texts: entry::texts_from_markdown(Some("Tulips".into()), "Plant them late.", None),
            poll: None,
            written_at: stage.now(),
            cause: Cause::Local,
        };
        entry::edit(&stage.app, edit).await.unwrap();
        let sent = stage.publish().await;
        let [accept, announce, announce_update, _] = &sent[..] else { panic!("four rows") };

        let carried = [announce.group_aware(), announce.microblog(), announce_update.group_aware()];
        for activity in &carried[1..] {
            assert_eq!(&get_url(&router, &activity["id"]).await, activity);
        }
        let announced = get_url(&router, &carried[0]["id"]).await;
        assert_eq!(announced["object"]["object"]["content"], "<p>Plant them late.</p>\n", "as it is now");
        let update = &announce_update.group_aware()["object"];
        assert_eq!(&get_url(&router, &update["id"]).await, update, "also what was only sent wrapped");
        let create = get_url(&router, &announce.group_aware()["object"]["id"]).await;
        assert_eq!(create["object"]["content"], "<p>Plant them late.</p>\n", "as it is now");
        let private = get(&router, &accept.id[BASE.len()..]).await;
        assert_eq!(private.status, StatusCode::NOT_FOUND);

        remove(&stage, post, &mona).await;
        let [delete, _] = &stage.publish().await[..] else { panic!("two rows") };
        for activity in carried.iter().chain([update]) {
            let answer = get(&router, &activity["id"].as_str().unwrap()[BASE.len()..]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "a text that was taken away shows nowhere");
        }
        assert_eq!(get_url(&router, &json!(delete.id)).await, delete.group_aware());
    }

    async fn webfinger_knows_everybody_here_by_every_name(db: Db) {
        let stage = Stage::new(db).await;
        let (_, _, router) = garden(&stage, Policy::default()).await;
        stage.remote("lemmy.example", "books", ActorKind::Group).await;
        let ask = async |resource: &str| {
            let query: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
            get(&router, &format!("/.well-known/webfinger?resource={query}")).await
        };
        for (resource, subject, id) in [
            ("acct:gardening@guild.example", "acct:gardening@guild.example", "/groups/gardening"),
            ("acct:GARDENING@Guild.Example", "acct:gardening@guild.example", "/groups/gardening"),
            ("acct:mona@guild.example", "acct:mona@guild.example", "/users/mona"),
            ("https://guild.example/users/mona", "acct:mona@guild.example", "/users/mona"),
            ("https://guild.example/groups/Gardening", "acct:gardening@guild.example", "/groups/gardening"),
            ("https://guild.example", "acct:guild.example@guild.example", "/actor"),
            ("https://guild.example/", "acct:guild.example@guild.example", "/actor"),
            ("acct:guild.example@guild.example", "acct:guild.example@guild.example", "/actor"),
        ] {
            let answer = ask(resource).await;
            assert_eq!(answer.status, StatusCode::OK, "{resource}");
            assert_eq!(answer.header("content-type"), "application/jrd+json");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            let jrd = answer.json();
            assert_eq!(jrd["subject"], subject);
            let own = jrd["links"].as_array().unwrap().iter().find(|link| link["rel"] == "self").unwrap();
            assert_eq!(own["href"], format!("{BASE}{id}"));
        }
        for resource in ["acct:books@lemmy.example", "acct:nobody@guild.example", "https://lemmy.example/c/books"] {
            assert_eq!(ask(resource).await.status, StatusCode::NOT_FOUND, "{resource}");
        }
        assert_eq!(ask("nonsense").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(get(&router, "/.well-known/webfinger").await.status, StatusCode::BAD_REQUEST);
    }

    async fn the_instance_describes_itself(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.write(group, &mona, Some(post), "Or late.").await;

        let links = get(&router, "/.well-known/nodeinfo").await.json();
        for (rel, version) in [("2.0", "2.0"), ("2.1", "2.1")] {
            let rel = format!("http://nodeinfo.diaspora.software/ns/schema/{rel}");
            let link = links["links"].as_array().unwrap().iter().find(|link| link["rel"] == rel).unwrap();
            let info = get_url(&router, &link["href"]).await;
            assert_eq!((&info["version"], &info["software"]["name"]), (&json!(version), &json!("guildhall")));
            assert_eq!(info["usage"], json!({ "users": { "total": 1 }, "localPosts": 1, "localComments": 1 }));
            assert_eq!(info["openRegistrations"], false);
        }
        let rel = "https://www.w3.org/ns/activitystreams#Application";
        let link = links["links"].as_array().unwrap().iter().find(|link| link["rel"] == rel).unwrap();
        assert_eq!(link["href"], format!("{BASE}/actor"));
        assert_eq!(get(&router, "/nodeinfo/3.0").await.status, StatusCode::NOT_FOUND);

        let xml = get(&router, "/.well-known/host-meta").await;
        assert_eq!(xml.header("content-type"), "application/xrd+xml");
        let text = String::from_utf8(xml.body).unwrap();
        assert!(text.contains(&format!("template=\"{BASE}/.well-known/webfinger?resource={{uri}}\"")), "{text}");
        let json = get(&router, "/.well-known/host-meta.json").await.json();
        assert_eq!(json["links"][0]["template"], format!("{BASE}/.well-known/webfinger?resource={{uri}}"));
    }

    async fn with_authorized_fetch_content_is_for_those_who_sign(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, _) = garden(&stage, Policy::default()).await;
        let router = routes::router(stage.federation(true));
        let ann = stage.remote("micro.example", "ann", ActorKind::Person).await;
        let eve = stage.remote("bad.example", "eve", ActorKind::Person).await;
        for actor in [&ann, &eve] {
            keep_key(&stage, actor).await;
        }
        guildhall_app::instance::set_peering(&stage.app, None, "bad.example", Some(PeeringAction::Block), None)
            .await
            .unwrap();
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        let sent = stage.publish().await;
        let announce = sent[0].id[BASE.len()..].to_owned();
        let content = [
            format!("/posts/{post}"),
            format!("/posts/{post}/context"),
            format!("/posts/{post}/replies"),
            format!("/posts/{post}/create"),
            format!("/posts/{post}/boost"),
            announce,
            "/groups/gardening/outbox".to_owned(),
            "/groups/gardening/outbox?page=first".to_owned(),
            "/groups/gardening/followers".to_owned(),
            "/groups/gardening/moderators".to_owned(),
            "/groups/gardening/featured".to_owned(),
            "/users/mona/outbox".to_owned(),
        ];
        for path in &content {
            let unsigned = get(&router, path).await;
            assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(unsigned.header("content-type"), "application/problem+json");
            let signed = get_signed(&stage, &router, path, &ann).await;
            assert_eq!(signed.status, StatusCode::OK, "{path}");
            assert_eq!(signed.header("cache-control"), "private, no-store");
            assert!(signed.header("vary").contains("Signature"), "{path}");
            let blocked = get_signed(&stage, &router, path, &eve).await;
            assert!(blocked.status.is_client_error(), "{path}: {}", blocked.status);
        }
        let open = ["/groups/gardening", "/users/mona", "/actor", "/.well-known/nodeinfo", "/nodeinfo/2.1",
            "/.well-known/webfinger?resource=acct:mona@guild.example", "/.well-known/host-meta"];
        for path in open {
            assert_eq!(get(&router, path).await.status, StatusCode::OK, "{path}");
        }
    }
}

/// The document at an id of ours.
async fn get_url(router: &Router, id: &Value) -> Value {
    let id = id.as_str().unwrap();
    assert!(id.contains(HOST));
    let answer = get(router, &id[BASE.len()..]).await;
    assert_eq!(answer.status, StatusCode::OK, "{id}");
    answer.json()
}
