//! The log, and the report of a period.

use guildhall_app::read::{Cursor, LogWanted, Page, PageRequest, Period};
use guildhall_domain::moderation::OPEN_ACTIONS;
use guildhall_web::view::{LogShown, TransparencyPage};

use crate::{
    document::Document,
    rendered::{log_page, log_page_of},
    samples::{NOON, busy_month, eventful_log, garden, group_elsewhere, site},
};

#[test]
fn a_line_says_what_was_decided_about_whom_why_and_by_which_rule() {
    let page = log_page(None, eventful_log());
    let lines = page.texts(".deeds > li");
    assert_eq!(
        lines[..7],
        [
            "Removed a comment (11) by Tomás @tomas@social.example Insults are no arguments. 1 Mar 2026, 12:04Rule 2: Be kindin The Gardendecided by Noa",
            "Locked Garlic water, twice a week by Noa @noa@hall.example Too heated; open again tomorrow. 1 Mar 2026, 12:04until 2 Mar 2026, 12:04in The Gardendecided by the moderators",
            "Ban lifted Tomás @tomas@social.example 1 Mar 2026, 12:04in The Gardendecided by a rule",
            "Banned Tomás @tomas@social.example Advertising, the third time. 1 Mar 2026, 12:04in Boatsdecided by @boats@harbour.example",
            "Server blocked spam.example 1 Mar 2026, 12:04rule block-list lists.exampledecided by a rule",
            "Banned Tomás @tomas@social.example 1 Mar 2026, 12:04decided by social.example",
            lines[6].as_str(),
        ]
    );
    assert_eq!(page.attribute("#decision-2 .deed a[href^='/posts']", "href"), "/posts/1");
    assert!(!page.has("#decision-1 .deed a[href^='/posts']"), "it is not there any more");
    assert_eq!(lines.len(), 7 + OPEN_ACTIONS.len());
}

#[test]
fn texts_that_run_from_the_right_do_so_in_a_page_that_does_not() {
    let page = log_page(None, eventful_log());
    assert_eq!(page.attribute("#decision-7 .why", "dir"), "rtl", "though it begins with letters that do not");
    assert_eq!(page.attribute("#decision-7 .deed bdi[dir=rtl]", "dir"), "rtl");
    assert_eq!(page.attribute("#decision-1 .why", "dir"), "auto", "nobody says which language that is");
}

#[test]
fn the_form_keeps_what_was_looked_for_and_the_ways_on_do_too() {
    let wanted = LogWanted {
        action: Some("ban".into()),
        person: Some("@a&b@c.example".into()),
        from: Some("2026-03-01".into()),
        rule: Some(" ".into()),
        ..LogWanted::default()
    };
    let lines = Page { items: eventful_log(), next: Some(Cursor { key: 0, id: 7 }) };
    let request = PageRequest { after: Some(Cursor { key: 0, id: 9 }), limit: None };
    let page = log_page_of(Some(&garden()), &wanted, request, LogShown::Lines(lines));
    assert!(page.has("details.filter[open]"));
    assert_eq!(page.attribute("form", "action"), "/groups/garden/log");
    assert_eq!(page.attribute("#action option[selected]", "value"), "ban");
    assert_eq!(page.attribute("#person", "value"), "@a&b@c.example");
    assert_eq!(page.attribute("#from", "value"), "2026-03-01");
    assert!(!page.has("#group") && !page.has("#whose"), "those are for the log of all");
    let narrowed = "action=ban&person=%40a%26b%40c.example&from=2026-03-01";
    let next = page.attribute(".pager [rel=next]", "href");
    assert!(next.starts_with(&format!("/groups/garden/log?{narrowed}&cursor=")), "{next}");
    assert!(page.has(&format!(".pager a[href='/groups/garden/log?{narrowed}']")));
    assert!(page.has(&format!(".meta a[href='/api/guildhall/v1/groups/garden/log-file?{narrowed}']")));
}

#[test]
fn what_cannot_be_understood_is_said_beside_its_field() {
    let wanted = LogWanted { from: Some("\"><script>".into()), ..LogWanted::default() };
    let shown = LogShown::Unreadable { field: "from", wanted: "a day is wanted".into() };
    let page = log_page_of(None, &wanted, PageRequest::default(), shown);
    assert_eq!(page.text("#wrong"), "A day is wanted.");
    assert_eq!(page.attribute("#from", "aria-describedby"), "wrong");
    assert_eq!(page.attribute("#from", "value"), "\"><script>");
    assert!(page.has("details.filter[open]") && !page.has(".deeds"));
}

#[test]
fn who_may_not_read_is_told_so_and_nothing_else() {
    let page =
        log_page_of(Some(&garden()), &LogWanted::default(), PageRequest::default(), LogShown::NotToYou);
    assert!(page.text("main").contains("only those who may read in it"));
    assert!(!page.has("form") && !page.has(".deeds") && !page.has(".meta"));
    let page =
        Document::of(&TransparencyPage::new(&site(), Some(&garden()), Period::month_of(NOON), None, None));
    assert!(page.text("main").contains("only those who may read in it"));
    assert!(!page.has("table"));
}

#[test]
fn a_group_elsewhere_is_said_to_decide_there() {
    let page = log_page(Some(&group_elsewhere()), Vec::new());
    assert!(page.text("main").contains("decided on harbour.example"), "{}", page.text("main"));
    assert!(page.text("main").contains("Nothing was told here yet."));
    assert!(!page.text(".meta").contains("Transparency"), "its own server counts");
}

#[test]
fn names_are_not_to_be_found_by_search_engines() {
    for page in [log_page(None, eventful_log()), log_page(Some(&garden()), Vec::new())] {
        assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
    }
}

#[test]
fn figures_are_told_with_what_they_count() {
    let counted = busy_month();
    let page = Document::of(&TransparencyPage::new(&site(), None, counted.period, Some(&counted), None));
    assert_eq!(page.text(".lead"), "1 March 2026 to 31 March 2026");
    let rows = |section: &str| page.texts(&format!("section[aria-labelledby={section}] tbody tr"));
    assert_eq!(rows("outcomes-title")[0], "Held for a look1,204");
    assert_eq!(rows("actions-title")[2], "Not let in31044");
    assert_eq!(rows("rules-title"), ["An automatic ruleHeld for a look902", "Rule 2: בלי פרסומותBanned3"]);
    assert_eq!(
        rows("time-title"),
        ["In the queue84038 minutes5 hours", "Cases222 hours2 days", "Appeals32 days6 days"]
    );
    assert_eq!(rows("reports-title")[3], "Cases closed: Decided14");
    assert_eq!(rows("appeals-title")[1], "The decision stands2");
    assert_eq!(rows("force-title")[0], "Banned17");
    assert_eq!(page.attribute("#from", "value"), "2026-03-01");
    assert_eq!(page.attribute("#to", "value"), "2026-03-31");
    assert_eq!(page.attribute("[rel=prev]", "href"), "/transparency?from=2026-02-01&to=2026-02-28");
    assert_eq!(page.attribute("[rel=next]", "href"), "/transparency?from=2026-04-01&to=2026-04-30");
}
