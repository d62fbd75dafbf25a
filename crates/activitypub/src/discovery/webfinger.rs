//! WebFinger: from a handle to an actor's id.

use serde_json::{Map, Value, json};

use crate::{ActorKind, Iri, read};

/// The media type of the answer.
pub const JRD_JSON: &str = "application/jrd+json";

/// How many links are read.
const MAX_LINKS: usize = 32;
/// The property by which Lemmy tells a person and a group of one name apart.
const TYPE_PROPERTY: &str = "https://www.w3.org/ns/activitystreams#type";

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// `acct:name@host`, also without `acct:` and with `@` or `!` before the name.
    Acct {
        /// The part before the host, as written.
        name: String,
        /// The host in lower case, with a port where there is one.
        host: String,
    },
    /// An actor's or the server's own URL.
    Url(Iri),
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jrd {
    /// The canonical `acct:` URI.
    pub subject: String,
    /// Other names of the same actor.
    pub aliases: Vec<String>,
    /// Where more is found.
    pub links: Vec<JrdLink>,
}

/// A link of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JrdLink {
    /// What it is to the subject.
    pub rel: String,
    /// The media type there.
    pub media_type: Option<String>,
    /// Where it leads.
    pub href: Option<String>,
    /// Where it leads, with `{uri}` to be filled in.
    pub template: Option<String>,
    /// The type of the actor there, where told.
    pub actor_kind: Option<ActorKind>,
}

/// An actor that an answer names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorLink {
    /// The actor's id.
    pub id: Iri,
    /// Its type, where told.
    pub kind: Option<ActorKind>,
}

impl Resource {
    /// Reads the query's `resource`, or a handle that somebody typed. None for what is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(url) = Iri::parse(text) {
            return Some(Self::Url(url));
        }
        let handle = text.strip_prefix("acct:").unwrap_or(text);
        let (name, host) = handle.trim_start_matches(['@', '!']).rsplit_once('@')?;
        // Through an IRI, for the same spelling of hosts everywhere.
        let host = Iri::parse(&format!("https://{host}/")).ok().filter(|iri| iri.path_and_query() == "/")?;
        let plain = !name.is_empty() && !name.contains(['@', '/', ' ']) && name.len() <= 256;
        plain.then(|| Self::Acct { name: name.to_owned(), host: host.authority().to_owned() })
    }
}

impl Jrd {
    /// Reads an answer; None when it is no JSON object.
    pub fn read(value: &Value) -> Option<Self> {
        value.as_object()?;
        let aliases = read::items(value, "aliases").filter_map(Value::as_str);
        Some(Self {
            subject: read::string(value, "subject").unwrap_or_default(),
            aliases: aliases.take(MAX_LINKS).map(str::to_owned).collect(),
            links: read::items(value, "links").take(MAX_LINKS).filter_map(JrdLink::read).collect(),
        })
    }

    /// The answer of our own server about one of its actors.
    pub fn for_actor(handle: &str, id: &Iri, page: Option<&Iri>, kind: ActorKind) -> Self {
        let actor = JrdLink {
            rel: "self".to_owned(),
            media_type: Some(crate::ACTIVITY_JSON.to_owned()),
            href: Some(id.as_str().to_owned()),
            actor_kind: Some(kind),
            ..JrdLink::default()
        };
        let page_link = page.map(|page| JrdLink {
            rel: "http://webfinger.net/rel/profile-page".to_owned(),
            media_type: Some("text/html".to_owned()),
            href: Some(page.as_str().to_owned()),
            ..JrdLink::default()
        });
        let mut aliases = vec![id.as_str().to_owned()];
        aliases.extend(page.filter(|page| *page != id).map(|page| page.as_str().to_owned()));
        Self {
            subject: format!("acct:{handle}"),
            aliases,
            links: page_link.into_iter().chain([actor]).collect(),
        }
    }

    /// Writes an answer.
    pub fn to_value(&self) -> Value {
        let links: Vec<_> = self.links.iter().map(JrdLink::to_value).collect();
        json!({ "subject": self.subject, "aliases": self.aliases, "links": links })
    }

    /// The actors it names: links of relation `self` with one of the two media types.
    pub fn actors(&self) -> impl Iterator<Item = ActorLink> {
        self.links.iter().filter(|link| link.is_actor()).filter_map(|link| {
            Some(ActorLink { id: Iri::parse(link.href.as_deref()?).ok()?, kind: link.actor_kind })
        })
    }
}

impl JrdLink {
    fn read(value: &Value) -> Option<Self> {
        let kind = value.get("properties").and_then(|all| all.get(TYPE_PROPERTY)).and_then(Value::as_str);
        Some(Self {
            rel: read::string(value, "rel")?,
            media_type: read::string(value, "type"),
            href: read::string(value, "href"),
            template: read::string(value, "template"),
            actor_kind: kind.and_then(ActorKind::from_name),
        })
    }

    fn to_value(&self) -> Value {
        let mut members = Map::new();
        let mut put = |name: &str, text: Option<&str>| {
            if let Some(text) = text {
                members.insert(name.to_owned(), Value::from(text));
            }
        };
        put("rel", Some(&self.rel));
        put("type", self.media_type.as_deref());
        put("href", self.href.as_deref());
        put("template", self.template.as_deref());
        if let Some(kind) = self.actor_kind {
            members.insert("properties".to_owned(), json!({ TYPE_PROPERTY: kind.as_str() }));
        }
        Value::Object(members)
    }

    fn is_actor(&self) -> bool {
        let media_type = self.media_type.as_deref().unwrap_or_default();
        let known = media_type.starts_with(crate::ACTIVITY_JSON)
            || (media_type.starts_with("application/ld+json") && media_type.contains("activitystreams"));
        self.rel == "self" && known
    }
}
