//! `GET /groups/{name}/join/{code}`

use axum::http::StatusCode;
use guildhall_app::{
    group::ChangeGroup,
    welcome::{Invite, MadeOut, invite, revoke},
};
use guildhall_domain::{ActorId, group::Admission};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::Town;

async fn made(town: &Town, only_for: Option<ActorId>) -> (MadeOut, String) {
    let (group, by) = (town.garden.id, town.garden.id.actor());
    let note = "Come <b>in</b>!".to_owned();
    let made = invite(&town.here.app, Invite { group, by, max_uses: None, until: None, note, only_for })
        .await
        .unwrap();
    let path = format!("/groups/garden/join/{}", made.code);
    (made, path)
}

on_both_engines! {
    async fn an_invitation_says_where_it_leads_and_how_to_get_in(db: Db) {
        let town = Town::new(db).await;
        town.change(ChangeGroup { admission: Some(Admission::Invite), ..ChangeGroup::default() }).await;
        let (made, path) = made(&town, None).await;
        let answer = town.get(&path).await;
        assert_eq!((answer.status, answer.header("referrer-policy")), (StatusCode::OK, "no-referrer"));
        assert!(!answer.body.contains("<script") && answer.body.contains("Come &#60;b&#62;in"), "{}", answer.body);
        let page = answer.page();
        assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
        assert!(!page.has("link[rel=canonical]"), "the address is for those who have it");
        assert_eq!(page.attribute("#code", "value"), made.code);
        assert_eq!(page.attribute("#handle-at", "value"), format!("@garden@{}", town.here.app.site.host));
        assert!(page.has("h1 a[href='/groups/garden']"));
    }

    async fn an_invitation_by_name_names_who_it_is_for(db: Db) {
        let town = Town::new(db).await;
        let (_, path) = made(&town, Some(town.mona.id)).await;
        let page = town.page(&path).await;
        assert!(page.texts("#named-title ~ p")[0].contains("@mona@"));
        assert!(!page.has("#code"));
    }

    async fn one_that_lets_nobody_in_says_so_and_one_that_never_was_is_not_there(db: Db) {
        let town = Town::new(db).await;
        let (made, path) = made(&town, None).await;
        revoke(&town.here.app, town.garden.id, made.invitation.id, town.garden.id.actor()).await.unwrap();
        let answer = town.get(&path).await;
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.page().texts("#invitation-title")[0].contains("lets nobody in"));
        assert!(!answer.page().has("#code"));
        assert_eq!(town.get("/groups/garden/join/nonsense").await.status, StatusCode::NOT_FOUND);
        assert_eq!(town.get("/groups/nowhere/join/nonsense").await.status, StatusCode::NOT_FOUND);
    }

    async fn the_name_of_the_group_may_run_from_right_to_left(db: Db) {
        let town = Town::new(db).await;
        let change = ChangeGroup { title: Some("גינה קהילתית".into()), language: Some(Some("he".into())), ..ChangeGroup::default() };
        town.change(change).await;
        let (_, path) = made(&town, None).await;
        assert_eq!(town.page(&path).await.attribute("h1", "dir"), "rtl");
    }
}
