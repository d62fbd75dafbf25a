//! Trying rules on what came in: what the replay says is what the pipeline said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use guildhall_app::{
    Viewer,
    entry::{self, SubmitError},
    queue,
    rulebook::{self, DryRun, Happened, Proposal, Replace, RuleTrial, Trial},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    actor::ActorKind,
    admission::{Layer, Verdict},
    content::{EntryState, Form},
};
use guildhall_store::{Db, queue as items, testing::on_both_engines};
use serde_json::{Value, json};

use crate::support::{
    FAR, Here,
    write::{commenting, posting, said},
};

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

async fn run(here: &Here, group: GroupId, what: Proposal) -> DryRun {
    let trial = Trial { group: Some(group), what, days: 90, examples: 10_000 };
    rulebook::dry_run(&here.app, &admin(), trial).await.unwrap()
}

async fn write(here: &Here, group: GroupId, body: &Value) {
    let command = Replace { group: Some(group), before: 0, body: body.clone() };
    rulebook::replace(&here.app, &admin(), command).await.unwrap();
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const TEXTS: [&str; 8] = [
    "Buy my marvellous book about tulips in the spring",
    "Visit https://casino.example/win and https://b.example today",
    "Look at https://casino.example/win",
    "#garden question: when do beans come up under glass?",
    "Short.",
    "Win big at the casino now, everybody, it is so easy",
    "@ann@here.example @bob@far.example what do you think of this?",
    "I planted roses, lilies and https://roses.example/how",
];

/// A question of every sort that a replay has to answer.
fn every_sort_of_rule() -> Value {
    let rule = |name: &str, mode: &str, when: Value, then: Value| json!({ "name": name, "title": format!("Rule {name}."), "mode": mode, "when": when, "then": then });
    let observe = |name: &str, when: Value| rule(name, "observe", when, json!(["notify"]));
    let repeats = |what: &str, by: &str, within: &str, over: i64| json!({ "repeats": { "what": what, "by": by, "within": within, "over": over } });
    json!({
        "rules": [
            rule("hold", "on", json!({ "all": [ { "words": ["casino"] }, { "trust_below": "known" } ] }), json!(["hold"])),
            rule("refuse", "on", json!({ "all": [ repeats("text", "author", "4d", 0), { "trust_below": "trusted" } ] }), json!(["refuse"])),
            observe("text", repeats("text", "anyone", "3d", 0)),
            observe("own-text", repeats("text", "author", "12h", 0)),
            observe("link", repeats("link", "anyone", "1d", 1)),
            observe("own-link", repeats("link", "author", "5d", 0)),
            observe("rate", json!({ "rate": { "within": "1d", "over": 1 } })),
            observe("burst", json!({ "rate": { "within": "2h", "over": 0 } })),
            observe("new", json!({ "trust_below": "known" })),
            observe("untrusted", json!({ "trust_below": "trusted" })),
            observe("fresh", json!({ "known_for_less": "2d" })),
            observe("far", json!({ "host": ["far.example"] })),
            observe("remote", json!("remote")),
            observe("outsider", json!("outsider")),
            observe("machine", json!({ "actor": ["service"] })),
            observe("french", json!({ "language": ["fr"] })),
            observe("casinos", json!({ "link_domain": ["casino.example"] })),
            observe("gallery", json!({ "media_over": 1 })),
            observe("poll", json!({ "form": ["poll", "link"] })),
            observe("young", json!({ "account_younger": "6d" })),
            observe("comment", json!({ "kind": ["comment"] })),
            observe("links", json!({ "any": [ { "links_over": 1 }, { "mentions_over": 1 } ] })),
            observe("tag", json!({ "not": { "tag": ["garden"] } })),
            observe("night", json!({ "time": { "from": "20:00", "to": "06:00" } })),
            observe("title", json!({ "title_pattern": "^t" })),
        ],
        "gates": { "links": { "over": 1, "from": "known" }, "rate": { "over": 3, "from": "trusted" }, "effect": "hold" },
        "trust": {
            "known": { "accepted": 2, "days": 2, "answered": 0, "quiet": "1d" },
            "trusted": { "accepted": 6, "days": 3, "answered": 1, "quiet": "2d" },
            "per_refused": 1,
        },
    })
}

/// What a long series of posts, comments and acts of moderators met at the door: which rules fit which entry, and which
/// entries a gate closed on.
async fn series(
    here: &Here,
    group: GroupId,
    people: &[ActorId],
    dice: &mut Dice,
) -> BTreeMap<String, BTreeSet<EntryId>> {
    let mut fitted: BTreeMap<String, BTreeSet<EntryId>> = BTreeMap::new();
    let mut threads: Vec<EntryId> = Vec::new();
    for round in 0..80 {
        if round == 40 {
            here.join(group, people[3]).await;
        }
        here.pass(Duration::from_secs(u64::try_from(1 + dice.below(20_000)).unwrap()));
        let author = dice.one(people);
        let mut command = if threads.is_empty() || dice.below(3) == 0 {
            posting(group, author, dice.one(&["Tulips", "Roses", "Beans"]))
        } else {
            commenting(group, author, dice.one(&threads), "")
        };
        let title = command.texts.title.clone();
        command.texts = entry::Texts {
            title,
            language: dice.one(&[None, Some("fr"), Some("en")]).map(str::to_owned),
            media: dice.one(&[0, 0, 1, 3]),
            form: dice.one(&[None, None, Some(Form::Poll), Some(Form::Image)]),
            ..said(dice.one(&TEXTS))
        };
        let command = if dice.below(2) == 0 { here.received(command).await } else { command };
        let done = match entry::submit(&here.app, command).await {
            Err(SubmitError::NoSuchParent) => continue,
            done => done.unwrap(),
        };
        let id = done.entry.unwrap();
        for rule in &done.decided.fitting {
            fitted.entry(rule.to_string()).or_default().insert(id);
        }
        if done.decided.layer == Layer::Trust {
            fitted.entry("gates".into()).or_default().insert(id);
        }
        match (done.decided.verdict, done.state) {
            (Verdict::Hold(_), _) => {}
            (_, EntryState::Published) if here.entry(id).await.parent_id.is_none() => threads.push(id),
            _ => {}
        }
        if dice.below(4) == 0 {
            moderate(here, group, dice, &mut threads).await;
        }
    }
    fitted
}

/// Decides about the oldest that waits, or removes something.
async fn moderate(here: &Here, group: GroupId, dice: &mut Dice, threads: &mut Vec<EntryId>) {
    here.minute();
    let waiting = items::list_open(&here.app.store, group, None, None, 1).await.unwrap();
    match (waiting.first(), dice.below(3)) {
        (Some(item), 0) => queue::refuse(&here.app, item.id, group.actor(), "No.").await.unwrap(),
        (Some(item), _) => queue::admit(&here.app, item.id, group.actor()).await.unwrap(),
        (None, 0) if !threads.is_empty() => {
            let gone = threads.remove(dice.below(threads.len()));
            here.take_away(gone, group.actor()).await;
            if dice.below(2) == 0 {
                entry::restore(&here.app, crate::support::write::by(gone, group.actor())).await.unwrap();
            }
        }
        (None, _) => {}
    }
}

fn caught(rule: &RuleTrial) -> BTreeSet<EntryId> {
    assert_eq!(usize::try_from(rule.caught.count).unwrap(), rule.caught.examples.len());
    rule.caught.examples.iter().map(|example| example.id).collect()
}

on_both_engines! {
    async fn a_replay_says_of_everything_what_the_pipeline_said_when_it_came(db: Db) {
        let here = Here::new(db);
        let book = every_sort_of_rule();
        let mut fitted: BTreeMap<String, usize> = BTreeMap::new();
        for seed in 0..4 {
            let group = here.group(&format!("garden{seed}")).await;
            let people = [
                here.person(&format!("ann{seed}")).await,
                here.person(&format!("eve{seed}")).await,
                here.elsewhere(&format!("bob{seed}"), FAR, ActorKind::Service).await,
                here.remote(&format!("dan{seed}")).await,
            ];
            here.join(group, people[0]).await;
            write(&here, group, &book).await;
            let live = series(&here, group, &people, &mut Dice(seed)).await;
            here.minute();
            let replayed = run(&here, group, Proposal::Book(book.clone())).await;
            let mut fits = 0;
            for rule in &replayed.rules {
                let live = live.get(&rule.name).cloned().unwrap_or_default();
                assert_eq!(caught(rule), live, "seed {seed}, rule {}", rule.name);
                fits += live.len();
                *fitted.entry(rule.name.clone()).or_default() += live.len();
            }
            let gates = replayed.gates.as_ref().unwrap();
            let refused = live.get("refuse").cloned().unwrap_or_default();
            // Live, what a gate closes on and a rule refuses is the rule's.
            let closed: BTreeSet<EntryId> = caught(gates).difference(&refused).copied().collect();
            assert_eq!(closed, live.get("gates").cloned().unwrap_or_default(), "seed {seed}");
            assert!(fits > 200, "the series is no test: {fits}");
        }
        let never: Vec<_> = fitted.iter().filter(|(_, count)| **count == 0).collect();
        assert!(never.is_empty(), "the series never asks {never:?}");
    }

    async fn a_trial_tells_hits_from_mistakes_and_from_what_it_misses(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        let spam = here.post(group, ann, "Casino one").await;
        let fine = here.post(group, ann, "Casino two").await;
        let other = here.post(group, ann, "Offence").await;
        here.post(group, ann, "Tulips").await;
        here.post(group, moderator, "Casino of the moderators").await;
        here.minute();
        for gone in [spam, other] {
            here.take_away(gone, moderator).await;
        }
        let rule = json!({ "name": "no-casinos", "title": "No casinos.", "mode": "off", "when": { "words": ["casino"] }, "then": ["refuse"] });
        let tried = run(&here, group, Proposal::Rule(rule.clone())).await;
        assert_eq!((tried.came.items, tried.came.published, tried.came.removed, tried.came.not_asked), (4, 2, 2, 1));
        let trial = &tried.rules[0];
        assert_eq!([&trial.caught, &trial.right, &trial.wrong, &trial.missed].map(|sample| sample.count), [2, 1, 1, 1]);
        let example = &trial.right.examples[0];
        assert_eq!((example.id, example.title.as_str(), example.author.as_str()), (spam, "Casino one", "@ann@here.example"));
        assert_eq!(example.happened, Happened::Removed);
        assert_eq!((trial.wrong.examples[0].id, trial.missed.examples[0].id), (fine, other));
        assert_eq!(tried.missed.count, 1);
        assert!(tried.before.is_none() && tried.gates.is_none() && !tried.is_cut);

        write(&here, group, &json!({ "rules": [rule] })).await;
        let wider = json!({ "name": "no-casinos", "title": "No casinos.", "when": { "words": ["casino", "offence"] }, "then": ["refuse"] });
        let tried = run(&here, group, Proposal::Rule(wider)).await;
        assert_eq!((tried.rules[0].right.count, tried.rules[0].missed.count), (2, 0));
        assert_eq!(tried.before.unwrap().right.count, 1, "the rule as it is now");
        assert_eq!(rulebook::current(&here.app, &admin(), Some(group)).await.unwrap().revision, 1, "nothing was written");
    }

    async fn what_moderators_refused_is_a_hit_and_what_settings_refused_is_not_asked(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", crate::support::people::reviewing(guildhall_domain::group::Review::All)).await;
        let (ann, eve) = (here.person("ann").await, here.person("eve").await);
        here.ban(group, eve).await;
        here.post(group, ann, "Casino").await;
        here.post(group, ann, "A casino waits").await;
        here.post(group, eve, "Casino of the banned").await;
        let waiting = items::list_open(&here.app.store, group, None, None, 1).await.unwrap();
        queue::refuse(&here.app, waiting[0].id, group.actor(), "No.").await.unwrap();
        let rule = json!({ "name": "r", "title": "R.", "when": { "words": ["casino"] }, "then": ["hold"] });
        let tried = run(&here, group, Proposal::Rule(rule)).await;
        assert_eq!((tried.came.items, tried.came.held, tried.came.refused_by_moderators, tried.came.not_asked), (2, 1, 1, 1));
        assert_eq!((tried.rules[0].right.count, tried.rules[0].wrong.count), (1, 0), "what waits is neither");
    }

    async fn what_came_before_the_days_that_are_tried_is_counted_and_not_judged(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let ann = here.person("ann").await;
        here.post(group, ann, "A marvellous book about tulips").await;
        here.pass(Duration::from_hours(30));
        let again = here.post(group, ann, "A marvellous book about tulips").await;
        let when = json!({ "repeats": { "what": "text", "within": "2d", "over": 0 } });
        let rule = json!({ "name": "r", "title": "R.", "when": when, "then": ["hold"] });
        let trial = Trial { group: Some(group), what: Proposal::Rule(rule), days: 1, examples: 3 };
        let tried = rulebook::dry_run(&here.app, &admin(), trial).await.unwrap();
        assert_eq!((tried.came.items, caught(&tried.rules[0])), (1, [again].into()));
    }

    async fn people_begin_with_what_their_group_had_counted_before(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, eve) = (here.person("ann").await, here.person("eve").await);
        for _ in 0..3 {
            here.post(group, ann, "Tulips").await;
            here.pass(Duration::from_hours(24));
        }
        here.pass(Duration::from_hours(24 * 100));
        here.post(group, ann, "Roses").await;
        let new = here.post(group, eve, "Beans").await;
        let rule = json!({ "name": "r", "title": "R.", "when": { "trust_below": "known" }, "then": ["hold"] });
        let tried = run(&here, group, Proposal::Rule(rule)).await;
        assert_eq!((tried.came.items, caught(&tried.rules[0])), (2, [new].into()));
    }

    async fn rules_of_the_instance_are_tried_on_all_groups_here(db: Db) {
        let here = Here::new(db);
        let (garden, boats) = (here.group("garden").await, here.group("boats").await);
        let far = here.far_group("far").await;
        let ann = here.person("ann").await;
        for group in [garden, boats, far] {
            here.post(group, ann, "Casino").await;
        }
        let rule = json!({ "name": "r", "title": "R.", "when": { "words": ["casino"] }, "then": ["hold"] });
        let trial = Trial { group: None, what: Proposal::Rule(rule), days: 1, examples: 3 };
        let tried = rulebook::dry_run(&here.app, &admin(), trial).await.unwrap();
        assert_eq!(tried.rules[0].caught.count, 2);
    }
}
