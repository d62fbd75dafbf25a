//! A post with its comments.

use std::{collections::HashMap, sync::Arc};

use askama::Template;
use guildhall_app::{
    Site,
    read::{EntryView, PersonRef, ThreadView},
};
use guildhall_domain::{ActorId, EntryId, content::EntryState, text::shorten, visibility::Sight};

use crate::{
    paths,
    view::{
        entry::{GroupLink, language_of},
        head::Head,
        moment::Moment,
        number::Count,
        person::PersonLink,
        picture::Picture,
        poll::Poll,
        text,
        web_url::{OutLink, out_link, web_url},
        words::Words,
    },
};

/// Answers deeper than this are not indented further, so that lines stay long enough to read.
const DEEPEST_INDENT: usize = 8;
/// The same on a phone.
const DEEPEST_NARROW_INDENT: usize = 4;

/// What a post and a comment have in common.
#[derive(Debug, Clone)]
struct Body {
    /// Whether the reader sees it; otherwise only its place.
    is_whole: bool,
    /// Gone because a moderator took it out; otherwise because its author did.
    is_removed: bool,
    author: Option<Arc<PersonLink>>,
    /// Of its texts, while they are shown.
    language: Option<String>,
    content_html: Option<Words>,
    poll: Option<Poll>,
    sensitive: bool,
    /// What rules of its group marked it with.
    tags: Vec<String>,
    written: Moment,
    edited: Option<Moment>,
    score: Count,
    /// Its page where it came from.
    origin: Option<OutLink>,
}

/// A comment, and which lists open and close after it.
#[derive(Debug, Clone)]
struct Comment {
    id: EntryId,
    body: Body,
    /// What it answers, where that is neither the post nor the comment just before: id and author.
    answers: Option<(EntryId, Option<Arc<PersonLink>>)>,
    /// The list of its answers, which begins after it.
    branch: Option<Branch>,
    /// The lists that end after it, innermost first: whether each can be folded away.
    closes: Vec<bool>,
}

/// A list of answers.
#[derive(Debug, Clone, Copy)]
struct Branch {
    /// How many comments are in it, at any depth.
    size: usize,
    /// Whether readers can fold it away. Not where one only answers the other: a line for each would be in the way.
    folds: bool,
    /// Whether it is indented: always, on wide screens alone, never.
    indent: &'static str,
}

/// The authors of a thread, each made once: most of them wrote more than one of its comments.
#[derive(Default)]
struct People(HashMap<ActorId, Arc<PersonLink>>);

impl People {
    fn link(&mut self, person: &PersonRef) -> Arc<PersonLink> {
        self.0.entry(person.id).or_insert_with(|| Arc::new(PersonLink::new(person))).clone()
    }
}

/// A thread.
#[derive(Debug, Template)]
#[template(path = "thread.html")]
pub struct ThreadPage {
    head: Head,
    group: GroupLink,
    group_picture: Picture,
    post: Body,
    title: Option<Words>,
    link: Option<OutLink>,
    image: Option<String>,
    locked: bool,
    /// The global id, which any software's search finds.
    address: String,
    comments: Vec<Comment>,
    comment_count: Count,
    is_cut: bool,
}

impl ThreadPage {
    /// Builds the page.
    pub fn new(site: &Site, thread: ThreadView) -> Self {
        let ThreadView { post, comments, is_cut } = thread;
        let group = GroupLink::new(&post.group);
        let mut people = People::default();
        let comments: Vec<_> =
            comments.into_iter().filter(|comment| comment.sight != Sight::Nothing).collect();
        Self {
            head: head(site, &post),
            group_picture: Picture::of_group(&group.handle, post.group.picture_url.as_deref()),
            title: title(&post),
            link: post.link_url.as_deref().and_then(out_link),
            image: post.image_url.as_deref().and_then(web_url),
            locked: post.locked,
            address: post.ap_id.as_str().to_owned(),
            comment_count: Count(post.comment_count),
            post: Body::new(&post, 1, &mut people),
            comments: arranged(post.id, &comments, &mut people),
            group,
            is_cut,
        }
    }
}

fn title(post: &EntryView) -> Option<Words> {
    let title = post.title.as_deref().and_then(text::visible)?;
    Some(Words::plain(title, language_of(post).as_deref()))
}

fn head(site: &Site, post: &EntryView) -> Head {
    let origin = post.origin_url.as_deref().and_then(web_url);
    let own = format!("{}{}", site.base_url, paths::post(post.id));
    let is_whole = post.sight == Sight::Whole;
    let shown = is_whole && !post.sensitive;
    let title = post.title.as_deref().and_then(text::visible).unwrap_or_else(|| shorten(&post.excerpt, 80));
    Head {
        kind: "article",
        canonical: is_whole.then(|| origin.unwrap_or(own)),
        activity: web_url(post.ap_id.as_str()).filter(|_| is_whole),
        feed: Some(paths::feed(&paths::group(&post.group.name))),
        image: post.image_url.as_deref().and_then(web_url).filter(|_| shown),
        // A group elsewhere decides for itself whether it is to be found.
        hidden_from_search: !is_whole || post.group.name.contains('@'),
        ..Head::new(site).about(&title, if shown { &post.excerpt } else { "" })
    }
}

impl Body {
    /// `under`: the level of the heading it stands below.
    fn new(entry: &EntryView, under: u32, people: &mut People) -> Self {
        let is_whole = entry.sight == Sight::Whole;
        // What stands in the place of an entry that is gone is ours, in the language of the page.
        let language = language_of(entry).filter(|_| is_whole);
        let words = |html| Words::html(html, language.as_deref());
        Self {
            is_whole,
            is_removed: entry.state == EntryState::Removed,
            author: entry.author.as_ref().map(|author| people.link(author)),
            content_html: text::prose(&entry.content_html, under).map(words),
            poll: entry.poll.as_ref().map(|poll| Poll::new(poll, language.as_deref())),
            language: language.clone(),
            sensitive: entry.sensitive,
            tags: entry.tags.clone(),
            written: Moment::minute(entry.created_at),
            edited: entry.edited_at.map(Moment::minute),
            score: Count(entry.score),
            origin: entry.origin_url.as_deref().and_then(out_link),
        }
    }
}

/// Turns comments in reading order with their depths into nested lists.
///
/// Depths are taken as hints: where a comment between two others is not shown, depths jump, and the lists must
/// still end as often as they begin.
fn arranged(post: EntryId, comments: &[EntryView], people: &mut People) -> Vec<Comment> {
    let levels = levels(comments);
    let places: HashMap<EntryId, usize> =
        comments.iter().enumerate().map(|(at, comment)| (comment.id, at)).collect();
    let mut open: Vec<bool> = Vec::new();
    let arrange = |(at, comment): (usize, &EntryView)| {
        let branch = branch_after(&levels, at);
        let level_after = levels.get(at + 1).copied().unwrap_or(0);
        let closes = open.split_off(open.len().min(level_after)).into_iter().rev().collect();
        open.extend(branch.map(|branch| branch.folds));
        let before =
            at.checked_sub(1).and_then(|before| comments.get(before)).map_or(post, |before| before.id);
        let elsewhere = comment.parent_id.filter(|parent| *parent != post && *parent != before);
        let answers = elsewhere.map(|parent| {
            let comment = places.get(&parent).and_then(|at| comments.get(*at));
            let author = comment.and_then(|comment| comment.author.as_ref());
            (parent, author.map(|author| people.link(author)))
        });
        Comment { id: comment.id, body: Body::new(comment, 2, people), answers, branch, closes }
    };
    comments.iter().enumerate().map(arrange).collect()
}

/// The answers to the comment at `at`, where there are some.
fn branch_after(levels: &[usize], at: usize) -> Option<Branch> {
    let level = *levels.get(at)?;
    let below = || levels.iter().skip(at + 1).take_while(|below| **below > level);
    let size = below().count();
    let direct = below().filter(|below| **below == level + 1).count();
    let folds = direct > 1 || (level == 0 && size > 1);
    (size > 0).then(|| Branch { size, folds, indent: indent(level) })
}

/// The level of each comment, from 0, never more than one deeper than the one before.
fn levels(comments: &[EntryView]) -> Vec<usize> {
    let mut open: Vec<i64> = Vec::new();
    let level_of = |comment: &EntryView| {
        while open.last().is_some_and(|depth| *depth >= comment.depth) {
            open.pop();
        }
        open.push(comment.depth);
        open.len() - 1
    };
    comments.iter().map(level_of).collect()
}

/// The class of the list of answers to a comment on `level`.
fn indent(level: usize) -> &'static str {
    match level {
        level if level < DEEPEST_NARROW_INDENT => "indent",
        level if level < DEEPEST_INDENT => "indent-wide",
        _ => "indent-none",
    }
}
