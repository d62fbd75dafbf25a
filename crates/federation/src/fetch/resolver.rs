//! The port of the use cases: who is this, what is this.

use guildhall_app::block_list::Validators;
use guildhall_app::port::{FetchedList, PortFuture, RemoteResolver, ResolveError};
use guildhall_domain::{ActorId, Handle};
use guildhall_store::actor::{self, Actor};

use super::fetcher::ap_id_of;
use super::{FetchError, Fetcher};

impl RemoteResolver for Fetcher {
    fn is_switched_off(&self) -> bool {
        self.shared.net.is_switched_off()
    }

    fn actor_by_handle<'a>(&'a self, handle: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async move {
            let fetcher = self.for_one_cause();
            let found = fetcher.actor_of_handle(handle).await?;
            fetcher.learn_moderators(&found, self.shared.limits.memory.actor_max_age).await;
            Ok(found.id)
        })
    }

    fn block_list<'a>(
        &'a self,
        url: &'a str,
        known: &'a Validators,
    ) -> PortFuture<'a, Result<FetchedList, ResolveError>> {
        Box::pin(self.fetch_block_list(url, known))
    }
}

impl Fetcher {
    /// The actor with a handle: ours, known, or found by WebFinger.
    async fn actor_of_handle(&self, handle: &Handle) -> Result<Actor, FetchError> {
        let app = self.context();
        let Some(host) = handle.host.as_deref().filter(|host| *host != app.site.host) else {
            let found = actor::find_local_by_name(&app.store, &handle.name).await?;
            return found.filter(|found| found.deleted_at.is_none()).ok_or(FetchError::NotFound);
        };
        if let Some(known) = actor::find_by_handle(&app.store, &handle.name, host).await? {
            return Fetcher::actor(self, &known.ap_id).await;
        }
        let found = self.webfinger(&handle.name, host).await?;
        let id = found.actors.first().ok_or(FetchError::NotFound)?;
        let host = self.confirmed_host(&handle.name, found.host, id).await;
        let actor = self.refresh_actor_of(&ap_id_of(id), host).await?;
        // The actor has to say the same of itself, or one host could name another's actors as it likes.
        if actor.username.eq_ignore_ascii_case(&handle.name) { Ok(actor) } else { Err(FetchError::WrongId) }
    }
}
