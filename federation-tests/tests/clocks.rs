//! Servers whose clocks are off.

use anyhow::ensure;
use guildhall_federation_tests::{Api, Server, ServerConfig, eventually};
use serde_json::{Value, json};

const HERE: &str = "gardening";

/// A group of Maria's on alpha, whose clock is right, and Bob on beta, whose clock is off.
struct World {
    alpha: Server,
    beta: Server,
    maria: Api,
    bob: Api,
    there: String,
}

impl World {
    async fn with_beta_off_by(by: &str) -> anyhow::Result<Self> {
        let (alpha, beta) = tokio::try_join!(
            Server::start(ServerConfig::new("alpha")),
            Server::start(ServerConfig::new("beta").clock_off(by)),
        )?;
        let maria = alpha.account("maria")?;
        alpha.group(HERE, &["--title", "Gardening", "--moderator", "maria"])?;
        let bob = beta.account("bob")?;
        let there = format!("{HERE}@{}", alpha.host());
        Ok(Self { alpha, beta, maria, bob, there })
    }

    fn delivery(from: &Server, to: &Server) -> anyhow::Result<Value> {
        let status = from.cli(&["delivery", "status"])?;
        let items = status["items"].as_array().cloned().unwrap_or_default();
        Ok(items.into_iter().find(|item| item["host"] == to.host()).unwrap_or_default())
    }
}

#[tokio::test]
async fn a_clock_that_is_almost_an_hour_behind_is_heard_and_what_it_cannot_take_waits() -> anyhow::Result<()>
{
    let mut world = World::with_beta_off_by("-55m").await?;
    // What beta signs looks almost an hour old on alpha, which is still young enough.
    world.bob.put(&format!("/groups/{}/membership", world.there), json!({})).await?;
    let made = world.bob.submit(&world.there, "Ladybirds", "From the past.").await?;
    world.maria.eventually_post(HERE, &made["ap_id"]).await?;

    // What alpha signs comes from the future for beta. Alpha's admin sees what is the matter, and nothing is given up.
    let post = world.maria.submit(HERE, "Nettles", "From now.").await?;
    eventually("alpha shows that beta does not take its signatures", async || {
        let status = World::delivery(&world.alpha, &world.beta)?;
        let error = status["last_error"].as_str().unwrap_or_default();
        ensure!(status["state"] == "failing" && error.contains("clock"), "{status}");
        Ok(())
    })
    .await?;

    world.beta.stop().await?;
    world.beta.set_clock_right();
    world.beta.resume().await?;
    let from_alpha = (&world.alpha, world.beta.host());
    world.bob.eventually_post_from(&world.there, &post["ap_id"], from_alpha).await?;
    eventually("Bob is a member", async || {
        world.alpha.hurry(world.beta.host())?;
        let membership = world.bob.get(&format!("/groups/{}/membership", world.there)).await?;
        ensure!(membership["state"] == "member", "{membership}");
        Ok(())
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_clock_that_is_an_hour_ahead_is_refused_until_it_is_set_right() -> anyhow::Result<()> {
    let mut world = World::with_beta_off_by("+65m").await?;
    world.bob.put(&format!("/groups/{}/membership", world.there), json!({})).await?;
    eventually("beta's admin sees that alpha does not take its signatures", async || {
        let status = World::delivery(&world.beta, &world.alpha)?;
        let error = status["last_error"].as_str().unwrap_or_default();
        ensure!(status["state"] == "failing" && error.contains("clock"), "{status}");
        Ok(())
    })
    .await?;

    world.beta.stop().await?;
    world.beta.set_clock_right();
    world.beta.resume().await?;
    let path = format!("/groups/{}/membership", world.there);
    eventually("Bob is a member", async || {
        world.beta.hurry(world.alpha.host())?;
        world.alpha.hurry(world.beta.host())?;
        let membership = world.bob.get(&path).await?;
        ensure!(membership["state"] == "member", "{membership}");
        Ok(())
    })
    .await?;
    Ok(())
}
