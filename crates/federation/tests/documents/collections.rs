//! Outboxes, threads, and what groups list.

use crate::{
    stage::{BASE, Stage, unproved},
    support::{appoint, feature, garden, get, get_url, remove},
};
use axum::Router;
use guildhall_app::{
    read::PageRequest,
    staff::{self, SetStaff, StaffWish},
};
use guildhall_domain::{ApId, actor::ActorKind, event::Cause, group::Policy, staff::StaffRole};
use guildhall_store::{actor, db::Db, testing::on_both_engines};
use http::StatusCode;
use serde_json::json;

on_both_engines! {
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
        let wish = StaffWish::Role(StaffRole::Helper);
        let helping = SetStaff { group, actor: ann.id, by: mona.id, wish, reason: None, cause: Cause::Local };
        staff::set_staff(&stage.app, helping).await.unwrap();
        let moderators = get(&router, "/groups/gardening/moderators").await.json();
        assert_eq!(moderators["orderedItems"], json!([format!("{BASE}/users/mona")]), "and no helpers");
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
