//! WebFinger, NodeInfo and host-meta.

use crate::{
    stage::{BASE, Stage},
    support::{garden, get, get_url},
};
use guildhall_domain::{actor::ActorKind, group::Policy};
use guildhall_store::{db::Db, testing::on_both_engines};
use http::StatusCode;
use serde_json::json;

on_both_engines! {
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
}
