//! Two communities as they could be: one in English, one in Hebrew; and a thread that tries every corner.

use std::sync::Arc;

use guildhall_app::read::{EntryView, GroupView, RuleView, ThreadView};
use guildhall_domain::{
    content::EntryState,
    group::{Admission, Policy, Posting, Review},
};

use super::{comment, group, group_ref, later, person, post, trace};

const NAMES: [(&str, &str, &str); 6] = [
    ("noa", "hall.example", "Noa Lindqvist"),
    ("tomas", "social.example", "Tomás"),
    ("m_okafor", "fedi.town.example", "Mbali Okafor"),
    (
        "reader_with_a_very_long_name_01",
        "a-rather-long-host-name.community.example",
        "Wilhelmina Featherstonehaugh-Cholmondeley",
    ),
    ("yael", "kehila.example", "יעל"),
    ("hugo", "lemmy.example", "hugo"),
];

fn by(mut entry: EntryView, who: usize) -> EntryView {
    let (name, host, display_name) = NAMES[who % NAMES.len()];
    if host != "hall.example" {
        entry.origin_url = Some(format!("https://{host}/@{name}/{}", entry.id));
    }
    entry.author = Some(person(name, host, display_name).into());
    entry
}

fn rule(number: i64, title: &str, text: &str) -> RuleView {
    let text_html = if text.is_empty() { String::new() } else { format!("<p>{text}</p>") };
    RuleView { number, title: title.into(), text: text.into(), text_html }
}

pub(crate) fn garden() -> GroupView {
    GroupView {
        description_html:
            "<p>Allotments, balconies and the long bed behind the boathouse. Ask, show, swap seeds. \
            Plot questions go to the <a href=\"https://committee.example\">committee</a>.</p>"
                .into(),
        language: Some("en".into()),
        policy: Policy {
            admission: Admission::Open,
            posting: Posting::Members,
            review: Review::First,
            ..Policy::default()
        },
        welcome: guildhall_domain::welcome::Welcome::default(),
        member_count: 1_284,
        post_count: 3_071,
        comment_count: 18_460,
        rules: vec![
            rule(1, "Be kind to beginners", "Everybody has killed a basil plant."),
            rule(2, "Say where you garden", "Advice for clay in the north is no good for sand in the south."),
            rule(3, "No selling", ""),
        ],
        moderators: vec![
            person("noa", "hall.example", "Noa Lindqvist"),
            person("yael", "kehila.example", "יעל"),
        ],
        ..group("garden", "The Garden")
    }
}

pub(crate) fn garden_posts() -> Vec<EntryView> {
    let mut welcome = by(post(900, "Start here: how the seed swap works"), 0);
    welcome.featured = true;
    welcome.locked = true;
    welcome.excerpt =
        "Bring dry seed in paper, write the year on it, take what you will sow this season.".into();
    (welcome.score, welcome.comment_count) = (112, 14);

    let mut frost = by(post(1, "Late frost on Thursday: what are you covering, and with what?"), 1);
    frost.excerpt =
        "The forecast says minus two by the river. I have fleece for the strawberries, but the early \
        potatoes are already up and I have run out of buckets."
            .into();
    (frost.score, frost.comment_count) = (48, 23);

    let mut link = by(post(2, "A field guide to soil by hand, with drawings"), 2);
    link.link_url = Some("https://www.soil-notes.example/guides/soil-by-hand?from=group".into());
    link.image_url = Some("https://pictures.example/sample.svg".into());
    (link.score, link.comment_count) = (31, 1);

    let mut hidden = by(post(3, "What got into my compost (dead animal, sorry)"), 3);
    hidden.sensitive = true;
    (hidden.score, hidden.comment_count) = (-2, 4);

    let mut hebrew = by(post(4, "שתילים עודפים של עגבניות ליד הגשר, מי רוצה?"), 4);
    hebrew.language = Some("he".into());
    hebrew.excerpt = "יש לי כעשרים שתילים מזן \"מרמנד\" שלא נכנסו לערוגה. אפשר לאסוף כל ערב עד שמונה.".into();
    (hebrew.score, hebrew.comment_count) = (9, 3);

    let mut long = by(
        post(
            5,
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft_https://example.org/a/very/long/address/without/any/break",
        ),
        5,
    );
    long.excerpt = "Can anybody read this plant label?".into();
    (long.score, long.comment_count) = (1, 0);

    vec![welcome, frost, link, hidden, hebrew, long]
}

/// A thread as most are.
pub(crate) fn garden_thread() -> ThreadView {
    let mut first = garden_posts().swap_remove(1);
    first.content_html = "<p>The forecast says <strong>minus two</strong> by the river on Thursday night. I have fleece \
        for the strawberries, but the early potatoes are already up and I have run out of buckets.</p>\
        <h2>What I have</h2><ul><li>Six metres of fleece</li><li>Straw, a little damp</li></ul>\
        <blockquote><p>Earth them up and go to bed.</p></blockquote>\
        <p>That is what my neighbour says. Is it enough?</p><pre><code>min  -2.1 °C   Thu 04:00\nmax  11.4 °C   Thu 15:00   (station 4, boathouse, two metres above the ground)</code></pre>"
        .into();
    first.edited_at = Some(later(50));
    first.comment_count = 6;
    let say = |id, parent, depth, who, html: &str| by(comment(id, parent, depth, html), who);
    let mut comments = vec![
        say(11, 1, 1, 0, "<p>It is enough. Potatoes come back from worse; it costs them a week.</p>"),
        say(12, 11, 2, 1, "<p>A week I can live with. Thank you!</p>"),
        say(13, 12, 3, 0, "<p>Send a picture on Friday, please.</p>"),
        say(14, 1, 1, 4, "<p>אצלנו כיסינו עם סדינים ישנים, ועבד מצוין. רק להוריד אותם בבוקר.</p>"),
        trace(say(15, 1, 1, 2, ""), EntryState::Removed),
        say(
            16,
            15,
            2,
            2,
            "<p>I answered something here that is gone now. In short: <em>no plastic on the leaves</em>.</p>",
        ),
    ];
    for (comment, score) in comments.iter_mut().zip([21, 4, 6, 12, 0, 3]) {
        comment.score = score;
    }
    ThreadView { post: first, comments, is_cut: false }
}

/// A thread that goes deep, holds what readers may not see at once, and strains every line.
pub(crate) fn sprawling_thread() -> ThreadView {
    let mut first = garden_posts().swap_remove(3);
    first.link_url = Some(
        "https://xn--pple-43d.example/a/path/that/goes/on/and/on/and/on/until/it/has/to/break/somewhere?q=1"
            .into(),
    );
    first.content_html = "<p>It was a rat.</p>".into();
    let mut comments = Vec::new();
    for depth in 1..=16 {
        let text = format!("<p>Level {depth}: still readable, even on a phone that is held in one hand.</p>");
        let parent = if depth == 1 { first.id.0 } else { 99 + depth };
        comments.push(by(comment(100 + depth, parent, depth, &text), usize::try_from(depth).unwrap()));
    }
    let mut sensitive = by(comment(200, 116, 17, "<p>The details.</p>"), 2);
    sensitive.sensitive = true;
    comments.push(sensitive);
    comments.push(by(comment(201, 101, 2, "<p>Verylongwordwithoutanybreakverylongwordwithoutanybreakverylongwordwithoutanybreakverylongword</p><table><tr><th>Plot</th><th>Crop</th><th>Sown</th><th>Harvested</th><th>Weight in kilograms</th></tr><tr><td>4</td><td>Beans</td><td>May</td><td>August</td><td>12.5</td></tr></table>"), 3));
    comments.push(trace(by(comment(202, first.id.0, 1, ""), 1), EntryState::Deleted));
    first.comment_count = 19;
    ThreadView { post: first, comments, is_cut: true }
}

/// What is left of a post that its author deleted, with what others answered.
pub(crate) fn gone_thread() -> ThreadView {
    let ThreadView { post, comments, is_cut } = garden_thread();
    ThreadView { post: trace(post, EntryState::Deleted), comments, is_cut }
}

/// Everything that could make a page wider than the screen.
pub(crate) fn straining_thread() -> ThreadView {
    let long = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz".repeat(3);
    let mut first = by(post(70, &long), 3);
    first.link_url = Some(format!("https://example.org/{}", "a-very-long-path/".repeat(20)));
    first.image_url = Some("https://pictures.example/wide.svg".into());
    first.content_html = format!(
        "<p>{long}</p><p><a href=\"https://example.org/\">https://example.org/{path}</a></p>\
        <p><code>{path}</code></p><pre><code>{path}\n{path}</code></pre>\
        <table><thead><tr><th>Plot</th><th>Crop</th><th>Sown</th><th>Harvested</th><th>Weight in kilograms</th>\
        <th>Remarks of the committee</th></tr></thead><tbody><tr><td>4</td><td>Beans</td><td>May</td><td>August</td>\
        <td>12.5</td><td>{long}</td></tr></tbody></table>\
        <blockquote><p>{long}</p></blockquote><ol><li>{long}</li></ol>\
        <p><img src=\"https://pictures.example/wide.svg\" alt=\"A wide picture\"></p><h2>{long}</h2>",
        path = "abcdefghij/".repeat(20),
    );
    let answer = by(comment(71, 70, 1, &format!("<p>{long}</p><pre><code>{long}</code></pre>")), 3);
    ThreadView { post: first, comments: vec![answer], is_cut: false }
}

pub(crate) fn hebrew_group() -> GroupView {
    GroupView {
        description_html:
            "<p>קבוצה לגננים ולגננות לאורך הנחל: שאלות, תמונות, החלפת זרעים וימי עבודה משותפים.</p>".into(),
        language: Some("he".into()),
        policy: Policy {
            admission: Admission::Approval,
            posting: Posting::Everyone,
            review: Review::All,
            ..Policy::default()
        },
        welcome: guildhall_domain::welcome::Welcome::default(),
        member_count: 312,
        post_count: 87,
        comment_count: 1_540,
        rules: vec![
            rule(1, "מדברים בכבוד", "גם כשלא מסכימים על קומפוסט."),
            rule(2, "כותבים איפה הגינה", "עצה טובה לחוף אינה טובה להר."),
        ],
        moderators: vec![person("yael", "kehila.example", "יעל"), person("tomas", "social.example", "Tomás")],
        group: guildhall_app::read::GroupRef {
            language: Some("he".into()),
            picture_url: Some("https://pictures.example/sample.svg".into()),
            ..group_ref("gina", "הגינה שליד הנחל")
        },
        picture_url: Some("https://pictures.example/sample.svg".into()),
        ..group("gina", "הגינה שליד הנחל")
    }
}

pub(crate) fn hebrew_posts() -> Vec<EntryView> {
    let titles = [
        "יום עבודה בשבת הקרובה: מביאים כפפות",
        "שאלה על כנימות בעלי החסה",
        "RHS: האם הזרעים שלהם מתאימים לאקלים שלנו?",
    ];
    let texts = [
        "נפגשים בשמונה ליד הגשר. צריך שני אנשים עם טנדר, ומישהו שיביא קפה.",
        "מרססים במי סבון כבר שבוע ואין שינוי. מה עוד אפשר לנסות לפני שמוותרים?",
        "קניתי באתר example.org והגיעו שמונה מעטפות. מי זרע כאלה בשנה שעברה?",
    ];
    let made = titles.iter().zip(texts).enumerate().map(|(at, (title, text))| {
        let mut entry = by(post(50 + i64::try_from(at).unwrap(), title), 4);
        entry.group = group_ref("gina", "הגינה שליד הנחל").into();
        // Most say no language: it is that of their group.
        Arc::make_mut(&mut entry.group).language = Some("he".into());
        entry.excerpt = text.into();
        entry.score = 7;
        entry.comment_count = 2;
        entry
    });
    made.collect()
}

pub(crate) fn hebrew_thread() -> ThreadView {
    let mut first = hebrew_posts().swap_remove(1);
    first.content_html = "<p>מרססים במי סבון כבר שבוע ואין שינוי. מה עוד אפשר לנסות לפני שמוותרים?</p><ul><li>סבון פוטסיק</li><li>שמן נים</li></ul>".into();
    let he = |mut entry: EntryView| {
        Arc::make_mut(&mut entry.group).language = Some("he".into());
        entry
    };
    let comments = vec![
        he(by(comment(61, 51, 1, "<p>חיפושיות מושית. עובד תמיד, ולא צריך לשטוף אחר כך.</p>"), 4)),
        he(by(comment(62, 61, 2, "<p>מאיפה משיגים אותן?</p>"), 1)),
        he(by(comment(63, 51, 1, "<p>Garlic water, twice a week. Worked for my lettuce.</p>"), 2)),
    ];
    first.comment_count = 3;
    ThreadView { post: first, comments, is_cut: false }
}
