//! Media types of documents.

/// The profile that makes `application/ld+json` an ActivityStreams document.
const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Whether a `Content-Type` is one of the two of ActivityPub: `application/activity+json`, or `application/ld+json`
/// with the profile; parameters in any order.
///
/// An uploaded or proxied file comes with another type, which is what keeps it from being taken for an actor
/// (GHSA-jhrq-qvrm-qr36).
pub(crate) fn is_activity(content_type: &str) -> bool {
    let (name, parameters) = split(content_type);
    match name.as_str() {
        "application/activity+json" => true,
        "application/ld+json" => parameters.iter().any(|(name, value)| {
            name == "profile" && value.split_ascii_whitespace().any(|profile| profile == PROFILE)
        }),
        _ => false,
    }
}

/// Whether a `Content-Type` may hold JSON of discovery: `application/json` or anything `+json` (NodeBB answers WebFinger
/// with the former).
pub(super) fn is_json(content_type: &str) -> bool {
    let (name, _) = split(content_type);
    name == "application/json"
        || name.strip_prefix("application/").is_some_and(|name| name.ends_with("+json"))
}

fn split(content_type: &str) -> (String, Vec<(String, String)>) {
    let mut parts = content_type.split(';');
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let parameters = parts
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned()))
        .collect();
    (name, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_media_types_are_known_in_every_spelling() {
        for good in [
            "application/activity+json",
            "Application/Activity+JSON; charset=utf-8",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;charset=utf-8;profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams https://w3id.org/x\"",
        ] {
            assert!(is_activity(good), "{good}");
        }
        for bad in [
            "application/json",
            "application/ld+json",
            "application/ld+json; profile=\"https://example.org\"",
            "text/html",
            "image/png",
            "text/plain; application/activity+json",
            "",
        ] {
            assert!(!is_activity(bad), "{bad}");
        }
    }

    #[test]
    fn discovery_may_come_as_plain_json() {
        assert!(is_json("application/json; charset=utf-8"));
        assert!(is_json("application/jrd+json"));
        assert!(!is_json("text/html"));
    }
}
