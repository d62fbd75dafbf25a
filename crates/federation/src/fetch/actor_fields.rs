//! From an actor's document to what is kept of it.

use guildhall_activitypub::actor::{ActorKey as ListedKey, Moderators};
use guildhall_activitypub::key::KeyKind;
use guildhall_activitypub::{ActorDocument, ActorKind as WireKind, Iri};
use guildhall_app::remote::RemoteGroup;
use guildhall_domain::actor::ActorKind;
use guildhall_domain::text::{clean, clean_line};
use guildhall_domain::{ActorId, Timestamp};
use guildhall_store::actor::ActorFields;
use guildhall_store::actor_key::{ActorKey, KeyAlgorithm};

use super::fetcher::ap_id_of;
use super::{FetchError, key_bytes};

/// Longest name before the `@`, in characters.
const MAX_USERNAME: usize = 128;
/// Longest display name, in characters; the rest is cut off.
const MAX_NAME: usize = 200;
/// Longest text about itself, in bytes of HTML; a longer one is left out.
const MAX_SUMMARY: usize = 64 << 10;

/// What is kept of an actor whose handle ends in `host`.
pub(super) fn fields_of(document: &ActorDocument, host: String) -> Result<ActorFields, FetchError> {
    let text = |iri: &Option<Iri>| iri.as_ref().map(|iri| iri.as_str().to_owned());
    if !document.inbox.same_origin(&document.id) {
        // Else anybody could have us send another host what it never asked for.
        return Err(FetchError::not_activity_pub("`inbox` is of another origin than the actor"));
    }
    Ok(ActorFields {
        ap_id: ap_id_of(&document.id),
        kind: kind_of(document.kind),
        username: username(&document.preferred_username)?,
        host,
        display_name: document.name.as_ref().map(|name| clean_line(name).chars().take(MAX_NAME).collect()),
        summary_html: summary(document),
        page_url: text(&document.url),
        icon_url: text(&document.icon),
        inbox: document.inbox.as_str().to_owned(),
        shared_inbox: text(
            &document.shared_inbox.clone().filter(|shared| shared.same_origin(&document.inbox)),
        ),
        outbox: text(&document.outbox),
        followers: text(&document.followers),
        moderators_url: match &document.moderators {
            Moderators::Collection(url) => Some(url.as_str().to_owned()),
            Moderators::Listed(_) | Moderators::Unknown => None,
        },
        featured_url: text(&document.featured),
        wall_url: text(&document.wall),
        also_known_as: document.also_known_as.iter().map(|iri| iri.as_str().to_owned()).collect(),
        moved_to: text(&document.moved_to),
        remote_updated_at: document.updated.map(Timestamp),
        published_at: document.published.map(Timestamp),
    })
}

/// What is kept of a group besides.
pub(super) fn group_of(document: &ActorDocument) -> RemoteGroup {
    let name = document.name.clone().filter(|name| !name.trim().is_empty());
    RemoteGroup {
        title: name.map_or_else(
            || document.preferred_username.clone(),
            |name| name.chars().take(MAX_NAME).collect(),
        ),
        description_source: document
            .source_markdown
            .as_deref()
            .map(clean)
            .filter(|source| source.len() <= MAX_SUMMARY),
        description_html: summary(document).unwrap_or_default(),
        language: None,
        picture_url: document.icon.as_ref().map(|icon| icon.as_str().to_owned()),
        approves_members: document.manually_approves,
        is_restricted: document.posting_restricted_to_mods,
    }
}

/// The keys that the actor may sign with: of its own origin, and by no word another's.
pub(super) fn keys_of(document: &ActorDocument, actor: ActorId) -> Vec<ActorKey> {
    let belongs = |key: &&ListedKey| {
        key.id.same_origin(&document.id) && key.owner.as_ref().is_none_or(|owner| *owner == document.id)
    };
    let listed = document.keys.iter().filter(belongs);
    listed
        .filter_map(|listed| {
            Some(ActorKey {
                key_id: listed.id.as_str().to_owned(),
                actor_id: actor,
                algorithm: match listed.key.kind() {
                    KeyKind::Rsa => KeyAlgorithm::Rsa,
                    KeyKind::Ed25519 => KeyAlgorithm::Ed25519,
                },
                public_key: key_bytes::to_bytes(&listed.key)?,
                private_key: None,
            })
        })
        .collect()
}

fn kind_of(kind: WireKind) -> ActorKind {
    match kind {
        WireKind::Person => ActorKind::Person,
        WireKind::Group => ActorKind::Group,
        WireKind::Application => ActorKind::Application,
        WireKind::Service => ActorKind::Service,
        WireKind::Organization => ActorKind::Organization,
    }
}

/// A name that can stand before an `@`.
fn username(name: &str) -> Result<String, FetchError> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "@/?#\\<>\"".contains(c);
    if name.is_empty() || name.chars().count() > MAX_USERNAME || name.contains(odd) {
        return Err(FetchError::not_activity_pub("`preferredUsername` cannot be part of a handle"));
    }
    Ok(name.to_owned())
}

fn summary(document: &ActorDocument) -> Option<String> {
    let html = document.summary_html.as_deref().filter(|html| html.len() <= MAX_SUMMARY)?;
    Some(guildhall_app::markup::sanitise_html(&clean(html)))
}
