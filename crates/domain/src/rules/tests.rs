use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::rules::{By, Condition, InvalidRule, Question, Repeated, Rule, RuleMode, TimeOfDay};

const DAY: Duration = Duration::from_hours(24);

fn rule(name: &str, when: Condition, then: Vec<Action>) -> Rule {
    Rule { name: name.into(), title: format!("Rule {name}."), mode: RuleMode::On, when, then }
}

fn text(title: Option<&str>, plain: &str) -> ItemText {
    ItemText::new(title, plain)
}

fn item(text: &ItemText) -> Item<'_> {
    Item {
        wants: Wants::Post,
        trust: Trust::New,
        account_age: DAY,
        known_for: Duration::from_hours(1),
        hosts: &["social.shop.example", "social.shop.example:8443"],
        actor: ActorKind::Person,
        is_outsider: true,
        form: Some(Form::Link),
        text,
        language: Some("en-GB"),
        links: LINKS.get_or_init(|| vec!["www.casino.example".to_owned(), "b.example".to_owned()]),
        mentions: 2,
        media: 1,
        tags: TAGS.get_or_init(|| vec!["garden".to_owned()]),
        received: Received { score: -3, downs: 4, reports: 2 },
        at: Timestamp(12 * 3_600_000),
    }
}

static LINKS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
static TAGS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();

fn fits(when: Condition, item: &Item<'_>, answers: &[i64]) -> bool {
    let set = RuleSet::compile(&[rule("r", when, vec![Action::Hold])]).unwrap();
    set.judge(item, answers).held.is_some()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn each_condition_fits_what_it_names_and_nothing_else() {
    use Condition as C;
    let text = text(Some("Win BIG now"), "Click here: free tulips, l'été.");
    let item = item(&text);
    let not = |condition| C::Not(Box::new(condition));
    let at_noon = |offset| C::Time(TimeOfDay { from: 11 * 60, to: 13 * 60, offset });
    for (condition, want) in [
        (C::TrustBelow(Trust::Known), true),
        (C::TrustBelow(Trust::New), false),
        (C::AccountYounger(DAY * 2), true),
        (C::AccountYounger(DAY), false),
        (C::KnownFor(DAY), true),
        (C::KnownFor(Duration::from_mins(1)), false),
        (C::Remote, true),
        (C::Host(words(&["shop.example"])), true),
        (C::Host(words(&["Social.Shop.example"])), true),
        (C::Host(words(&["op.example"])), false),
        (C::Actor(vec![ActorKind::Service, ActorKind::Application]), false),
        (C::Actor(vec![ActorKind::Person]), true),
        (C::Kind(vec![Wants::Comment, Wants::Post]), true),
        (C::Kind(vec![Wants::Comment]), false),
        (C::Outsider, true),
        (C::Form(vec![Form::Image, Form::Link]), true),
        (C::Form(vec![Form::Text, Form::Poll]), false),
        (C::Words(words(&["rose", "Free  tulips"])), true),
        (C::Words(words(&["big"])), true),
        (C::Words(words(&["tulip"])), false),
        (C::Words(words(&["tulips free"])), false),
        (C::Words(words(&["ÉTÉ"])), true),
        (C::Pattern(r"w.n\s+big".into()), true),
        (C::Pattern(r"^click".into()), false),
        (C::TitlePattern(r"^win\b".into()), true),
        (C::TitlePattern("tulips".into()), false),
        (C::Language(words(&["fr", "EN"])), true),
        (C::Language(words(&["e"])), false),
        (C::LinkDomain(words(&["casino.example"])), true),
        (C::LinkDomain(words(&["example.casino"])), false),
        (C::LinksOver(1), true),
        (C::LinksOver(2), false),
        (C::MentionsOver(1), true),
        (C::MentionsOver(2), false),
        (C::MediaOver(0), true),
        (C::MediaOver(1), false),
        (C::Tag(words(&["#Garden"])), true),
        (C::Tag(words(&["car"])), false),
        (C::ScoreBelow(-2), true),
        (C::ScoreBelow(-3), false),
        (C::DownsOver(3), true),
        (C::DownsOver(4), false),
        (C::ReportsOver(1), true),
        (C::ReportsOver(2), false),
        (at_noon(0), true),
        (at_noon(120), false),
        (C::All(vec![]), true),
        (C::Any(vec![]), false),
        (C::All(vec![C::Remote, C::MediaOver(0)]), true),
        (C::All(vec![C::Remote, not(C::MediaOver(0))]), false),
        (C::Any(vec![not(C::Remote), C::MediaOver(0)]), true),
        (C::Rate { within: DAY, over: 4 }, true),
        (C::Rate { within: DAY, over: 5 }, false),
        (C::Repeats { what: Repeated::Text, by: By::Anyone, within: DAY, over: 4 }, true),
    ] {
        assert_eq!(fits(condition.clone(), &item, &[5]), want, "{condition:?}");
        assert_eq!(fits(not(condition.clone()), &item, &[5]), !want, "not {condition:?}");
    }
}

#[test]
fn a_comment_has_no_title_and_somebody_here_no_host() {
    let text = text(None, "Win big");
    let here = Item { hosts: &[], language: None, ..item(&text) };
    assert!(!fits(Condition::TitlePattern("win".into()), &here, &[]));
    assert!(!fits(Condition::Remote, &here, &[]));
    assert!(fits(Condition::Language(words(&["und"])), &here, &[]));
}

#[test]
fn a_member_is_no_outsider_and_a_vote_brings_nothing() {
    let text = text(None, "");
    let vote = Item { wants: Wants::Vote, is_outsider: false, form: None, ..item(&text) };
    assert!(!fits(Condition::Outsider, &vote, &[]));
    assert!(!fits(Condition::Form(Form::ALL.to_vec()), &vote, &[]));
}

#[test]
fn what_rules_ask_about_the_past_is_asked_once() {
    let rate = |over| Condition::Rate { within: DAY, over };
    let repeats = Condition::Repeats { what: Repeated::Link, by: By::Author, within: DAY * 7, over: 0 };
    let rules = [
        rule("a", rate(9), vec![Action::Hold]),
        rule("b", Condition::All(vec![rate(3), repeats]), vec![Action::Refuse(None)]),
    ];
    let set = RuleSet::compile(&rules).unwrap();
    let asked = [
        Question::Rate { within: DAY },
        Question::Repeats { what: Repeated::Link, by: By::Author, within: DAY * 7 },
    ];
    assert_eq!(set.questions(), asked);
    assert_eq!(set.asked().map(|(_, enough)| enough).collect::<Vec<_>>(), [10, 1], "one more than the most");
    let text = text(None, "x");
    assert_eq!(set.judge(&item(&text), &[4, 1]).refused.unwrap().0.as_ref(), "b");
    assert_eq!(set.judge(&item(&text), &[]), Judgement::default(), "nothing is known of the past");
}

#[test]
fn the_first_rule_that_refuses_or_holds_gives_the_reason_and_all_effects_are_kept() {
    let always = || Condition::All(vec![]);
    let rules = [
        rule("tag", always(), vec![Action::AddTag("new".into()), Action::Notify]),
        rule("hold", always(), vec![Action::Hold]),
        rule("refuse", always(), vec![Action::Refuse(Some("No.".into())), Action::Report]),
        rule("late", always(), vec![Action::Refuse(None)]),
        Rule { mode: RuleMode::Observe, ..rule("watch", always(), vec![Action::Refuse(None)]) },
        Rule { mode: RuleMode::Off, ..rule("off", always(), vec![Action::Refuse(None)]) },
    ];
    let text = text(None, "x");
    let judged = RuleSet::compile(&rules).unwrap().judge(&item(&text), &[]);
    assert_eq!(judged.held.as_deref(), Some("hold"));
    assert_eq!(judged.refused, Some(("refuse".into(), "No.".to_owned())));
    let effects: Vec<_> =
        judged.effects.iter().map(|effect| (effect.rule.as_ref(), effect.action.name())).collect();
    assert_eq!(effects, [("tag", "add_tag"), ("tag", "notify"), ("refuse", "report")]);
    let fitting: Vec<&str> = judged.fitting.iter().map(AsRef::as_ref).collect();
    assert_eq!(fitting, ["tag", "hold", "refuse", "late", "watch"]);
}

#[test]
fn a_wanted_tag_is_asked_for_in_words() {
    let wanting = |tags: &[&str]| {
        let text = text(None, "x");
        let set =
            RuleSet::compile(&[rule("r", Condition::All(vec![]), vec![Action::RequireTag(words(tags))])])
                .unwrap();
        set.judge(&item(&text), &[]).refused.map(|(_, said)| said)
    };
    assert_eq!(wanting(&["Garden", "house"]), None);
    assert_eq!(wanting(&["car", "house"]).as_deref(), Some("Rule r. Wanted: #car or #house."));
}

#[test]
fn a_rule_that_cannot_be_used_says_why() {
    let compile = |rules: &[Rule]| RuleSet::compile(rules).map(drop);
    let wrong = |rule: Rule| match compile(&[rule]) {
        Err(InvalidRule { problem, .. }) => problem,
        Ok(()) => "nothing".to_owned(),
    };
    let hold = || vec![Action::Hold];
    let of = |when: Condition| wrong(rule("r", when, hold()));
    assert!(
        of(Condition::Pattern("(".into())).contains("unclosed group"),
        "{}",
        of(Condition::Pattern("(".into()))
    );
    assert!(of(Condition::Pattern(r"(\w{200}){200}".into())).contains("repeats too much"));
    assert!(of(Condition::Pattern("a*".into())).contains("fits everything"));
    assert!(of(Condition::Words(words(&["!!"]))).contains("no letter"));
    assert!(of(Condition::Words(vec![])).contains("words or phrases are wanted"));
    assert!(of(Condition::Host(words(&["a b"]))).contains("one word"));
    assert!(of(Condition::Rate { within: Duration::ZERO, over: 1 }).contains("looks back"));
    let mut deep = Condition::Remote;
    for _ in 0..9 {
        deep = Condition::Not(Box::new(deep));
    }
    assert!(of(deep).contains("nested at most 8"));
    assert!(of(Condition::Any(vec![Condition::Remote; 200])).contains("at most 200 conditions"));
    assert!(wrong(rule("R!", Condition::Remote, hold())).contains("a-z, 0-9 and -"));
    assert!(wrong(rule("r", Condition::Remote, vec![])).contains("at least one action"));
    assert!(
        wrong(rule("r", Condition::Remote, vec![Action::AddTag("a b".into())])).contains("a tag is one word")
    );
    assert!(wrong(rule("r", Condition::Remote, vec![Action::Answer(" ".into())])).contains("what is said"));
    let off = Rule { mode: RuleMode::Off, ..rule("r", Condition::Pattern("(".into()), hold()) };
    assert!(compile(&[off]).is_err(), "a rule that is off is checked all the same");
    let twice = [rule("r", Condition::Remote, hold()), rule("r", Condition::Remote, hold())];
    assert!(compile(&twice).unwrap_err().problem.contains("another rule of this name"));
}

#[test]
fn what_is_wrong_with_a_rule_is_said_with_its_place() {
    let fine = rule("fine", Condition::Remote, vec![Action::Hold]);
    let pattern = Condition::Not(Box::new(Condition::Pattern("(".into())));
    let when = Condition::Any(vec![Condition::Remote, pattern]);
    for (wrong, at) in [
        (rule("r", when, vec![Action::Hold]), "when.any[1].not.pattern"),
        (rule("r", Condition::Remote, vec![Action::Hold, Action::AddTag("a b".into())]), "then[1]"),
        (rule("R", Condition::Remote, vec![Action::Hold]), "name"),
        (rule("fine", Condition::Remote, vec![Action::Hold]), "name"),
    ] {
        let error = RuleSet::compile(&[fine.clone(), wrong]).unwrap_err();
        assert_eq!((error.position, error.at.as_str()), (1, at), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_judged(title in proptest::option::of(".{0,40}"), plain in ".{0,400}") {
        let set = RuleSet::compile(&[
            rule("a", Condition::Words(words(&["a", "b c", "été"])), vec![Action::Hold]),
            rule("b", Condition::Pattern(r"\d{3,5}".into()), vec![Action::Hold]),
            rule("c", Condition::TitlePattern(r"[a-z]+!".into()), vec![Action::Hold]),
        ]).unwrap();
        let text = text(title.as_deref(), &plain);
        let judged = set.judge(&item(&text), &[]);
        prop_assert_eq!(judged.held.is_some(), !judged.fitting.is_empty());
    }
}

#[test]
fn what_each_item_costs_is_bounded_whatever_the_rules() {
    let rate = |seconds| Condition::Rate { within: Duration::from_secs(seconds), over: 1 };
    let of = |spans: u64| {
        RuleSet::compile(&[rule("r", Condition::Any((1..=spans).map(rate).collect()), vec![Action::Hold])])
    };
    assert_eq!(of(20).unwrap().questions().len(), 20);
    assert_eq!(of(21).unwrap_err().at, "when.any[20].rate");
    let off = Rule { mode: RuleMode::Off, ..rule("off", rate(99), vec![Action::Hold]) };
    let on = rule("on", Condition::Any((1..=20).map(rate).collect()), vec![Action::Hold]);
    assert!(RuleSet::compile(&[on, off]).is_ok(), "what is off asks nothing");
    let many = Condition::Rate { within: DAY, over: 10_001 };
    assert!(RuleSet::compile(&[rule("r", many, vec![Action::Hold])]).is_err());

    let phrase = |count: usize| Condition::Words(vec!["a ".repeat(count)]);
    assert!(RuleSet::compile(&[rule("r", phrase(10), vec![Action::Hold])]).is_ok());
    let long = RuleSet::compile(&[rule("r", phrase(11), vec![Action::Hold])]).unwrap_err();
    assert!(long.to_string().contains("at most 10 words"), "{long}");
}

#[test]
fn phrases_that_begin_alike_are_told_apart() {
    let lists = [&["a b c"][..], &["a b"], &["a", "c d"], &["b c d", "a b c"], &["x"]];
    let rules: Vec<Rule> = (0..)
        .zip(lists)
        .map(|(at, list)| rule(&format!("r{at}"), Condition::Words(words(list)), vec![Action::Notify]))
        .collect();
    let set = RuleSet::compile(&rules).unwrap();
    for (said, want) in [
        ("a b c", &["r0", "r1", "r2", "r3"][..]),
        ("a b", &["r1", "r2"]),
        ("a a b", &["r1", "r2"]),
        ("b c d", &["r2", "r3"]),
        ("b c", &[]),
    ] {
        let text = text(None, said);
        let fitting = set.judge(&item(&text), &[]).fitting;
        assert_eq!(fitting.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), want, "{said}");
    }
}
