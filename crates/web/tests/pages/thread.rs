//! The page of a thread.

use std::sync::Arc;

use guildhall_app::{
    entry::Poll,
    read::{EntryView, ThreadView},
};
use guildhall_domain::{EntryId, content::EntryState};
use scraper::ElementRef;

use crate::{
    document::Document,
    rendered::{post_page, thread_page},
    samples::{NOON, comment, garden_thread, post, sprawling_thread, trace},
};

fn thread(comments: Vec<EntryView>) -> Document {
    thread_page(ThreadView { post: post(1, "Late frost"), comments, is_cut: false })
}

/// The comment an element lies in.
fn comment_above(page: &Document, id: i64) -> Option<String> {
    let found = page.only(&format!("#comment-{id}"));
    let above = found.ancestors().filter_map(ElementRef::wrap).find(|element| element.value().name() == "li");
    above.and_then(|element| element.attr("id")).map(str::to_owned)
}

#[test]
fn answers_lie_within_what_they_answer() {
    let page = thread(vec![
        comment(11, 1, 1, "<p>a</p>"),
        comment(12, 11, 2, "<p>b</p>"),
        comment(13, 12, 3, "<p>c</p>"),
        comment(14, 11, 2, "<p>d</p>"),
        comment(15, 1, 1, "<p>e</p>"),
    ]);
    let above: Vec<_> = (11..=15).map(|id| comment_above(&page, id)).collect();
    let within = |id: &str| Some(id.to_owned());
    assert_eq!(above, [None, within("comment-11"), within("comment-12"), within("comment-11"), None]);
}

#[test]
fn depths_that_jump_still_make_a_well_formed_list() {
    // The comments between are shown to nobody.
    let page = thread(vec![
        comment(11, 1, 1, ""),
        comment(12, 99, 4, ""),
        comment(13, 98, 3, ""),
        comment(14, 1, 1, ""),
    ]);
    let above: Vec<_> = (11..=14).map(|id| comment_above(&page, id)).collect();
    assert_eq!(above, [None, Some("comment-11".into()), Some("comment-11".into()), None]);
    assert_eq!(page.all("#comments > .answers > li").len(), 2);
    assert!(page.has("aside"), "the page goes on after the comments");
}

#[test]
fn only_the_first_levels_are_indented() {
    let page = thread_page(sprawling_thread());
    assert_eq!(page.all(".branch.indent").len(), 4, "on a phone");
    assert_eq!(page.all(".branch.indent-wide").len(), 4, "and more on a wide screen");
    assert!(page.all(".branch.indent-none").len() > 4);
}

#[test]
fn a_comment_names_what_it_answers_where_that_is_not_just_above() {
    let page = thread(vec![comment(11, 1, 1, ""), comment(12, 11, 2, ""), comment(13, 11, 2, "")]);
    assert!(!page.has("#comment-12 a[href='#comment-11']"));
    assert!(page.has("#comment-13 a[href='#comment-11']"));
}

#[test]
fn a_branch_can_be_folded_away_without_a_script() {
    let page = thread(vec![comment(11, 1, 1, ""), comment(12, 11, 2, ""), comment(13, 11, 2, "")]);
    assert_eq!(page.text("#comment-11 > details[open] > summary"), "2 answers");
}

#[test]
fn what_was_taken_out_leaves_its_place_and_says_by_whom() {
    let page = thread(vec![
        trace(comment(11, 1, 1, "<p>bad</p>"), EntryState::Removed),
        comment(12, 11, 2, "<p>answer</p>"),
        trace(comment(13, 1, 1, "<p>bad</p>"), EntryState::Deleted),
    ]);
    assert_eq!(page.text("#comment-11 > .comment"), "Removed by a moderator");
    assert_eq!(page.text("#comment-13 > .comment"), "Deleted by its author");
    assert!(!page.text("main").contains("bad"));
    assert_eq!(comment_above(&page, 12).as_deref(), Some("comment-11"));
}

#[test]
fn a_post_that_is_gone_keeps_the_answers_and_hides_the_rest() {
    let gone = trace(post(1, "Secret title"), EntryState::Removed);
    let comments = vec![comment(11, 1, 1, "<p>still here</p>")];
    let page = thread_page(ThreadView { post: gone, comments, is_cut: false });
    assert_eq!(page.text("h1"), "This post was removed by a moderator");
    assert_eq!(page.text("article.post .note"), "What others answered is still here.");
    assert!(page.text("#comments").contains("still here"));
    for selector in ["link[rel=canonical]", "link[type='application/activity+json']", ".answer"] {
        assert!(!page.has(selector), "{selector}");
    }
    assert!(page.has("meta[name=robots]"));
}

#[test]
fn a_post_that_is_gone_without_answers_says_that_there_are_none() {
    let gone =
        EntryView { language: Some("he".into()), ..trace(post(1, "Secret title"), EntryState::Deleted) };
    let page = post_page(gone);
    assert_eq!(page.text("article.post .note"), "There are no comments on it.");
    assert!(!page.has("#comments"), "nothing that says the opposite");
    assert!(!page.has("article[lang]"), "its place is told in the language of the page");
}

#[test]
fn the_card_of_the_group_has_its_picture_or_its_mark() {
    let mut pictured = post(1, "Late frost");
    Arc::make_mut(&mut pictured.group).picture_url = Some("https://a.example/garden.png".into());
    assert_eq!(post_page(pictured).attribute(".card img", "src"), "https://a.example/garden.png");
    assert!(post_page(post(1, "Late frost")).has(".card svg.mark"));
}

#[test]
fn entries_are_in_their_own_language_or_in_that_of_their_group() {
    let in_hebrew_group = |mut entry: EntryView| {
        Arc::make_mut(&mut entry.group).language = Some("he".into());
        entry
    };
    let english = EntryView { language: Some("en".into()), ..comment(11, 1, 1, "<p>Garlic water.</p>") };
    let hebrew = comment(12, 1, 1, "<p>RHS: זרעים שמתאימים לאקלים</p>");
    let comments = vec![in_hebrew_group(english), in_hebrew_group(hebrew)];
    let post = in_hebrew_group(post(1, "כנימות"));
    let page = thread_page(ThreadView { post, comments, is_cut: false });
    assert_eq!(page.attribute("article.post", "lang"), "he");
    assert_eq!(page.attribute("h1", "dir"), "rtl");
    for (id, language, direction) in [(11, "en", "ltr"), (12, "he", "rtl")] {
        assert_eq!(page.attribute(&format!("#comment-{id} > article"), "lang"), language);
        assert_eq!(page.attribute(&format!("#comment-{id} .text"), "dir"), direction);
    }
}

#[test]
fn what_rules_marked_an_entry_with_stands_beside_its_other_marks() {
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect();
    let post = EntryView { tags: tags(&["offer"]), ..post(1, "Bulbs") };
    let marked = EntryView { tags: tags(&["new", "unchecked"]), ..comment(11, 1, 1, "<p>How much?</p>") };
    let comments = vec![marked, comment(12, 1, 1, "<p>Much.</p>")];
    let page = thread_page(ThreadView { post, comments, is_cut: false });
    assert_eq!(page.texts("article.post .tag"), ["offer"]);
    assert_eq!(page.texts("#comment-11 .tag"), ["new", "unchecked"]);
    assert!(!page.has("#comment-12 .tag"));
}

#[test]
fn sensitive_content_is_shown_only_after_asking() {
    let mut careful = post(1, "Careful");
    careful.sensitive = true;
    careful.excerpt = "gory".into();
    careful.content_html = "<p>gory details</p>".into();
    careful.image_url = Some("https://a.example/gore.png".into());
    let page = post_page(careful);
    assert_eq!(page.text("details.sensitive:not([open]) .prose"), "gory details");
    assert!(page.has("details.sensitive img") && !page.has("article > .image"));
    assert!(!page.has("meta[property='og:description']") && !page.has("meta[property='og:image']"));
}

fn question(votes: [i64; 3]) -> Poll {
    let names = ["Tulips", "\u{200b}", "זרעים <b>"];
    Poll {
        options: names.into_iter().map(str::to_owned).zip(votes).collect(),
        multiple: false,
        closes_at: Some(NOON),
    }
}

#[test]
fn a_question_shows_its_answers_with_their_votes_in_words_and_as_bars() {
    let mut asked = post(1, "Which?");
    asked.poll = Some(question([1, 1_203, 0]));
    let page = post_page(asked);
    assert_eq!(page.texts(".poll .option"), ["Tulips", "An answer without words", "זרעים <b>"]);
    assert_eq!(page.texts(".poll .votes"), ["1 vote", "1,203 votes", "0 votes"]);
    let bars: Vec<_> = page
        .all(".poll meter[min='0'][aria-hidden='true']")
        .iter()
        .map(|bar| (bar.attr("value").unwrap().to_owned(), bar.attr("max").unwrap().to_owned()))
        .collect();
    let bar = |value: &str| (value.to_owned(), "1204".to_owned());
    assert_eq!(bars, [bar("1"), bar("1203"), bar("0")], "what the words say already is not read out again");
    assert_eq!(page.text(".poll .note"), "A question with 3 answers, one of which may be chosen:");
    assert_eq!(page.text(".poll .meta"), "1,204 votes open until 1 Mar 2026, 12:04");
    assert!(!page.has(".poll [style]") && !post_page(post(1, "Plain")).has(".poll"));
}

#[test]
fn a_question_with_votes_that_cannot_be_is_still_one() {
    for votes in [[0, 0, 0], [i64::MAX, i64::MAX, 1], [i64::MIN, -1, 0]] {
        let mut asked = comment(11, 1, 1, "");
        asked.poll = Some(question(votes));
        let page = thread(vec![asked]);
        for bar in page.all("#comment-11 .poll meter") {
            let number = |name| bar.attr(name).unwrap().parse::<i64>().unwrap();
            assert!(
                0 <= number("value") && number("value") <= number("max") && number("max") > 0,
                "{votes:?}"
            );
        }
    }
}

#[test]
fn a_sensitive_question_is_shown_only_after_asking() {
    let asked = |mut entry: EntryView| {
        (entry.sensitive, entry.poll) = (true, Some(question([1, 2, 3])));
        entry
    };
    assert!(post_page(asked(post(1, "Which?"))).has("details.sensitive:not([open]) .poll"));
    assert!(
        thread(vec![asked(comment(11, 1, 1, ""))]).has("#comment-11 details.sensitive:not([open]) .poll")
    );
}

#[test]
fn times_can_be_read_by_people_and_programs() {
    let page = post_page(post(1, "Late frost"));
    let time = page.only(".byline time");
    assert_eq!(time.attr("datetime"), Some("2026-03-01T12:04:09Z"));
    assert_eq!(time.attr("title"), Some("Sunday, 1 March 2026, 12:04:09 UTC"));
}

#[test]
fn a_reader_learns_how_to_answer_from_their_own_server() {
    let page = post_page(post(1, "Late frost"));
    assert_eq!(page.attribute(".answer input", "value"), "https://hall.example/posts/1");
    let mut locked = post(1, "Late frost");
    locked.locked = true;
    let page = post_page(locked);
    assert!(!page.has(".answer input") && page.text(".answer").contains("locked"));
}

#[test]
fn a_post_from_elsewhere_is_known_by_its_page_there() {
    let mut remote = post(1, "Late frost");
    remote.origin_url = Some("https://social.example/@tomas/1".into());
    remote.language = Some("de".into());
    let page = post_page(remote);
    assert_eq!(page.attribute("link[rel=canonical]", "href"), "https://social.example/@tomas/1");
    assert_eq!(page.text(".byline a[rel~=nofollow]"), "Original on social.example");
    assert_eq!(page.attribute("article.post", "lang"), "de");
    assert_eq!(page.attribute("meta[property='og:type']", "content"), "article");
}

#[test]
fn a_thread_that_was_cut_says_so() {
    let cut = |is_cut| thread_page(ThreadView { is_cut, ..garden_thread() }).text("#comments");
    assert!(cut(true).contains("The newest are not shown") && !cut(false).contains("not shown"));
}

#[test]
fn headings_in_a_post_stand_below_its_title() {
    let page = thread_page(garden_thread());
    assert_eq!(page.all("h1").len(), 1);
    assert_eq!(page.text(".prose h2"), "What I have");
}

#[test]
fn a_thousand_comments_are_one_page() {
    let comments: Vec<_> = (0..1_000)
        .map(|n| comment(100 + n, if n % 50 == 0 { 1 } else { 99 + n }, n % 50 + 1, "<p>x</p>"))
        .collect();
    let last = comments.last().map(|comment| comment.id);
    let page = thread(comments);
    assert_eq!(page.all("#comments article").len(), 1_000);
    assert_eq!(last, Some(EntryId(1_099)));
    assert_eq!(page.all("#comments > .answers > li").len(), 20);
}
