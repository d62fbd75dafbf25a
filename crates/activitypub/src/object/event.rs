//! Events: when, where and how to take part (Mobilizon; FEP-8a8e).

use serde_json::Value;

use crate::{Iri, read};

/// What an `Event` says beyond its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFacts {
    /// When it starts.
    pub start: i64,
    /// When it ends.
    pub end: Option<i64>,
    /// The time zone to show it in, an IANA name.
    pub timezone: Option<String>,
    /// The place in words: name, street, town, country.
    pub location: Option<String>,
    /// Where to take part from afar, or where to sign up.
    pub online_url: Option<Iri>,
    /// `free`, `restricted`, `invite` or `external`.
    pub join_mode: Option<String>,
}

impl EventFacts {
    /// None for what has no start.
    pub(super) fn read(object: &Value) -> Option<Self> {
        Some(Self {
            start: read::time(object, "startTime")?,
            end: read::time(object, "endTime"),
            timezone: read::string(object, "timezone"),
            location: location(object),
            online_url: read::first_url(object, "externalParticipationUrl").or_else(|| virtual_url(object)),
            join_mode: read::string(object, "joinMode"),
        })
    }
}

fn places(object: &Value) -> impl Iterator<Item = &Value> {
    read::items(object, "location").take(8)
}

fn location(object: &Value) -> Option<String> {
    let place = places(object).find(|place| !is_virtual(place))?;
    if let Some(text) = place.as_str() {
        return Some(text.to_owned()).filter(|text| !text.is_empty());
    }
    let mut parts: Vec<String> = read::lang_text(place, "name").into_iter().collect();
    match place.get("address") {
        Some(Value::String(text)) => parts.push(text.clone()),
        Some(address) => {
            let fields =
                ["streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry"];
            parts.extend(fields.into_iter().filter_map(|field| read::string(address, field)));
        }
        None => {}
    }
    parts.retain(|part| !part.is_empty());
    parts.dedup();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn is_virtual(place: &Value) -> bool {
    read::kinds(place).any(|kind| kind == "VirtualLocation")
}

fn virtual_url(object: &Value) -> Option<Iri> {
    places(object).find(|place| is_virtual(place)).and_then(|place| read::first_url(place, "url"))
}
