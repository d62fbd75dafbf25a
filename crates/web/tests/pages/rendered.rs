//! Every kind of page with rich content, and short ways to make one.

use guildhall_app::{
    partner::PartnerView,
    read::{Cursor, EntryView, GroupView, LogLine, LogWanted, Page, PageRequest, Period, ThreadView},
};
use guildhall_domain::content::Sort;
use guildhall_web::view::{
    ErrorPage, GroupPage, GroupPosts, HomePage, LogPage, LogShown, PageError, PersonPage, ThreadPage,
    TransparencyPage,
};

use crate::{
    document::Document,
    samples::{
        self, NOON, busy_month, eventful_log, garden, garden_posts, garden_thread, gone_thread,
        group_elsewhere, hebrew_group, hebrew_posts, hebrew_thread, person, person_view, site,
        sprawling_thread, straining_thread,
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

/// The same with partners named.
pub(crate) fn group_page_with_partners(
    view: &GroupView,
    posts: &GroupPosts,
    partners: &[PartnerView],
) -> Document {
    Document::of(&GroupPage::new(&site(), view, posts).with_partners(partners))
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

/// A log: of the instance where no group is given.
pub(crate) fn log_page(group: Option<&GroupView>, lines: Vec<LogLine>) -> Document {
    let shown = LogShown::Lines(page(lines));
    log_page_of(group, &LogWanted::default(), PageRequest::default(), shown)
}

pub(crate) fn log_page_of(
    group: Option<&GroupView>,
    wanted: &LogWanted,
    request: PageRequest,
    shown: LogShown,
) -> Document {
    Document::of(&LogPage::new(&site(), group, wanted, request, shown))
}

fn transparency_pages() -> Vec<(&'static str, Document)> {
    let (counted, march) = (busy_month(), Period::month_of(NOON));
    let of_garden = garden();
    let shown = |group: Option<&GroupView>, counted, wrong: Option<&str>| {
        Document::of(&TransparencyPage::new(&site(), group, march, counted, wrong.map(str::to_owned)))
    };
    vec![
        ("report of the instance", shown(None, Some(&counted), None)),
        ("report of a group", shown(Some(&of_garden), Some(&counted), Some("A day is wanted."))),
        ("report of a private group", shown(Some(&of_garden), None, None)),
    ]
}

fn log_pages() -> Vec<(&'static str, Document)> {
    let unreadable = LogShown::Unreadable { field: "to", wanted: "a day is wanted".to_owned() };
    let wanted = || LogWanted { to: Some("x".to_owned()), ..LogWanted::default() };
    let first = PageRequest::default;
    let later = PageRequest { after: Some(Cursor { key: 0, id: 9 }), limit: None };
    let lines = LogShown::Lines(Page { items: eventful_log(), next: Some(Cursor { key: 0, id: 7 }) });
    vec![
        ("log of the instance", log_page(None, eventful_log())),
        ("later page of a log", log_page_of(None, &wanted(), later, lines)),
        ("log of a group", log_page(Some(&garden()), eventful_log())),
        ("empty log", log_page(Some(&garden()), Vec::new())),
        ("log of a Hebrew group", log_page(Some(&hebrew_group()), eventful_log())),
        ("log of a group elsewhere", log_page(Some(&group_elsewhere()), eventful_log())),
        ("log of a private group", log_page_of(Some(&garden()), &wanted(), first(), LogShown::NotToYou)),
        ("log of what cannot be understood", log_page_of(None, &wanted(), first(), unreadable)),
    ]
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
    let mut pages = vec![
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
    ];
    pages.extend(log_pages());
    pages.extend(transparency_pages());
    pages
}
