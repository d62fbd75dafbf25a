//! Activities under the ids they were sent with.

use crate::{
    stage::{BASE, Stage},
    support::{garden, get, get_signed, get_url, keep_key, remove},
};
use guildhall_app::{
    entry,
    group::{self, ChangeGroup},
};
use guildhall_domain::{
    actor::ActorKind,
    content::Vote,
    event::Cause,
    group::{Policy, Votes},
    moderation::Target,
};
use guildhall_store::{db::Db, testing::on_both_engines};
use http::StatusCode;
use serde_json::json;

on_both_engines! {
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
            is_dated: false,
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

    async fn a_warning_is_given_to_nobody_who_asks(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("lemmy.example", "ann", ActorKind::Person).await;
        stage.software("lemmy.example", "lemmy").await;
        let post = stage.write(group, &ann, None, "Buy my pills.").await;
        stage.publish().await;
        for target in [Target::Actor(ann.id), Target::Entry(post)] {
            let reason = Some("Be kind.".into());
            let warning = group::Warn { group, target, by: mona.id, reason, cause: Cause::Local };
            group::warn(&stage.app, warning).await.unwrap();
            let rows = stage.publish().await;
            let [warn] = &rows[..] else { panic!("one row: {}", rows.len()) };
            let inner = warn.group_aware()["object"]["id"].as_str().unwrap().to_owned();
            for id in [&warn.id, &inner] {
                assert_eq!(get(&router, &id[BASE.len()..]).await.status, StatusCode::NOT_FOUND, "{id}");
            }
        }
    }

    async fn a_vote_that_was_announced_is_not_given_once_votes_are_only_counted(db: Db) {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy::default()).await;
        let ann = stage.remote("forum.example", "ann", ActorKind::Person).await;
        stage.follow(group, &ann).await;
        let post = stage.write(group, &mona, None, "Plant them early.").await;
        stage.publish().await;
        let mut told = Vec::new();
        for vote in [Some(Vote::Up), None] {
            let command = entry::CastVote { entry: post, actor: mona.id, vote, cause: Cause::Local };
            entry::cast_vote(&stage.app, command).await.unwrap();
            told.extend(stage.publish().await);
        }
        let told: Vec<_> = told.iter().map(|row| row.id[BASE.len()..].to_owned()).collect();
        assert!(told.len() >= 2, "cast, and taken back");
        for path in &told {
            assert_eq!(get(&router, path).await.status, StatusCode::OK, "{path}");
        }
        for votes in [Votes::Counted, Votes::Members] {
            let change = ChangeGroup { votes: Some(votes), ..ChangeGroup::default() };
            group::change(&stage.app, group, group.actor(), change).await.unwrap();
            for path in &told {
                assert_eq!(get(&router, path).await.status, StatusCode::NOT_FOUND, "{votes} {path}");
            }
        }
        // Only the last setting tells members.
        keep_key(&stage, &ann).await;
        assert_eq!(get_signed(&stage, &router, &told[0], &ann).await.status, StatusCode::OK);
        let stranger = stage.remote("nosy.example", "eve", ActorKind::Person).await;
        keep_key(&stage, &stranger).await;
        assert_eq!(get_signed(&stage, &router, &told[0], &stranger).await.status, StatusCode::NOT_FOUND);
    }
}
