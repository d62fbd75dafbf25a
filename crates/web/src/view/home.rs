//! The home page: what this instance is, its groups, and the first steps of a new one.

use askama::Template;
use guildhall_app::{
    Site,
    read::{GroupView, Page, PageRequest},
};

use crate::view::{
    entry::GroupLink,
    head::Head,
    listing::{Listing, next_path},
    number::Count,
    picture::Picture,
    text,
    web_url::web_url,
    words::{Words, language},
};

/// A group in the list.
#[derive(Debug, Clone)]
struct GroupItem {
    group: GroupLink,
    title: Words,
    picture: Picture,
    language: Option<String>,
    description: Option<Words>,
    members: Count,
    posts: Count,
}

/// The home page.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    head: Head,
    description: Option<String>,
    base_url: String,
    has_accounts: bool,
    groups: Listing<GroupItem>,
}

impl HomePage {
    /// Builds the page. Without an account it shows how to make the first.
    pub fn new(site: &Site, request: PageRequest, groups: &Page<GroupView>, has_accounts: bool) -> Self {
        let head = Head {
            canonical: web_url(&site.base_url).filter(|_| request.after.is_none()),
            ..Head::new(site).about(&site.name, &site.description)
        };
        let next = next_path("/", None, groups.next);
        let items = groups.items.iter().map(GroupItem::new).collect();
        Self {
            head,
            description: text::visible(&site.description),
            base_url: site.base_url.clone(),
            has_accounts,
            groups: Listing { items, next, start: request.after.map(|_| "/".to_owned()) },
        }
    }
}

impl GroupItem {
    fn new(view: &GroupView) -> Self {
        let group = GroupLink::new(&view.group);
        let description = text::beginning_of(&view.description_html, 180);
        let language = language(view.language.as_deref());
        let words = |text| Words::plain(text, language.as_deref());
        Self {
            title: words(group.title.clone()),
            description: text::visible(&description).map(words),
            picture: Picture::of_group(&view.group.handle, view.picture_url.as_deref()),
            members: Count(view.member_count),
            posts: Count(view.post_count),
            language,
            group,
        }
    }
}
