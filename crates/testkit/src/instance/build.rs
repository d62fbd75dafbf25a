//! What a test sets up before it begins.

use std::time::Duration;

use guildhall_activitypub::Iri;
use guildhall_app::account::CreateAccount;
use guildhall_app::entry::{self, Delete, Origin, Submit};
use guildhall_app::group::{self, CreateGroup, RequestJoin, SetBan, SetModerator};
use guildhall_app::staff::{self, SetStaff, StaffWish};
use guildhall_app::{instance, queue};
use guildhall_domain::event::Cause;
use guildhall_domain::group::{Admission, Policy, Posting, Review};
use guildhall_domain::peering::PeeringAction;
use guildhall_domain::staff::StaffRole;
use guildhall_domain::{ActorId, ApId, EntryId, GroupId, QueueItemId};
use guildhall_store::actor::Actor;
use guildhall_store::entry::find as find_entry;

use super::TestInstance;

/// A group hosted here.
#[derive(Debug, Clone)]
pub struct LocalGroup {
    /// Its key.
    pub id: GroupId,
    /// Its global id.
    pub ap_id: Iri,
    /// Its own inbox.
    pub inbox: Iri,
}

/// A person here.
#[derive(Debug, Clone)]
pub struct LocalPerson {
    /// Their key.
    pub id: ActorId,
    /// Their global id.
    pub ap_id: Iri,
    /// Their own inbox.
    pub inbox: Iri,
}

/// A post or comment written here.
#[derive(Debug, Clone)]
pub struct LocalEntry {
    /// Its key.
    pub id: EntryId,
    /// Its global id.
    pub ap_id: Iri,
    group: GroupId,
}

impl TestInstance {
    /// A group where everybody posts and nothing is reviewed.
    pub async fn group(&self, name: &str, admission: Admission) -> LocalGroup {
        self.group_with(
            name,
            Policy { admission, posting: Posting::Everyone, review: Review::None, ..Policy::default() },
        )
        .await
    }

    /// A group with any door settings.
    pub async fn group_with(&self, name: &str, policy: Policy) -> LocalGroup {
        let command = CreateGroup {
            name: name.to_owned(),
            title: format!("The {name} group"),
            description: String::new(),
            language: None,
            picture_url: None,
            policy,
            rules: Vec::new(),
            moderators: Vec::new(),
        };
        let id = group::create(&self.app, command).await.unwrap();
        let ap_id = self.iri(&format!("/groups/{name}"));
        LocalGroup { id, inbox: self.iri(&format!("/groups/{name}/inbox")), ap_id }
    }

    /// A person with an account.
    pub async fn person(&self, name: &str) -> LocalPerson {
        let password = "correct horse".to_owned();
        let command = CreateAccount { name: name.to_owned(), email: None, password, is_admin: false };
        let id = guildhall_app::account::create(&self.app, command).await.unwrap().id;
        let ap_id = self.iri(&format!("/users/{name}"));
        LocalPerson { id, inbox: self.iri(&format!("/users/{name}/inbox")), ap_id }
    }

    /// Somebody who lives elsewhere, fetched from there.
    pub async fn remote(&self, id: &Iri) -> Actor {
        self.federation.fetcher.actor(&ApId::new(id.as_str())).await.unwrap()
    }

    /// Appoints a moderator, here or elsewhere.
    pub async fn moderator(&self, group: &LocalGroup, actor: ActorId) {
        let (by, cause) = (group.id.actor(), Cause::Local);
        let command = SetModerator { group: group.id, actor, by, appointed: true, cause };
        group::set_moderator(&self.app, command).await.unwrap();
    }

    /// Gives somebody a place on the staff, here or elsewhere.
    pub async fn staff(&self, group: &LocalGroup, actor: ActorId, role: StaffRole) {
        let (by, wish, cause) = (group.id.actor(), StaffWish::Role(role), Cause::Local);
        let command = SetStaff { group: group.id, actor, by, wish, reason: None, cause };
        staff::set_staff(&self.app, command).await.unwrap();
    }

    /// Bans somebody from a group.
    pub async fn ban(&self, group: &LocalGroup, actor: ActorId) {
        let command = SetBan {
            group: group.id,
            actor,
            by: group.id.actor(),
            banned: true,
            until: None,
            reason: Some("spam".to_owned()),
            remove_content: false,
            cause: Cause::Local,
        };
        group::set_ban(&self.app, command).await.unwrap();
    }

    /// A post in a group hosted here.
    pub async fn post(
        &self,
        group: &LocalGroup,
        author: &LocalPerson,
        title: &str,
        text: &str,
    ) -> LocalEntry {
        self.write(group.id, author, None, Some(title), text).await
    }

    /// A comment below something written here.
    pub async fn comment(&self, parent: &LocalEntry, author: &LocalPerson, text: &str) -> LocalEntry {
        self.write(parent.group, author, Some(parent.id), None, text).await
    }

    /// A post (with a title) or comment (with a parent) in any group that is known.
    pub async fn write(
        &self,
        group: GroupId,
        author: &LocalPerson,
        parent: Option<EntryId>,
        title: Option<&str>,
        text: &str,
    ) -> LocalEntry {
        let command = Submit {
            group,
            author: author.id,
            parent,
            origin: Origin::Here,
            texts: entry::texts_from_markdown(title.map(str::to_owned), text, None),
            poll: None,
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause: Cause::Local,
        };
        let id = entry::submit(&self.app, command).await.unwrap().entry.unwrap();
        let written = find_entry(&self.app.store, id).await.unwrap().unwrap();
        LocalEntry { id, ap_id: Iri::parse(written.ap_id.as_str()).unwrap(), group }
    }

    /// Takes an entry away in the name of its group.
    pub async fn remove(&self, group: &LocalGroup, entry: EntryId, reason: &str) {
        let command =
            Delete { entry, by: group.id.actor(), reason: Some(reason.to_owned()), cause: Cause::Local };
        entry::delete(&self.app, command).await.unwrap();
    }

    /// Somebody here asks to join a group elsewhere; gives the group's key and the id of the `Follow`.
    pub async fn follow(&self, person: &LocalPerson, group: &Iri) -> (GroupId, Iri) {
        let group = GroupId(self.remote(group).await.id.0);
        let command = RequestJoin { group, actor: person.id, follow: None, cause: Cause::Local };
        group::request_join(&self.app, command).await.unwrap();
        let asked = guildhall_store::membership::find(&self.app.store, group, person.id).await.unwrap();
        (group, Iri::parse(asked.unwrap().follow.unwrap().as_str()).unwrap())
    }

    /// Puts a host on the list of the instance, or of a group.
    pub async fn list_host(&self, group: Option<&LocalGroup>, host: &str, action: PeeringAction) {
        let group = group.map(|group| group.id);
        instance::set_peering(&self.app, group, host, Some(action), None).await.unwrap();
        self.federation.fetcher.peers().forget();
        // Delivery looks at the lists every few seconds.
        self.clock.advance(Duration::from_secs(6));
    }

    /// Lets an item of the queue in, in the name of its group.
    pub async fn admit(&self, item: QueueItemId) {
        let group = queue::group_of(&self.app, item).await.unwrap().unwrap();
        queue::admit(&self.app, item, group.actor()).await.unwrap();
    }

    /// Refuses an item of the queue, in the name of its group.
    pub async fn refuse(&self, item: QueueItemId, reason: &str) {
        let group = queue::group_of(&self.app, item).await.unwrap().unwrap();
        queue::refuse(&self.app, item, group.actor(), reason).await.unwrap();
    }
}
