//! Groups and people of another server, `far.example`, and what they send.

use guildhall_app::{
    case::{self, Report},
    entry::{self, Edit, Origin, Poll, Submit, Texts},
    group::{self, SetModerator},
    instance,
    remote::{self, RemoteGroup, SuspendActor},
};
use guildhall_domain::{
    ActorId, ApId, EntryId, GroupId, Handle, ReceivedId, actor::ActorKind, event::Cause,
    peering::PeeringAction,
};
use guildhall_store::{
    actor::{self, ActorFields},
    received::{self, NewReceived},
};
use serde_json::{Value, json};

use super::Here;

impl Here {
    /// A group at `far.example`.
    pub(crate) async fn far_group(&self, name: &str) {
        let actor = self.far_actor(name, ActorKind::Group).await;
        let shown = RemoteGroup {
            title: name.to_owned(),
            description_source: None,
            description_html: String::new(),
            language: None,
            picture_url: None,
            approves_members: false,
            is_restricted: false,
        };
        let mut tx = self.app.begin().await.unwrap();
        remote::keep_group(&self.app, &mut tx, actor, &shown).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Makes somebody here a moderator of a group, at the group's own word.
    pub(crate) async fn appoint(&self, group: &str, name: &str) {
        let group = self.group_id(group).await;
        let actor = actor::find_local_by_name(&self.app.store, name).await.unwrap().unwrap().id;
        let command = SetModerator { group, actor, by: group.actor(), appointed: true, cause: Cause::Local };
        group::set_moderator(&self.app, command).await.unwrap();
    }

    /// A post by somebody at `far.example` with the object of its activity; gives its key.
    pub(crate) async fn far_post(
        &self,
        group: &str,
        texts: Texts,
        poll: Option<Poll>,
        activity: &Value,
    ) -> EntryId {
        let author = self.far_actor("bert", ActorKind::Person).await;
        let command = Submit {
            group: self.group_id(group).await,
            author,
            parent: None,
            origin: Origin::Elsewhere {
                ap_id: ApId::new(format!("https://far.example/notes/{}", self.app.new_id())),
                wire_type: "Note".to_owned(),
                page_url: None,
                context_url: None,
                published_at: self.app.now(),
                edited_at: None,
            },
            texts,
            poll,
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause: self.activity(activity).await,
        };
        entry::submit(&self.app, command).await.unwrap().entry.unwrap()
    }

    /// A new text of such a post.
    pub(crate) async fn far_edit(&self, entry: EntryId, texts: Texts, activity: &Value) {
        let editor = self.far_actor("bert", ActorKind::Person).await;
        let (written_at, cause) = (self.app.now(), self.activity(activity).await);
        let command = Edit { entry, editor, texts, poll: None, written_at, is_dated: false, cause };
        entry::edit(&self.app, command).await.unwrap();
    }

    /// The server of `far.example` reports a post for one of its people, as Mastodon does it.
    pub(crate) async fn far_report(&self, group: &str, entry: EntryId, text: &str) {
        let command = Report {
            group: Some(self.group_id(group).await),
            entries: vec![entry],
            flag: Some(ApId::new("https://far.example/flags/1")),
            cause: self.activity(&json!({})).await,
            ..Report::by(self.far_actor("far.example", ActorKind::Application).await, text)
        };
        case::report(&self.app, command).await.unwrap();
    }

    /// The server of `far.example` suspends one of its people.
    pub(crate) async fn far_suspension(&self, name: &str, reason: &str) {
        let command = SuspendActor {
            actor: self.far_actor(name, ActorKind::Person).await,
            by: self.far_actor("far.example", ActorKind::Application).await,
            is_suspended: true,
            until: None,
            reason: Some(reason.to_owned()),
            cause: self.activity(&json!({})).await,
        };
        remote::actor_suspended(&self.app, command).await.unwrap();
    }

    /// What whoever runs the server decides about a host, for a group or for all.
    pub(crate) async fn list_host(
        &self,
        group: Option<&str>,
        host: &str,
        action: Option<PeeringAction>,
        reason: Option<&str>,
    ) {
        instance::ensure_actor(&self.app).await.unwrap();
        let group = match group {
            Some(name) => Some(self.group_id(name).await),
            None => None,
        };
        assert!(instance::set_peering(&self.app, group, host, action, reason).await.unwrap());
    }

    async fn group_id(&self, name: &str) -> GroupId {
        let handle: Handle = name.parse().unwrap();
        group::find_id(&self.app, &handle).await.unwrap().unwrap()
    }

    async fn far_actor(&self, name: &str, kind: ActorKind) -> ActorId {
        let id = format!("https://far.example/{kind}/{name}");
        let fields = ActorFields {
            ap_id: ApId::new(id.as_str()),
            kind,
            username: name.to_owned(),
            host: "far.example".to_owned(),
            display_name: None,
            summary_html: None,
            page_url: Some(format!("https://far.example/@{name}")),
            icon_url: None,
            inbox: format!("{id}/inbox"),
            shared_inbox: None,
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
        let new = ActorId(self.app.new_id());
        let id = actor::upsert_remote(&mut tx, new, &fields, self.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn activity(&self, activity: &Value) -> Cause {
        let id = ReceivedId(self.app.new_id());
        let new = NewReceived {
            id,
            ap_id: ApId::new(format!("https://far.example/activities/{id}")),
            actor: ApId::new("https://far.example/person/bert"),
            host: "far.example".to_owned(),
            verb: "Create".to_owned(),
            via: None,
            body: activity.to_string().into_bytes(),
        };
        let mut tx = self.app.begin().await.unwrap();
        assert!(received::insert(&mut tx, &new, self.app.now()).await.unwrap());
        tx.commit().await.unwrap();
        Cause::Activity(id)
    }
}
