//! The head of a page: what browsers, search engines, link previews and other servers are told.

use guildhall_app::Site;

use crate::{assets, view::text};

/// What the layout needs, whatever the page.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The instance.
    pub(crate) site_name: String,
    /// What the page is about, for previews; the templates write the title of the window themselves.
    pub(crate) subject: Option<String>,
    /// Plain text for previews.
    pub(crate) description: Option<String>,
    /// `website`, `article` or `profile` (ogp.me).
    pub(crate) kind: &'static str,
    /// The address this page is known by; at its origin for what lives elsewhere.
    pub(crate) canonical: Option<String>,
    /// The `ActivityPub` document of the same thing.
    pub(crate) activity: Option<String>,
    /// Its Atom feed.
    pub(crate) feed: Option<String>,
    /// A picture for previews.
    pub(crate) image: Option<String>,
    /// Whether search engines are asked to leave it out.
    pub(crate) hidden_from_search: bool,
    /// The style sheet.
    pub(crate) style: String,
    /// The icon.
    pub(crate) icon: String,
}

impl Head {
    /// The head of a page about nothing in particular.
    pub(crate) fn new(site: &Site) -> Self {
        Self {
            site_name: text::line(&site.name),
            subject: None,
            description: None,
            kind: "website",
            canonical: None,
            activity: None,
            feed: None,
            image: None,
            hidden_from_search: false,
            style: assets::style_path(),
            icon: assets::icon_path(),
        }
    }

    /// Names the subject. Window titles and previews have no way to isolate a text, so what would turn its
    /// surroundings around is taken out.
    pub(crate) fn about(mut self, subject: &str, description: &str) -> Self {
        self.subject = Some(text::line(subject)).filter(|line| !line.is_empty());
        self.description = Some(text::line(description)).filter(|line| !line.is_empty());
        self
    }
}
