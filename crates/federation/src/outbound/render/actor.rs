//! Documents of our own actors: persons, groups, and the instance itself.

use guildhall_activitypub::{
    ActorKind as WireKind, Iri, ObjectKind, PublicKey,
    write::{self, GroupFields, Media},
};
use guildhall_app::App;
use guildhall_domain::{
    GroupId,
    actor::ActorKind,
    group::{Admission, Posting, Visibility},
};
use guildhall_store::{
    actor::Actor,
    actor_key::{self, ActorKey, KeyAlgorithm},
    group::{self, Group, RenderedRule},
};
use serde_json::Value;

use super::{RenderError, iri, part, text_iri};

/// Writes the document of a local actor.
///
/// # Errors
/// [`RenderError::Gone`] when its keys or, of a group, its settings are missing.
pub async fn document(app: &App, actor: &Actor) -> Result<Value, RenderError> {
    let keys = actor_key::list_of(&app.store, actor.id).await?;
    let group = match actor.kind {
        ActorKind::Group => Some(find_group(app, GroupId(actor.id.0)).await?),
        _ => None,
    };
    write(actor, &keys, group.as_ref(), &format!("{}/inbox", app.site.base_url))
}

/// A group's settings and rules.
struct Settings {
    group: Group,
    rules: Vec<RenderedRule>,
}

async fn find_group(app: &App, id: GroupId) -> Result<Settings, RenderError> {
    let group = group::find(&app.store, id).await?.ok_or(RenderError::Gone("group"))?;
    Ok(Settings { group, rules: group::list_rules(&app.store, id).await? })
}

fn write(
    actor: &Actor,
    keys: &[ActorKey],
    group: Option<&Settings>,
    shared_inbox: &str,
) -> Result<Value, RenderError> {
    let id = iri(&actor.ap_id)?;
    let places = Places::of(actor, group, shared_inbox)?;
    let rsa = key(keys, KeyAlgorithm::Rsa)?;
    let ed25519 = key(keys, KeyAlgorithm::Ed25519)?;
    let about = About::of(actor, group);
    let moderators = part(&actor.ap_id, "moderators")?;
    let featured = part(&actor.ap_id, "featured")?;
    let document = write::Actor {
        id: &id,
        kind: wire_kind(actor.kind),
        username: &actor.username,
        host: &actor.host,
        name: about.name.as_deref(),
        summary_html: about.summary_html.as_deref(),
        source_markdown: about.source.as_deref(),
        url: places.page.as_ref(),
        inbox: &places.inbox,
        shared_inbox: &places.shared_inbox,
        outbox: &places.outbox,
        followers: places.followers.as_ref(),
        following: None,
        icon: places.icon.as_ref().map(picture),
        image: None,
        rsa_key: (&rsa.0, &rsa.1),
        ed25519_key: (&ed25519.0, &ed25519.1),
        published: actor.created_at.as_millis(),
        updated: group.map(|settings| settings.group.updated_at.as_millis()),
        // By this, Lemmy knows a group that is read by its members alone.
        manually_approves: group.is_some_and(|settings| {
            let policy = settings.group.policy;
            policy.admission != Admission::Open || policy.visibility == Visibility::Members
        }),
        // Persons have not been asked yet; groups want to be found.
        discoverable: group.is_some_and(|settings| settings.group.policy.visibility != Visibility::Unlisted),
        indexable: group.is_some_and(|settings| settings.group.policy.visibility == Visibility::Public),
        also_known_as: &[],
        moved_to: None,
        group: group.map(|settings| GroupFields {
            moderators: &moderators,
            featured: &featured,
            posting_restricted_to_mods: settings.group.policy.posting == Posting::Moderators,
            sensitive: false,
            language: settings.group.language.as_deref().map(|tag| (tag, tag)),
        }),
    };
    Ok(document.to_value())
}

/// Where an actor's things are.
struct Places {
    page: Option<Iri>,
    inbox: Iri,
    shared_inbox: Iri,
    outbox: Iri,
    followers: Option<Iri>,
    icon: Option<Iri>,
}

impl Places {
    fn of(actor: &Actor, group: Option<&Settings>, shared_inbox: &str) -> Result<Self, RenderError> {
        let id = iri(&actor.ap_id)?;
        let parse = |text: &Option<String>| text.as_deref().and_then(|text| Iri::parse(text).ok());
        let picture = group.and_then(|settings| parse(&settings.group.picture_url));
        let followed = matches!(actor.kind, ActorKind::Person | ActorKind::Group);
        Ok(Self {
            page: parse(&actor.page_url).or_else(|| followed.then(|| id.clone())),
            inbox: text_iri(&actor.inbox)?,
            shared_inbox: text_iri(shared_inbox)?,
            outbox: part(&actor.ap_id, "outbox")?,
            followers: followed.then(|| part(&actor.ap_id, "followers")).transpose()?,
            icon: picture.or_else(|| parse(&actor.icon_url)),
        })
    }
}

/// What an actor says about itself.
struct About {
    name: Option<String>,
    summary_html: Option<String>,
    source: Option<String>,
}

impl About {
    fn of(actor: &Actor, group: Option<&Settings>) -> Self {
        match group {
            Some(Settings { group, rules }) => Self {
                name: Some(group.title.clone()),
                summary_html: Some(summary_html(group, rules)),
                source: Some(source(group, rules)),
            },
            None => Self {
                name: actor.display_name.clone(),
                summary_html: actor.summary_html.clone(),
                source: None,
            },
        }
    }
}

/// The description and, as threaded servers know them, the rules below it.
fn summary_html(group: &Group, rules: &[RenderedRule]) -> String {
    let mut html = group.description_html.trim_end().to_owned();
    if !rules.is_empty() {
        html.push_str("<hr><ol>");
        for RenderedRule { rule, text_html } in rules {
            for part in
                ["<li><p><strong>", &escape(&rule.title), "</strong></p>", text_html.trim_end(), "</li>"]
            {
                html.push_str(part);
            }
        }
        html.push_str("</ol>");
    }
    html
}

fn source(group: &Group, rules: &[RenderedRule]) -> String {
    let listed: Vec<String> = (1..).zip(rules).map(|(number, rule)| source_of_rule(number, rule)).collect();
    let before = if listed.is_empty() { "" } else { "\n\n---\n\n" };
    format!("{}{before}{}", group.description_source.trim_end(), listed.join("\n"))
}

fn source_of_rule(number: usize, RenderedRule { rule, .. }: &RenderedRule) -> String {
    let title = &rule.title;
    match rule.text.trim() {
        "" => format!("{number}. **{title}**"),
        text => format!("{number}. **{title}**\n\n   {}\n", text.replace('\n', "\n   ")),
    }
}

/// Text that stands for itself in HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn key(keys: &[ActorKey], algorithm: KeyAlgorithm) -> Result<(Iri, PublicKey), RenderError> {
    let key = keys.iter().find(|key| key.algorithm == algorithm).ok_or(RenderError::Gone("key"))?;
    let public = match algorithm {
        KeyAlgorithm::Rsa => PublicKey::from_rsa_der(&key.public_key)?,
        KeyAlgorithm::Ed25519 => PublicKey::from_ed25519_bytes(&key.public_key)?,
    };
    Ok((text_iri(&key.key_id)?, public))
}

fn picture(url: &Iri) -> Media<'_> {
    Media { url, media_type: None, name: None }
}

/// The type on the wire.
pub fn wire_kind(kind: ActorKind) -> WireKind {
    match kind {
        ActorKind::Person => WireKind::Person,
        ActorKind::Group => WireKind::Group,
        ActorKind::Application => WireKind::Application,
        ActorKind::Service => WireKind::Service,
        ActorKind::Organization => WireKind::Organization,
    }
}

/// What is left of an actor that is gone.
pub fn tombstone(actor: &Actor) -> Result<Value, RenderError> {
    let former = ObjectKind::from_name(wire_kind(actor.kind).as_str());
    let gone_at = actor.deleted_at.unwrap_or(actor.created_at);
    Ok(write::tombstone(&iri(&actor.ap_id)?, &former, gone_at.as_millis()))
}
