//! Asking the server of an activity whether it is as somebody else has passed it on.

use guildhall_activitypub::activity::Payload;
use guildhall_activitypub::{Activity, Document, Iri, Object, Verb};
use guildhall_domain::ApId;
use serde_json::{Map, Value, json};

use super::Rejection;
use super::claim::Claim;
use crate::fetch::{Budget, FetchError, Fetcher};

/// What its own server says: the activity under its id, else the object that it creates, changes or deletes.
///
/// # Errors
/// [`Rejection::NotConfirmed`], or [`Rejection::OriginUnreachable`] when another try may be worth it.
pub(super) async fn refetch(
    fetcher: &Fetcher,
    claim: &Claim,
    budget: &mut Budget,
) -> Result<(Activity, Document), Rejection> {
    let told = match activity_of(fetcher, claim, budget).await {
        // Not every server shows its activities, but objects they do.
        Ok(None) => by_object(fetcher, claim, budget).await,
        found => found,
    };
    match told {
        Ok(Some(found)) => Ok(found),
        Err(FetchError::Store(error)) => Err(Rejection::Store(error)),
        Err(error) if may_change(&error) => Err(Rejection::OriginUnreachable(error)),
        Ok(None) | Err(_) => Err(Rejection::NotConfirmed),
    }
}

/// The activity as it is found under its id. `None`: it is not.
async fn activity_of(
    fetcher: &Fetcher,
    claim: &Claim,
    budget: &mut Budget,
) -> Result<Option<(Activity, Document)>, FetchError> {
    let wanted = &claim.activity;
    let document = match fetcher.fetch_document(&wanted.id, budget).await {
        Ok(answer) => answer.document,
        Err(error) if may_change(&error) => return Err(error),
        Err(_) => return Ok(None),
    };
    let found = Activity::read(&document).ok();
    Ok(found
        .filter(|found| found.id == wanted.id && found.actor == wanted.actor)
        .map(|found| (found, document)))
}

async fn by_object(
    fetcher: &Fetcher,
    claim: &Claim,
    budget: &mut Budget,
) -> Result<Option<(Activity, Document)>, FetchError> {
    let actor = &claim.activity.actor;
    match &claim.activity.verb {
        Verb::Create(payload) | Verb::Update(payload) => {
            let Some(id) = object_id(payload).filter(|id| id.same_origin(actor)) else { return Ok(None) };
            let found = object_at(fetcher, id, budget).await?;
            Ok(found
                .filter(|object| object.attributed_to.contains(actor))
                .and_then(|object| rebuilt(claim, &object)))
        }
        Verb::Delete(deletion) if deletion.object.same_origin(actor) => {
            let is_gone = object_at(fetcher, &deletion.object, budget).await?.is_none();
            Ok(is_gone.then(|| farewell(claim, &deletion.object)).flatten())
        }
        _ => Ok(None),
    }
}

fn object_id(payload: &Payload) -> Option<&Iri> {
    match payload {
        Payload::Object(object) => Some(&object.id),
        Payload::Id(id) => Some(id),
        Payload::Actor(_) => None,
    }
}

/// The object of exactly this id. `None`: its server says there is none.
async fn object_at(fetcher: &Fetcher, id: &Iri, budget: &mut Budget) -> Result<Option<Object>, FetchError> {
    match fetcher.fetch_object_within(&ApId::new(id.as_str()), budget).await {
        Ok(object) if object.id == *id => Ok(Some(object)),
        Ok(_) => Err(FetchError::WrongId),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The id of an activity that was made of what its server says about an object. Not the one that was claimed: nobody has
/// confirmed that, and it may be the one of another activity that is still to come.
fn confirmed_id(object: &Iri, kind: &str, version: Option<i64>) -> String {
    let version = version.map(|at| format!("-{at}")).unwrap_or_default();
    format!("{}#confirmed-{}{version}", object.without_fragment(), kind.to_ascii_lowercase())
}

/// The `Delete` of an object that is gone; of the sender's words nothing remains but who and what.
fn farewell(claim: &Claim, object: &Iri) -> Option<(Activity, Document)> {
    let document = Document::from_value(&json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": confirmed_id(object, "Delete", None),
        "type": "Delete",
        "actor": claim.activity.actor,
        "to": [guildhall_activitypub::PUBLIC],
        "object": object,
    }))
    .ok()?;
    Some((Activity::read(&document).ok()?, document))
}

/// The activity around what its server says about the object; of the sender's words only the type remains.
fn rebuilt(claim: &Claim, object: &Object) -> Option<(Activity, Document)> {
    let kind = claim.document.kind()?;
    let version = object.updated.filter(|_| kind == "Update");
    let mut fields = Map::new();
    fields.insert("id".to_owned(), json!(confirmed_id(&object.id, kind, version)));
    fields.insert("type".to_owned(), json!(kind));
    fields.insert("actor".to_owned(), json!(claim.activity.actor));
    for name in ["@context", "to", "cc", "audience", "published"] {
        if let Some(value) = object.raw.get(name) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    fields.insert("object".to_owned(), object.raw.clone());
    let document = Document::from_value(&Value::Object(fields)).ok()?;
    Some((Activity::read(&document).ok()?, document))
}

/// Whether asking again later may bring another answer.
fn may_change(error: &FetchError) -> bool {
    error.is_retryable() || matches!(error, FetchError::BudgetSpent)
}
