//! Groups that not everybody may read: each document, as each kind of reader.

use axum::Router;
use guildhall_app::{
    entry::{self, CastVote},
    group::{self, RequestJoin, SetBan},
    peering::{self, By, SetPeering},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId,
    actor::ActorKind,
    content::Vote,
    event::Cause,
    group::{Policy, Visibility},
    peering::PeeringAction,
};
use guildhall_store::{actor::Actor, db::Db, testing::on_both_engines};
use http::StatusCode;
use serde_json::Value;

use crate::{
    stage::{BASE, Stage},
    support::{appoint, feature, garden, get, get_signed, keep_key},
};

const PATH: &str = "/groups/gardening/followers_synchronization";
const SECRET: &str = "meet behind the greenhouse";

/// A group with a post, its comment and a vote; a member elsewhere, somebody of their server, and others.
struct World {
    stage: Stage,
    router: Router,
    group: GroupId,
    post: EntryId,
    comment: EntryId,
    /// What was told, as bodies.
    told: Vec<Value>,
    member: Actor,
    neighbour: Actor,
    stranger: Actor,
    banned: Actor,
}

impl World {
    async fn new(db: Db, visibility: Visibility) -> Self {
        let stage = Stage::new(db).await;
        let (group, mona, router) = garden(&stage, Policy { visibility, ..Policy::default() }).await;
        let person = async |host, name| {
            let person = stage.remote(host, name, ActorKind::Person).await;
            keep_key(&stage, &person).await;
            person
        };
        let member = person("lemmy.example", "maria").await;
        let neighbour = person("lemmy.example", "nina").await;
        let stranger = person("other.example", "stan").await;
        let banned = person("gone.example", "bert").await;
        if visibility != Visibility::Local {
            join(&stage, group, &member).await;
            join(&stage, group, &banned).await;
        }
        ban(&stage, group, banned.id, mona.id).await;
        stage.publish().await;
        let post = stage.write(group, &mona, None, SECRET).await;
        let comment = stage.write(group, &mona, Some(post), SECRET).await;
        feature(&stage, post, &mona).await;
        let vote = CastVote { entry: post, actor: mona.id, vote: Some(Vote::Up), cause: Cause::Local };
        entry::cast_vote(&stage.app, vote).await.unwrap();
        appoint(&stage, group, stage.person("olga").await.id, true).await;
        let mut told = Vec::new();
        for row in stage.publish().await {
            let bodies = [row.body_group, row.body_microblog];
            told.extend(bodies.into_iter().flatten().map(|body| serde_json::from_slice(&body).unwrap()));
        }
        Self { stage, router, group, post, comment, told, member, neighbour, stranger, banned }
    }

    /// Every document about what is said in the group, those that were told among them.
    fn paths(&self) -> Vec<String> {
        let (post, comment) = (self.post, self.comment);
        let mut paths = vec![
            format!("/posts/{post}"),
            format!("/posts/{post}/create"),
            format!("/posts/{post}/announce"),
            format!("/posts/{post}/boost"),
            format!("/posts/{post}/context"),
            format!("/posts/{post}/replies"),
            format!("/comments/{comment}"),
            format!("/comments/{comment}/create"),
            format!("/comments/{comment}/announce"),
            format!("/comments/{comment}/replies"),
        ];
        for told in &self.told {
            let path = told["id"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
            if path.starts_with("/activities/") {
                paths.push(path);
            }
        }
        paths
    }

    /// Whether a reader gets a document, and whether it says anything.
    async fn reads(&self, path: &str, by: Option<&Actor>) -> (bool, bool) {
        let answer = match by {
            Some(by) => get_signed(&self.stage, &self.router, path, by).await,
            None => get(&self.router, path).await,
        };
        let text = String::from_utf8(answer.body.clone()).unwrap();
        let says = text.contains(SECRET) || text.contains(&format!("/posts/{}", self.post));
        (answer.status == StatusCode::OK, answer.status == StatusCode::OK && says)
    }
}

async fn join(stage: &Stage, group: GroupId, actor: &Actor) {
    let follow = Some(ApId::new(format!("{}/follow", actor.ap_id)));
    let command = RequestJoin { group, actor: actor.id, follow, cause: Cause::Local };
    group::request_join(&stage.app, command).await.unwrap();
}

async fn ban(stage: &Stage, group: GroupId, actor: ActorId, by: ActorId) {
    let ban = SetBan {
        group,
        actor,
        by,
        banned: true,
        until: None,
        reason: None,
        remove_content: false,
        cause: Cause::Local,
    };
    group::set_ban(&stage.app, ban).await.unwrap();
}

on_both_engines! {
    async fn a_server_that_the_group_has_blocked_reads_nothing_though_it_has_a_member(db: Db) {
        let world = World::new(db, Visibility::Members).await;
        let block = SetPeering::new(Some(world.group), "lemmy.example", PeeringAction::Block);
        peering::set(&world.stage.app, &By::Operator, block).await.unwrap();
        for path in world.paths() {
            for reader in [&world.member, &world.neighbour] {
                let found = world.reads(&path, Some(reader)).await;
                assert_eq!(found, (false, false), "{path}, by {}", reader.username);
            }
        }
        let list = get_signed(&world.stage, &world.router, PATH, &world.member).await;
        assert_eq!(list.status, StatusCode::NOT_FOUND, "nor who its members are, nor that there are none");
    }

    async fn what_is_for_members_is_given_to_their_servers_and_to_nobody_else(db: Db) {
        let world = World::new(db, Visibility::Members).await;
        let paths = world.paths();
        assert!(paths.len() > 12, "the announced lock, vote and appointment are among them: {paths:?}");
        for path in &paths {
            assert_eq!(world.reads(path, None).await, (false, false), "{path}, by nobody known");
            for (who, reader) in [("stranger", &world.stranger), ("banned", &world.banned)] {
                assert_eq!(world.reads(path, Some(reader)).await, (false, false), "{path}, by a {who}");
            }
        }
        for path in paths.iter().filter(|path| !path.starts_with("/activities/")) {
            for reader in [&world.member, &world.neighbour] {
                let seen = get_signed(&world.stage, &world.router, path, reader).await;
                assert_eq!(seen.status, StatusCode::OK, "{path}, by {}", reader.username);
                assert_eq!(seen.header("cache-control"), "private, no-store", "{path}");
            }
        }
    }

    async fn collections_of_a_group_for_members_say_nothing_to_others(db: Db) {
        let world = World::new(db, Visibility::Members).await;
        for path in ["/groups/gardening/outbox?page=first", "/groups/gardening/featured", "/users/mona/outbox?page=first"] {
            for reader in [None, Some(&world.stranger), Some(&world.banned)] {
                assert_eq!(world.reads(path, reader).await, (true, false), "{path}");
            }
        }
        for path in ["/groups/gardening/outbox?page=first", "/groups/gardening/featured"] {
            assert_eq!(world.reads(path, Some(&world.member)).await, (true, true), "{path}");
        }
        let actor = get(&world.router, "/groups/gardening").await.json();
        assert_eq!((&actor["manuallyApprovesFollowers"], &actor["indexable"]), (&Value::from(true), &Value::from(false)));
    }

    async fn what_is_told_of_it_is_addressed_to_its_members(db: Db) {
        let world = World::new(db, Visibility::Members).await;
        assert!(world.told.len() >= 6, "{:?}", world.told);
        let followers = format!("{BASE}/groups/gardening/followers");
        for told in &world.told {
            let text = told.to_string();
            assert!(!text.contains("activitystreams#Public"), "{text}");
            let is_to = |field: &str| told[field].as_array().is_some_and(|to| to.contains(&Value::from(followers.as_str())));
            assert!(is_to("to") || is_to("cc") || told["type"] == "Like", "{text}");
        }
    }

    async fn who_is_banned_from_it_is_told_though_they_are_no_member_any_more(db: Db) {
        let world = World::new(db, Visibility::Members).await;
        ban(&world.stage, world.group, world.member.id, world.group.actor()).await;
        let rows = world.stage.publish().await;
        let to_them = rows.iter().filter(|row| row.targets.iter().any(|target| target.contains("lemmy.example")));
        let told: Vec<Value> = to_them.filter_map(|row| serde_json::from_slice(row.body_group.as_ref()?).ok()).collect();
        assert!(told.iter().any(|told| told["type"] == "Block"), "{told:?}");
    }

    async fn of_a_group_for_people_here_nothing_leaves(db: Db) {
        let world = World::new(db, Visibility::Local).await;
        assert_eq!(world.told, Vec::<Value>::new());
        let mut paths = world.paths();
        paths.extend(["", "/outbox", "/followers", "/followers_synchronization", "/featured", "/moderators"].map(|part| format!("/groups/gardening{part}")));
        for path in paths {
            for reader in [None, Some(&world.member)] {
                assert_eq!(world.reads(&path, reader).await, (false, false), "{path}");
            }
        }
        for resource in ["acct:gardening@here.example".to_owned(), format!("{BASE}/groups/gardening")] {
            let found = get(&world.router, &format!("/.well-known/webfinger?resource={resource}")).await;
            assert_eq!(found.status, StatusCode::NOT_FOUND, "{resource}");
        }
        let asked = RequestJoin { group: world.group, actor: world.member.id, follow: None, cause: Cause::Local };
        let refused = group::request_join(&world.stage.app, asked).await.unwrap_err();
        assert!(matches!(refused, group::JoinError::Refused(guildhall_domain::membership::JoinRefusal::LocalOnly)));
    }

    async fn an_unlisted_group_is_read_like_a_public_one(db: Db) {
        let world = World::new(db, Visibility::Unlisted).await;
        assert_eq!(world.reads(&format!("/posts/{}", world.post), None).await, (true, true));
        let actor = get(&world.router, "/groups/gardening").await.json();
        assert_eq!((&actor["discoverable"], &actor["indexable"]), (&Value::from(false), &Value::from(false)));
    }

    async fn a_server_is_told_its_own_members_and_no_others(db: Db) {
        let world = World::new(db, Visibility::Members).await;
        assert_eq!(get(&world.router, PATH).await.status, StatusCode::UNAUTHORIZED);
        for (reader, want) in [
            (&world.member, vec![world.member.ap_id.as_str()]),
            (&world.neighbour, vec![world.member.ap_id.as_str()]),
            (&world.stranger, Vec::new()),
            (&world.banned, Vec::new()),
        ] {
            let seen = get_signed(&world.stage, &world.router, PATH, reader).await;
            assert_eq!(seen.header("cache-control"), "private, no-store");
            let seen = seen.json();
            assert_eq!(seen["orderedItems"], serde_json::json!(want), "{}", reader.username);
            assert_eq!((&seen["id"], &seen["type"]), (&Value::from(format!("{BASE}{PATH}")), &Value::from("OrderedCollection")));
        }
    }
}
