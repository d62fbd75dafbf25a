//! Atom feeds, read back by a parser that is not ours.

use askama::Template;
use atom_syndication::Feed as Read;
use guildhall_app::read::EntryView;
use guildhall_domain::content::EntryState;
use guildhall_web::view::Feed;

use crate::samples::{comment, garden, garden_posts, later, person, person_view, post, site, trace};

fn read(feed: &Feed) -> Read {
    let xml = feed.render().unwrap();
    xml.parse().unwrap_or_else(|error| panic!("{error}: {xml}"))
}

fn of_group(posts: Vec<EntryView>) -> Read {
    read(&Feed::of_group(&site(), &garden(), posts))
}

fn link(links: &[atom_syndication::Link], rel: &str) -> String {
    let found: Vec<_> = links.iter().filter(|link| link.rel() == rel).collect();
    assert_eq!(found.len(), 1, "{rel}");
    found[0].href().to_owned()
}

#[test]
fn a_feed_names_itself_its_page_and_its_newest_change() {
    let mut edited = post(2, "Edited");
    edited.edited_at = Some(later(60));
    let feed = of_group(vec![post(3, "Newer"), edited]);
    assert_eq!(feed.id(), "https://hall.example/groups/garden/feed.atom");
    assert_eq!(link(feed.links(), "self"), feed.id());
    assert_eq!(link(feed.links(), "alternate"), "https://hall.example/groups/garden");
    assert_eq!(feed.title().as_str(), "The Garden");
    assert_eq!(feed.updated().to_rfc3339(), "2026-03-01T13:04:09+00:00");
    assert_eq!(of_group(Vec::new()).updated().to_rfc3339(), "2025-05-05T12:04:09+00:00");
}

#[test]
fn entries_keep_their_global_ids_and_lead_to_their_pages() {
    let mut remote = post(1, "From elsewhere");
    remote.ap_id = guildhall_domain::ApId::new("https://social.example/notes/9");
    remote.author = Some(person("tomas", "social.example", "Tomás").into());
    remote.language = Some("de".into());
    remote.edited_at = Some(later(5));
    let feed = of_group(vec![remote]);
    let entry = &feed.entries()[0];
    assert_eq!(entry.id(), "https://social.example/notes/9");
    assert_eq!(link(entry.links(), "alternate"), "https://hall.example/posts/1");
    assert_eq!(entry.updated().to_rfc3339(), "2026-03-01T12:09:09+00:00");
    assert_eq!(
        entry.published().map(atom_syndication::FixedDateTime::to_rfc3339).as_deref(),
        Some("2026-03-01T12:04:09+00:00")
    );
    assert_eq!(
        (entry.authors()[0].name(), entry.authors()[0].uri()),
        ("Tomás", Some("https://social.example/@tomas"))
    );
}

#[test]
fn html_arrives_as_it_was_with_what_it_is_about() {
    let mut linked = post(1, "Soil");
    linked.content_html = "<p>Fish &amp; <em>chips</em></p>".into();
    linked.link_url = Some("https://soil.example/a?b=1&c=2".into());
    let feed = of_group(vec![linked]);
    let content = feed.entries()[0].content().unwrap();
    assert_eq!(content.content_type(), Some("html"));
    let want = "<p><a href=\"https://soil.example/a?b=1&#38;c=2\">soil.example</a></p><p>Fish &amp; <em>chips</em></p>";
    assert_eq!(content.value(), Some(want));
}

#[test]
fn what_is_sensitive_or_gone_is_not_in_the_feed() {
    let mut sensitive = post(1, "Careful");
    sensitive.sensitive = true;
    sensitive.content_html = "<p>gory</p>".into();
    let gone = trace(post(2, "Gone"), EntryState::Removed);
    let feed = of_group(vec![sensitive, gone]);
    assert_eq!(feed.entries().len(), 1);
    assert!(feed.entries()[0].content().is_none());
    assert!(feed.entries()[0].summary().is_some_and(|summary| summary.as_str().contains("sensitive")));
}

#[test]
fn characters_that_xml_cannot_hold_do_not_break_the_feed() {
    let mut hostile = post(1, "A\u{0}\u{b}]]><b>&\u{ffff}");
    hostile.content_html = "<p>\u{1}x</p>".into();
    hostile.author = Some(person("x", "x.example", "\u{8}<x>").into());
    let feed = of_group(vec![hostile]);
    assert_eq!(feed.entries()[0].title().as_str(), "A ]]><b>&");
    assert_eq!(feed.entries()[0].authors()[0].name(), "<x>");
}

#[test]
fn a_person_is_the_author_of_their_feed_and_comments_are_named_after_their_group() {
    let view = person_view(person("noa", "hall.example", "Noa"));
    let entries = vec![comment(11, 1, 1, "<p>Yes.</p>"), garden_posts().swap_remove(1)];
    let feed = read(&Feed::of_person(&site(), &view, entries));
    assert_eq!(feed.authors()[0].name(), "Noa");
    assert_eq!(feed.id(), "https://hall.example/users/noa/feed.atom");
    assert_eq!(feed.entries()[0].title().as_str(), "Comment in The Garden");
    assert_eq!(link(feed.entries()[0].links(), "alternate"), "https://hall.example/posts/1#comment-11");
}
