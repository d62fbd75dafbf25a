//! `GET /robots.txt`: what crawlers need not look at.

/// The APIs, and orders of lists whose items are all found by date. Feeds and pages are open; pages of people and
/// groups that live elsewhere ask not to be indexed themselves.
const ROBOTS: &str = "User-agent: *\nDisallow: /api/\nDisallow: /*?sort=\nDisallow: /*&sort=\n";

pub(crate) async fn show() -> &'static str {
    ROBOTS
}
