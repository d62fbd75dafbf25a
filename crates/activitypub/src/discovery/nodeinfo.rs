//! NodeInfo 2.0 and 2.1: what software a server runs, and a few counts.

use serde_json::{Value, json};

use crate::{Iri, read};

/// The namespace of the links, before the version.
const SCHEMA: &str = "http://nodeinfo.diaspora.software/ns/schema/";

/// A `NodeInfo` document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeInfo {
    /// The software's name, in lower case.
    pub software: String,
    /// Its version.
    pub version: String,
    /// Where its source is (2.1 only).
    pub repository: Option<String>,
    /// Where it is described (2.1 only).
    pub homepage: Option<String>,
    /// The protocols it speaks: `activitypub`.
    pub protocols: Vec<String>,
    /// Whether anybody may sign up.
    pub open_registrations: bool,
    /// Counts.
    pub usage: Usage,
    /// Whatever else it tells; an object.
    pub metadata: Value,
}

/// Counts of a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Accounts.
    pub users: Option<u64>,
    /// Accounts active in the last 30 days.
    pub active_month: Option<u64>,
    /// Accounts active in the last 180 days.
    pub active_half_year: Option<u64>,
    /// Posts made here.
    pub local_posts: Option<u64>,
    /// Comments made here.
    pub local_comments: Option<u64>,
}

/// The two versions in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeInfoVersion {
    /// 2.0
    V2_0,
    /// 2.1: with repository and homepage.
    V2_1,
}

impl NodeInfoVersion {
    /// `2.0` or `2.1`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V2_1 => "2.1",
        }
    }
}

impl NodeInfo {
    /// Reads a document; None when it names no software.
    pub fn read(value: &Value) -> Option<Self> {
        let software = value.get("software")?;
        let usage = value.get("usage").unwrap_or(&Value::Null);
        let users = usage.get("users").unwrap_or(&Value::Null);
        Some(Self {
            software: read::string(software, "name")?.to_lowercase(),
            version: read::string(software, "version").unwrap_or_default(),
            repository: read::string(software, "repository"),
            homepage: read::string(software, "homepage"),
            protocols: read::items(value, "protocols")
                .filter_map(Value::as_str)
                .take(16)
                .map(str::to_owned)
                .collect(),
            open_registrations: read::boolean(value, "openRegistrations").unwrap_or(false),
            usage: Usage {
                users: read::number(users, "total"),
                active_month: read::number(users, "activeMonth"),
                active_half_year: read::number(users, "activeHalfyear"),
                local_posts: read::number(usage, "localPosts"),
                local_comments: read::number(usage, "localComments"),
            },
            metadata: value.get("metadata").filter(|data| data.is_object()).cloned().unwrap_or(json!({})),
        })
    }

    /// Writes a document in one of the versions.
    pub fn to_value(&self, version: NodeInfoVersion) -> Value {
        let mut software = json!({ "name": self.software, "version": self.version });
        if version == NodeInfoVersion::V2_1 {
            for (name, text) in [("repository", &self.repository), ("homepage", &self.homepage)] {
                if let Some(text) = text {
                    software[name] = Value::from(text.as_str());
                }
            }
        }
        let metadata = if self.metadata.is_object() { self.metadata.clone() } else { json!({}) };
        json!({
            "version": version.as_str(),
            "software": software,
            "protocols": self.protocols,
            "services": { "inbound": [], "outbound": [] },
            "openRegistrations": self.open_registrations,
            "usage": self.usage.to_value(),
            "metadata": metadata,
        })
    }
}

impl Usage {
    fn to_value(self) -> Value {
        let mut usage = counts(&[("localPosts", self.local_posts), ("localComments", self.local_comments)]);
        usage["users"] = counts(&[
            ("total", self.users),
            ("activeMonth", self.active_month),
            ("activeHalfyear", self.active_half_year),
        ]);
        usage
    }
}

/// An object of the counts that are known.
fn counts(named: &[(&str, Option<u64>)]) -> Value {
    named.iter().filter_map(|(name, count)| Some(((*name).to_owned(), Value::from((*count)?)))).collect()
}

/// Of the links at `/.well-known/nodeinfo`, the one to the newest version that we read.
pub fn nodeinfo_link(value: &Value) -> Option<Iri> {
    ["2.1", "2.0"].into_iter().find_map(|version| {
        let wanted = format!("{SCHEMA}{version}");
        let mut links = read::items(value, "links").take(16);
        let link = links.find(|link| link.get("rel").and_then(Value::as_str) == Some(&wanted))?;
        read::first_url(link, "href")
    })
}

/// Writes the links, given where each version is.
pub fn write_nodeinfo_links(places: &[(NodeInfoVersion, Iri)]) -> Value {
    let links: Vec<_> = places
        .iter()
        .map(|(version, place)| json!({ "rel": format!("{SCHEMA}{}", version.as_str()), "href": place.as_str() }))
        .collect();
    json!({ "links": links })
}
