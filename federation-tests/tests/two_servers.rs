//! Two servers: `alpha` with a group, on SQLite or as two nodes on PostgreSQL, and `beta` on PostgreSQL with its members.

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, Engine, Server, ServerConfig, eventually, text};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Maria moderates the group on alpha, Bob and Ben live on beta.
struct World {
    alpha: Server,
    beta: Server,
    maria: Api,
    bob: Api,
    ben: Api,
    /// The group's name on beta.
    there: String,
}

/// What alpha is.
#[derive(Debug, Clone, Copy)]
enum Alpha {
    OnSqlite,
    TwoNodes,
}

/// Makes of each scenario two tests: with alpha on SQLite, and as two nodes behind a proxy.
macro_rules! scenarios {
    ($(async fn $name:ident($alpha:ident: Alpha) -> anyhow::Result<()> $body:block)+) => {
        $(async fn $name($alpha: Alpha) -> anyhow::Result<()> $body)+

        mod alpha_on_sqlite {
            $(
                #[tokio::test]
                async fn $name() -> anyhow::Result<()> {
                    super::$name(super::Alpha::OnSqlite).await
                }
            )+
        }

        mod alpha_of_two_nodes {
            $(
                #[tokio::test]
                async fn $name() -> anyhow::Result<()> {
                    super::$name(super::Alpha::TwoNodes).await
                }
            )+
        }
    };
}

/// The group's name on alpha.
const HERE: &str = "gardening";

impl World {
    /// The group is made with these options of `group create`.
    async fn start(alpha: Alpha, options: &[&str]) -> anyhow::Result<Self> {
        let config = ServerConfig::new("alpha");
        let config = match alpha {
            Alpha::OnSqlite => config,
            Alpha::TwoNodes => config.nodes(2),
        };
        let (alpha, beta) = tokio::try_join!(
            Server::start(config),
            Server::start(ServerConfig::new("beta").on(Engine::Postgres)),
        )?;
        let maria = alpha.account("maria")?;
        alpha.group(HERE, &[&["--moderator", "maria"], options].concat())?;
        let (bob, ben) = (beta.account("bob")?, beta.account("ben")?);
        let there = format!("{HERE}@{}", alpha.host());
        Ok(Self { alpha, beta, maria, bob, ben, there })
    }

    /// As [`World::start`], with Bob a member already: beta gets what happens in the group.
    async fn with_bob(alpha: Alpha, options: &[&str]) -> anyhow::Result<Self> {
        let world = Self::start(alpha, options).await?;
        world.bob.join(&world.there).await?;
        Ok(world)
    }

    /// A post of Bob's on both servers: as he made it, and as alpha has it.
    async fn post_of_bob(&self, title: &str) -> anyhow::Result<(Value, Value)> {
        let made = self.bob.submit(&self.there, title, "From beta.").await?;
        let arrived = self.maria.eventually_post(HERE, &made["ap_id"]).await?;
        // Before that it is Bob's alone there.
        self.ben.eventually_post(&self.there, &made["ap_id"]).await?;
        Ok((made, arrived))
    }

    /// A post of Maria's on both servers: as she made it, and as beta has it.
    async fn post_of_maria(&self, title: &str) -> anyhow::Result<(Value, Value)> {
        let made = self.maria.submit(HERE, title, "From alpha.").await?;
        let arrived = self.bob.eventually_post(&self.there, &made["ap_id"]).await?;
        Ok((made, arrived))
    }

    /// A block counts at once for what comes in, and after some seconds for what goes out, unless the server is
    /// started anew.
    async fn restart_alpha(&mut self) -> anyhow::Result<()> {
        self.alpha.stop().await?;
        self.alpha.resume().await
    }

    /// What alpha tells of its deliveries to a host.
    fn delivery_to(&self, host: &str) -> anyhow::Result<Value> {
        let status = self.alpha.cli(&["delivery", "status"])?;
        let hosts = status["items"].as_array().context("no items")?;
        hosts
            .iter()
            .find(|item| item["host"] == host)
            .cloned()
            .with_context(|| format!("no {host} in {status}"))
    }

    async fn member_count(&self) -> anyhow::Result<i64> {
        let group = self.alpha.anonymous().get(&format!("/groups/{HERE}")).await?;
        group["member_count"].as_i64().context("no member_count")
    }
}

scenarios! {
    async fn a_person_elsewhere_becomes_a_member_and_leaves_again(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::start(alpha, &[]).await?;
        let before = world.member_count().await?;
        world.bob.join(&world.there).await?;
        assert_eq!(world.member_count().await?, before + 1);

        world.bob.delete(&format!("/groups/{}/membership", world.there), None).await?;
        eventually("Bob has left", async || {
            let count = world.member_count().await?;
            ensure!(count == before, "{count} members");
            Ok(())
        })
        .await
    }

    async fn posts_travel_both_ways_under_one_id(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let (made, arrived) = world.post_of_bob("Slugs").await?;
        assert_eq!(arrived["title"], "Slugs");
        assert!(text(&arrived, "content_html")?.contains("From beta."));
        assert_eq!(arrived["author"]["ap_id"], made["author"]["ap_id"]);
        assert!(text(&made, "ap_id")?.starts_with(world.beta.url()));

        let (made, arrived) = world.post_of_maria("Snails").await?;
        assert_eq!(arrived["title"], "Snails");
        assert_eq!(arrived["author"]["handle"], format!("@maria@{}", world.alpha.host()));
        assert!(text(&made, "ap_id")?.starts_with(world.alpha.url()));
        Ok(())
    }

    async fn a_post_of_one_member_reaches_the_others_through_the_group(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let gamma = Server::start(ServerConfig::new("gamma")).await?;
        let carla = gamma.account("carla")?;
        carla.join(&world.there).await?;

        let (made, _) = world.post_of_bob("Compost").await?;
        let arrived = carla.eventually_post(&world.there, &made["ap_id"]).await?;
        assert_eq!(arrived["title"], "Compost");
        assert_eq!(arrived["author"]["handle"], format!("@bob@{}", world.beta.host()));
        Ok(())
    }

    async fn a_conversation_is_the_same_thread_on_both_servers(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let (on_beta, on_alpha) = world.post_of_bob("Ladybirds").await?;
        let (on_beta, on_alpha) = (text(&on_beta, "id")?, text(&on_alpha, "id")?);

        let question = world.maria.comment(on_alpha, None, "How many?").await?;
        let arrived = world.bob.eventually_comment(on_beta, &question["ap_id"]).await?;
        assert!(text(&arrived, "content_html")?.contains("How many?"));

        let answer = world.bob.comment(on_beta, Some(text(&arrived, "id")?), "Seven.").await?;
        let arrived = world.maria.eventually_comment(on_alpha, &answer["ap_id"]).await?;
        assert_eq!(arrived["parent"], question["id"]);

        eventually("both count two comments", async || {
            let here = world.maria.get(&format!("/posts/{on_alpha}")).await?;
            let there = world.bob.get(&format!("/posts/{on_beta}")).await?;
            let counts = (&here["comment_count"], &there["comment_count"]);
            ensure!(counts == (&json!(2), &json!(2)), "{counts:?}");
            Ok(())
        })
        .await
    }

    async fn votes_are_counted_where_the_group_is_and_shown_everywhere(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let (on_alpha, on_beta) = world.post_of_maria("Nettles").await?;
        let (here, there) = (text(&on_alpha, "id")?, text(&on_beta, "id")?);
        let up = on_alpha["up"].as_i64().context("no up")?;

        let counts = async |expected: (i64, i64)| {
            eventually(&format!("{expected:?} votes"), async || {
                let on_alpha = world.maria.get(&format!("/posts/{here}")).await?;
                let on_beta = world.bob.get(&format!("/posts/{there}")).await?;
                for post in [on_alpha, on_beta] {
                    let found = (post["up"].as_i64(), post["down"].as_i64());
                    ensure!(found == (Some(expected.0), Some(expected.1)), "{found:?}");
                }
                Ok(())
            })
            .await
        };
        let vote = format!("/posts/{there}/vote");
        world.bob.put(&vote, json!({ "value": 1 })).await?;
        world.ben.put(&vote, json!({ "value": -1 })).await?;
        counts((up + 1, 1)).await?;
        world.bob.put(&vote, json!({ "value": -1 })).await?;
        counts((up, 2)).await?;
        world.bob.put(&vote, json!({ "value": 0 })).await?;
        counts((up, 1)).await
    }

    async fn an_edit_reaches_the_other_server(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let (made, arrived) = world.post_of_bob("Moles").await?;
        let change = json!({ "title": "Moles again", "content": "They are back." });
        world.bob.patch(&format!("/posts/{}", text(&made, "id")?), change).await?;

        let path = format!("/posts/{}", text(&arrived, "id")?);
        eventually("the edit is on alpha", async || {
            let post = world.alpha.anonymous().get(&path).await?;
            ensure!(post["title"] == "Moles again", "{post}");
            ensure!(text(&post, "content_html")?.contains("They are back."), "{post}");
            ensure!(post["edited_at"].is_string(), "{post}");
            Ok(())
        })
        .await
    }

    async fn what_its_author_deletes_is_gone_on_both_servers(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let (made, arrived) = world.post_of_bob("A mistake").await?;
        world.bob.delete(&format!("/posts/{}", text(&made, "id")?), None).await?;

        world.alpha.anonymous().eventually_no_post(HERE, &made["ap_id"]).await?;
        let path = format!("/posts/{}", text(&arrived, "id")?);
        world.alpha.anonymous().ask(Method::GET, &path, None).await?.expect(StatusCode::GONE)?;
        let document = world.beta.anonymous().activitypub(text(&made, "ap_id")?).await?;
        assert_eq!(document.expect(StatusCode::GONE)?["type"], "Tombstone");
        Ok(())
    }

    async fn what_a_moderator_removes_is_gone_on_both_servers(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let (made, arrived) = world.post_of_bob("Buy this").await?;
        let removal = json!({ "reason": "Advertising" });
        world.maria.delete(&format!("/posts/{}", text(&arrived, "id")?), Some(removal)).await?;

        world.alpha.anonymous().eventually_no_post(HERE, &made["ap_id"]).await?;
        world.beta.anonymous().eventually_no_post(&world.there, &made["ap_id"]).await?;
        let path = format!("/posts/{}", text(&made, "id")?);
        let seen_by_author = world.bob.get(&path).await?;
        assert_eq!(seen_by_author["state"], "removed");
        assert_eq!(seen_by_author["state_reason"], "Advertising");
        Ok(())
    }

    async fn a_held_post_is_shown_once_it_is_admitted(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &["--review", "all"]).await?;
        let made = world.bob.submit(&world.there, "Seeds", "From beta.").await?;
        let item = world.maria.eventually_queued(HERE, "Seeds").await?;
        assert_eq!(item["kind"], "post");
        assert_eq!(item["object"], made["ap_id"]);
        for (api, group) in
            [(world.alpha.anonymous(), HERE), (world.beta.anonymous(), &world.there), (world.ben, &world.there)]
        {
            assert!(api.find_post(group, &made["ap_id"]).await.is_err());
        }
        assert_eq!(made["state"], "sent", "its author knows that the group has not let it in yet");

        let admit = format!("/groups/{HERE}/queue/{}/admit", text(&item, "id")?);
        world.maria.post(&admit, json!({})).await?;
        world.alpha.anonymous().eventually_post(HERE, &made["ap_id"]).await?;
        let shown = world.beta.anonymous().eventually_post(&world.there, &made["ap_id"]).await?;
        assert_eq!(shown["state"], "published");
        Ok(())
    }

    async fn the_author_of_a_refused_post_is_told_the_reason(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &["--review", "all"]).await?;
        let made = world.bob.submit(&world.there, "Politics", "From beta.").await?;
        world.maria.eventually_queued(HERE, "Politics").await?;

        let queue = world.alpha.cli(&["group", "queue", HERE])?;
        let item = text(&queue["items"][0], "id")?;
        world.alpha.cli(&["group", "refuse", item, "--reason", "Not about gardens"])?;

        let path = format!("/posts/{}", text(&made, "id")?);
        eventually("Bob is told", async || {
            let post = world.bob.get(&path).await?;
            ensure!(post["state"] == "refused", "{post}");
            ensure!(post["state_reason"] == "Not about gardens", "{post}");
            Ok(())
        })
        .await?;
        for (api, group) in [(world.alpha.anonymous(), HERE), (world.beta.anonymous(), &world.there)] {
            assert!(api.find_post(group, &made["ap_id"]).await.is_err());
        }
        Ok(())
    }

    async fn a_request_to_join_waits_for_a_moderator(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::start(alpha, &["--admission", "approval", "--posting", "members"]).await?;
        let path = format!("/groups/{}/membership", world.there);
        for person in [&world.bob, &world.ben] {
            person.ask(Method::PUT, &path, Some(json!({}))).await?.expect(StatusCode::ACCEPTED)?;
        }
        let item = async |name: &str| {
            let handle = format!("@{name}@{}", world.beta.host());
            world.maria.eventually_queued(HERE, &handle).await
        };
        let (bob, ben) = (item("bob").await?, item("ben").await?);
        let decide = |item: &Value, how: &str| -> anyhow::Result<String> {
            Ok(format!("/groups/{HERE}/queue/{}/{how}", text(item, "id")?))
        };
        world.maria.post(&decide(&ben, "refuse")?, json!({ "reason": "Not today" })).await?;
        world.maria.post(&decide(&bob, "admit")?, json!({})).await?;

        world.bob.join(&world.there).await?;
        world.post_of_bob("I am in").await?;
        // Ben's post never comes to the list; Bob's second one, sent after it, does.
        let posts = format!("/groups/{}/posts", world.there);
        let unwanted = json!({ "title": "Me too", "content": "" });
        let refused = world.ben.ask(Method::POST, &posts, Some(unwanted)).await?;
        world.post_of_bob("Still in").await?;
        let posts = world.alpha.anonymous().list(&format!("/groups/{HERE}/posts")).await?;
        assert!(!posts.iter().any(|post| post["title"] == "Me too"), "{refused:?}");
        Ok(())
    }

    async fn a_blocked_server_brings_nothing_in_and_gets_nothing(alpha: Alpha) -> anyhow::Result<()> {
        let mut world = World::with_bob(alpha, &[]).await?;
        let gamma = Server::start(ServerConfig::new("gamma")).await?;
        let gina = gamma.account("gina")?;
        gina.join(&world.there).await?;
        let beta = world.beta.host().to_owned();

        world.alpha.cli(&["instance", "block", &beta, "--reason", "Spam"])?;
        world.restart_alpha().await?;
        world.bob.submit(&world.there, "Meanwhile, from beta", "").await?;
        let made = world.maria.submit(HERE, "Meanwhile, from alpha", "").await?;
        gina.eventually_post(&world.there, &made["ap_id"]).await?;
        eventually("alpha is done with it for beta, too", async || {
            let status = world.delivery_to(&beta)?;
            ensure!(status["lag_items"] == 0, "{status}");
            Ok(())
        })
        .await?;
        world.alpha.cli(&["instance", "clear", &beta])?;
        world.restart_alpha().await?;

        // What is sent later does arrive; so what was sent before would have, too.
        let after = world.bob.submit(&world.there, "After, from beta", "").await?;
        let beta_to_alpha = (&world.beta, world.alpha.host());
        world.maria.eventually_post_from(HERE, &after["ap_id"], beta_to_alpha).await?;
        world.post_of_maria("After, from alpha").await?;
        let on_alpha = world.maria.list(&format!("/groups/{HERE}/posts")).await?;
        assert!(!on_alpha.iter().any(|post| post["title"] == "Meanwhile, from beta"));
        let on_beta = world.ben.list(&format!("/groups/{}/posts", world.there)).await?;
        assert!(!on_beta.iter().any(|post| post["title"] == "Meanwhile, from alpha"));
        Ok(())
    }

    async fn a_restart_in_the_middle_loses_nothing_and_doubles_nothing(alpha: Alpha) -> anyhow::Result<()> {
        let mut world = World::with_bob(alpha, &[]).await?;
        let mut made = Vec::new();
        for number in 0..12 {
            match number {
                3 => world.alpha.stop().await?,
                6 => world.beta.kill()?,
                7 => world.beta.resume().await?,
                9 => world.alpha.resume().await?,
                _ => {}
            }
            if number != 6 {
                let post = world.bob.submit(&world.there, &format!("Post {number}"), "").await?;
                made.push(post["ap_id"].clone());
            }
        }
        for ap_id in &made {
            world.maria.eventually_post_from(HERE, ap_id, (&world.beta, world.alpha.host())).await?;
        }
        let posts = world.maria.list(&format!("/groups/{HERE}/posts")).await?;
        assert_eq!(posts.len(), made.len());
        Ok(())
    }

    async fn a_server_that_hangs_delays_nobody_else_and_gets_everything_in_the_end(alpha: Alpha) -> anyhow::Result<()> {
        let world = World::with_bob(alpha, &[]).await?;
        let gamma = Server::start(ServerConfig::new("gamma")).await?;
        let gina = gamma.account("gina")?;
        gina.join(&world.there).await?;

        gamma.process()?.signal("STOP")?;
        let mut made = Vec::new();
        for number in 0..20 {
            made.push(world.post_of_maria(&format!("Post {number}")).await?.0);
        }
        gamma.process()?.signal("CONT")?;
        for post in &made {
            gina.eventually_post_from(&world.there, &post["ap_id"], (&world.alpha, gamma.host())).await?;
        }
        Ok(())
    }

    async fn a_dead_server_is_shown_and_gets_everything_once_it_is_back(alpha: Alpha) -> anyhow::Result<()> {
        let mut world = World::with_bob(alpha, &[]).await?;
        world.beta.kill()?;
        let made = world.maria.submit(HERE, "Is anybody there?", "").await?;
        let host = world.beta.host().to_owned();
        eventually("alpha shows the failure", async || {
            let beta = world.delivery_to(&host)?;
            ensure!(beta["state"] == "failing" && beta["last_error"].is_string(), "{beta}");
            ensure!(beta["lag_items"].as_i64() > Some(0), "{beta}");
            Ok(())
        })
        .await?;

        world.beta.resume().await?;
        world.bob.eventually_post_from(&world.there, &made["ap_id"], (&world.alpha, &host)).await?;
        Ok(())
    }
}
