//! Groups and people, here and elsewhere.

use guildhall_app::{
    Viewer,
    group::{self, CreateGroup, RequestJoin, SetBan, SetModerator},
    remote::{self, RemoteGroup},
    staff::{self, SetStaff, StaffWish},
};
use guildhall_domain::{
    AccountId, ActorId, ApId, GroupId,
    actor::ActorKind,
    event::Cause,
    group::{Admission, Policy, Posting, Review},
    membership::JoinOutcome,
    staff::{StaffRole, Succession},
};
use guildhall_store::actor::{self, ActorFields};

use super::{FAR, HOST, Here};

/// Door settings in one line.
pub(crate) fn policy(admission: Admission, posting: Posting, review: Review) -> Policy {
    Policy { admission, posting, review, ..Policy::default() }
}

/// Everybody comes in and posts, `review` decides what is held.
pub(crate) fn reviewing(review: Review) -> Policy {
    Policy { review, ..Policy::default() }
}

/// `admission` decides who comes in.
pub(crate) fn admitting(admission: Admission) -> Policy {
    Policy { admission, ..Policy::default() }
}

pub(crate) fn viewer(actor: ActorId) -> Viewer {
    Viewer { actor: Some(actor), account: Some(AccountId(actor.0)), ..Viewer::default() }
}

impl Here {
    /// A group hosted here where everybody comes in and posts.
    pub(crate) async fn group(&self, name: &str) -> GroupId {
        self.group_with(name, Policy::default()).await
    }

    pub(crate) async fn group_with(&self, name: &str, policy: Policy) -> GroupId {
        group::create(&self.app, new_group(name, policy)).await.unwrap()
    }

    /// A group hosted at [`FAR`].
    pub(crate) async fn far_group(&self, name: &str) -> GroupId {
        let actor = self.elsewhere(name, FAR, ActorKind::Group).await;
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
        GroupId(actor.0)
    }

    /// Somebody here; without a login, since hashing a password takes its time.
    pub(crate) async fn person(&self, name: &str) -> ActorId {
        let id = ActorId(self.app.new_id());
        let mut tx = self.app.begin().await.unwrap();
        let fields = actor_fields(name, HOST, ActorKind::Person);
        assert!(actor::insert_local(&mut tx, id, &fields, self.now()).await.unwrap());
        tx.commit().await.unwrap();
        id
    }

    /// Somebody at [`FAR`].
    pub(crate) async fn remote(&self, name: &str) -> ActorId {
        self.elsewhere(name, FAR, ActorKind::Person).await
    }

    pub(crate) async fn elsewhere(&self, name: &str, host: &str, kind: ActorKind) -> ActorId {
        let id = ActorId(self.app.new_id());
        let mut tx = self.app.begin().await.unwrap();
        let fields = actor_fields(name, host, kind);
        assert_eq!(actor::upsert_remote(&mut tx, id, &fields, self.now()).await.unwrap(), id);
        tx.commit().await.unwrap();
        id
    }

    /// A moderator of `group` who lives here.
    pub(crate) async fn moderator(&self, group: GroupId) -> ActorId {
        let actor = self.person(&format!("mod{}", self.number())).await;
        self.appoint(group, actor).await;
        actor
    }

    /// Its owner, who lives here.
    pub(crate) async fn owner(&self, group: GroupId) -> ActorId {
        let actor = self.person(&format!("owner{}", self.number())).await;
        self.make(group, actor, StaffWish::Role(StaffRole::Owner)).await;
        actor
    }

    /// Has the group change somebody's place on its staff.
    pub(crate) async fn make(&self, group: GroupId, actor: ActorId, wish: StaffWish) -> Succession {
        let command = SetStaff { group, actor, by: group.actor(), wish, reason: None, cause: Cause::Local };
        staff::set_staff(&self.app, command).await.unwrap()
    }

    pub(crate) async fn appoint(&self, group: GroupId, actor: ActorId) {
        let (by, cause) = (group.actor(), Cause::Local);
        let command = SetModerator { group, actor, by, appointed: true, cause };
        group::set_moderator(&self.app, command).await.unwrap();
    }

    pub(crate) async fn ban(&self, group: GroupId, actor: ActorId) {
        let command = SetBan {
            group,
            actor,
            by: group.actor(),
            banned: true,
            until: None,
            reason: None,
            remove_content: false,
            cause: Cause::Local,
        };
        group::set_ban(&self.app, command).await.unwrap();
    }

    /// Joins an open group hosted here, or asks one elsewhere.
    pub(crate) async fn join(&self, group: GroupId, actor: ActorId) -> JoinOutcome {
        group::request_join(&self.app, asking(group, actor)).await.unwrap()
    }
}

pub(crate) fn asking(group: GroupId, actor: ActorId) -> RequestJoin {
    RequestJoin { group, actor, follow: None, cause: Cause::Local }
}

pub(crate) fn new_group(name: &str, policy: Policy) -> CreateGroup {
    CreateGroup {
        name: name.to_owned(),
        title: format!("The {name}"),
        description: String::new(),
        language: None,
        picture_url: None,
        policy,
        rules: Vec::new(),
        moderators: Vec::new(),
    }
}

fn actor_fields(name: &str, host: &str, kind: ActorKind) -> ActorFields {
    let id = format!("https://{host}/{kind}/{name}");
    ActorFields {
        ap_id: ApId::new(id.as_str()),
        kind,
        username: name.to_owned(),
        host: host.to_owned(),
        display_name: None,
        summary_html: None,
        page_url: None,
        icon_url: None,
        inbox: format!("{id}/inbox"),
        shared_inbox: Some(format!("https://{host}/inbox")),
        outbox: None,
        followers: None,
        moderators_url: None,
        featured_url: None,
        wall_url: None,
        also_known_as: Vec::new(),
        moved_to: None,
        remote_updated_at: None,
        published_at: None,
    }
}
