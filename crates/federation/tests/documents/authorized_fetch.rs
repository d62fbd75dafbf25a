//! Content for those who sign alone.

use crate::{
    stage::{BASE, Stage},
    support::{garden, get, get_signed, keep_key},
};
use guildhall_domain::{actor::ActorKind, group::Policy, peering::PeeringAction};
use guildhall_federation::routes;
use guildhall_store::{db::Db, testing::on_both_engines};
use http::StatusCode;

on_both_engines! {
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
