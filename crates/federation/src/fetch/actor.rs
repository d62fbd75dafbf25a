//! Remote actors: fetched when unknown or old, kept with their keys, marked when gone.

use futures_util::FutureExt as _;
use guildhall_activitypub::{ActorDocument, ActorKind, Iri};
use guildhall_app::{Forget, remote};
use guildhall_domain::event::Cause;
use guildhall_domain::{ActorId, ApId, Timestamp};
use guildhall_store::actor::{self, Actor};
use guildhall_store::actor_key;
use guildhall_store::delivery::subscription;

use super::actor_fields::{fields_of, group_of, keys_of};
use super::fetcher::{ap_id_of, iri_of};
use super::{FetchError, Fetcher};

impl Fetcher {
    /// The actor with an id: ours, one that is known and not older than a day, or fetched.
    ///
    /// # Errors
    /// [`FetchError::Gone`] for one that is deleted. When a known actor's server cannot be reached, or nothing is left to
    /// be spent, what is known is good enough.
    pub async fn actor(&self, id: &ApId) -> Result<Actor, FetchError> {
        let known = actor::find_by_ap_id(&self.context().store, id).await?;
        match known {
            Some(known) if known.is_local => present(known),
            Some(known) if known.deleted_at.is_none() && self.is_fresh(&known) => Ok(known),
            Some(known) if known.deleted_at.is_none() => match self.refresh_actor(id).await {
                Err(error) if error.is_retryable() => Ok(known),
                refreshed => refreshed,
            },
            Some(_) | None => self.refresh_actor(id).await,
        }
    }

    /// Fetches an actor whatever is known, and keeps it. Those who ask at the same time share one fetch.
    ///
    /// # Errors
    /// [`FetchError::Gone`] (410): the actor, if known, has been marked as deleted. It comes back only by a fetch that
    /// succeeds.
    pub async fn refresh_actor(&self, id: &ApId) -> Result<Actor, FetchError> {
        self.refresh_actor_of(id, None).await
    }

    /// As [`Fetcher::refresh_actor`], where WebFinger has confirmed the host of the actor's handle.
    pub(super) async fn refresh_actor_of(
        &self,
        id: &ApId,
        host: Option<String>,
    ) -> Result<Actor, FetchError> {
        let fetch = |fetcher: Self| {
            let (wanted, host) = (id.clone(), host.clone());
            async move { fetcher.fetch_and_keep(&wanted, host).await }.boxed()
        };
        self.share(&self.shared.actors, id.as_str(), fetch).await
    }

    fn is_fresh(&self, known: &Actor) -> bool {
        let age = |at: Timestamp| self.now().since(at);
        known.fetched_at.is_some_and(|at| age(at) < self.shared.limits.memory.actor_max_age)
    }

    async fn fetch_and_keep(&self, id: &ApId, host: Option<String>) -> Result<Actor, FetchError> {
        let url = iri_of(id)?;
        match self.fetch_actor(&url).await {
            Ok(document) => {
                self.shared.failures.clear(id.as_str());
                self.keep_actor(&document, host).await
            }
            Err(error) if error.is_of_our_own() => Err(error),
            Err(error) => {
                self.shared.failures.note(id.as_str(), error.clone(), self.now());
                if matches!(error, FetchError::Gone) {
                    self.mark_gone(id).await?;
                }
                Err(error)
            }
        }
    }

    /// The document of exactly this id.
    async fn fetch_actor(&self, id: &Iri) -> Result<ActorDocument, FetchError> {
        let fetched = self.fetch_document(id, &mut self.budget()).await?;
        if fetched.document.id().as_ref() != Some(id) {
            return Err(FetchError::WrongId);
        }
        if fetched.document.kind() == Some("Tombstone") {
            return Err(FetchError::Gone);
        }
        ActorDocument::read(fetched.document.value()).map_err(FetchError::not_activity_pub)
    }

    /// Keeps what an actor's own server has said about it; what is no longer listed is no longer trusted.
    ///
    /// Only for documents that were fetched from the actor's id. `host`: that of its handle, where WebFinger confirmed it.
    pub(super) async fn keep_actor(
        &self,
        document: &ActorDocument,
        host: Option<String>,
    ) -> Result<Actor, FetchError> {
        if self.is_own(&document.id) {
            return Err(FetchError::OwnHost);
        }
        let host = match host {
            Some(confirmed) => confirmed,
            None => self.handle_host(document).await?,
        };
        let fields = fields_of(document, host)?;
        let app = self.context();
        let before = self.known_actor(&document.id).await?;
        let was_known = before.is_some();
        let mut tx = app.begin().await?;
        let id = actor::upsert_remote(&mut tx, ActorId(app.new_id()), &fields, app.now()).await?;
        let inbox = fields.shared_inbox.as_ref().unwrap_or(&fields.inbox);
        if let Some(before) = before.filter(|before| before.delivery_inbox() != inbox) {
            subscription::move_follower(&mut tx, id, before.delivery_inbox(), inbox, app.now()).await?;
        }
        actor_key::replace_remote(&mut tx, id, &keys_of(document, id), app.now()).await?;
        if document.kind == ActorKind::Group {
            remote::keep_group(app, &mut tx, id, &group_of(document)).await?;
        }
        tx.commit().await?;
        self.shared.keys.forget_actor(id);
        if was_known {
            app.signals.forget_elsewhere(Forget::Actor(id));
        }
        let kept = actor::find(&app.store, id).await?;
        kept.ok_or_else(|| FetchError::not_activity_pub("the actor could not be kept"))
    }

    async fn mark_gone(&self, id: &ApId) -> Result<(), FetchError> {
        let app = self.context();
        let Some(known) = actor::find_by_ap_id(&app.store, id).await? else { return Ok(()) };
        // Who took leave before may have left what it wrote (Lemmy).
        if known.is_local || known.deleted_at.is_some() {
            return Ok(());
        }
        // Its own server has said so, which is as good as a Delete.
        remote::actor_deleted(app, known.id, Cause::Local).await?;
        let mut tx = app.begin().await?;
        actor_key::replace_remote(&mut tx, known.id, &[], app.now()).await?;
        tx.commit().await?;
        self.shared.keys.forget_actor(known.id);
        app.signals.forget_elsewhere(Forget::Actor(known.id));
        Ok(())
    }

    /// The host of an actor's handle: the one it claims (FEP-2c59) if WebFinger there agrees, else the one that was
    /// confirmed before, else that of its id.
    async fn handle_host(&self, document: &ActorDocument) -> Result<String, FetchError> {
        let before = self.known_actor(&document.id).await?.map(|known| known.host);
        let fallback = before.unwrap_or_else(|| document.id.authority().to_owned());
        let claimed = document.webfinger.as_deref().and_then(|handle| handle.rsplit_once('@'));
        let Some((name, host)) = claimed else { return Ok(fallback) };
        let (name, host) = (name.trim_start_matches('@'), host.to_ascii_lowercase());
        if host == fallback || !name.eq_ignore_ascii_case(&document.preferred_username) {
            return Ok(fallback);
        }
        Ok(match self.webfinger(name, &host).await {
            Ok(found) if found.host == host && found.actors.contains(&document.id) => host,
            // By its own word it belongs to a host that we do not deal with.
            Err(FetchError::Blocked) => return Err(FetchError::Blocked),
            _ => fallback,
        })
    }

    /// What is known of an actor without asking anybody.
    pub(crate) async fn known_actor(&self, id: &Iri) -> Result<Option<Actor>, FetchError> {
        Ok(actor::find_by_ap_id(&self.context().store, &ap_id_of(id)).await?)
    }
}

fn present(actor: Actor) -> Result<Actor, FetchError> {
    if actor.deleted_at.is_some() { Err(FetchError::Gone) } else { Ok(actor) }
}
