//! Followers kept in step (FEP-8fcf), on the receiving side: a group elsewhere says with what it sends which of our people
//! are its members, by a digest. Where ours differs, it is asked, and what it says holds.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use guildhall_activitypub::{
    Iri,
    collection::{Item, MAX_ITEMS},
    signature::ParsedSignature,
    synchronization::{COLLECTION_SYNCHRONIZATION, FollowersDigest, Synchronization},
};
use guildhall_app::group::{TakeMembers, take_members};
use guildhall_domain::{ActorId, ApId, GroupId, Timestamp, actor::ActorKind};
use guildhall_store::{
    StoreError,
    actor::{self, Actor},
    membership,
};
use http::HeaderMap;
use moka::sync::Cache;
use tokio::sync::Notify;

use super::verify::{Authentication, VerifiedActivity};
use crate::Federation;

/// How long a group is not asked again.
const PAUSE: Duration = Duration::from_mins(10);
/// Groups that wait to be asked, at most.
const MOST_WAITING: usize = 1_000;
/// How long our own digest of a group is used, which is made of all our people in it. Before one that differs is believed, it
/// is made anew.
const FRESH_FOR: Duration = Duration::from_mins(1);
/// The longest list that is read: as much of it as one document may have.
const MOST_LISTED: usize = MAX_ITEMS;

/// The groups that are to be asked who of our people is in them.
pub(crate) struct Synchronizations {
    waiting: Mutex<BTreeMap<ActorId, Iri>>,
    asked: Cache<ActorId, Timestamp>,
    ours: Cache<ActorId, (Timestamp, FollowersDigest)>,
    wake: Notify,
}

impl Default for Synchronizations {
    fn default() -> Self {
        let asked = Cache::builder().max_capacity(10_000).build();
        let ours = Cache::builder().max_capacity(10_000).build();
        Self { waiting: Mutex::default(), asked, ours, wake: Notify::default() }
    }
}

impl Synchronizations {
    fn push(&self, group: ActorId, url: Iri) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST_WAITING {
            waiting.insert(group, url);
        }
        self.wake.notify_one();
    }

    fn take(&self) -> Option<(ActorId, Iri)> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_first()
    }
}

/// Notes that the sender of a verified activity counts other members than we do. Costs nothing where it says nothing.
///
/// Only where the signature covers the header: else anybody on the way could have put it there.
pub(super) async fn compare(federation: &Federation, headers: &HeaderMap, verified: &VerifiedActivity) {
    let Some(said) = said(headers, verified) else { return };
    match differs(federation, verified.actor(), &said).await {
        Ok(true) => federation.synchronizations.push(verified.actor(), said.url),
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "members could not be compared");
        }
    }
}

fn said(headers: &HeaderMap, verified: &VerifiedActivity) -> Option<Synchronization> {
    let mut given = headers.get_all(COLLECTION_SYNCHRONIZATION).iter();
    let text = given.next()?.to_str().ok()?;
    if given.next().is_some() || verified.authentication() != Authentication::Signature {
        return None;
    }
    let signature = ParsedSignature::from_headers(headers).ok()?;
    let is_covered = signature.covered().any(|name| name == COLLECTION_SYNCHRONIZATION);
    Synchronization::parse(text).filter(|_| is_covered)
}

async fn differs(
    federation: &Federation,
    sender: ActorId,
    said: &Synchronization,
) -> Result<bool, StoreError> {
    let app = &federation.app;
    let now = app.now();
    if federation.synchronizations.asked.get(&sender).is_some_and(|at| now.since(at) < PAUSE) {
        return Ok(false);
    }
    let ours = &federation.synchronizations.ours;
    if ours.get(&sender).is_some_and(|(at, digest)| now.since(at) < FRESH_FOR && digest == said.digest) {
        return Ok(false);
    }
    let is_group_elsewhere = |actor: &Actor| actor.kind == ActorKind::Group && !actor.is_local;
    let Some(found) = actor::find(&app.store, sender).await?.filter(is_group_elsewhere) else {
        return Ok(false);
    };
    // It speaks of its own followers, and names its own server.
    let is_its_own = found.followers.as_deref() == Some(said.collection.as_str())
        && Iri::parse(found.ap_id.as_str()).is_ok_and(|id| id.same_origin(&said.url));
    if !is_its_own {
        return Ok(false);
    }
    let members = membership::list_here(&app.store, GroupId(sender.0)).await?;
    let digest: FollowersDigest = members.iter().map(|(_, id)| id.as_str()).collect();
    ours.insert(sender, (now, digest));
    Ok(digest != said.digest)
}

/// Asks the groups that wait to be asked, until `stop` ends.
pub async fn run(federation: Federation, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = federation.synchronizations.wake.notified() => {}
        }
        tokio::select! {
            () = &mut stop => return,
            () = run_until_idle(&federation) => {}
        }
    }
}

/// Asks the groups that wait to be asked now.
pub async fn run_until_idle(federation: &Federation) {
    while let Some((group, url)) = federation.synchronizations.take() {
        federation.synchronizations.asked.insert(group, federation.app.now());
        if let Err(error) = ask(federation, group, &url).await {
            tracing::info!(error, url = url.as_str(), "a group elsewhere did not say who its members are");
        }
    }
}

/// What the group says holds for those who were members before it was asked: who joined meanwhile may be missing.
async fn ask(federation: &Federation, group: ActorId, url: &Iri) -> Result<(), String> {
    let asked_at = federation.app.now();
    let listed = federation.fetcher.fetch_all(&ApId::new(url.as_str()), MOST_LISTED).await;
    let listed = listed.map_err(|error| error.to_string())?;
    let Some(listed) = listed else { return Err("its list is too long, or broke off".to_owned()) };
    let members = listed.iter().filter_map(Item::id).map(|id| ApId::new(id.as_str())).collect();
    let command = TakeMembers { group: GroupId(group.0), members, asked_at };
    take_members(&federation.app, command).await.map_err(|error| error.to_string())
}
