//! Posts and comments: published, edited, gone, restored.

use guildhall_activitypub::{
    Iri,
    write::{self, Address, Public},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    audience::{EntryChange, Profile, Telling, decide_telling},
};
use guildhall_store::{actor::Actor, delivery::NewDelivery, entry::Entry};
use serde_json::Value;

use super::{
    Teller,
    inner::{Carried, Inner, Maker, Ours, Told},
    scene::{Scene, find_actor},
};
use crate::outbound::{
    recipients,
    render::{
        self, RenderError,
        activity::{Voice, to_bytes},
        entry::{Shown, find_shown},
        iri,
    },
};

impl Teller<'_> {
    pub(super) async fn entry_published(&self, id: EntryId) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, id).await?;
        if !scene.entry.state.is_out() {
            return Ok(Vec::new());
        }
        let entry = &scene.entry;
        let inner = if scene.author.is_local {
            let shown = self.shown(id).await?;
            let create = self.urls.create(entry.kind, entry.id);
            let body = self.seal(&scene.author, render::publication::create(self.urls, &shown)?).await?;
            Inner::Ours(Ours { sender: scene.author.id, id: create, body })
        } else {
            self.publication_received(&scene).await?
        };
        let announce = self.urls.announce(entry.kind, entry.id);
        let persons = self.persons(&inner, entry).await?;
        let microblog = self.for_microblogs(&scene, EntryChange::Published)?;
        let carried = Carried {
            group: &scene.group,
            inner,
            announce,
            microblog,
            persons,
            order_key: scene.order_key(),
        };
        let rows = self.carry_entry(&scene, carried).await?;
        self.if_limited(&scene, rows).await
    }

    /// Of an entry that is limited only its author's server hears, not those who follow the group, nor who is named in it.
    pub(super) async fn if_limited(
        &self,
        scene: &Scene,
        rows: Vec<NewDelivery>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        if !scene.entry.limited {
            return Ok(rows);
        }
        let author = recipients::inbox_of(self.app, &scene.author).await?;
        let Some(author) = author else { return Ok(Vec::new()) };
        let to_author = |row: NewDelivery| {
            if row.group.is_none() {
                let is_told = row.targets.iter().any(|target| target.host == author.host);
                return is_told.then(|| NewDelivery { targets: vec![author.clone()], ..row });
            }
            let body_microblog = row.body_microblog.or_else(|| row.body_group.clone());
            Some(NewDelivery { group: None, targets: vec![author.clone()], body_microblog, ..row })
        };
        Ok(rows.into_iter().filter_map(to_author).collect())
    }

    /// Who is told by name: of what was done here. Elsewhere its own server does that.
    async fn persons(&self, inner: &Inner, entry: &Entry) -> Result<Vec<Actor>, RenderError> {
        match inner {
            Inner::Ours(_) => {
                let concerned = recipients::concerned(self.app, entry).await?;
                self.may_read(entry.group_id, concerned).await
            }
            Inner::Received(_) | Inner::Unknown => Ok(Vec::new()),
        }
    }

    /// What brought an entry written elsewhere: the cause itself, or, admitted from the queue, what was kept then. That
    /// is an `Update` where its `Create` never came.
    async fn publication_received(&self, scene: &Scene) -> Result<Inner, RenderError> {
        for received in [self.event.cause.received(), scene.entry.received_id] {
            if let Some(body) = self.received(received, &["Create", "Update"], Some(&scene.author)).await? {
                return Ok(Inner::Received(body));
            }
        }
        Ok(Inner::Unknown)
    }

    pub(super) async fn entry_edited(&self, id: EntryId) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, id).await?;
        if !scene.entry.state.is_out() {
            return Ok(Vec::new());
        }
        let inner = if scene.author.is_local {
            let shown = self.shown(id).await?;
            let update = self.ours(&scene.author, self.urls.activity(self.event.id), |maker| {
                let addressed = shown.addressed()?;
                Ok(write::update(&maker.envelope(addressed.address()), shown.object(self.urls)?))
            });
            Inner::Ours(update.await?)
        } else {
            let cause = self.event.cause.received();
            let body = self.received(cause, &["Update"], Some(&scene.author)).await?;
            body.map_or(Inner::Unknown, Inner::Received)
        };
        let to_copies = self.own_word(&scene, &inner);
        let persons = self.persons(&inner, &scene.entry).await?;
        let microblog = self.for_microblogs(&scene, EntryChange::Edited)?;
        let carried = Carried {
            group: &scene.group,
            inner,
            announce: self.announce_id(),
            microblog,
            persons,
            order_key: scene.order_key(),
        };
        let mut rows = self.carry_entry(&scene, carried).await?;
        rows.extend(to_copies);
        self.if_limited(&scene, rows).await
    }

    pub(super) async fn entry_gone(
        &self,
        id: EntryId,
        by: ActorId,
        removal: Option<&str>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, id).await?;
        let by = find_actor(self.app, by).await?;
        let object = iri(&scene.entry.ap_id)?;
        let group = iri(&scene.group.ap_id)?;
        let make = |maker: &Maker<'_>| Ok(write::delete(&maker.envelope(in_group(&group)), &object, removal));
        let inner = self.deed(&["Delete"], &by, &scene.group, make).await?;
        let to_copies = self.deleted_copies(&scene, &inner, &object, &group).await?;
        let persons = self.concerned_by_end(&scene, removal.is_some()).await?;
        let microblog = self.for_microblogs(&scene, EntryChange::Gone)?;
        let carried = Carried {
            group: &scene.group,
            inner,
            announce: self.announce_id(),
            microblog,
            persons,
            order_key: scene.order_key(),
        };
        let mut rows = match removal {
            Some(_) => self.carry_act(carried, &by, make).await?,
            None => self.carry(carried).await?,
        };
        rows.extend(to_copies);
        Ok(rows)
    }

    pub(super) async fn entry_restored(
        &self,
        id: EntryId,
        by: ActorId,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let scene = Scene::of(self.app, id).await?;
        if !scene.entry.state.is_out() {
            return Ok(Vec::new());
        }
        let by = find_actor(self.app, by).await?;
        let object = iri(&scene.entry.ap_id)?;
        let group = iri(&scene.group.ap_id)?;
        let was_removed = by.id != scene.author.id;
        let make = |maker: &Maker<'_>| {
            // A reason, any, is how Lemmy tells a moderator's act from the author's own.
            let reason = was_removed.then_some("restored by a moderator");
            let part = maker.part("delete")?;
            let delete = write::delete(&maker.envelope_as(&part, in_group(&group)), &object, reason);
            Ok(write::undo(&maker.envelope(in_group(&group)), delete))
        };
        let inner = self.deed(&["Undo"], &by, &scene.group, make).await?;
        let persons = self.concerned_by_end(&scene, was_removed).await?;
        let microblog = self.for_microblogs(&scene, EntryChange::Restored)?;
        let carried = Carried {
            group: &scene.group,
            inner,
            announce: self.announce_id(),
            microblog,
            persons,
            order_key: scene.order_key(),
        };
        let rows =
            if was_removed { self.carry_act(carried, &by, make).await? } else { self.carry(carried).await? };
        self.if_limited(&scene, rows).await
    }

    /// As [`Teller::carry`]; where the author's bytes are missing, group-aware hosts are told to look for themselves.
    async fn carry_entry(
        &self,
        scene: &Scene,
        carried: Carried<'_>,
    ) -> Result<Vec<NewDelivery>, RenderError> {
        let is_unknown = matches!(carried.inner, Inner::Unknown) && scene.group.is_local;
        let announce = carried.announce.clone();
        let mut rows = self.carry(carried).await?;
        if is_unknown {
            let object = iri(&scene.entry.ap_id)?;
            let voice = Voice::new(&scene.group, self.event.at)?.to_members(self.members.is_some());
            let look = to_bytes(&voice.announce_object(&announce, &object)?);
            if let Some(row) = rows.first_mut() {
                row.body_group = Some(look);
            } else {
                let group = Some(GroupId(scene.group.id.0));
                let told = Told { body_group: Some(look), body_microblog: None, group };
                rows.push(self.row(&announce, scene.group.id, &scene.order_key(), told, Vec::new()));
            }
        }
        Ok(rows)
    }

    /// What a group hosted here tells the microblogs that follow it.
    fn for_microblogs(&self, scene: &Scene, change: EntryChange) -> Result<Option<Vec<u8>>, RenderError> {
        if !scene.group.is_local {
            return Ok(None);
        }
        let entry = &scene.entry;
        let voice = Voice::new(&scene.group, self.event.at)?.to_members(self.members.is_some());
        let object = iri(&entry.ap_id)?;
        let boost = self.urls.boost(entry.kind, entry.id);
        let activity: Option<Value> = match decide_telling(Profile::Microblog, entry.kind, change) {
            Telling::Boost => Some(voice.announce_object(&boost, &object)?),
            Telling::UndoBoost => {
                let undo = self.urls.activity_part(self.event.id, "undo");
                Some(voice.undo_announce_object(&undo, &boost, &object)?)
            }
            Telling::Wrapped | Telling::Nothing => None,
        };
        Ok(activity.as_ref().map(to_bytes))
    }

    /// The author's own word for the microblogs that follow the group: they have copies of what was written here, and
    /// take changes from nobody but the author.
    fn own_word(&self, scene: &Scene, inner: &Inner) -> Option<NewDelivery> {
        let Inner::Ours(ours) = inner else { return None };
        let is_own = scene.group.is_local && scene.author.is_local && ours.sender == scene.author.id;
        is_own.then(|| {
            let told = Told {
                body_group: None,
                body_microblog: Some(ours.body.clone()),
                group: Some(GroupId(scene.group.id.0)),
            };
            let id = self.urls.activity_part(self.event.id, "copies");
            self.row(&id, ours.sender, &scene.order_key(), told, Vec::new())
        })
    }

    /// The same for the end of an entry, which its author's server owes to those who have copies of it also when a
    /// moderator brought it about.
    async fn deleted_copies(
        &self,
        scene: &Scene,
        inner: &Inner,
        object: &Iri,
        group: &Iri,
    ) -> Result<Option<NewDelivery>, RenderError> {
        let is_own_deed = matches!(inner, Inner::Ours(ours) if ours.sender == scene.author.id);
        if is_own_deed || !scene.author.is_local {
            return Ok(self.own_word(scene, inner));
        }
        let id = self.urls.activity_part(self.event.id, "delete");
        let delete = self.ours(&scene.author, id, |maker: &Maker<'_>| {
            Ok(write::delete(&maker.envelope(in_group(group)), object, None))
        });
        Ok(self.own_word(scene, &Inner::Ours(delete.await?)))
    }

    /// Who is told of the end of an entry by name: its author when a moderator took it away, else those who were told
    /// of its beginning.
    async fn concerned_by_end(&self, scene: &Scene, by_moderator: bool) -> Result<Vec<Actor>, RenderError> {
        if by_moderator {
            return Ok(vec![scene.author.clone()]);
        }
        let concerned = recipients::concerned(self.app, &scene.entry).await?;
        self.may_read(scene.entry.group_id, concerned).await
    }

    /// Those of some people who may read what is said in a group.
    pub(super) async fn may_read(
        &self,
        group: GroupId,
        people: Vec<Actor>,
    ) -> Result<Vec<Actor>, RenderError> {
        match self.members {
            Some(_) => Ok(recipients::members_among(self.app, group, people).await?),
            None => Ok(people),
        }
    }

    async fn shown(&self, id: EntryId) -> Result<Shown, RenderError> {
        find_shown(self.app, self.reader, id).await?.ok_or(RenderError::Gone("entry"))
    }
}

/// For everybody, by way of a group.
pub(super) fn in_group(group: &Iri) -> Address<'_> {
    Address { public: Public::To, to: std::slice::from_ref(group), cc: &[], audience: Some(group) }
}
