//! Text helpers of the rules: closed lists with names, titles out of running text, plain excerpts.

/// Declares an enum whose variants have one fixed spelling, used in the database, the API and the command line alike.
macro_rules! closed_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every variant, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The fixed spelling.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::UnknownName;

            fn from_str(text: &str) -> Result<Self, $crate::text::UnknownName> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::text::UnknownName { given: text.to_owned(), known: &[$($text),+] }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use closed_enum;

/// A word that is not in the closed list it was read for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not one of {}", known.join(", "))]
pub struct UnknownName {
    /// What was given.
    pub given: String,
    /// What would have been right.
    pub known: &'static [&'static str],
}

/// The longest title of a post, in characters; Lemmy refuses more than 200.
pub const MAX_TITLE_LENGTH: usize = 200;

/// The title of a post that came without one: its first line that says something, without leading mentions, cut at a
/// word boundary. `None` when there is no such line.
///
/// Microblog posts to a group are read so by Lemmy and `PieFed` too.
pub fn title_from_text(plain_text: &str) -> Option<String> {
    plain_text.lines().find_map(|line| {
        let said = without_leading_mentions(line);
        (!said.is_empty()).then(|| shorten(said, MAX_TITLE_LENGTH))
    })
}

fn without_leading_mentions(line: &str) -> &str {
    let mut rest = line.trim();
    while rest.starts_with(['@', '!']) {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest[end..].trim_start();
    }
    rest
}

/// A text of several lines without what has no place in one: NUL, which PostgreSQL refuses, and other control characters.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// A text of one line: [`clean`], with every run of white space as one space.
pub fn clean_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most `limit` characters, cut at a word boundary where there is one, with an ellipsis for what was cut.
pub fn shorten(text: &str, limit: usize) -> String {
    let text = clean(text.trim());
    if text.chars().count() <= limit {
        return text;
    }
    let cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    let kept = match cut.rfind(char::is_whitespace) {
        Some(at) if at > cut.len() / 2 => &cut[..at],
        _ => &cut,
    };
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_line_that_says_something_is_the_title() {
        let cases = [
            ("@garden@a.example\nHow do I prune?\nMore.", Some("How do I prune?")),
            ("  @garden Tulips, early\n", Some("Tulips, early")),
            ("!garden@a.example @x Roses", Some("Roses")),
            ("@garden\n\n", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(title_from_text(text).as_deref(), want, "{text:?}");
        }
    }

    #[test]
    fn control_characters_do_not_stay() {
        assert_eq!(clean("a\u{0}b\r\n\tc\u{1b}"), "ab\n\tc");
        assert_eq!(clean_line(" a\u{0}b\n c "), "ab c");
    }

    proptest! {
        #[test]
        fn a_shortened_text_is_never_longer_than_its_limit(text in ".{0,400}", limit in 2_usize..300) {
            prop_assert!(shorten(&text, limit).chars().count() <= limit);
        }
    }
}
