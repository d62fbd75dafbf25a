//! A group: what it is, its rules, how to take part, and its posts.

use askama::Template;
use guildhall_app::{
    Site,
    partner::PartnerView,
    read::{EntryView, GroupView, Page, PageRequest, RuleView},
};
use guildhall_domain::{
    content::Sort,
    group::{Admission, Policy, Posting, Review, Visibility},
    partner::PartnerPolicy,
};

use crate::{
    paths,
    view::{
        entry::{EntryItem, GroupLink},
        head::Head,
        listing::{Listing, next_path},
        moment::Moment,
        number::Count,
        person::PersonLink,
        picture::Picture,
        text,
        web_url::{OutLink, out_link, web_url},
        words::{Words, language},
    },
};

/// What the reader asked for of a group's posts, and got.
pub struct GroupPosts {
    /// The order.
    pub sort: Sort,
    /// Which page.
    pub request: PageRequest,
    /// What moderators want seen first; shown on the first page.
    pub featured: Vec<EntryView>,
    /// The posts.
    pub posts: Page<EntryView>,
}

/// One order of the posts.
#[derive(Debug, Clone)]
struct Tab {
    sort: Sort,
    path: String,
    is_current: bool,
}

/// A numbered rule; its number is what moderators cite.
#[derive(Debug, Clone)]
struct Rule {
    number: i64,
    title: Words,
    text_html: Option<Words>,
}

/// A partner, with what its posts are to this group.
#[derive(Debug, Clone)]
struct PartnerItem {
    group: GroupLink,
    policy: PartnerPolicy,
    comment: Option<Words>,
}

/// The server that hosts a group and decides what is let in there: nothing is said here about its door.
#[derive(Debug, Clone)]
struct Away {
    /// Its host, as in the handle.
    host: String,
    /// The group's page there.
    page: Option<OutLink>,
}

/// A group's page.
#[derive(Debug, Template)]
#[template(path = "group.html")]
pub struct GroupPage {
    head: Head,
    group: GroupLink,
    title: Words,
    picture: Picture,
    /// Where it lives, when that is not here.
    away: Option<Away>,
    /// `!name@host`, as Lemmy and its kin write it.
    bang_handle: String,
    /// The global id, which any software's search finds.
    address: String,
    language: Option<String>,
    description_html: Option<Words>,
    policy: Policy,
    rules: Vec<Rule>,
    moderators: Vec<PersonLink>,
    partners: Vec<PartnerItem>,
    members: Count,
    post_count: Count,
    comment_count: Count,
    since: Moment,
    feed: String,
    /// What its moderators decided.
    log: String,
    tabs: Vec<Tab>,
    featured: Vec<EntryItem>,
    posts: Listing<EntryItem>,
}

impl GroupPage {
    /// Builds the page.
    pub fn new(site: &Site, view: &GroupView, posts: &GroupPosts) -> Self {
        let group = GroupLink::new(&view.group);
        let language = language(view.language.as_deref());
        let feed = paths::feed(&group.path);
        let featured: Vec<_> = posts.featured.iter().filter_map(EntryItem::in_one_group).collect();
        let is_featured = |entry: &EntryView| posts.featured.iter().any(|featured| featured.id == entry.id);
        let listed = posts.posts.items.iter().filter(|entry| !is_featured(entry));
        Self {
            head: head(site, view, &group, posts.request, &feed),
            picture: Picture::of_group(&group.handle, view.picture_url.as_deref()),
            away: (!view.is_local).then(|| Away::new(view)),
            bang_handle: format!("!{}", group.handle.trim_start_matches('@')),
            address: view.group.ap_id.as_str().to_owned(),
            title: Words::plain(group.title.clone(), language.as_deref()),
            description_html: text::prose(&view.description_html, 2)
                .map(|html| Words::html(html, language.as_deref())),
            policy: view.policy,
            rules: view.rules.iter().map(|rule| Rule::new(rule, language.as_deref())).collect(),
            moderators: view.moderators.iter().map(PersonLink::new).collect(),
            partners: Vec::new(),
            members: Count(view.member_count),
            post_count: Count(view.post_count),
            comment_count: Count(view.comment_count),
            since: Moment::day(view.created_at),
            feed,
            log: paths::log(Some(&view.group.name)),
            tabs: tabs(&group.path, posts.sort),
            featured,
            posts: Listing {
                items: listed.filter_map(|entry| EntryItem::in_group(entry, view.group.id)).collect(),
                next: next_path(&group.path, Some(posts.sort), posts.posts.next),
                start: posts.request.after.map(|_| sorted_path(&group.path, posts.sort)),
            },
            language,
            group,
        }
    }
}

impl GroupPage {
    /// The same page with the groups that this one is linked to.
    #[must_use]
    pub fn with_partners(mut self, partners: &[PartnerView]) -> Self {
        let language = self.language.clone();
        let words = |text: &String| Words::plain(text::line(text), language.as_deref());
        let item = |view: &PartnerView| PartnerItem {
            group: GroupLink::new(&view.group),
            policy: view.policy,
            comment: view.public_comment.as_ref().map(words),
        };
        self.partners = partners.iter().map(item).collect();
        self
    }
}

impl Away {
    fn new(view: &GroupView) -> Self {
        let host = view.group.handle.rsplit('@').next().unwrap_or_default();
        Self { host: text::line(host), page: out_link(&view.url) }
    }
}

fn head(site: &Site, view: &GroupView, group: &GroupLink, request: PageRequest, feed: &str) -> Head {
    let own = format!("{}{}", site.base_url, group.path);
    let address = web_url(view.group.ap_id.as_str());
    let canonical = if view.is_local { Some(own) } else { address.clone() };
    let about = text::beginning_of(&view.description_html, 200);
    Head {
        canonical: canonical.filter(|_| request.after.is_none()),
        // Of a group for people here there is no document.
        activity: address.filter(|_| view.policy.visibility != Visibility::Local),
        feed: Some(feed.to_owned()),
        image: view.picture_url.as_deref().and_then(web_url),
        // Its own server decides whether it is to be found.
        hidden_from_search: !view.is_local || view.policy.visibility != Visibility::Public,
        ..Head::new(site).about(&group.title, &about)
    }
}

fn tabs(path: &str, current: Sort) -> Vec<Tab> {
    let tab = |sort: &Sort| Tab { sort: *sort, path: sorted_path(path, *sort), is_current: *sort == current };
    Sort::ALL.iter().map(tab).collect()
}

/// The usual order has no parameter: one page, one address.
fn sorted_path(path: &str, sort: Sort) -> String {
    match sort {
        Sort::New => path.to_owned(),
        Sort::Active | Sort::Top => format!("{path}?sort={sort}"),
    }
}

impl Rule {
    fn new(rule: &RuleView, language: Option<&str>) -> Self {
        Self {
            number: rule.number,
            title: Words::plain(text::line(&rule.title), language),
            text_html: text::prose(&rule.text_html, 2).map(|html| Words::html(html, language)),
        }
    }
}
