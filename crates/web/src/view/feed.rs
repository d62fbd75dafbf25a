//! Atom feeds (RFC 4287).

use askama::Template;
use guildhall_app::{
    Site,
    read::{EntryView, GroupRef, GroupView, LogLine, PersonRef, PersonView, Whose},
};
use guildhall_domain::{Timestamp, content::EntryKind, visibility::Sight};

use crate::{
    assets, paths,
    view::{
        entry::{GroupLink, language_of},
        log::Line,
        moment::iso,
        person::PersonLink,
        text,
        web_url::{OutLink, out_link, web_url},
        words::{Words, language},
    },
};

/// A feed document.
#[derive(Debug, Template)]
#[template(path = "feed.xml")]
pub struct Feed {
    /// Its own address, which is its id as well: an instance never changes its base URL.
    address: String,
    /// The page it belongs to.
    page: String,
    title: String,
    subtitle: Option<String>,
    language: Option<String>,
    /// RFC 3339; of the newest entry, or of the feed's own beginning.
    updated: String,
    icon: String,
    /// Of all entries; entries name theirs where this is absent.
    author: Option<Author>,
    entries: Vec<FeedEntry>,
}

/// A person in a feed.
#[derive(Debug, Clone)]
struct Author {
    name: String,
    uri: Option<String>,
}

/// A post or comment in a feed.
#[derive(Debug)]
struct FeedEntry {
    /// The global id.
    id: String,
    page: String,
    is_post: bool,
    title: Option<String>,
    group: String,
    language: Option<String>,
    published: String,
    updated: String,
    author: Option<Author>,
    sensitive: bool,
    /// HTML, escaped once more by the template.
    content: String,
}

/// The HTML of an entry: its text, and what it is about.
#[derive(Template)]
#[template(path = "feed_content.html")]
struct Content<'a> {
    link: Option<OutLink>,
    image: Option<String>,
    html: &'a str,
}

impl Feed {
    /// The newest posts of a group.
    pub fn of_group(site: &Site, view: &GroupView, posts: Vec<EntryView>) -> Self {
        let group = GroupLink::new(&view.group);
        let about = text::beginning_of(&view.description_html, 300);
        let feed = Self::empty(site, &group.path, &group.title, view.created_at);
        Self { subtitle: visible(&about), language: language(view.language.as_deref()), ..feed }.with(posts)
    }

    /// What a person wrote, newest first.
    pub fn of_person(site: &Site, view: &PersonView, entries: Vec<EntryView>) -> Self {
        let person = PersonLink::new(&view.person);
        let about = text::beginning_of(view.summary_html.as_deref().unwrap_or_default(), 300);
        let feed = Self::empty(site, &person.path, &person.name, view.created_at);
        Self { subtitle: visible(&about), author: Some(Author::new(&view.person)), ..feed }.with(entries)
    }

    /// What was decided, newest first: in a group, or in all.
    pub fn of_log(site: &Site, group: Option<&GroupRef>, lines: &[LogLine]) -> Self {
        let path = paths::log(group.map(|group| group.name.as_str()));
        let of = group.map_or_else(|| site.name.clone(), |group| GroupLink::new(group).title);
        // Of a log in which nothing is yet: no feed may be without a time, and this one has no beginning.
        let mut feed = Self::empty(site, &path, &format!("Moderation log of {of}"), Timestamp(0));
        let page = feed.page.clone();
        let entry = |line: &LogLine| FeedEntry::of_decision(site, line, &page, group.is_none());
        feed.entries = lines.iter().map(entry).collect();
        feed.settle()
    }

    fn empty(site: &Site, path: &str, title: &str, since: Timestamp) -> Self {
        Self {
            address: format!("{}{}", site.base_url, paths::feed(path)),
            page: format!("{}{path}", site.base_url),
            title: text::for_xml(title),
            subtitle: None,
            language: None,
            updated: iso(since),
            icon: format!("{}{}", site.base_url, assets::icon_path()),
            author: None,
            entries: Vec::new(),
        }
    }

    fn with(mut self, entries: Vec<EntryView>) -> Self {
        let shown = entries.into_iter().filter(|entry| entry.sight == Sight::Whole);
        self.entries = shown.map(FeedEntry::new).collect();
        self.settle()
    }

    /// Notes when the newest entry was written.
    fn settle(mut self) -> Self {
        // Both are written alike, so that their order is that of time.
        if let Some(newest) = self.entries.iter().map(|entry| &entry.updated).max() {
            self.updated.clone_from(newest);
        }
        self
    }
}

/// Why something was decided, as HTML.
#[derive(Template)]
#[template(path = "feed_decision.html")]
struct Grounds<'a> {
    reason: Option<&'a Words>,
    written_rule: Option<&'a str>,
    rule: Option<&'a str>,
}

impl FeedEntry {
    /// A decision: one id in every feed it is in, and what it leads to is where it stands in the log.
    fn of_decision(site: &Site, line: &LogLine, page: &str, names_group: bool) -> Self {
        let shown = Line::new(line, names_group);
        let grounds = Grounds {
            reason: shown.reason.as_ref(),
            written_rule: shown.written_rule.as_deref(),
            rule: shown.rule.as_deref(),
        };
        let author = match (&line.by, &line.whose) {
            (Some(by), _) => Author::new(by),
            (None, Whose::Group(group) | Whose::Elsewhere(group)) => {
                Author { name: text::for_xml(&text::line(&group.handle)), uri: None }
            }
            (None, Whose::Server(host)) => Author { name: text::for_xml(&text::line(host)), uri: None },
            (None, Whose::Instance) => Author { name: text::for_xml(&text::line(&site.name)), uri: None },
        };
        Self {
            id: format!("{}/log#decision-{}", site.base_url, line.id),
            page: format!("{page}#decision-{}", line.id),
            is_post: false,
            title: visible(&shown.in_words()),
            group: String::new(),
            language: None,
            published: iso(line.at),
            updated: iso(line.at),
            author: Some(author),
            sensitive: false,
            content: text::for_xml(&grounds.render().unwrap_or_default()),
        }
    }

    fn new(entry: EntryView) -> Self {
        let shown = !entry.sensitive;
        let content = Content {
            link: entry.link_url.as_deref().and_then(out_link),
            image: entry.image_url.as_deref().and_then(web_url),
            html: &entry.content_html,
        };
        // Rendering into memory fails for no template that compiles.
        let content = if shown { content.render().unwrap_or_default() } else { String::new() };
        Self {
            is_post: entry.kind == EntryKind::Post,
            title: entry.title.as_deref().and_then(visible),
            group: text::for_xml(&GroupLink::new(&entry.group).title),
            language: language_of(&entry),
            published: iso(entry.created_at),
            updated: iso(entry.edited_at.unwrap_or(entry.created_at)),
            author: entry.author.as_deref().map(Author::new),
            sensitive: entry.sensitive,
            content: text::for_xml(&content),
            id: entry.ap_id.as_str().to_owned(),
            page: entry.url,
        }
    }
}

impl Author {
    fn new(person: &PersonRef) -> Self {
        Self { name: text::for_xml(&PersonLink::new(person).name), uri: web_url(&person.url) }
    }
}

fn visible(text: &str) -> Option<String> {
    text::visible(text).map(|line| text::for_xml(&line))
}
