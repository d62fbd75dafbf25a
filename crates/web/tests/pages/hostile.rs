//! Titles, names and links made to break out of their place (SECURITY-CASES T13). HTML of entries and descriptions
//! is sanitised before it gets here; everything else must be text, whatever is in it.

use guildhall_app::read::{EntryView, GroupView, PersonRef};

use crate::{
    document::Document,
    rendered::{group_page, home_page, post_page, thread_page},
    samples::{comment, garden, group, person, post},
};

const SCRIPT: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;";

fn hostile_person() -> PersonRef {
    PersonRef {
        handle: format!("@{SCRIPT}@e.example"),
        name: format!("{SCRIPT}@e.example"),
        url: "javascript:alert(1)".into(),
        icon_url: Some("javascript:alert(1)".into()),
        ..person("x", "e.example", SCRIPT)
    }
}

fn hostile_post() -> EntryView {
    EntryView {
        author: Some(hostile_person().into()),
        excerpt: SCRIPT.into(),
        link_url: Some("javascript:alert(1)".into()),
        image_url: Some("data:image/svg+xml,<svg onload=alert(1)>".into()),
        origin_url: Some(format!("https://e.example/{SCRIPT}")),
        language: Some(SCRIPT.into()),
        ..post(1, SCRIPT)
    }
}

fn hostile_group() -> GroupView {
    let mut view = group("x", SCRIPT);
    view.group.handle = format!("@{SCRIPT}@e.example");
    view.group.name = SCRIPT.into();
    view.language = Some(SCRIPT.into());
    view.picture_url = Some("javascript:alert(1)".into());
    view.moderators = vec![hostile_person()];
    view.rules.clone_from(&garden().rules);
    view.rules[0].title = SCRIPT.into();
    view
}

fn assert_harmless(page: &Document) {
    for bad in ["script", "[onerror]", "[onload]", "img[src=x]", "[lang*=script]"] {
        assert!(!page.has(bad), "{bad}");
    }
    for link in page.all("[href], [src]") {
        let target = link.attr("href").or(link.attr("src")).unwrap_or_default();
        let leads_to_the_web = ["/", "#", "https://"].iter().any(|start| target.starts_with(start));
        assert!(leads_to_the_web && !target.starts_with("//"), "{target}");
    }
}

#[test]
fn a_hostile_group_is_only_text() {
    let page = group_page(&hostile_group(), vec![hostile_post()]);
    assert_harmless(&page);
    assert!(page.text("h1").contains("<script>"), "the title is shown as it is");
    assert_harmless(&home_page(vec![hostile_group()], true));
}

#[test]
fn a_hostile_thread_is_only_text() {
    let mut answer = comment(11, 1, 1, "<p>hi</p>");
    answer.author = Some(hostile_person().into());
    let mut second = comment(12, 99, 1, "<p>hi</p>");
    second.author = Some(hostile_person().into());
    let thread = guildhall_app::read::ThreadView {
        post: hostile_post(),
        comments: vec![answer, second],
        is_cut: false,
    };
    assert_harmless(&thread_page(thread));
    assert_harmless(&post_page(EntryView { sensitive: true, ..hostile_post() }));
}

#[test]
fn a_link_shows_the_host_it_leads_to() {
    let mut misleading = post(1, "Your bank");
    misleading.link_url = Some("https://bank.example@evil.example/login".into());
    assert!(!post_page(misleading.clone()).has(".link-box"), "a user name in a link is there to mislead");
    misleading.link_url = Some("https://bаnk.example/login".into());
    let shown = post_page(misleading).text(".link-host");
    assert!(shown.starts_with("xn--"), "a Cyrillic letter is shown as what it is: {shown}");
}

#[test]
fn a_name_cannot_turn_or_hide_what_stands_beside_it() {
    let mut entry = post(1, "\u{200b}\u{3164}");
    entry.author = Some(person("eve", "e.example", "\u{202e}\u{200b}").into());
    let page = post_page(entry);
    assert_eq!(page.text("h1"), "Untitled post");
    assert_eq!(page.text(".byline .who"), "@eve@e.example");

    let mut entry = post(1, "A \u{202e}evil");
    entry.author = Some(person("eve", "e.example", "Noa \u{202e}(nimda)").into());
    let page = post_page(entry);
    assert_eq!(page.text("title"), "A evil · The Garden · Riverside Hall");
    assert_eq!(page.text(".byline .who bdi"), "Noa (nimda)");
}

#[test]
fn pictures_of_people_learn_nothing_of_the_reader() {
    let mut entry = post(1, "Picture");
    entry.image_url = Some("https://a.example/p.png".into());
    entry.author = Some(
        PersonRef { icon_url: Some("https://a.example/i.png".into()), ..person("a", "a.example", "A") }
            .into(),
    );
    let page = post_page(entry);
    assert_eq!(page.all("img").len(), 2);
    for image in page.all("img") {
        assert_eq!(image.attr("referrerpolicy"), Some("no-referrer"), "{}", image.html());
    }
    for link in page.all("a[href^='https://']") {
        assert!(link.attr("rel").is_some_and(|rel| rel.contains("noreferrer")), "{}", link.html());
    }
}
