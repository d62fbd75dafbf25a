//! The page that says why there is none.

use askama::Template;
use guildhall_app::Site;

use crate::view::{PageError, head::Head};

/// An error, in words and with a way on.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    head: Head,
    error: PageError,
    status: u16,
}

impl ErrorPage {
    /// Builds the page.
    pub fn new(site: &Site, error: PageError) -> Self {
        let head = Head { hidden_from_search: true, ..Head::new(site) };
        Self { head, status: error.status().as_u16(), error }
    }
}
