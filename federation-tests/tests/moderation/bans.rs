//! Bans with an end, across servers.

use std::time::Duration;

use anyhow::ensure;
use guildhall_federation_tests::{eventually, eventually_within, text};
use serde_json::json;

use crate::world::{HERE, World, eventually_told, foreseen, in_seconds};

/// What ends is looked for once a minute at least.
const END: Duration = Duration::from_secs(100);

on_both_engines! {
    async fn a_ban_with_an_end_is_told_holds_and_ends_by_itself(alpha: Engine) -> anyhow::Result<()> {
        let world = World::with_members(alpha, &[]).await?;
        let (before, _) = world.post_of(&world.bob, "Before").await?;
        let ban = format!("/groups/{HERE}/bans/{}", world.of_beta("bob"));
        let until = in_seconds(3_600)?;
        world.maria.put(&ban, json!({ "until": until, "reason": "Cool down" })).await?;

        let notice = eventually_told(&world.bob, "decision", "Cool down").await?;
        ensure!(notice["decision"]["action"] == "ban", "{notice}");
        let end = notice["decision"]["until"].as_str().unwrap_or_default();
        ensure!(end.get(..19) == until.get(..19), "{notice}, not {until}");

        // Before writing, and when writing.
        let post = foreseen(&world.bob, &world.there, "post").await?;
        ensure!(post == (json!("refused"), json!("banned")), "{post:?}");
        let made = world.bob.submit(&world.there, "Meanwhile", "From beta.").await?;
        let path = format!("/posts/{}", text(&made, "id")?);
        eventually("alpha refuses it", async || {
            let post = world.bob.get(&path).await?;
            ensure!(post["state"] == "refused" && post["state_reason"].is_string(), "{post}");
            Ok(())
        })
        .await?;
        world.nobody_reads(&made["ap_id"]).await?;
        ensure!(foreseen(&world.ben, &world.there, "post").await?.0 == "allowed", "Ben is not meant");
        world.everybody_reads(&before["ap_id"]).await?;

        // The same ban with another end, so that nothing above has to be done before that.
        let until = in_seconds(4)?;
        world.maria.put(&ban, json!({ "until": until, "reason": "Cool down" })).await?;
        eventually_within(END, "alpha has written down that it is over", async || {
            let over = world.decisions("unban").await?;
            ensure!(over.len() == 1 && over[0]["by"].is_null(), "{over:?}");
            Ok(())
        })
        .await?;
        eventually("beta knows that it is over", async || {
            let post = foreseen(&world.bob, &world.there, "post").await?;
            ensure!(post.0 == "allowed", "{post:?}");
            Ok(())
        })
        .await?;
        eventually_told(&world.bob, "decision", "no longer banned").await?;
        world.bob.join(&world.there).await?;
        world.post_of(&world.bob, "After").await?;
        Ok(())
    }
}
