//! What somebody says, taken apart for the rules: its text, links, mentions, media and tags.

use std::sync::OnceLock;

use guildhall_domain::{
    content::Form,
    rules::{ItemText, print_of_link, tags_of},
    welcome::Answer,
};
use guildhall_store::{actor::Actor, entry::Texts};

use crate::markup;

/// What somebody says.
#[derive(Debug, Default)]
pub(crate) struct Said {
    title: Option<String>,
    /// Sanitised.
    html: String,
    /// The hosts of its links, one for each.
    pub(crate) links: Vec<String>,
    first_link: Option<String>,
    /// How many are mentioned, the group with them where it is: a microblog's post has to.
    pub(crate) mentions: usize,
    /// How many pictures and other media it has.
    pub(crate) media: usize,
    /// What it mainly brings, where it is a post or comment.
    pub(crate) form: Option<Form>,
    pub(crate) language: Option<String>,
    text: OnceLock<ItemText>,
    tags: OnceLock<Vec<String>>,
    text_print: OnceLock<Option<i64>>,
}

impl Said {
    /// Of a post or comment.
    pub(crate) fn of_texts(texts: &Texts) -> Self {
        let mut said = Self::of_html(texts.title.as_deref(), &texts.content_html);
        if let Some(link) = &texts.link_url {
            said.first_link = Some(link.clone());
            said.links.extend(host_of(link));
        }
        // A picture may be shown with it that is not among those it brings.
        said.media =
            usize::try_from(texts.media).unwrap_or_default().max(usize::from(texts.image_url.is_some()));
        said.form = Some(texts.form());
        said.language.clone_from(&texts.language);
        said
    }

    /// Of sanitised HTML.
    pub(crate) fn of_html(title: Option<&str>, html: &str) -> Self {
        let mut said = Self { title: title.map(str::to_owned), html: html.to_owned(), ..Self::default() };
        for anchor in markup::anchors(html) {
            if anchor.is_mention {
                said.mentions += 1;
            } else if !anchor.is_hashtag
                && let Some(host) = host_of(&anchor.href)
            {
                said.links.push(host);
                said.first_link.get_or_insert(anchor.href);
            }
        }
        said.mentions += markup::count_handles(html);
        said
    }

    /// Of somebody who wants to join: who they say they are, and what they answer.
    pub(crate) fn of_join(person: &Actor, answers: &[Answer]) -> Self {
        let mut html = person.summary_html.clone().unwrap_or_default();
        for answer in answers {
            // As Markdown, so that the links in it are links.
            html.push_str(&markup::render_markdown(&answer.text));
        }
        Self::of_html(person.display_name.as_deref(), &html)
    }

    /// Its words.
    pub(crate) fn text(&self) -> &ItemText {
        self.text.get_or_init(|| ItemText::new(self.title.as_deref(), &markup::text_of_clean(&self.html)))
    }

    /// Its hashtags.
    pub(crate) fn tags(&self) -> &[String] {
        self.tags.get_or_init(|| tags_of(&self.text().whole))
    }

    /// Equal for the same words; `None` for few.
    pub(crate) fn text_print(&self) -> Option<i64> {
        *self.text_print.get_or_init(|| self.text().print())
    }

    /// Equal for the same link: the one it is about, or the first in it.
    pub(crate) fn link_print(&self) -> Option<i64> {
        self.first_link.as_deref().map(print_of_link)
    }
}

/// The host of a web link in lower case, without its port.
fn host_of(link: &str) -> Option<String> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    (!host.is_empty()).then(|| host.trim_end_matches('.').to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Texts {
        Texts { content_html: markup::sanitise_html(html), ..Texts::default() }
    }

    #[test]
    fn links_mentions_and_tags_are_told_apart() {
        let html = "<p><a href=\"https://g.example/g/garden\" class=\"mention\">@garden</a> \
            <a href=\"https://a.example/@ann\" class=\"u-url mention\">@ann</a> \
            <a href=\"https://a.example/tags/roses\" class=\"mention hashtag\">#roses</a> \
            <a href=\"https://Shop.example:8443/x?a=1&amp;b=2\">shop</a> and @bob@b.example, \
            <a href=\"mailto:x@y.example\">mail</a></p>";
        let said = Said::of_texts(&texts(html));
        assert_eq!((said.mentions, said.links.as_slice()), (3, &["shop.example".to_owned()][..]));
        assert_eq!(said.link_print(), Some(print_of_link("https://shop.example:8443/x?a=1&b=2")));
        assert_eq!(said.tags(), ["roses"]);
    }

    #[test]
    fn the_link_a_post_is_about_and_its_picture_count() {
        let about = Texts {
            link_url: Some("https://news.example/1".into()),
            image_url: Some("https://news.example/1.png".into()),
            ..texts("<p>See <a href=\"https://b.example/\">b</a></p>")
        };
        let said = Said::of_texts(&about);
        assert_eq!((said.links.len(), said.media, said.form), (2, 1, Some(Form::Link)));
        assert_eq!(said.link_print(), Some(print_of_link("https://news.example/1")));
        let gallery = Texts { media: 5, link_url: None, ..about };
        assert_eq!((Said::of_texts(&gallery).media, Said::of_texts(&gallery).form), (5, Some(Form::Image)));
        let film = Texts { form: Some(Form::Video), ..gallery };
        assert_eq!(Said::of_texts(&film).form, Some(Form::Video), "what its server says it is");
        assert_eq!(Said::of_texts(&texts("<p>Words</p>")).form, Some(Form::Text));
        assert_eq!(Said::of_html(None, "<p>A report</p>").form, None);
    }
}
