//! Media types of ActivityPub documents, as they come in `Content-Type`.

/// What we send as `Content-Type` of ActivityPub documents.
pub const ACTIVITY_JSON: &str = "application/activity+json";

/// The other media type of the standard; also what to ask for in `Accept`.
pub const LD_JSON: &str = "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// The profile that makes JSON-LD an ActivityPub document.
const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Whether a `Content-Type` is one of the two, with parameters in any order.
///
/// JSON-LD without the profile, and plain JSON, are not: a server may keep people's uploads under those.
pub fn is_activity(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    if essence.eq_ignore_ascii_case(ACTIVITY_JSON) {
        return true;
    }
    essence.eq_ignore_ascii_case("application/ld+json") && parts.any(has_profile)
}

/// A profile may list several URIs with spaces between them (RFC 6906).
fn has_profile(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("profile")
        && value.trim().trim_matches('"').split(' ').any(|profile| profile == PROFILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_media_types_are_known_in_any_spelling() {
        for text in [
            ACTIVITY_JSON,
            LD_JSON,
            "application/activity+json; charset=utf-8",
            "Application/Activity+JSON",
            "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\"; charset=utf-8",
            "application/ld+json; charset=utf-8; Profile=https://www.w3.org/ns/activitystreams",
            "application/ld+json; profile=\"https://example.org/x https://www.w3.org/ns/activitystreams\"",
        ] {
            assert!(is_activity(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_an_upload_is_no_activity() {
        for text in [
            "",
            "application/json",
            "application/ld+json",
            "application/ld+json; profile=\"https://example.org/\"",
            "application/ld+json; x=https://www.w3.org/ns/activitystreams",
            "text/html; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/activity+jsonx",
        ] {
            assert!(!is_activity(text), "{text}");
        }
    }
}
