//! An instance on a fresh database, and others of which it knows: what tests of the outgoing side begin with.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod app;
mod log;

use std::sync::Arc;

use guildhall_app::{App, account::CreateAccount, entry, group};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, ReceivedId, Timestamp,
    actor::ActorKind,
    audience::Profile,
    event::Cause,
    group::{Policy, Rule},
};
use guildhall_federation::{Federation, FederationConfig, outbound::publisher};
use guildhall_store::{
    actor::{self, Actor, ActorFields},
    db::Db,
    instance,
    received::{self, NewReceived},
};
use serde_json::Value;

pub(crate) use app::{BASE, HOST, TestClock, key_pairs, spki};
pub(crate) use log::Row;

/// An instance at `https://guild.example`.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
}

impl Stage {
    pub(crate) async fn new(db: Db) -> Self {
        let clock = Arc::new(TestClock::default());
        let app = app::app(db, clock.clone());
        guildhall_app::instance::ensure_actor(&app).await.unwrap();
        Self { app, clock }
    }

    pub(crate) fn federation(&self, authorized_fetch: bool) -> Federation {
        let config = FederationConfig { authorized_fetch, ..FederationConfig::default() };
        Federation::new(self.app.clone(), config).unwrap()
    }

    /// A person here.
    pub(crate) async fn person(&self, name: &str) -> Actor {
        let command = CreateAccount {
            name: name.into(),
            email: None,
            password: "correct horse".into(),
            is_admin: false,
        };
        guildhall_app::account::create(&self.app, command).await.unwrap()
    }

    /// A group here.
    pub(crate) async fn group(&self, name: &str, policy: Policy, moderator: &Actor) -> GroupId {
        let command = group::CreateGroup {
            name: name.into(),
            title: "Gardening".into(),
            description: "All about **gardens**.".into(),
            language: Some("en".into()),
            picture_url: None,
            policy,
            rules: vec![Rule { title: "Be kind & fair".into(), text: "Always.".into() }],
            moderators: vec![moderator.id],
        };
        group::create(&self.app, command).await.unwrap()
    }

    /// Somebody elsewhere.
    pub(crate) async fn remote(&self, host: &str, name: &str, kind: ActorKind) -> Actor {
        let base = format!("https://{host}");
        let id = format!("{base}/{}/{name}", if kind == ActorKind::Group { "c" } else { "u" });
        let fields = ActorFields {
            ap_id: ApId::new(id.clone()),
            kind,
            username: name.into(),
            host: host.into(),
            display_name: Some(name.into()),
            summary_html: None,
            page_url: None,
            icon_url: None,
            inbox: format!("{id}/inbox"),
            shared_inbox: Some(format!("{base}/inbox")),
            outbox: None,
            followers: None,
            moderators_url: None,
            featured_url: None,
            wall_url: None,
            also_known_as: Vec::new(),
            moved_to: None,
            remote_updated_at: None,
            published_at: None,
        };
        let mut tx = self.app.begin().await.unwrap();
        let id = ActorId(self.app.new_id());
        let id = actor::upsert_remote(&mut tx, id, &fields, self.app.now()).await.unwrap();
        if kind == ActorKind::Group {
            let shown = guildhall_app::remote::RemoteGroup {
                title: name.into(),
                description_source: None,
                description_html: String::new(),
                language: None,
                picture_url: None,
                approves_members: false,
                is_restricted: false,
            };
            guildhall_app::remote::keep_group(&self.app, &mut tx, id, &shown).await.unwrap();
        }
        tx.commit().await.unwrap();
        actor::find(&self.app.store, id).await.unwrap().unwrap()
    }

    /// Tells the instance what software a host runs.
    pub(crate) async fn profile(&self, host: &str, profile: Profile) {
        let mut tx = self.app.begin().await.unwrap();
        instance::fix_profile(&mut tx, host, Some(profile), self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The same by its name.
    pub(crate) async fn software(&self, host: &str, name: &str) {
        let mut tx = self.app.begin().await.unwrap();
        let software = instance::Software { name: name.to_owned(), version: None };
        instance::set_software(&mut tx, host, Some(&software), self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A verified activity that came in.
    pub(crate) async fn received(&self, actor: &Actor, activity: &Value) -> Cause {
        self.received_bytes(actor, activity, activity.to_string().into_bytes()).await
    }

    /// The same in a spelling of its own.
    pub(crate) async fn received_bytes(&self, actor: &Actor, activity: &Value, body: Vec<u8>) -> Cause {
        let id = ReceivedId(self.app.new_id());
        let new = NewReceived {
            id,
            ap_id: ApId::new(activity["id"].as_str().unwrap()),
            actor: actor.ap_id.clone(),
            host: actor.host.clone(),
            verb: activity["type"].as_str().unwrap().into(),
            via: None,
            body,
        };
        let mut tx = self.app.begin().await.unwrap();
        assert!(received::insert(&mut tx, &new, self.app.now()).await.unwrap());
        tx.commit().await.unwrap();
        Cause::Activity(id)
    }

    /// Somebody elsewhere becomes a member of a group here.
    pub(crate) async fn follow(&self, group: GroupId, follower: &Actor) -> Value {
        let follow = serde_json::json!({
            "id": format!("{}/follows/{}", follower.ap_id, self.app.new_id()),
            "type": "Follow",
            "actor": follower.ap_id.as_str(),
            "object": self.actor(group.actor()).await.ap_id.as_str(),
        });
        let cause = self.received(follower, &follow).await;
        let ask = group::RequestJoin {
            group,
            actor: follower.id,
            follow: Some(ApId::new(follow["id"].as_str().unwrap())),
            cause,
        };
        // A refusal is an answer too.
        let _ = group::request_join(&self.app, ask).await;
        follow
    }

    pub(crate) async fn actor(&self, id: ActorId) -> Actor {
        actor::find(&self.app.store, id).await.unwrap().unwrap()
    }

    /// A post or comment written here.
    pub(crate) async fn write(
        &self,
        group: GroupId,
        author: &Actor,
        parent: Option<EntryId>,
        text: &str,
    ) -> EntryId {
        let title = parent.is_none().then(|| "Tulips".to_owned());
        let link = parent.is_none().then(|| "https://tulips.example/".to_owned());
        let command = entry::Submit {
            group,
            author: author.id,
            parent,
            origin: entry::Origin::Here,
            texts: entry::texts_from_markdown(title, text, link),
            poll: None,
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause: Cause::Local,
        };
        entry::submit(&self.app, command).await.unwrap().entry.unwrap()
    }

    /// A post or comment that came from elsewhere, with the `Create` that brought it, in a spelling of its own.
    pub(crate) async fn receive(
        &self,
        group: GroupId,
        author: &Actor,
        parent: Option<EntryId>,
        text: &str,
    ) -> Arrived {
        let id = format!("https://{}/o/{}", author.host, self.app.new_id());
        let create = serde_json::json!({
            "id": format!("{id}/create"),
            "type": "Create",
            "actor": author.ap_id.as_str(),
            "object": { "id": id, "type": "Note", "content": text },
        });
        let bytes = serde_json::to_vec_pretty(&create).unwrap();
        let cause = self.received_bytes(author, &create, bytes.clone()).await;
        let title = parent.is_none().then(|| text.to_owned());
        let command = entry::Submit {
            group,
            author: author.id,
            parent,
            origin: entry::Origin::Elsewhere {
                ap_id: ApId::new(id.clone()),
                wire_type: "Note".into(),
                page_url: None,
                context_url: None,
                published_at: self.app.now(),
                edited_at: None,
            },
            texts: entry::Texts { title, content_html: format!("<p>{text}</p>"), ..entry::Texts::default() },
            poll: None,
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause,
        };
        let entry = entry::submit(&self.app, command).await.unwrap().entry.unwrap();
        Arrived { entry, ap_id: id, bytes }
    }

    /// Publishes what happened and gives the rows of the log that came of it, less the messages to single people.
    pub(crate) async fn publish(&self) -> Vec<Row> {
        let mut rows = self.publish_all().await;
        rows.retain(|row| !row.id.ends_with("/notice"));
        rows
    }

    /// The same with those.
    pub(crate) async fn publish_all(&self) -> Vec<Row> {
        let before = log::rows(&self.app.store).await.len();
        publisher::publish_pending(&self.app).await.unwrap();
        log::rows(&self.app.store).await.split_off(before)
    }

    /// The whole log.
    pub(crate) async fn log(&self) -> Vec<Row> {
        log::rows(&self.app.store).await
    }

    pub(crate) fn advance(&self, millis: i64) {
        self.clock.advance(millis);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }
}

/// Something that came from elsewhere.
pub(crate) struct Arrived {
    pub(crate) entry: EntryId,
    pub(crate) ap_id: String,
    pub(crate) bytes: Vec<u8>,
}

/// JSON with the numbers of this run replaced by names, and proofs by a word: keys differ from run to run.
pub(crate) fn named(value: &Value, names: &[(i64, &str)]) -> Value {
    let mut text = value.to_string();
    for (id, name) in names {
        text = text.replace(&id.to_string(), &format!("[{name}]"));
    }
    let mut value = serde_json::from_str(&text).unwrap();
    hide_proofs(&mut value);
    value
}

fn hide_proofs(value: &mut Value) {
    let Some(members) = value.as_object_mut() else { return };
    if let Some(proof) = members.get_mut("proofValue") {
        *proof = Value::from("[proof]");
    }
    members.values_mut().for_each(hide_proofs);
}

/// The same without its proof, which only what is sent has.
pub(crate) fn unproved(value: &Value) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().remove("proof");
    value
}
