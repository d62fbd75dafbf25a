//! The known name nearest to a misspelt one.

/// Likeness from which a name counts as meant (Jaro-Winkler, 0 to 1). `listne` and `listen`: 0.97;
/// `port` and `format`: 0.75.
const ALIKE: f64 = 0.8;

/// The name among `known` (each `section.key`) that `unknown` most likely stands for: alike as a whole, or a
/// known key that stands in another section.
pub(super) fn nearest_key<'a>(unknown: &str, known: &'a [String]) -> Option<&'a str> {
    let (unknown_section, unknown_key) = unknown.split_once('.').unwrap_or(("", unknown));
    let likeness = |name: &str| {
        let (section, key) = name.split_once('.').unwrap_or(("", name));
        let keys = strsim::jaro_winkler(unknown_key, key);
        // Of two keys alike, the one in the section that was named.
        keys - if unknown_section == section { 0.0 } else { 0.02 }
    };
    best(known.iter().map(|name| (likeness(name), name.as_str())))
}

/// The section name that `unknown` most likely stands for.
pub(super) fn nearest_section<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    best(known.map(|name| (strsim::jaro_winkler(unknown, name), name)))
}

fn best<'a>(scored: impl Iterator<Item = (f64, &'a str)>) -> Option<&'a str> {
    scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<String> {
        ["server.listen", "server.base_url", "federation.allow_http", "limits.body_bytes", "log.format"]
            .map(str::to_owned)
            .to_vec()
    }

    #[test]
    fn a_misspelt_or_misplaced_key_finds_its_name() {
        let cases = [
            ("server.listne", Some("server.listen")),
            ("server.baseurl", Some("server.base_url")),
            ("server.allow_http", Some("federation.allow_http")),
            ("listen", Some("server.listen")),
            ("server.port", None),
            ("server.zzz", None),
        ];
        for (unknown, expected) in cases {
            assert_eq!(nearest_key(unknown, &known()), expected, "{unknown}");
        }
    }

    #[test]
    fn a_misspelt_section_finds_its_name() {
        let sections = ["server", "storage", "federation"];
        assert_eq!(nearest_section("fedration", sections.into_iter()), Some("federation"));
        assert_eq!(nearest_section("x", sections.into_iter()), None);
    }
}
