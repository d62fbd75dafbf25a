//! The page of a group.

use std::sync::Arc;

use guildhall_app::{
    partner::PartnerView,
    read::{Cursor, EntryView, Page, PageRequest},
};
use guildhall_domain::{
    GroupId,
    content::Sort,
    group::{Admission, Policy, Posting, Review, Visibility},
    partner::{PartnerPolicy, PartnerState},
};
use guildhall_web::view::GroupPosts;

use crate::{
    rendered::{group_page, group_page_of, group_page_with_partners, page},
    samples::{garden, garden_posts, group, group_elsewhere, post},
};

fn posts(sort: Sort, after: Option<Cursor>, next: Option<Cursor>) -> GroupPosts {
    let items = vec![post(1, "One")];
    let request = PageRequest { after, limit: None };
    GroupPosts { sort, request, featured: Vec::new(), posts: Page { items, next } }
}

#[test]
fn handles_can_be_copied_in_the_spelling_of_each_software() {
    let page = group_page(&garden(), Vec::new());
    assert_eq!(page.attribute("#handle-at", "value"), "@garden@hall.example");
    assert_eq!(page.attribute("#handle-bang", "value"), "!garden@hall.example");
    assert_eq!(page.attribute("#address", "value"), "https://hall.example/groups/garden");
    assert_eq!(page.all("input:not([readonly])").len(), 0);
    let help = page.text("#take-part");
    for said in ["The first line becomes the title", "leave the mention of the group in", "Lemmy", "Mastodon"]
    {
        assert!(help.contains(said), "{said} is not in {help}");
    }
}

#[test]
fn the_door_is_told_in_words() {
    let told = |admission, posting, review| {
        let view = guildhall_app::read::GroupView {
            policy: Policy { admission, posting, review, ..Policy::default() },
            ..garden()
        };
        group_page(&view, Vec::new()).texts(".facts li")
    };
    let open = told(Admission::Open, Posting::Everyone, Review::None);
    assert_eq!(
        open,
        [
            "Everybody may read.",
            "Anybody can join.",
            "Everybody may post and comment, members or not.",
            "What you write appears at once."
        ]
    );
    let closed = told(Admission::Invite, Posting::Moderators, Review::All);
    assert!(
        closed[1].contains("invited")
            && closed[2].contains("Moderators start")
            && closed[3].starts_with("Everything")
    );
    let asked = told(Admission::Approval, Posting::Members, Review::First);
    assert!(
        asked[1].contains("Moderators decide")
            && asked[2].contains("Members")
            && asked[3].contains("first thing")
    );
}

#[test]
fn where_only_moderators_post_nobody_is_told_how_to() {
    let policy = Policy { posting: Posting::Moderators, ..Policy::default() };
    let view = guildhall_app::read::GroupView { policy, ..garden() };
    let help = group_page(&view, Vec::new()).text("#take-part");
    assert!(!help.contains("becomes the title") && help.contains("To comment"), "{help}");
}

#[test]
fn who_may_not_read_is_told_so_and_how_to() {
    for (visibility, said, is_found) in [
        (Visibility::Public, "Nothing has been posted yet", true),
        (Visibility::Unlisted, "Nothing has been posted yet", false),
        (Visibility::Members, "Only members read", false),
        (Visibility::Local, "Only people with an account on this server", false),
    ] {
        let policy = Policy { visibility, ..Policy::default() };
        let view = guildhall_app::read::GroupView { policy, ..garden() };
        let page = group_page(&view, Vec::new());
        assert!(page.text(".posts .note").contains(said), "{visibility}: {}", page.text(".posts .note"));
        assert_eq!(!page.has("meta[name=robots]"), is_found, "{visibility}");
        let has_document = page.has("link[type='application/activity+json']");
        assert_eq!(has_document, visibility != Visibility::Local, "{visibility}");
    }
}

#[test]
fn rules_keep_their_numbers() {
    let page = group_page(&garden(), Vec::new());
    assert_eq!(page.texts(".rules .number"), ["1", "2", "3"]);
    assert_eq!(page.text("#rule-2 .rule-title"), "Say where you garden");
}

#[test]
fn counts_are_written_with_their_right_number() {
    assert_eq!(
        group_page(&garden(), Vec::new()).text(".masthead .meta"),
        "1,284 members3,071 posts18,460 comments"
    );
    let mut lonely = group("one", "One");
    (lonely.member_count, lonely.post_count) = (1, 1);
    assert_eq!(group_page(&lonely, Vec::new()).text(".masthead .meta"), "1 member1 post0 comments");
}

#[test]
fn featured_posts_come_first_and_once() {
    let mut all = garden_posts();
    let featured = all.remove(0);
    // The list has it too, since it is one of the newest.
    let listed = page(std::iter::once(featured.clone()).chain(all).collect());
    let request = PageRequest::default();
    let page = group_page_of(
        &garden(),
        &GroupPosts { sort: Sort::New, request, featured: vec![featured], posts: listed },
    );
    assert_eq!(page.texts(".featured h3"), ["Start here: how the seed swap works"]);
    assert_eq!(page.texts("h3").iter().filter(|title| title.starts_with("Start here")).count(), 1);
}

#[test]
fn the_order_in_use_is_marked_and_the_others_are_a_link_away() {
    let page = group_page_of(&garden(), &posts(Sort::Active, None, None));
    assert_eq!(page.text("[aria-current=page]"), "Active");
    let paths: Vec<_> = page.all(".tabs a").iter().filter_map(|tab| tab.attr("href")).collect();
    assert_eq!(paths, ["/groups/garden", "/groups/garden?sort=active", "/groups/garden?sort=top"]);
}

#[test]
fn the_next_page_keeps_the_order_and_later_pages_lead_back() {
    let cursor = Cursor { key: 48, id: 9 };
    let page = group_page_of(&garden(), &posts(Sort::Top, Some(cursor), Some(cursor)));
    let next = page.attribute(".pager [rel=next]", "href");
    assert_eq!(next, format!("/groups/garden?sort=top&cursor={}", cursor.encode()));
    assert!(page.has(".pager a[href='/groups/garden?sort=top']"));
    assert!(!page.has("link[rel=canonical]"), "a later page is not the group's address");
    assert!(!group_page(&garden(), Vec::new()).has(".pager"));
}

#[test]
fn other_software_is_told_where_the_same_thing_is() {
    let page = group_page(&garden(), Vec::new());
    assert_eq!(
        page.attribute("link[type='application/activity+json']", "href"),
        "https://hall.example/groups/garden"
    );
    assert_eq!(page.attribute("link[type='application/atom+xml']", "href"), "/groups/garden/feed.atom");
    assert_eq!(page.attribute("link[rel=canonical]", "href"), "https://hall.example/groups/garden");
    assert_eq!(page.attribute("meta[property='og:title']", "content"), "The Garden");
    assert!(
        page.attribute("meta[property='og:description']", "content").starts_with("Allotments, balconies")
    );
}

#[test]
fn a_group_elsewhere_is_known_by_its_own_address() {
    let page = group_page(&group_elsewhere(), Vec::new());
    assert_eq!(page.attribute("link[rel=canonical]", "href"), "https://harbour.example/c/boats");
    assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
    assert_eq!(page.attribute("#handle-bang", "value"), "!boats@harbour.example");
    assert!(page.text(".away").starts_with("This group lives on harbour.example"));
    assert_eq!(page.attribute(".away a", "href"), "https://harbour.example/boats");
    assert_eq!(
        page.attribute("link[type='application/atom+xml']", "href"),
        "/groups/boats@harbour.example/feed.atom"
    );
}

#[test]
fn of_a_group_elsewhere_nothing_is_told_that_only_its_own_server_knows() {
    let open = Policy {
        admission: Admission::Open,
        posting: Posting::Everyone,
        review: Review::None,
        ..Policy::default()
    };
    let closed = Policy {
        admission: Admission::Invite,
        posting: Posting::Moderators,
        review: Review::All,
        ..Policy::default()
    };
    let told = |policy| {
        let view = guildhall_app::read::GroupView { policy, member_count: 2, ..group_elsewhere() };
        group_page(&view, Vec::new()).text("main")
    };
    assert_eq!(told(open), told(closed), "its door is not ours to describe");
    let said = told(open);
    assert!(!group_page(&group_elsewhere(), Vec::new()).has("#door-title"));
    assert!(
        said.contains("2 members from here") && said.contains("No posts of it have reached this server yet")
    );
    for claim in ["appears at once", "Anybody can join", "To post", "you are a member", "Be the first"] {
        assert!(!said.contains(claim), "{claim} in {said}");
    }
}

#[test]
fn sensitive_posts_show_neither_text_nor_picture_in_lists() {
    let mut hidden = post(1, "Careful");
    hidden.sensitive = true;
    hidden.excerpt = "gory details".into();
    hidden.image_url = Some("https://a.example/gore.png".into());
    let page = group_page(&garden(), vec![hidden]);
    assert!(!page.has(".thumb") && !page.text("main").contains("gory"));
    assert!(page.text(".entry").contains("Marked as sensitive"));
}

#[test]
fn what_rules_marked_a_post_with_stands_beside_its_other_marks() {
    let marked = EntryView { locked: true, tags: vec!["offer".into(), "été".into()], ..post(1, "Bulbs") };
    let page = group_page(&garden(), vec![marked, post(2, "Roses")]);
    assert_eq!(page.texts(".entry .tag"), ["Locked", "offer", "été"]);
}

#[test]
fn a_group_that_has_nothing_yet_says_so() {
    let page = group_page(&group("new", "New"), Vec::new());
    assert!(page.text("main").contains("Nothing has been posted yet"));
    assert!(!page.has("#rules") && !page.has(".people"));
}

#[test]
fn a_post_of_a_partner_says_where_it_comes_from_and_partners_are_named() {
    let view = garden();
    let mut partner = group_elsewhere();
    partner.group.id = GroupId(9);
    let mut theirs = post(2, "Dune");
    theirs.group = Arc::new(partner.group.clone());
    let listed = GroupPosts {
        posts: Page { items: vec![theirs, post(1, "One")], next: None },
        ..posts(Sort::New, None, None)
    };
    let partners = [PartnerPolicy::Mirror, PartnerPolicy::List].map(|policy| PartnerView {
        group: partner.group.clone(),
        policy,
        state: PartnerState::Accepted,
        reason: Some("secret".to_owned()),
        public_comment: Some("Our <b>neighbours</b>.".to_owned()),
        by: None,
        since: view.created_at,
    });
    let page = group_page_with_partners(&view, &listed, &partners);
    let metas = page.texts(".entries .meta");
    assert!(metas[0].contains(&format!("from {}", partner.group.handle)), "{metas:?}");
    assert!(!metas[1].contains("from "), "{metas:?}");
    let named = page.text("[aria-labelledby=partners-title]");
    assert!(named.contains("its posts are shown here, too. Our <b>neighbours</b>."), "{named}");
    assert!(!named.contains("secret"), "{named}");
    assert_eq!(page.all("[aria-labelledby=partners-title] li").len(), 2);
}
