//! What moderators do: locks, featured posts, moderators, bans, the group's own settings.

use guildhall_activitypub::{
    Iri,
    write::{self, Listing},
};
use guildhall_domain::{ActorId, EntryId, GroupId, Timestamp};
use guildhall_store::{
    actor::Actor,
    delivery::{NewDelivery, log},
};
use serde_json::Value;

use super::{
    Teller,
    entry::in_group,
    inner::{Carried, Inner, Maker, Told},
    scene::{Scene, find_actor, find_group},
};
use crate::outbound::{
    recipients,
    render::{self, RenderError, iri, part, text_iri},
};

/// Somebody banned, or let back in.
pub(super) struct Ban<'a> {
    pub(super) group: GroupId,
    pub(super) actor: ActorId,
    pub(super) by: ActorId,
    pub(super) banned: bool,
    pub(super) until: Option<Timestamp>,
    pub(super) reason: Option<&'a str>,
}

/// Which way something goes: done, or taken back.
#[derive(Clone, Copy)]
enum Way {
    Into,
    OutOf,
}

impl Teller<'_> {
    pub(super) async fn lock_changed(
        &self,
        entry: EntryId,
        by: ActorId,
        locked: bool,
        reason: Option<&str>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let object = iri(&scene.entry.ap_id)?;
        let group = iri(&scene.group.ap_id)?;
        let kinds: &[&str] = if locked { &["Lock"] } else { &["Undo"] };
        let make = |maker: &Maker<'_>| {
            if locked && let Some(until) = scene.entry.locked_until {
                let envelope = maker.envelope(in_group(&group));
                return Ok(write::lock_until(&envelope, &object, reason, until.as_millis()));
            }
            if locked {
                return Ok(write::lock(&maker.envelope(in_group(&group)), &object, reason));
            }
            let part = maker.part("lock")?;
            let lock = write::lock(&maker.envelope_as(&part, in_group(&group)), &object, reason);
            Ok(write::undo(&maker.envelope(in_group(&group)), lock))
        };
        self.annotate(&scene.group, kinds, by, scene.order_key(), Vec::new(), make).await
    }

    pub(super) async fn feature_changed(
        &self,
        entry: EntryId,
        by: ActorId,
        featured: bool,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, entry).await?;
        let object = iri(&scene.entry.ap_id)?;
        let target = collection(&scene.group, "featured")?;
        let way = if featured { Way::Into } else { Way::OutOf };
        self.list(
            &scene.group,
            by,
            way,
            Listing { object: &object, target: &target },
            scene.order_key(),
            Vec::new(),
        )
        .await
    }

    pub(super) async fn moderator_changed(
        &self,
        group: GroupId,
        actor: ActorId,
        by: ActorId,
        appointed: bool,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let group = find_group(self.app, group).await?;
        let actor = find_actor(self.app, actor).await?;
        let object = iri(&actor.ap_id)?;
        let target = collection(&group, "moderators")?;
        let way = if appointed { Way::Into } else { Way::OutOf };
        let order_key = format!("moderator:{}:{}", group.id, actor.id);
        self.list(&group, by, way, Listing { object: &object, target: &target }, order_key, vec![actor]).await
    }

    pub(super) async fn ban_changed(&self, ban: Ban<'_>) -> Result<Vec<NewDelivery>, RenderError> {
        let group = find_group(self.app, ban.group).await?;
        let person = find_actor(self.app, ban.actor).await?;
        let (group_id, person_id) = (iri(&group.ap_id)?, iri(&person.ap_id)?);
        let order_key = format!("ban:{}:{}", group.id, person.id);
        let kinds: &[&str] = if ban.banned { &["Block"] } else { &["Undo"] };
        let make = |maker: &Maker<'_>| block(maker, &ban, &group_id, &person_id);
        let is_discreet = self.is_discreet(&find_actor(self.app, ban.by).await?, &group).await?;
        let persons = if is_discreet { Vec::new() } else { vec![person.clone()] };
        let mut rows = self.annotate(&group, kinds, ban.by, order_key.clone(), persons, make).await?;
        let own = self.urls.activity(self.event.id);
        rows.iter_mut()
            .filter(|row| row.activity_ap_id == own.as_str())
            .for_each(|row| row.body_microblog = None);
        // Microblogs know a Block as one account's of another. By the group it ends the following, which is right; by
        // the moderator it would be personal. They know no end either, so a ban that has one is not told.
        if group.is_local && (ban.until.is_none() || is_discreet) {
            let by_group = self.ours(&group, self.urls.activity_part(self.event.id, "block"), make).await?;
            let targets = recipients::inbox_of(self.app, &person).await?.into_iter().collect::<Vec<_>>();
            let hears_otherwise = !is_discreet
                || self.members.is_some()
                || recipients::inboxes_beyond(self.app, ban.group, &[person]).await?.is_empty();
            let told = Told {
                body_group: (!hears_otherwise).then(|| by_group.body.clone()),
                body_microblog: ban.until.is_none().then_some(by_group.body),
                group: None,
            };
            if !targets.is_empty() {
                rows.push(self.row(&by_group.id, group.id, &order_key, told, targets));
            }
        }
        rows.retain(|row| row.body_group.is_some() || row.body_microblog.is_some());
        Ok(rows)
    }

    pub(super) async fn group_changed(&self, group: GroupId) -> Result<Vec<NewDelivery>, RenderError> {
        let group = find_group(self.app, group).await?;
        if !group.is_local {
            return Ok(Vec::new());
        }
        let group_id = iri(&group.ap_id)?;
        let document = render::actor::document(self.app, &group).await?;
        let update = self.ours(&group, self.urls.activity(self.event.id), |maker| {
            Ok(write::update(&maker.envelope(in_group(&group_id)), document))
        });
        let update = update.await?;
        let cause = self.event.cause.received();
        let wrapped = self.received(cause, &["Update"], None).await?.unwrap_or_else(|| update.body.clone());
        let announce = self.announce_id();
        let told = Told {
            body_group: Some(self.voice(&group).await?.announce_activity(&announce, &wrapped)?),
            // Microblogs take news of an account from itself.
            body_microblog: Some(update.body),
            group: Some(GroupId(group.id.0)),
        };
        // In order with the news of other keys: what shows the old ones must not come after it.
        Ok(vec![self.row(&announce, group.id, &log::order_key_of(group.id), told, Vec::new())])
    }

    async fn list(
        &self,
        group: &Actor,
        by: ActorId,
        way: Way,
        listing: Listing<'_>,
        order_key: String,
        persons: Vec<Actor>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let group_id = iri(&group.ap_id)?;
        let kind = match way {
            Way::Into => "Add",
            Way::OutOf => "Remove",
        };
        let make = |maker: &Maker<'_>| {
            let envelope = maker.envelope(in_group(&group_id));
            Ok(match way {
                Way::Into => write::add(&envelope, listing),
                Way::OutOf => write::remove(&envelope, listing),
            })
        };
        self.annotate(group, &[kind], by, order_key, persons, make).await
    }

    /// A deed of a moderator, for group-aware software and for the persons concerned.
    async fn annotate(
        &self,
        group: &Actor,
        kinds: &[&str],
        by: ActorId,
        order_key: String,
        persons: Vec<Actor>,
        make: impl FnOnce(&Maker<'_>) -> Result<Value, RenderError>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let by = find_actor(self.app, by).await?;
        let inner: Inner = self.deed(kinds, &by, group, make).await?;
        let announce = self.announce_id();
        self.carry(Carried { group, inner, announce, microblog: None, persons, order_key }).await
    }
}

fn block(maker: &Maker<'_>, ban: &Ban<'_>, group: &Iri, person: &Iri) -> Result<Value, RenderError> {
    let until = ban.until.map(Timestamp::as_millis);
    if ban.banned {
        return Ok(write::block(&maker.envelope(in_group(group)), person, group, until, ban.reason, false));
    }
    let part = maker.part("block")?;
    let block =
        write::block(&maker.envelope_as(&part, in_group(group)), person, group, until, ban.reason, false);
    Ok(write::undo(&maker.envelope(in_group(group)), block))
}

/// A collection of a group's, by its own word where it lives elsewhere.
fn collection(group: &Actor, name: &str) -> Result<Iri, RenderError> {
    let told = match name {
        "featured" => group.featured_url.as_deref(),
        _ => group.moderators_url.as_deref(),
    };
    match told {
        Some(url) => text_iri(url),
        None => part(&group.ap_id, name),
    }
}
