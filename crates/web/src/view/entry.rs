//! A post or comment in a list: enough to choose what to read.

use guildhall_app::read::EntryView;
use guildhall_domain::{GroupId, content::EntryKind, text::shorten, visibility::Sight};

use crate::{
    paths,
    view::{
        moment::Moment,
        number::Count,
        person::PersonLink,
        text,
        web_url::{OutLink, out_link, web_url},
        words::{Words, language},
    },
};

/// How much of a comment stands for it, in characters: about two lines.
const COMMENT_LINK_LENGTH: usize = 160;

/// A group, wherever one is only named.
#[derive(Debug, Clone)]
pub(crate) struct GroupLink {
    /// The page here.
    pub(crate) path: String,
    /// Its title, or its handle when the title shows nothing.
    pub(crate) title: String,
    /// `@name@host`
    pub(crate) handle: String,
}

impl GroupLink {
    pub(crate) fn new(group: &guildhall_app::read::GroupRef) -> Self {
        let handle = text::line(&group.handle);
        Self {
            path: paths::group(&group.name),
            title: text::visible(&group.title).unwrap_or_else(|| handle.clone()),
            handle,
        }
    }
}

/// One line of a list.
#[derive(Debug, Clone)]
pub(crate) struct EntryItem {
    /// Whether it starts a thread.
    pub(crate) is_post: bool,
    /// Where to read it.
    pub(crate) path: String,
    /// A post's title, a comment's first words; `None` when they show nothing.
    pub(crate) title: Option<Words>,
    /// A BCP 47 tag.
    pub(crate) language: Option<String>,
    /// Left out where all items have the same.
    pub(crate) author: Option<PersonLink>,
    /// Left out where all items have the same.
    pub(crate) group: Option<GroupLink>,
    /// The partner whose post it is, in the list of a group that mirrors it.
    pub(crate) from: Option<GroupLink>,
    /// When it was written.
    pub(crate) written: Moment,
    /// What it is about.
    pub(crate) link: Option<OutLink>,
    /// Its picture; never of something sensitive.
    pub(crate) image: Option<String>,
    /// A post's first words; never of something sensitive.
    pub(crate) excerpt: Option<Words>,
    /// Shown only after asking.
    pub(crate) sensitive: bool,
    /// Takes no more comments.
    pub(crate) locked: bool,
    /// What rules of its group marked it with.
    pub(crate) tags: Vec<String>,
    /// For less against.
    pub(crate) score: Count,
    /// Comments below it.
    pub(crate) comments: Count,
}

impl EntryItem {
    /// For the list of one group. `None` for what the reader may not see.
    pub(crate) fn in_one_group(entry: &EntryView) -> Option<Self> {
        (entry.sight == Sight::Whole).then(|| Self::new(entry, false))
    }

    /// The same, where posts of its partners are among them: these with where they come from.
    pub(crate) fn in_group(entry: &EntryView, group: GroupId) -> Option<Self> {
        let item = Self::in_one_group(entry)?;
        let from = (entry.group.id != group).then(|| GroupLink::new(&entry.group));
        Some(Self { from, ..item })
    }

    /// For the list of one author. `None` for what the reader may not see.
    pub(crate) fn by_one_author(entry: &EntryView) -> Option<Self> {
        (entry.sight == Sight::Whole).then(|| Self::new(entry, true))
    }

    fn new(entry: &EntryView, by_author: bool) -> Self {
        let is_post = entry.kind == EntryKind::Post;
        let excerpt = text::visible(&entry.excerpt).filter(|_| !entry.sensitive);
        let language = language_of(entry);
        let words = |text| Words::plain(text, language.as_deref());
        let first_words = excerpt.as_deref().map(|excerpt| shorten(excerpt, COMMENT_LINK_LENGTH));
        Self {
            is_post,
            path: if is_post { paths::post(entry.id) } else { paths::comment(entry.thread_id, entry.id) },
            title: if is_post { entry.title.as_deref().and_then(text::visible) } else { first_words }
                .map(words),
            author: entry.author.as_deref().filter(|_| !by_author).map(PersonLink::new),
            group: by_author.then(|| GroupLink::new(&entry.group)),
            from: None,
            written: Moment::day(entry.created_at),
            link: entry.link_url.as_deref().and_then(out_link),
            image: entry.image_url.as_deref().and_then(web_url).filter(|_| !entry.sensitive),
            excerpt: excerpt.filter(|_| is_post).map(words),
            language: language.clone(),
            sensitive: entry.sensitive,
            locked: entry.locked,
            tags: entry.tags.clone(),
            score: Count(entry.score),
            comments: Count(entry.comment_count),
        }
    }
}

/// The language an entry is in: what it says itself, else that of its group.
pub(crate) fn language_of(entry: &EntryView) -> Option<String> {
    language(entry.language.as_deref()).or_else(|| language(entry.group.language.as_deref()))
}
