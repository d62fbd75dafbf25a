//! A group for its members, who are on three servers, and one server that is none of them and asks for everything.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use guildhall_federation_tests::{Api, Server, attacker::Forged, eventually, text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    third::Third,
    world::{HERE, World},
};

/// In all that is said for members, and nowhere else.
const SECRET: &str = "xyzzy";

/// How a document is asked for.
const KINDS: [&str; 4] = ["application/activity+json", "text/html", "application/atom+xml", "*/*"];

/// Lets in whoever waits under this handle.
async fn admit(world: &World, handle: &str) -> anyhow::Result<()> {
    let item = world.maria.eventually_queued(HERE, &format!("@{handle}")).await?;
    let path = format!("/groups/{HERE}/queue/{}/admit", text(&item, "id")?);
    world.maria.post(&path, json!({})).await.map(drop)
}

/// What a server is asked about, under the names and ids it has there.
struct About<'a> {
    group: &'a str,
    person: &'a str,
    post: &'a str,
    comment: &'a str,
    /// Of the group's server: what waits, and what was reported.
    item: &'a str,
    case: &'a str,
}

impl About<'_> {
    /// The paths of all that can be read on a server, in the spelling of its routers, with the names and ids in place of their
    /// parameters.
    async fn paths(&self, server: &Server) -> anyhow::Result<BTreeSet<String>> {
        let document = server.anonymous().get("/openapi.json").await?;
        let documented = document["paths"].as_object().context("no paths")?;
        let api = documented.iter().filter(|(_, methods)| methods.get("get").is_some());
        let mut templates: Vec<&str> = api.map(|(path, _)| path.as_str()).collect();
        templates.extend(guildhall_web::paths());
        let documents = guildhall_federation::routes::paths();
        templates.extend(&documents);
        let mut paths =
            templates.into_iter().map(|path| self.fill(path)).collect::<Result<BTreeSet<_>, _>>()?;
        for path in documents {
            paths.insert(format!("{}?page=first", self.fill(path)?));
        }
        paths.insert(format!("/.well-known/webfinger?resource=acct:{}@{}", self.group, server.host()));
        Ok(paths)
    }

    /// Some of the paths by which members are told the secret.
    fn told(&self) -> Vec<String> {
        let Self { group, post, comment, case, .. } = self;
        let api = [
            format!("groups/{group}/posts"),
            format!("posts/{post}"),
            format!("posts/{post}/comments"),
            format!("comments/{comment}"),
            format!("cases/{case}"),
        ];
        let documents = [
            format!("/posts/{post}"),
            format!("/posts/{post}/create"),
            format!("/posts/{post}/announce"),
            format!("/comments/{comment}/announce"),
            format!("/groups/{group}/outbox?page=first"),
        ];
        api.map(|path| format!("/api/guildhall/v1/{path}")).into_iter().chain(documents).collect()
    }

    fn fill(&self, template: &str) -> anyhow::Result<String> {
        let name = if template.starts_with("/users") { self.person } else { self.group };
        let id = if template.contains("/comments/{id}") { self.comment } else { self.post };
        let path = template
            .replace("{name}", name)
            .replace("{handle}", self.person)
            .replace("{id}", id)
            .replace("{item}", self.item)
            .replace("{case}", self.case)
            .replace("{part}", "announce")
            .replace("{code}", "x")
            .replace("{rule}", "x")
            .replace("{version}", "2.1")
            .replace("{file}", "style.css");
        ensure!(!path.contains('{'), "with what is {template} to be asked for?");
        Ok(path)
    }
}

/// Asks for each in every way; gives where the secret was told, and what broke or was not answered.
async fn leaks(third: &Third, server: &Server, paths: &BTreeSet<String>) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for path in paths {
        for kind in KINDS {
            let plain = Forged::get(server.host(), path).set("Accept", kind);
            let token = plain.clone().add("Authorization", "Bearer x");
            for (how, request) in
                [("", plain.clone()), (" by a token of none", token), (" signed", third.signed(plain))]
            {
                let told = request.send(&server.upstream()).await?;
                if told.text().contains(SECRET) || told.status == 429 || told.status >= 500 {
                    wrong.push(format!("{path} as {kind}{how}: {} {:.300}", told.status, told.text()));
                }
            }
        }
    }
    Ok(wrong)
}

/// Where members are told the secret on the group's server: the owner by her token, the other by a signature.
async fn finds(world: &World, member: &Third, paths: &BTreeSet<String>) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for path in paths {
        let told = match path.strip_prefix("/api/guildhall/v1") {
            Some(path) => world.maria.ask(Method::GET, path, None).await?.body.to_string(),
            None => member.fetch(&world.alpha, path).await?.text(),
        };
        if told.contains(SECRET) {
            found.insert(path.clone());
        }
    }
    Ok(found)
}

/// The paths on a server of all ids in what somebody was sent.
fn ids_in(sent: &[Value], server: &Server, paths: &mut BTreeSet<String>) {
    for value in sent {
        match value {
            Value::String(id) => {
                let path = id.strip_prefix(server.url()).filter(|path| path.starts_with('/'));
                paths.extend(path.map(str::to_owned));
            }
            Value::Array(items) => ids_in(items, server, paths),
            Value::Object(members) => {
                let members: Vec<Value> = members.values().cloned().collect();
                ids_in(&members, server, paths);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// What this reader sees of the group's posts.
async fn reads(person: &Api, group: &str) -> bool {
    let posts = person.list(&format!("/groups/{group}/posts")).await.unwrap_or_default();
    json!(posts).to_string().contains(SECRET)
}

on_both_engines! {
    async fn what_is_said_among_members_is_told_to_no_outsider(alpha: Engine) -> anyhow::Result<()> {
        let world = World::start(alpha, &["--visibility", "members", "--admission", "approval"]).await?;
        let member = Third::start("127.9.0.1", "mia", "lemmy").await?;
        let outsider = Third::start("127.9.0.2", "otto", "lemmy").await?;
        let membership = format!("/groups/{}/membership", world.there);
        world.bob.put(&membership, json!({})).await?;
        admit(&world, &world.of_beta("bob")).await?;
        world.bob.join(&world.there).await?;
        member.follow(&world).await?;
        admit(&world, &member.handle()).await?;
        // Asks, and is not let in.
        outsider.follow(&world).await?;
        let waiting = world.maria.eventually_queued(HERE, &format!("@{}", outsider.handle())).await?;

        let post = world.maria.submit(HERE, &format!("The {SECRET} bed"), &format!("Behind the {SECRET}.")).await?;
        let on_beta = world.bob.eventually_post(&world.there, &post["ap_id"]).await?;
        ensure!(text(&on_beta, "content_html")?.contains(SECRET), "{on_beta}");
        let id = text(&post, "id")?;
        let comment = world.bob.comment(text(&on_beta, "id")?, None, &format!("I saw the {SECRET}.")).await?;
        let on_alpha = world.maria.eventually_comment(id, &comment["ap_id"]).await?;
        world.maria.put(&format!("/posts/{id}/feature"), json!({})).await?;
        member.receives("the comment", |sent| sent.to_string().contains("I saw the")).await?;

        let look = json!({ "text": format!("Is this {SECRET}?") });
        world.maria.post(&format!("/comments/{}/report", text(&on_alpha, "id")?), look).await?;
        let cases = world.maria.list(&format!("/groups/{HERE}/cases")).await?;
        let case = text(cases.first().context("no case")?, "id")?;

        let sent = member.peer.received();
        let of = |group, person, post, comment| -> anyhow::Result<About<'_>> {
            let (post, comment) = (text(post, "id")?, text(comment, "id")?);
            Ok(About { group, person, post, comment, item: text(&waiting, "id")?, case })
        };
        for (server, about) in [
            (&world.alpha, of(HERE, "maria", &post, &on_alpha)?),
            (&world.beta, of(&world.there, "bob", &on_beta, &comment)?),
        ] {
            let mut paths = about.paths(server).await?;
            ids_in(&sent, server, &mut paths);
            let wrong = leaks(&outsider, server, &paths).await?;
            ensure!(wrong.is_empty(), "{} leaks:\n{}", wrong.len(), wrong.join("\n"));
            if about.group == HERE {
                let found = finds(&world, &member, &paths).await?;
                let missing: Vec<_> = about.told().into_iter().filter(|path| !found.contains(path)).collect();
                ensure!(missing.is_empty(), "not told to members either: {missing:?}, but {found:?}");
            }
        }
        let got = outsider.peer.received();
        ensure!(!json!(got).to_string().contains(SECRET), "it was sent: {got:?}");

        // The same by the API, with accounts that are no members.
        for (person, group) in [
            (&world.carla, HERE),
            (&world.ben, world.there.as_str()),
            (&world.alpha.anonymous(), HERE),
            (&world.beta.anonymous(), world.there.as_str()),
        ] {
            ensure!(!reads(person, group).await, "{person:?}");
        }
        // What is asked for here can be found: by members, in the same way.
        ensure!(reads(&world.maria, HERE).await && reads(&world.bob, &world.there).await);
        let told = member.fetch(&world.alpha, &format!("/posts/{id}")).await?;
        ensure!(told.status == 200 && told.text().contains(SECRET), "{} {}", told.status, told.text());
        let told = member.fetch(&world.alpha, &format!("/posts/{id}/create")).await?;
        ensure!(told.text().contains(SECRET), "{} {}", told.status, told.text());

        // Who is put out reads no more, and hears no more.
        let out = format!("/groups/{HERE}/bans/{}", member.handle());
        world.maria.put(&out, json!({ "reason": "Told others" })).await?;
        eventually("the ban is known", async || {
            let told = member.fetch(&world.alpha, &format!("/posts/{id}")).await?;
            ensure!(!told.text().contains(SECRET), "{}", told.status);
            Ok(())
        })
        .await?;
        let before = member.peer.received().len();
        let last = world.maria.submit(HERE, &format!("After {SECRET}"), "").await?;
        world.bob.eventually_post(&world.there, &last["ap_id"]).await?;
        let later = member.peer.received();
        let later = later.get(before..).context("fewer than before")?;
        ensure!(!json!(later).to_string().contains(text(&last, "ap_id")?), "{later:?}");
        Ok(())
    }
}
