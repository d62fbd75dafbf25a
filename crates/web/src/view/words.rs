//! Texts of people with the way they run: for the `dir` of the element that holds them.

use guildhall_domain::group::is_language_tag;

/// Languages usually written from right to left: ISO 639-1 codes, old ones among them, and ISO 639-3 ones where there is
/// no short one.
const RIGHT_TO_LEFT: [&str; 19] = [
    "ar", "arc", "arz", "azb", "ckb", "dv", "fa", "he", "iw", "ji", "ks", "nqo", "pnb", "ps", "sd", "syr",
    "ug", "ur", "yi",
];
/// Scripts that run from right to left (ISO 15924): they outrank the language.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 8] = ["adlm", "arab", "aran", "hebr", "mand", "nkoo", "syrc", "thaa"];
/// So many letters tell which way a text runs.
const SAMPLE_LETTERS: usize = 300;

/// A text, or sanitised HTML, with its direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// Plain text or HTML, as it was made.
    pub(crate) text: String,
    /// `ltr`, `rtl`, or `auto` where nothing is known but the letters themselves.
    pub(crate) direction: &'static str,
}

impl Words {
    /// Plain text in a language.
    pub(crate) fn plain(text: String, language: Option<&str>) -> Self {
        let direction = direction(language, text.chars());
        Self { text, direction }
    }

    /// Sanitised HTML in a language; its tags do not count as letters.
    pub(crate) fn html(html: String, language: Option<&str>) -> Self {
        let mut in_tag = false;
        let outside_tags = |c: &char| {
            let was_in_tag = in_tag;
            in_tag = *c == '<' || (in_tag && *c != '>');
            !(in_tag || was_in_tag)
        };
        let direction = direction(language, html.chars().filter(outside_tags));
        Self { text: html, direction }
    }
}

/// A language tag, if it is one.
pub(crate) fn language(tag: Option<&str>) -> Option<String> {
    tag.filter(|tag| is_language_tag(tag)).map(str::to_owned)
}

/// That of the language, where most of the letters agree with it: many people write in another language than the one
/// their software says. Else `auto`, with which the first letter decides. A Hebrew text that begins with an English
/// name runs from right to left all the same.
fn direction(language: Option<&str>, text: impl Iterator<Item = char>) -> &'static str {
    let Some(language) = language else { return "auto" };
    let letters = text.filter(|c| c.is_alphabetic()).take(SAMPLE_LETTERS);
    let mut counts = [0, 0];
    for letter in letters {
        counts[usize::from(runs_from_right(letter))] += 1;
    }
    let [from_left, from_right] = counts;
    match is_right_to_left(language) {
        true if from_right > from_left => "rtl",
        false if from_left > from_right => "ltr",
        _ => "auto",
    }
}

fn is_right_to_left(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is_script = |part: &&str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    match parts.find(is_script) {
        Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
        None => RIGHT_TO_LEFT.contains(&language),
    }
}

/// Letters of the scripts that run from right to left: blocks from Hebrew to Arabic Extended-A, their presentation
/// forms, and the two ranges that Unicode keeps for such scripts (UAX 9, table 4 and `DerivedBidiClass`).
fn runs_from_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(text: &str, language: Option<&str>) -> &'static str {
        Words::plain(text.into(), language).direction
    }

    #[test]
    fn a_text_runs_as_its_language_where_its_letters_agree() {
        assert_eq!(way("RHS: זרעים שמתאימים לאקלים", Some("he")), "rtl", "not as its first word");
        assert_eq!(way("שלום means peace, and goodbye", Some("en")), "ltr");
        assert_eq!(way("سلام", Some("fa-IR")), "rtl");
        assert_eq!(way("שלום", Some("yi")), "rtl");
    }

    #[test]
    fn where_the_letters_disagree_or_the_language_is_unknown_the_text_itself_decides() {
        assert_eq!(way("Garlic water, twice a week", Some("he")), "auto");
        assert_eq!(way("שלום לכולם", Some("en")), "auto");
        assert_eq!(way("שלום", None), "auto");
        assert_eq!(way("2026!", Some("he")), "auto");
    }

    #[test]
    fn a_script_outranks_its_language() {
        assert!(is_right_to_left("az-Arab") && is_right_to_left("HE-il"));
        assert!(!is_right_to_left("ks-Deva") && !is_right_to_left("en"));
    }

    #[test]
    fn tags_of_html_are_no_letters() {
        let html = "<p class=\"quote-inline\"><a href=\"https://example.org/a/long/path\">שלום</a></p>";
        assert_eq!(Words::html(html.into(), Some("he")).direction, "rtl");
    }

    #[test]
    fn what_is_no_language_tag_is_none() {
        assert_eq!(language(Some("he")), Some("he".into()));
        assert_eq!(language(Some("english \"onclick")), None);
    }
}
