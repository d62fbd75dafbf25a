//! The rest of a thread that was found in the middle: what its group lists in the thread's `context` (FEP-7888).

use guildhall_activitypub::{Iri, Object, collection::Item};
use guildhall_domain::{ApId, GroupId};
use guildhall_store::actor;

use super::{
    Trouble,
    incoming::known_entry,
    thread::{ThreadSource, bring_in_known},
};
use crate::{
    Federation,
    fetch::{Budget, FetchError},
};

/// Fetches what a group elsewhere lists of a thread and is missing here, within one budget. What cannot be had is left
/// out: the thread itself is there, and its answers will still come as they are written.
pub(super) async fn backfill(
    federation: &Federation,
    source: &ThreadSource<'_>,
    group: GroupId,
    root: &Object,
) -> Result<(), Trouble> {
    let Some(context) = listed_by_group(federation, group, root).await? else {
        return Ok(());
    };
    let mut budget = federation.fetcher.budget();
    let Ok(items) = federation.fetcher.fetch_collection(&ApId::new(context.as_str()), &mut budget).await
    else {
        return Ok(());
    };
    let mut missing = Vec::new();
    for item in items {
        match fetch_missing(federation, &context, item, &mut budget).await {
            Ok(object) => missing.extend(object),
            Err(_) => break,
        }
    }
    // Parents are older than their answers, so that each finds its place; but for those of one second.
    missing.sort_by_key(|object| object.published);
    loop {
        let mut left = Vec::new();
        for object in &missing {
            if !bring_in_known(federation, source, group, object).await? {
                left.push(object.clone());
            }
        }
        if left.is_empty() || left.len() == missing.len() {
            return Ok(());
        }
        missing = left;
    }
}

/// The thread's collection, where the group's own server keeps it: its list is then the group's word on what is in.
async fn listed_by_group(
    federation: &Federation,
    group: GroupId,
    root: &Object,
) -> Result<Option<Iri>, Trouble> {
    let group = actor::find(&federation.app.store, group.actor()).await?;
    let group = group.and_then(|group| Iri::parse(group.ap_id.as_str()).ok());
    let context = root.context.clone().filter(|context| !federation.fetcher.is_own(context));
    Ok(group.zip(context).filter(|(group, context)| group.same_origin(context)).map(|(_, context)| context))
}

async fn fetch_missing(
    federation: &Federation,
    context: &Iri,
    item: Item,
    budget: &mut Budget,
) -> Result<Option<Object>, FetchError> {
    let Some(id) = item.id() else {
        return Ok(None);
    };
    let is_known = known_entry(federation, &id).await.map_or(true, |known| known.is_some());
    if is_known || federation.fetcher.is_own(&id) {
        return Ok(None);
    }
    if let Item::Embedded(value) = &item
        && id.same_origin(context)
    {
        return Ok(Object::read(value).ok());
    }
    match federation.fetcher.fetch_object_within(&ApId::new(id.as_str()), budget).await {
        Ok(object) => Ok(Some(object)),
        Err(error @ (FetchError::BudgetSpent | FetchError::Store(_))) => Err(error),
        Err(_) => Ok(None),
    }
}
