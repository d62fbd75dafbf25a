//! Texts of people, made fit for places where only a plain line belongs.

use std::fmt::Write as _;

use guildhall_app::markup::plain_text;
use guildhall_domain::text::shorten;

/// Whether `c` steers the direction of the text around it (Unicode UAX 9 section 2): a name with one of these
/// could turn what stands beside it.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` leaves nothing on the screen: white space, controls, joiners, fillers, variation selectors, tags.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || turns_text(c)
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line: white space and controls become single spaces, characters that turn text are dropped.
pub(crate) fn line(text: &str) -> String {
    if is_plain_line(text) {
        return text.to_owned();
    }
    let kept: String =
        text.chars().filter(|c| !turns_text(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nothing is to be changed, as mostly: printable ASCII, with single spaces between words.
fn is_plain_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_printable = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
    is_printable
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !bytes.windows(2).any(|two| two == b"  ")
}

/// One line with something to see, or nothing: a link must not be invisible.
pub(crate) fn visible(text: &str) -> Option<String> {
    (!text.chars().all(is_blank)).then(|| line(text))
}

/// The words of HTML, in one line.
pub(crate) fn of_html(html: &str) -> String {
    line(&plain_text(html))
}

/// The first words of HTML: at most `limit` characters, in one line.
pub(crate) fn beginning_of(html: &str, limit: usize) -> String {
    shorten(&of_html(html), limit)
}

/// Sanitised HTML for a place below a heading of level `under`, or nothing where there is nothing in it.
///
/// Its own headings are moved, so that the highest of them stands one level below.
pub(crate) fn prose(html: &str, under: u32) -> Option<String> {
    if html.trim().is_empty() {
        return None;
    }
    // In sanitised HTML a tag begins with `<` and nothing else does.
    let highest = html.split('<').filter_map(heading).map(|(_, level, _)| level).min().unwrap_or(1);
    let mut out = String::with_capacity(html.len());
    for (at, part) in html.split('<').enumerate() {
        if at > 0 {
            out.push('<');
        }
        if let Some((slash, level, rest)) = heading(part) {
            // Writing to a String cannot fail.
            let _ = write!(out, "{slash}h{}{rest}", (level - highest + under + 1).min(6));
        } else {
            out.push_str(part);
        }
    }
    Some(out)
}

/// A slash, the level and the rest, when a tag of a heading goes on like this after its `<`.
fn heading(part: &str) -> Option<(&str, u32, &str)> {
    let (slash, name) = part.split_at(usize::from(part.starts_with('/')));
    let after = name.strip_prefix('h')?;
    let level = after.chars().next()?.to_digit(10).filter(|level| (1..=6).contains(level))?;
    let rest = after.get(1..).filter(|rest| rest.starts_with(['>', ' ']))?;
    Some((slash, level, rest))
}

/// Takes out what XML 1.0 cannot hold at all (section 2.2), escaped or not.
pub(crate) fn for_xml(text: &str) -> String {
    let legal = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(legal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_nothing_but_blanks_is_none() {
        for name in ["", "  ", "\u{200b}\u{feff}", "\u{202e}", "\u{3164}\u{2800}", "\u{e0041}"] {
            assert_eq!(visible(name), None, "{name:?}");
        }
        assert_eq!(visible("א"), Some("א".into()));
        assert_eq!(visible("👩\u{200d}🌾"), Some("👩\u{200d}🌾".into()), "joiners inside emoji stay");
    }

    #[test]
    fn a_line_cannot_turn_its_surroundings() {
        assert_eq!(line(" Anna \u{202e}moderator\u{2066}\n\t(admin) "), "Anna moderator (admin)");
        assert_eq!(line("Anna the  moderator"), "Anna the moderator");
        assert_eq!(
            (line(" Anna"), line("Anna "), line("Anna B.")),
            ("Anna".into(), "Anna".into(), "Anna B.".into())
        );
    }

    #[test]
    fn html_is_read_as_its_words() {
        let html = "<p>Fish &amp; chips, <a href=\"x\">here</a>.</p><p>1 &lt; 2 &amp;lt;</p>";
        assert_eq!(of_html(html), "Fish & chips, here. 1 < 2 &lt;");
        assert_eq!(beginning_of("<p>tulips, roses and more</p>", 15), "tulips, roses…");
    }

    #[test]
    fn headings_of_texts_stand_below_those_of_the_page() {
        let html = "<h1>A</h1><hr><p>&lt;h1&gt;</p><h5 lang=\"en\">B</h5><h6>C</h6>";
        let want = "<h3>A</h3><hr><p>&lt;h1&gt;</p><h6 lang=\"en\">B</h6><h6>C</h6>";
        assert_eq!(prose(html, 2).as_deref(), Some(want));
        assert_eq!(prose("<h3>A</h3><h4>B</h4>", 1).as_deref(), Some("<h2>A</h2><h3>B</h3>"));
        assert_eq!(prose(" \n", 2), None);
    }

    #[test]
    fn xml_gets_no_character_it_cannot_hold() {
        assert_eq!(for_xml("a\u{0}b\u{b}\n\u{ffff}\u{1f331}"), "ab\n\u{1f331}");
    }
}
