//! Every kind of page with rich content, and short ways to make one.

use guildhall_app::read::{Cursor, EntryView, GroupView, Page, PageRequest, ThreadView};
use guildhall_domain::content::Sort;
use guildhall_web::view::{ErrorPage, GroupPage, GroupPosts, HomePage, PageError, PersonPage, ThreadPage};

use crate::{
    document::Document,
    samples::{
        self, garden, garden_posts, garden_thread, gone_thread, group_elsewhere, hebrew_group, hebrew_posts,
        hebrew_thread, person, person_view, site, sprawling_thread, straining_thread,
    },
};

pub(crate) fn page<T>(items: Vec<T>) -> Page<T> {
    Page { items, next: None }
}

/// The first page of a group, newest first; featured posts are taken from among `posts`.
pub(crate) fn group_page(view: &GroupView, posts: Vec<EntryView>) -> Document {
    let (featured, items) = posts.into_iter().partition(|post| post.featured);
    group_page_of(
        view,
        &GroupPosts { sort: Sort::New, request: PageRequest::default(), featured, posts: page(items) },
    )
}

pub(crate) fn group_page_of(view: &GroupView, posts: &GroupPosts) -> Document {
    Document::of(&GroupPage::new(&site(), view, posts))
}

pub(crate) fn thread_page(thread: ThreadView) -> Document {
    Document::of(&ThreadPage::new(&site(), thread))
}

/// A thread of one post.
pub(crate) fn post_page(post: EntryView) -> Document {
    thread_page(ThreadView { post, comments: Vec::new(), is_cut: false })
}

pub(crate) fn home_page(groups: Vec<GroupView>, has_accounts: bool) -> Document {
    Document::of(&HomePage::new(&site(), PageRequest::default(), &page(groups), has_accounts))
}

pub(crate) fn error_page(error: PageError) -> Document {
    Document::of(&ErrorPage::new(&site(), error))
}

/// Every kind of page, each with a name for messages.
pub(crate) fn every_page() -> Vec<(&'static str, Document)> {
    let start = || "/groups/garden".to_owned();
    let later_page = GroupPosts {
        sort: Sort::Top,
        request: PageRequest { after: Some(Cursor { key: 3, id: 4 }), limit: None },
        featured: Vec::new(),
        posts: Page { items: garden_posts(), next: Some(Cursor { key: 1, id: 2 }) },
    };
    let writer = person_view(person("tomas", "social.example", "Tomás"));
    let written = page(garden_posts().into_iter().chain(garden_thread().comments).collect());
    vec![
        ("home", home_page(vec![garden(), group_elsewhere(), hebrew_group()], true)),
        ("first start", home_page(Vec::new(), false)),
        ("home without groups", home_page(Vec::new(), true)),
        ("group", group_page(&garden(), garden_posts())),
        ("later page of a group", group_page_of(&garden(), &later_page)),
        ("empty group", group_page(&samples::group("new", "New"), Vec::new())),
        ("group elsewhere", group_page(&group_elsewhere(), garden_posts())),
        ("Hebrew group", group_page(&hebrew_group(), hebrew_posts())),
        ("thread", thread_page(garden_thread())),
        ("sprawling thread", thread_page(sprawling_thread())),
        ("straining thread", thread_page(straining_thread())),
        ("thread of a post that is gone", thread_page(gone_thread())),
        ("Hebrew thread", thread_page(hebrew_thread())),
        ("question", post_page(samples::question())),
        ("person", Document::of(&PersonPage::new(&site(), &writer, PageRequest::default(), &written))),
        ("not found", error_page(PageError::NotFound)),
        ("unknown order", error_page(PageError::UnknownSort { start: start() })),
        ("unknown cursor", error_page(PageError::UnknownCursor { start: start() })),
        ("internal error", error_page(PageError::Internal)),
        ("database away", error_page(PageError::Unavailable)),
    ]
}
