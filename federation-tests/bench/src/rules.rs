//! Rules: what 200 automatic rules cost an item, alone and in a server that takes comments in, and what a dry run over the
//! past costs.

use std::time::Duration;

use anyhow::{Context, ensure};
use guildhall_app::rulebook;
use guildhall_domain::{
    Timestamp,
    actor::ActorKind,
    admission::Wants,
    content::Form,
    rules::{Item, ItemText, Received, RuleSet},
    trust::Trust,
};
use guildhall_federation_tests::Engine;
use serde_json::{Value, json};

use crate::{
    activities::{ACTORS, comments, follow, take_in},
    inbox::HOSTS,
    options::Options,
    peers::{Peers, Signing},
    report::{Goal, Report},
    seed::{self, History},
    subject::{GROUP, Subject},
    yardstick::thread_cpu,
};

/// How many rules.
const RULES: usize = 200;

pub(crate) async fn measure(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let alone = alone(options.either(2_000, 20_000))?;
    report.tell("200 rules on one item, alone: CPU", alone.as_secs_f64() * 1000.0, "ms", Goal::AtMost(0.05));
    at_the_door(engine, options, report).await?;
    on_the_past(engine, options, report).await
}

/// What taking an item apart and judging it costs without a server.
fn alone(count: u32) -> anyhow::Result<Duration> {
    let book = rulebook::read(&book(true))?;
    let rules = RuleSet::compile(&book.rules)?;
    let answers = vec![1; rules.questions().len()];
    let before = thread_cpu();
    for number in 0..count {
        let plain = format!("{number} {}", seed::TEXT);
        let text = ItemText::new(Some("What was said in the thread"), &plain);
        let item = Item {
            wants: Wants::Post,
            trust: Trust::New,
            account_age: Duration::from_hours(24),
            known_for: Duration::from_hours(1),
            hosts: &["social.example"],
            actor: ActorKind::Person,
            is_outsider: false,
            form: Some(Form::Text),
            text: &text,
            language: Some("en"),
            links: &[],
            mentions: 0,
            media: 0,
            tags: &[],
            received: Received::default(),
            at: Timestamp(i64::from(number)),
        };
        let judged = rules.judge(&item, &answers);
        ensure!(judged.fitting.is_empty(), "{:?} fits", judged.fitting);
    }
    Ok((thread_cpu().saturating_sub(before)) / count)
}

/// Comments into a group without rules, then with them.
async fn at_the_door(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let subject = Subject::start(engine).await?;
    let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
    let threads = [subject.thread("A thread").await?];
    follow(&peers, &subject, &subject.group, 0..HOSTS).await?;
    let count = options.either(500, 4_000);
    take_in(&peers, &subject, comments(&peers, &subject, &threads, 0..ACTORS)?).await?;
    let mut next = ACTORS;
    let mut costs = Vec::new();
    for (what, rules) in [
        ("no rules", None),
        ("200 rules", Some(book(false))),
        ("200 rules, 4 about the past", Some(book(true))),
    ] {
        if let Some(rules) = rules {
            put(&subject, rules).await?;
        }
        let signed = comments(&peers, &subject, &threads, next..next + count)?;
        next += count;
        let cost = take_in(&peers, &subject, signed).await?.cost;
        report.cost(&format!("comment with {what}"), &cost, Goal::Open);
        costs.push(cost.server_ms());
    }
    report.tell("200 rules on one comment: CPU more", costs[1] - costs[0], "ms", Goal::AtMost(0.05));
    report.tell("the same, 4 about the past: CPU more", costs[2] - costs[0], "ms", Goal::Open);
    Ok(())
}

/// A dry run over what came in the last weeks.
async fn on_the_past(engine: Engine, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut subject = Subject::start(engine).await?;
    let peers = Peers::start(HOSTS, "mastodon", Signing::Rsa)?;
    let items = options.either(10_000, 100_000);
    let history = History { groups: 0, authors: 2_000, ..History::of(1_000, &peers) };
    subject
        .while_stopped(async |db| {
            seed::history(db, &history).await?;
            seed::lately(db, items, history.authors).await
        })
        .await?;
    for (what, body) in [
        ("one rule", json!({ "rule": rule(0), "days": 90 })),
        ("200 rules", json!({ "rulebook": book(true), "days": 90 })),
    ] {
        let before = subject.spent()?;
        let told = subject.owner.post(&format!("/groups/{GROUP}/rulebook/dry-run"), body).await?;
        let spent = subject.cost_since(before, 1)?;
        let came = told["came"]["items"].as_i64().context("no count")?;
        ensure!(came >= items, "{came} of {items} were tried");
        report.cost(&format!("dry run of {what} over {items} items"), &spent, Goal::AtMost(5_000.0));
    }
    Ok(())
}

/// Gives the group this rulebook.
pub(crate) async fn put(subject: &Subject, rules: Value) -> anyhow::Result<()> {
    let path = format!("/groups/{GROUP}/rulebook");
    let now = subject.owner.get(&path).await?;
    subject.owner.put(&path, json!({ "revision": now["revision"], "rulebook": rules })).await?;
    Ok(())
}

/// Rules of every sort, none of which fits what is said here.
fn book(asks_about_the_past: bool) -> Value {
    let mut rules: Vec<Value> = (0..RULES).map(rule).collect();
    if asks_about_the_past {
        let asking = [
            json!({ "repeats": { "what": "text", "by": "anyone", "within": "1d", "over": 1000 } }),
            json!({ "repeats": { "what": "link", "by": "anyone", "within": "1d", "over": 1000 } }),
            json!({ "repeats": { "what": "text", "by": "author", "within": "1h", "over": 1000 } }),
            json!({ "rate": { "within": "1h", "over": 10_000 } }),
        ];
        for (rule, when) in rules.iter_mut().zip(asking) {
            rule["when"] = when;
        }
    }
    json!({ "rules": rules })
}

fn rule(number: usize) -> Value {
    let words: Vec<String> = (0..20).map(|word| format!("casino{number}x{word} free spins")).collect();
    let when = match number % 8 {
        0..=2 => json!({ "words": words }),
        3 => json!({ "pattern": format!("win{number}\\s+\\d+\\s*(eur|usd)") }),
        4 => json!({ "title_pattern": format!("^\\[spam{number}\\]") }),
        5 => {
            json!({ "link_domain": words.iter().map(|word| format!("{}.example", word.split(' ').next().unwrap_or_default())).collect::<Vec<_>>() })
        }
        6 => {
            json!({ "all": [ { "trust_below": "known" }, { "links_over": 3 + number }, { "words": words } ] })
        }
        _ => {
            json!({ "any": [ { "host": [format!("bad{number}.example")] }, { "tag": [format!("spam{number}")] }, { "mentions_over": 20 } ] })
        }
    };
    json!({ "name": format!("rule-{number}"), "title": format!("Rule {number}."), "when": when, "then": ["hold"] })
}
