//! Text on its way in: Markdown becomes HTML, and all HTML passes one allow-list.

use std::sync::LazyLock;

use ammonia::Builder;
use comrak::{
    Arena,
    nodes::{AstNode, NodeValue},
};
use guildhall_domain::text;

/// The longest excerpt, in characters.
pub const EXCERPT_LENGTH: usize = 300;

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        // Mastodon and Lemmy mark up mentions and hashtags by these; nothing of ours is styled by them.
        .add_allowed_classes("a", ["mention", "hashtag", "u-url"])
        .add_allowed_classes("span", ["h-card"])
        .url_schemes(["http", "https", "mailto"].into())
        .link_rel(Some("nofollow noopener noreferrer ugc"))
        // A relative address would point at us, whoever wrote it.
        .url_relative(ammonia::UrlRelative::Deny)
        .rm_tags([
            "img",
            "map",
            "area",
            "article",
            "aside",
            "nav",
            "header",
            "footer",
            "hgroup",
            "figure",
            "figcaption",
        ]);
    // An address that the sanitiser does not check as one, and that nobody is shown.
    for tag in ["blockquote", "del", "ins", "q"] {
        builder.rm_tag_attributes(tag, ["cite"]);
    }
    builder
});

/// HTML from anywhere, reduced to what is safe to show (SECURITY-CASES T13). Images become links to them.
pub fn sanitise_html(html: &str) -> String {
    SANITISER.clean(html).to_string()
}

/// The words of a message to a group, without its name, with which answers on microblogs begin.
pub fn plain_answer(html: &str) -> String {
    let plain = plain_text(&sanitise_html(html));
    let mut rest = plain.trim();
    while rest.starts_with('@') {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest[end..].trim_start();
    }
    rest.to_owned()
}

/// Markdown (`CommonMark` with tables, strikethrough and autolinks) as safe HTML.
pub fn render_markdown(source: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, source, &options);
    // Collected first: the tree must not change under an iteration.
    for node in document.descendants().collect::<Vec<_>>() {
        unlink_handle(node);
    }
    let mut html = String::new();
    match comrak::format_html(document, &options, &mut html) {
        Ok(()) => sanitise_html(&html),
        // Writing to a String cannot fail.
        Err(_) => String::new(),
    }
}

/// Of `@name@host` the autolinker takes `name@host` for an e-mail address; a handle is none.
fn unlink_handle<'a>(node: &'a AstNode<'a>) {
    let is_mail =
        matches!(&node.data.borrow().value, NodeValue::Link(link) if link.url.starts_with("mailto:"));
    let follows_at = node.previous_sibling().is_some_and(
        |before| matches!(&before.data.borrow().value, NodeValue::Text(text) if text.ends_with(['@', '!'])),
    );
    if is_mail && follows_at {
        let text: String = node
            .children()
            .filter_map(|child| match &child.data.borrow().value {
                NodeValue::Text(text) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        for child in node.children().collect::<Vec<_>>() {
            child.detach();
        }
        node.data.borrow_mut().value = NodeValue::Text(text.into());
    }
}

/// A link in sanitised HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// Where it leads.
    pub(crate) href: String,
    /// Whether it names a person or group.
    pub(crate) is_mention: bool,
    /// Whether it names a tag.
    pub(crate) is_hashtag: bool,
}

/// The links of HTML that [`sanitise_html`] has written: attributes in double quotes, nothing else in brackets.
pub(crate) fn anchors(html: &str) -> impl Iterator<Item = Anchor> {
    html.split("<a ").skip(1).filter_map(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        let attribute = |name: &str| {
            let (_, value) = tag.split_once(name)?;
            value.split('"').next()
        };
        let class = attribute("class=\"").unwrap_or_default();
        let has = |name: &str| class.split(' ').any(|class| class == name);
        Some(Anchor {
            href: unescape(attribute("href=\"")?),
            is_mention: has("mention") && !has("hashtag"),
            is_hashtag: has("hashtag"),
        })
    })
}

/// How many handles (`@name@host`) stand in HTML outside of links.
pub(crate) fn count_handles(html: &str) -> usize {
    let mut count = 0;
    let mut before = ' ';
    for (at, c) in html.char_indices() {
        if c == '@' && matches!(before, ' ' | '>' | '(' | '\n' | ',' | ';') {
            let (name, rest) = html[at + 1..].split_once('@').unwrap_or_default();
            let is_name =
                !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
            count += usize::from(is_name && rest.starts_with(|c: char| c.is_alphanumeric()));
        }
        before = c;
    }
    count
}

/// The text of HTML that [`sanitise_html`] has written, as [`plain_text`] gives it, without parsing it again.
pub(crate) fn text_of_clean(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        if ends_line(&tag[..end]) {
            text.push('\n');
        }
        rest = &tag[end..];
    }
    text.push_str(rest);
    unescape(&text).lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The text of HTML: blocks and line breaks become line ends, tags vanish, entities are read.
pub fn plain_text(html: &str) -> String {
    let mut broken = String::with_capacity(html.len() + 16);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        broken.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        if ends_line(&tag[..end]) {
            broken.push('\n');
        }
        broken.push_str(&tag[..end]);
        rest = &tag[end..];
    }
    broken.push_str(rest);
    let text = Builder::empty().clean(&broken).to_string();
    unescape(&text).lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn ends_line(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']).trim_end_matches(['>', '/']).trim();
    let name = name.split_ascii_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        name.as_str(),
        "br" | "p" | "div" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "tr"
    )
}

// What ammonia escapes in text: the three of HTML, and the no-break space.
fn unescape(text: &str) -> String {
    text.replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The beginning of a text, on one line: for lists, feeds and the `summary` of a titled post.
pub fn excerpt(html: &str) -> String {
    let line = plain_text(html).split_whitespace().collect::<Vec<_>>().join(" ");
    text::shorten(&line, EXCERPT_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_words_alone() {
        let html = "<p><span class=\"h-card\"><a href=\"https://g.example/groups/garden\" class=\"u-url mention\">\
            @<span>garden</span></a></span> I grow roses.</p><p>In pots.</p>";
        assert_eq!(plain_answer(html), "I grow roses.\n\nIn pots.");
        assert_eq!(plain_answer("<p>@garden</p>"), "");
    }

    #[test]
    fn scripts_styles_and_foreign_schemes_do_not_survive() {
        let hostile = [
            "<script>alert(1)</script>",
            "<p onclick=\"x()\">a</p>",
            "<a href=\"javascript:alert(1)\">a</a>",
            "<svg><script>1</script></svg>",
            "<p style=\"position:fixed\">a</p>",
            "<iframe src=\"https://e.example\"></iframe>",
            "<a href=\"/account/delete\">a</a>",
            "<blockquote cite=\"javascript:alert(1)\">a</blockquote>",
            "<q cite=\"/account\">a</q><del cite=\"javascript:1\">a</del><ins cite=\"javascript:1\">a</ins>",
        ];
        for html in hostile {
            let clean = sanitise_html(html);
            for bad in ["script", "onclick", "javascript", "style", "iframe", "/account"] {
                assert!(!clean.contains(bad), "{html} became {clean}");
            }
        }
    }

    #[test]
    fn a_mention_keeps_its_link() {
        let clean =
            sanitise_html("<p><a href=\"https://a.example/@x\" class=\"u-url mention\">@x</a> hi</p>");
        assert!(
            clean.contains("class=\"u-url mention\"") && clean.contains("href=\"https://a.example/@x\""),
            "{clean}"
        );
    }

    #[test]
    fn markdown_is_rendered_and_its_raw_html_is_not_trusted() {
        assert_eq!(render_markdown("**Hi** <script>x</script>").trim(), "<p><strong>Hi</strong> x</p>");
        assert!(render_markdown("| a |\n|---|\n| b |").contains("<table>"));
    }

    #[test]
    fn a_handle_is_no_mail_address() {
        assert_eq!(render_markdown("Ask @carl@other.example.").trim(), "<p>Ask @carl@other.example.</p>");
        assert!(render_markdown("Write to carl@other.example.").contains("mailto:carl@other.example"));
    }

    #[test]
    fn blocks_end_lines_in_plain_text() {
        assert_eq!(plain_text("<p>One<br>two</p><p>3 &lt; 4 &amp; 5</p>"), "One\ntwo\n\n3 < 4 & 5");
        assert_eq!(excerpt("<p>One<br>two</p>"), "One two");
    }

    #[test]
    fn clean_html_has_the_same_text_by_either_way() {
        for html in [
            "<p>One<br>two</p><p>3 &lt; 4 &amp; 5&nbsp;</p>",
            "<ul><li>a</li><li>b</li></ul>",
            "a &amp;lt; b",
            "",
        ] {
            let clean = sanitise_html(html);
            assert_eq!(text_of_clean(&clean), plain_text(&clean), "{html}");
        }
    }

    #[test]
    fn handles_are_counted_where_they_are_no_links() {
        assert_eq!(count_handles("<p>@a@b.example (@c@d.example) x@y.example @e</p>"), 2);
        assert_eq!(count_handles("<a href=\"https://a.example/@x@b.example\">@x@b.example</a>"), 1);
    }
}
