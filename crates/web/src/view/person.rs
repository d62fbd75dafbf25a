//! Persons: named beside what they wrote, and on their own page.

use askama::Template;
use guildhall_app::{
    Site,
    read::{EntryView, Page, PageRequest, PersonRef, PersonView},
};

use crate::{
    paths,
    view::{
        entry::EntryItem,
        head::Head,
        listing::{Listing, next_path},
        moment::Moment,
        picture::Picture,
        text,
        web_url::{OutLink, out_link, web_url},
    },
};

/// A person, wherever one is named.
#[derive(Debug, Clone)]
pub(crate) struct PersonLink {
    /// The page here.
    pub(crate) path: String,
    /// The display name, never invisible.
    pub(crate) name: String,
    /// `@name@host`
    pub(crate) handle: String,
    /// Picture or mark.
    pub(crate) picture: Picture,
}

impl PersonLink {
    pub(crate) fn new(person: &PersonRef) -> Self {
        let handle = text::line(&person.handle);
        Self {
            path: paths::person(&person.name),
            name: text::visible(&person.display_name).unwrap_or_else(|| handle.clone()),
            picture: Picture::of_person(&handle, person.icon_url.as_deref()),
            handle,
        }
    }
}

/// A person with what they wrote.
#[derive(Debug, Template)]
#[template(path = "person.html")]
pub struct PersonPage {
    head: Head,
    person: PersonLink,
    is_local: bool,
    summary_html: Option<String>,
    since: Moment,
    home: Option<OutLink>,
    feed: String,
    entries: Listing<EntryItem>,
}

impl PersonPage {
    /// Builds the page.
    pub fn new(site: &Site, view: &PersonView, request: PageRequest, entries: &Page<EntryView>) -> Self {
        let person = PersonLink::new(&view.person);
        let (path, feed) = (person.path.clone(), paths::feed(&person.path));
        let summary = view.summary_html.as_deref().and_then(|html| text::prose(html, 1));
        let about = text::beginning_of(summary.as_deref().unwrap_or_default(), 200);
        let own = format!("{}{path}", site.base_url);
        let origin = web_url(&view.person.url).filter(|_| !view.is_local);
        let head = Head {
            kind: "profile",
            canonical: Some(origin.unwrap_or(own)).filter(|_| request.after.is_none()),
            activity: web_url(view.person.ap_id.as_str()),
            feed: Some(feed.clone()),
            image: view.person.icon_url.as_deref().and_then(web_url),
            // Whether people elsewhere want to be found by search engines is for their server to say (FEP-5feb).
            hidden_from_search: !view.is_local,
            ..Head::new(site).about(&format!("{} ({})", person.name, person.handle), &about)
        };
        let next = next_path(&path, None, entries.next);
        let items = entries.items.iter().filter_map(EntryItem::by_one_author).collect();
        Self {
            head,
            person,
            is_local: view.is_local,
            summary_html: summary,
            since: Moment::day(view.created_at),
            home: out_link(&view.person.url).filter(|_| !view.is_local),
            feed,
            entries: Listing { items, next, start: request.after.map(|_| path) },
        }
    }
}
