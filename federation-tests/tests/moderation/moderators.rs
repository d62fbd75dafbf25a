//! Who looks after a group of alpha's from elsewhere: moderators do all that those here do, helpers what helpers may.

use anyhow::ensure;
use guildhall_federation_tests::{eventually, text};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::{
    third::Third,
    world::{HERE, World, foreseen, in_seconds, is_refused},
};

on_both_engines! {
    async fn a_moderator_on_beta_moderates_the_group_on_alpha(alpha: Engine) -> anyhow::Result<()> {
        let world = World::with_members(alpha, &[]).await?;
        let (made, on_alpha) = world.post_of(&world.ben, "Buy this").await?;
        let (object, path) = (&made["ap_id"], format!("/posts/{}", text(&made, "id")?));
        let advertising = json!({ "reason": "Advertising" });
        is_refused(&world.bob, Method::DELETE, &path, advertising.clone()).await?;

        let office = format!("/groups/{HERE}/staff/{}", world.of_beta("bob"));
        world.maria.put(&office, json!({ "role": "moderator", "reason": "He knows his roses." })).await?;
        eventually("beta knows that Bob moderates", async || {
            let access = world.bob.get(&format!("/groups/{}/access", world.there)).await?;
            ensure!(access["membership"] == "moderator", "{access}");
            Ok(())
        })
        .await?;

        world.bob.delete(&path, Some(advertising)).await?;
        world.nobody_reads(object).await?;
        let removed = world.decisions("remove").await?;
        ensure!(removed.len() == 1 && removed[0]["reason"] == "Advertising", "{removed:?}");
        ensure!(removed[0]["by"]["handle"] == format!("@{}", world.of_beta("bob")), "{removed:?}");

        world.bob.post(&format!("{path}/restore"), json!({})).await?;
        world.everybody_reads(object).await?;

        world.bob.put(&format!("{path}/lock"), json!({ "reason": "Enough" })).await?;
        let on_alpha = text(&on_alpha, "id")?;
        eventually("it is locked on alpha", async || {
            let post = world.alpha.anonymous().get(&format!("/posts/{on_alpha}")).await?;
            ensure!(post["locked"] == true, "{post}");
            Ok(())
        })
        .await?;
        let comments = format!("/posts/{on_alpha}/comments");
        is_refused(&world.carla, Method::POST, &comments, json!({ "content": "One more" })).await?;

        let until = in_seconds(3_600)?;
        let ban = format!("/groups/{}/bans/carla@{}", world.there, world.alpha.host());
        world.bob.put(&ban, json!({ "until": until, "reason": "Quarrelsome" })).await?;
        eventually("alpha has banned Carla", async || {
            let (answer, code) = foreseen(&world.carla, HERE, "post").await?;
            ensure!((&answer, &code) == (&json!("refused"), &json!("banned")), "{answer} {code}");
            Ok(())
        })
        .await?;
        let banned = world.decisions("ban").await?;
        ensure!(banned.len() == 1 && banned[0]["reason"] == "Quarrelsome", "{banned:?}");
        ensure!(banned[0]["until"].as_str().is_some_and(|end| end[..19] == until[..19]), "{banned:?}, not {until}");
        let posts = format!("/groups/{HERE}/posts");
        is_refused(&world.carla, Method::POST, &posts, json!({ "title": "Still here", "content": "" })).await?;
        Ok(())
    }

    async fn a_helper_elsewhere_bans_nobody(alpha: Engine) -> anyhow::Result<()> {
        let world = World::with_members(alpha, &[]).await?;
        let third = Third::start("127.9.0.1", "hella", "lemmy").await?;
        third.follow(&world).await?;
        let (made, on_alpha) = world.post_of(&world.ben, "Slugs").await?;
        for helper in [world.of_beta("bob"), third.handle()] {
            let office = format!("/groups/{HERE}/staff/{helper}");
            world.maria.put(&office, json!({ "role": "helper" })).await?;
        }

        // Bob's own server does not even ask.
        let ban = format!("/groups/{}/bans/{}", world.there, world.of_beta("ben"));
        let asked = world.bob.ask(Method::PUT, &ban, Some(json!({ "reason": "I say so" }))).await?;
        ensure!(asked.status.is_client_error(), "{asked:?}");

        // One that does is refused, and that is kept.
        let hella = &third.person;
        let mut block = hella.activity("Block", made["author"]["ap_id"].clone());
        block["target"] = json!(world.group);
        block["cc"] = json!([world.group]);
        block["summary"] = json!("I say so");
        third.send(&world.alpha, &block).await?;
        let outcome = world.outcome(&block).await?;
        ensure!(outcome.starts_with("refused"), "{outcome}");
        ensure!(world.decisions("ban").await?.is_empty());
        world.post_of(&world.ben, "Still here").await?;

        // What helpers may do she can: it is the ban that was refused.
        let mut lock = hella.activity("Lock", made["ap_id"].clone());
        lock["cc"] = json!([world.group]);
        third.send(&world.alpha, &lock).await?;
        let outcome = world.outcome(&lock).await?;
        ensure!(outcome == "applied", "{outcome}");
        let comments = format!("/posts/{}/comments", text(&on_alpha, "id")?);
        let comment = json!({ "content": "One more" });
        let answer = world.carla.ask(Method::POST, &comments, Some(comment)).await?;
        ensure!(answer.status == StatusCode::FORBIDDEN, "{answer:?}");
        Ok(())
    }
}
