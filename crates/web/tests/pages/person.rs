//! The page of a person.

use guildhall_app::read::{PageRequest, PersonView};
use guildhall_web::view::PersonPage;

use crate::{
    document::Document,
    rendered::page,
    samples::{comment, person, person_view, post, site},
};

fn show(view: &PersonView, entries: Vec<guildhall_app::read::EntryView>) -> Document {
    Document::of(&PersonPage::new(&site(), view, PageRequest::default(), &page(entries)))
}

fn comment_with_words(words: &str) -> guildhall_app::read::EntryView {
    let mut entry = comment(12, 1, 1, "");
    entry.excerpt = words.into();
    entry
}

#[test]
fn posts_and_comments_lead_to_their_threads() {
    let view = person_view(person("noa", "hall.example", "Noa"));
    let page = show(&view, vec![post(1, "Late frost"), comment_with_words("It is enough.")]);
    assert_eq!(page.texts(".entry h3"), ["Late frost", "It is enough."]);
    let paths: Vec<_> = page.all(".entry h3 a").iter().filter_map(|link| link.attr("href")).collect();
    assert_eq!(paths, ["/posts/1", "/posts/1#comment-12"]);
    assert!(page.text(".is-comment .meta").starts_with("comment in The Garden"));
}

#[test]
fn somebody_from_here_is_at_home_here() {
    let page = show(&person_view(person("noa", "hall.example", "Noa")), Vec::new());
    assert_eq!(page.attribute("link[rel=canonical]", "href"), "https://hall.example/users/noa");
    assert_eq!(
        page.attribute("link[type='application/activity+json']", "href"),
        "https://hall.example/users/noa"
    );
    assert!(!page.has("meta[name=robots]"));
}

#[test]
fn somebody_from_elsewhere_is_at_home_there() {
    let page = show(&person_view(person("tomas", "social.example", "Tomás")), Vec::new());
    assert_eq!(page.attribute("link[rel=canonical]", "href"), "https://social.example/@tomas");
    assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
    assert!(page.text(".masthead").contains("Profile on social.example"));
    assert_eq!(
        page.attribute("link[type='application/atom+xml']", "href"),
        "/users/tomas@social.example/feed.atom"
    );
}

#[test]
fn headings_in_a_biography_do_not_compete_with_the_name() {
    let mut view = person_view(person("noa", "hall.example", "Noa"));
    view.summary_html = Some("<h1>ME</h1><p>Hi</p>".into());
    assert_eq!(show(&view, Vec::new()).text("h1"), "Noa");
}
