//! Links that are given: only the web's own schemes, since pages and other servers show them as links.

use url::Url;

use crate::native::problem::Problem;

/// The longest link, in characters: what every browser and proxy passes on.
const MAX_LENGTH: usize = 2_048;

/// A link as it is kept.
pub(crate) fn web_url(field: &str, text: &str) -> Result<String, Problem> {
    let wanted = || {
        Problem::invalid(field, format!("an http or https URL of at most {MAX_LENGTH} characters is wanted"))
    };
    let url = Url::parse(text.trim()).map_err(|_| wanted())?;
    // A user name in front of the host is made to mislead.
    let is_web =
        matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
    if !is_web || url.as_str().len() > MAX_LENGTH {
        return Err(wanted());
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked() {
        assert_eq!(web_url("url", " https://a.example/x y ").unwrap(), "https://a.example/x%20y");
        let long = format!("https://a.example/{}", "x".repeat(MAX_LENGTH));
        for text in
            ["javascript:alert(1)", "data:text/html,x", "//a.example", "https://a@b.example/", "a", "", &long]
        {
            assert!(web_url("url", text).is_err(), "{text}");
        }
    }
}
