//! The text of an item as rules look at it.

use std::collections::HashSet;

/// Title and text, taken apart once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemText {
    /// The title, where there is one.
    pub title: Option<String>,
    /// The text without markup; below the title, where there is one.
    pub whole: String,
    /// The words of `whole` in lower case, one after the other without anything between them: one text for all of them, since
    /// every item that comes in is taken apart.
    lower: String,
    /// Where each word ends in `lower`.
    ends: Vec<usize>,
}

/// The most words that are looked at; what is longer than this is read to here.
const MAX_WORDS: usize = 20_000;
/// The fewest letters and digits that make a text of its own: "thank you" may be said twice.
const SHORTEST_PRINT: usize = 24;

impl ItemText {
    /// Of a title and a text without markup.
    pub fn new(title: Option<&str>, plain: &str) -> Self {
        let title = title.map(str::trim).filter(|title| !title.is_empty());
        let whole = match title {
            // A microblog's title was taken from the text.
            Some(title) if !plain.starts_with(title) => format!("{title}\n{plain}"),
            Some(_) | None => plain.to_owned(),
        };
        let mut text = Self { title: title.map(str::to_owned), ..Self::default() };
        text.lower.reserve(whole.len());
        for word in parts_of(&whole).take(MAX_WORDS) {
            push_lower(&mut text.lower, word);
            text.ends.push(text.lower.len());
        }
        Self { whole, ..text }
    }

    /// Its words in lower case, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words_from(0)
    }

    /// The same from the word with a number on, counted from 0.
    pub(super) fn words_from(&self, first: usize) -> impl Iterator<Item = &str> {
        let mut start = first.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.ends[first..].iter().map(move |end| {
            let word = &self.lower[start..*end];
            start = *end;
            word
        })
    }

    /// What is equal for texts of the same words, whatever their case, punctuation and markup. `None`: it is too short to
    /// be told from what others say.
    pub fn print(&self) -> Option<i64> {
        let long_enough = self.lower.chars().count() >= SHORTEST_PRINT;
        long_enough.then(|| print_of(self.words()))
    }
}

/// The words of a text in lower case: runs of letters, digits and the marks on them.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = String> {
    parts_of(text).map(|word| {
        let mut lower = String::with_capacity(word.len());
        push_lower(&mut lower, word);
        lower
    })
}

fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty())
}

fn push_lower(lower: &mut String, word: &str) {
    if word.is_ascii() {
        let start = lower.len();
        lower.push_str(word);
        lower[start..].make_ascii_lowercase();
    } else {
        // Word by word, as the words of rules are: what some letters become depends on those around them.
        lower.push_str(&word.to_lowercase());
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() && is_of_foreign_word(c)
}

fn is_of_foreign_word(c: char) -> bool {
    // Points of Hebrew and Arabic, and accents written as marks of their own, are no letters by themselves.
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}')
}

/// The hashtags of a text, in lower case without `#`, each once: `#` before a word that is not all digits, and not in the
/// middle of one.
pub fn tags_of(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    if !text.contains('#') {
        return tags;
    }
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '#' && !is_of_word(before) && !matches!(before, '/' | '&' | '#') {
            let word: String = text[at + 1..].chars().take_while(|c| is_of_word(*c) || *c == '_').collect();
            let tag = word.to_lowercase();
            if tag.chars().any(|c| !c.is_numeric()) && known.insert(tag.clone()) {
                tags.push(tag);
            }
        }
        before = c;
    }
    tags
}

/// What is equal for links to the same address, whatever their scheme, a `www.`, a last slash, a fragment, or the marks that
/// campaigns put on them.
pub fn print_of_link(link: &str) -> i64 {
    let link = link.split('#').next().unwrap_or_default();
    let link = link.split_once("://").map_or(link, |(_, rest)| rest);
    let (place, query) = link.split_once('?').unwrap_or((link, ""));
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("utm_"));
    print_of([host, path.trim_end_matches('/')].into_iter().chain(kept))
}

/// FNV-1a with 64 bits (RFC draft eastlake-fnv): kept in the database, so it must never change.
fn print_of<'a>(parts: impl Iterator<Item = &'a str>) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let words = |text: &str| ItemText::new(None, text).words().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words("Don't BUY, l'été 2nd!"), ["don", "t", "buy", "l", "été", "2nd"]);
        assert_eq!(words("שָׁלוֹם עולם"), ["שָׁלוֹם", "עולם"]);
        assert!(words(" … ").is_empty());
    }

    #[test]
    fn a_title_is_part_of_the_text_once() {
        assert_eq!(ItemText::new(Some("One"), "Two").whole, "One\nTwo");
        assert_eq!(ItemText::new(Some("One two"), "One two\nthree").whole, "One two\nthree");
        assert_eq!(ItemText::new(Some(" "), "Two").title, None);
    }

    #[test]
    fn texts_of_the_same_words_have_one_print_and_short_ones_none() {
        let print = |text: &str| ItemText::new(None, text).print();
        assert_eq!(
            print("Buy my marvellous book about tulips"),
            print("BUY MY marvellous *book*  about: tulips!!")
        );
        assert_ne!(
            print("Buy my marvellous book about tulips"),
            print("Buy my marvellous book about roses!")
        );
        assert_eq!(print("Thank you!"), None);
        assert_eq!(
            print("Buy my marvellous book about tulips"),
            Some(PRINT),
            "what is stored is compared with it"
        );
    }

    /// Changes when the function does.
    const PRINT: i64 = 6_343_092_920_414_445_672;

    #[test]
    fn hashtags_are_words_behind_a_hash() {
        assert_eq!(
            tags_of("#Garden and (#été) #garden, no. #1, a#b, x/#y ##z #to_do"),
            ["garden", "été", "to_do"]
        );
    }

    #[test]
    fn links_to_one_address_have_one_print() {
        let link = print_of_link("https://a.example/tulips?id=3");
        for same in [
            "http://www.a.example/tulips/?id=3",
            "https://A.example/tulips?utm_source=x&id=3#top",
            "https://a.example/tulips?id=3&utm_medium=mail",
        ] {
            assert_eq!(print_of_link(same), link, "{same}");
        }
        for other in [
            "https://a.example/Tulips?id=3",
            "https://a.example/tulips?id=4",
            "https://b.example/tulips?id=3",
        ] {
            assert_ne!(print_of_link(other), link, "{other}");
        }
    }
}
