//! Who is told by name, besides a group's followers: the inboxes of persons elsewhere.

use guildhall_activitypub::Iri;
use guildhall_app::App;
use guildhall_domain::{
    ActorId, GroupId,
    actor::ActorKind,
    audience::Profile,
    membership::MembershipState,
    peering::{Peering, decide_peering},
};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    delivery::{Target, acquaintance, subscription},
    entry::{self, Entry},
    instance, membership, peering,
};

use super::render::mention;

/// Everybody who is told of an entry by name, whether or not their server follows the group: the authors of what it
/// answers, and who is mentioned (ActivityPub section 7.1.2 leaves them to chance otherwise).
///
/// In a chain of more than 60 answers that is the authors of the nearest 60 and of the post that began it: two who
/// answer each other without end must not make every answer dearer than the one before.
pub async fn concerned(app: &App, entry: &Entry) -> Result<Vec<Actor>, StoreError> {
    let ancestors = entry::list_ancestors(&app.store, entry.id).await?;
    let mut authors: Vec<ActorId> = ancestors.iter().map(|ancestor| ancestor.author_id).collect();
    if ancestors.last().is_some_and(|farthest| farthest.id != entry.thread_id) {
        let start = entry::find(&app.store, entry.thread_id).await?;
        authors.extend(start.map(|post| post.author_id));
    }
    authors.sort_unstable();
    authors.dedup();
    let mut found = actor::list_by_ids(&app.store, &authors).await?;
    found.sort_by_key(|actor| actor.id);
    for mentioned in mention::find_all(app, entry.content_source.as_deref().unwrap_or_default()).await? {
        if found.iter().all(|actor| actor.id != mentioned.id) {
            found.push(mentioned);
        }
    }
    found.retain(|actor| actor.id != entry.author_id);
    Ok(found)
}

/// The inbox of one actor, for what is meant for that actor alone. `None`: it is here, gone, or on a blocked host.
pub async fn inbox_of(app: &App, actor: &Actor) -> Result<Option<Target>, StoreError> {
    if !is_reachable(app, actor).await? {
        return Ok(None);
    }
    Ok(target(&actor.inbox))
}

/// The inboxes of several actors, one for each host that has a shared one.
pub async fn inboxes_of(app: &App, actors: &[Actor]) -> Result<Vec<Target>, StoreError> {
    let mut targets: Vec<Target> = Vec::new();
    for actor in actors {
        if is_reachable(app, actor).await? {
            let inbox = target(actor.delivery_inbox());
            targets.extend(inbox.filter(|inbox| !targets.contains(inbox)));
        }
    }
    Ok(targets)
}

/// Those of several actors who are members of a group: nobody else is told by name of what is for them.
pub async fn members_among(app: &App, group: GroupId, actors: Vec<Actor>) -> Result<Vec<Actor>, StoreError> {
    let mut members = Vec::with_capacity(actors.len());
    for actor in actors {
        let membership = membership::find(&app.store, group, actor.id).await?;
        if membership.is_some_and(|membership| membership.state == MembershipState::Member) {
            members.push(actor);
        }
    }
    Ok(members)
}

/// The same without the hosts that hear of it as followers of `group` anyway, wrapped in its `Announce`.
pub async fn inboxes_beyond(app: &App, group: GroupId, actors: &[Actor]) -> Result<Vec<Target>, StoreError> {
    let mut targets = inboxes_of(app, actors).await?;
    if targets.is_empty() {
        return Ok(targets);
    }
    let followers = subscription::list_hosts(&app.store, group).await?;
    let mut told = Vec::new();
    for target in &targets {
        let follows = followers.contains(&target.host);
        if follows && is_group_aware(app, &target.host).await? {
            told.push(target.host.clone());
        }
    }
    targets.retain(|target| !told.contains(&target.host));
    Ok(targets)
}

/// The servers that know an actor of ours by its key, besides those that follow it; none for a group, whose followers
/// are all. Hosts that are blocked are among them: they are left out when it is their turn.
pub async fn acquaintances(app: &App, actor: &Actor) -> Result<Vec<Target>, StoreError> {
    let inboxes = match actor.kind {
        ActorKind::Group => Vec::new(),
        ActorKind::Application => acquaintance::list_of_instance(&app.store).await?,
        _ => acquaintance::list_of_person(&app.store, actor.id).await?,
    };
    Ok(inboxes.iter().filter_map(|inbox| target(inbox)).collect())
}

async fn is_reachable(app: &App, actor: &Actor) -> Result<bool, StoreError> {
    if actor.is_local || actor.deleted_at.is_some() {
        return Ok(false);
    }
    let (of_instance, _) = peering::list_covering(&app.store, None, &actor.host).await?;
    Ok(decide_peering(&of_instance, &actor.host, app.site.allow_list_only, app.now()) != Peering::Blocked)
}

/// A host whose software is not known yet is not taken for group-aware: told twice is better than not at all.
async fn is_group_aware(app: &App, host: &str) -> Result<bool, StoreError> {
    let known = instance::find(&app.store, host).await?;
    Ok(known.and_then(|instance| instance.profile_at(app.now())) == Some(Profile::Group))
}

fn target(inbox: &str) -> Option<Target> {
    let url = Iri::parse(inbox).ok()?;
    Some(Target { inbox: inbox.to_owned(), host: url.authority().to_owned() })
}
