//! Keys of our own actors: the first ones, and others in their place when they may have been stolen.

use guildhall_domain::{
    ActorId, ApId, Timestamp,
    event::{Cause, Event, EventKind},
};
use guildhall_store::{
    StoreError, Tx,
    actor::{self, Actor},
    actor_key::{self, ActorKey, KeyAlgorithm},
    event, signing_key,
};

use crate::{App, Forget, cause::new_event, port::NewKeys};

/// Actors read at once.
const PAGE: u32 = 500;

/// Gives an actor of ours other keys under the ids of those it has, which count no longer from then on: its document shows
/// the new ones alone.
///
/// The old ones still sign what is on the delivery log, and the news that goes to other servers; that is an event like
/// any other, so it takes its time, and beside a running server nothing has to be stopped.
pub async fn rotate(app: &App, actor: &Actor) -> Result<(), StoreError> {
    let keys = local_keys(actor.id, &actor.ap_id, app.keys.next().await);
    let news: Event = new_event(app, Cause::Local, EventKind::KeysChanged { actor: actor.id });
    let mut tx = app.begin().await?;
    signing_key::replace(&mut tx, actor.id, &keys, news.id, news.at).await?;
    event::append(&mut tx, &news).await?;
    tx.commit().await?;
    app.signals.forget(Forget::Actor(actor.id));
    app.signals.event.notify_one();
    Ok(())
}

/// Everybody who has keys here: persons, groups and the instance itself, the oldest first.
pub async fn list_owners(app: &App) -> Result<Vec<Actor>, StoreError> {
    let mut owners: Vec<Actor> = Vec::new();
    loop {
        let after = owners.last().map_or(ActorId(i64::MIN), |last| last.id);
        let page = actor::list_local(&app.store, after, PAGE).await?;
        if page.is_empty() {
            return Ok(owners);
        }
        owners.extend(page);
    }
}

/// One who has keys here, by name; the instance itself by its host. Nobody who was deleted.
pub async fn find_owner(app: &App, name: &str) -> Result<Option<Actor>, StoreError> {
    let found = actor::find_local_by_name(&app.store, name).await?;
    Ok(found.filter(|actor| actor.deleted_at.is_none()))
}

/// Keeps the two pairs of keys of a new local actor.
pub(crate) async fn insert_keys(
    tx: &mut Tx,
    actor_id: ActorId,
    ap_id: &ApId,
    keys: NewKeys,
    now: Timestamp,
) -> Result<(), StoreError> {
    for key in local_keys(actor_id, ap_id, keys) {
        actor_key::insert(tx, &key, now).await?;
    }
    Ok(())
}

fn local_keys(actor_id: ActorId, ap_id: &ApId, keys: NewKeys) -> [ActorKey; 2] {
    let pairs =
        [("main-key", KeyAlgorithm::Rsa, keys.rsa), ("ed25519-key", KeyAlgorithm::Ed25519, keys.ed25519)];
    pairs.map(|(fragment, algorithm, (public_key, private_key))| ActorKey {
        key_id: format!("{ap_id}#{fragment}"),
        actor_id,
        algorithm,
        public_key,
        private_key: Some(private_key),
    })
}
