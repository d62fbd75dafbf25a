//! `GET /users/{name}`

use axum::http::StatusCode;
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::Town;

on_both_engines! {
    async fn what_somebody_wrote_is_listed_newest_first_while_it_stands(db: Db) {
        let town = Town::new(db).await;
        let frost = town.post("Late frost").await;
        let gone = town.post("A mistake").await;
        town.here.comment(&frost, &town.mona, "Fleece.").await;
        town.delete(&gone).await;
        let page = town.page("/users/mona").await;
        assert_eq!(page.texts(".entry h3"), ["Fleece.", "Late frost"]);
        assert!(page.text(".masthead").contains(&format!("@mona@{}", town.here.app.site.host)));
    }

    async fn people_elsewhere_are_shown_under_their_whole_handle(db: Db) {
        let town = Town::new(db).await;
        let peer = town.here.peer("mastodon").await;
        let alice = peer.actor("alice");
        town.here.remote(&alice.id).await;
        let path = format!("/users/alice@{}", peer.host);
        let page = town.page(&path).await;
        assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
        assert!(page.text(".masthead").contains(&format!("Profile on {}", peer.host)));
    }

    async fn nobody_is_404_and_other_spellings_lead_to_the_one(db: Db) {
        let town = Town::new(db).await;
        for path in ["/users/nobody", "/users/garden", "/users/a%2Fb"] {
            assert_eq!(town.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let answer = town.get("/users/Mona").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, "/users/mona"));
    }
}
