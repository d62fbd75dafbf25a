//! Several at the door at the same time, judged in one transaction: each as if it had come alone.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    mem::discriminant,
    pin::Pin,
    task::Poll,
};

use guildhall_app::{
    entry::{self, Submit, SubmitError, Submitted},
    instance,
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    actor::ActorKind,
    event::{Cause, EventKind},
    group::{Admission, Posting, Review},
    peering::PeeringAction,
};
use guildhall_store::{Db, db::Sql, group as groups, testing::on_both_engines};

use crate::support::{
    Here,
    people::{policy, reviewing},
    write::{commenting, posting},
};

/// The groups that one lot of applicants goes to.
struct Town {
    open: GroupId,
    careful: GroupId,
    club: GroupId,
    post: EntryId,
    removed: EntryId,
}

/// Those who apply.
struct People {
    bob: ActorId,
    /// Of a host that is blocked.
    eve: ActorId,
}

async fn people(here: &Here) -> People {
    let eve = here.elsewhere("eve", "blocked.example", ActorKind::Person).await;
    instance::set_peering(&here.app, None, "blocked.example", Some(PeeringAction::Block), None)
        .await
        .unwrap();
    People { bob: here.remote("bob").await, eve }
}

async fn town(here: &Here, name: &str, people: &People) -> Town {
    let open = here.group(&format!("open{name}")).await;
    let post = here.post(open, people.bob, "Tomatoes").await;
    let removed = here.post(open, people.bob, "Removed").await;
    here.take_away(removed, open.actor()).await;
    let club = policy(Admission::Open, Posting::Members, Review::None);
    Town {
        open,
        careful: here.group_with(&format!("careful{name}"), reviewing(Review::All)).await,
        club: here.group_with(&format!("club{name}"), club).await,
        post,
        removed,
    }
}

/// One of each sort that is judged by the facts, with what it is.
async fn applicants(here: &Here, town: &Town, People { bob, eve }: &People) -> Vec<(&'static str, Submit)> {
    let mut all = Vec::new();
    for (what, command) in [
        ("admitted post", posting(town.open, *bob, "New")),
        ("admitted comment", commenting(town.open, *bob, town.post, "Yes")),
        ("another under the same", commenting(town.open, *bob, town.post, "No")),
        ("held", posting(town.careful, *bob, "Held")),
        ("refused", posting(town.club, *bob, "Refused")),
        ("held too", posting(town.careful, *bob, "Held too")),
        ("refused too", posting(town.club, *bob, "Refused too")),
        ("dropped", posting(town.open, *eve, "Dropped")),
        ("under what is gone", commenting(town.open, *bob, town.removed, "Late")),
        ("under nothing", commenting(town.open, *bob, EntryId(1), "Lost")),
        ("in no group", posting(GroupId(1), *bob, "Nowhere")),
    ] {
        all.push((what, here.received(command).await));
    }
    let (_, ended) = &all[0];
    let ended = Submit { origin: here.written_elsewhere(), cause: here.activity().await, ..ended.clone() };
    entry::submit(&here.app, ended.clone()).await.unwrap();
    all.push(("already done", Submit { origin: here.written_elsewhere(), ..ended }));
    all
}

type Answer = Result<Submitted, SubmitError>;

/// All of them at once: none is judged before the last has taken its place in line.
async fn together(here: &Here, busy: GroupId, commands: Vec<Submit>) -> Vec<Answer> {
    // Whoever comes first waits for this group's counters, or, on SQLite, for the writer.
    let mut tx = here.app.begin().await.unwrap();
    groups::lock(&mut tx, busy).await.unwrap().unwrap();
    let mut waiting: Vec<Pin<Box<dyn Future<Output = Answer> + Send>>> = Vec::new();
    for command in commands {
        let app = here.app.clone();
        waiting.push(Box::pin(async move { entry::submit(&app, command).await }));
    }
    let mut answers: Vec<Option<Answer>> = Vec::new();
    poll_fn(|context| {
        answers = waiting.iter_mut().map(|one| ready(one.as_mut().poll(context))).collect();
        Poll::Ready(())
    })
    .await;
    assert!(answers.iter().all(Option::is_none), "{answers:?}");
    drop(tx);
    let mut answers = Vec::new();
    for one in waiting {
        answers.push(one.await);
    }
    answers
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// What became of one applicant, without its keys.
async fn became(here: &Here, what: &str, cause: Cause, answer: &Answer) -> String {
    let (state, outcome, reason): (String, Option<String>, Option<String>) = here
        .app
        .store
        .query("SELECT state, outcome, reason FROM received_activities WHERE id = $1")
        .bind(cause.received().unwrap().0)
        .one()
        .await
        .unwrap();
    let answered = match answer {
        Ok(Submitted { entry, state, decided }) => {
            let kept = match entry {
                Some(id) => {
                    let kept = here.entry(*id).await;
                    format!(
                        "{:?}",
                        (kept.state, kept.state_reason, kept.depth, kept.received_id == cause.received())
                    )
                }
                None => "nothing kept".to_owned(),
            };
            format!("{decided:?} {state:?} {kept}")
        }
        Err(error) => error.to_string(),
    };
    format!("{what}: {answered}; activity: {state} {outcome:?} {reason:?}")
}

/// What is told of each applicant, counted by cause.
async fn told(here: &Here, commands: &[(&'static str, Submit)]) -> BTreeMap<&'static str, Vec<String>> {
    let sort = |kind: &EventKind| format!("{:?}", discriminant(kind));
    let caused = here.caused().await;
    let of =
        |cause: Cause| caused.iter().filter(|(by, _)| *by == cause).map(|(_, kind)| sort(kind)).collect();
    commands.iter().map(|(what, command)| (*what, of(command.cause))).collect()
}

/// What the groups of a town hold afterwards.
async fn left(here: &Here, town: &Town) -> Vec<String> {
    let mut left = vec![here.entry(town.post).await.comment_count.to_string()];
    for group in [town.open, town.careful, town.club] {
        let decisions: Vec<_> = here
            .decisions(group)
            .await
            .into_iter()
            .map(|made| (made.action, made.layer, made.rule))
            .collect();
        let queue: Vec<_> =
            here.queue(group).await.into_iter().map(|item| (item.title, item.reason)).collect();
        left.push(format!("{:?} {decisions:?} {queue:?}", here.counts(group).await));
    }
    left
}

/// Refuses entries of the type `Broken`, as a full disk or a damaged page would.
async fn break_the_table(here: &Here) {
    let mut tx = here.app.begin().await.unwrap();
    tx.query(Sql {
        sqlite: "CREATE TRIGGER broken BEFORE INSERT ON entries WHEN NEW.wire_type = 'Broken'
                 BEGIN SELECT RAISE(ABORT, 'broken'); END",
        postgres: "ALTER TABLE entries ADD CONSTRAINT broken CHECK (wire_type <> 'Broken')",
    })
    .execute()
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

fn of_type(name: &str, mut command: Submit) -> Submit {
    let entry::Origin::Elsewhere { wire_type, .. } = &mut command.origin else { panic!("written here") };
    name.clone_into(wire_type);
    command
}

on_both_engines! {
    async fn each_ends_as_if_it_had_come_alone(db: Db) {
        let here = Here::new(db);
        let people = people(&here).await;
        let (quiet, busy) = (town(&here, "quiet", &people).await, town(&here, "busy", &people).await);
        let (one_by_one, at_once) = (applicants(&here, &quiet, &people).await, applicants(&here, &busy, &people).await);
        here.caused().await;
        here.minute();

        let mut alone = Vec::new();
        for (what, command) in &one_by_one {
            let answer = entry::submit(&here.app, command.clone()).await;
            alone.push(became(&here, what, command.cause, &answer).await);
        }
        let told_alone = told(&here, &one_by_one).await;
        let commands = at_once.iter().map(|(_, command)| command.clone()).collect();
        let answers = together(&here, busy.open, commands).await;
        let mut crowd = Vec::new();
        for ((what, command), answer) in at_once.iter().zip(&answers) {
            crowd.push(became(&here, what, command.cause, answer).await);
        }
        assert_eq!(crowd, alone);
        assert_eq!(told(&here, &at_once).await, told_alone);
        assert_eq!(left(&here, &busy).await, left(&here, &quiet).await);
        // That they are as different as they are meant to be.
        let ends = |word: &str| alone.iter().filter(|line| line.contains(&format!("done Some(\"{word}\")"))).count();
        assert_eq!([ends("applied"), ends("held"), ends("refused"), ends("ignored")], [4, 2, 3, 3], "{alone:#?}");
    }

    async fn one_that_is_known_takes_nobody_with_it(db: Db) {
        let here = Here::new(db);
        let people = people(&here).await;
        let town = town(&here, "", &people).await;
        let known = here.received(posting(town.open, people.bob, "Known")).await;
        entry::submit(&here.app, known.clone()).await.unwrap();
        let again = Submit { cause: here.activity().await, ..known };
        let mut commands = applicants(&here, &town, &people).await;
        // Two ways of one post that is new.
        let twin = Submit { cause: here.activity().await, ..commands[0].1.clone() };
        commands.insert(5, ("known", again));
        commands.push(("twin", twin));
        here.caused().await;
        let answers = together(&here, town.open, commands.iter().map(|(_, command)| command.clone()).collect()).await;
        for ((what, command), answer) in commands.iter().zip(&answers) {
            let line = became(&here, what, command.cause, answer).await;
            let want = match *what {
                "admitted post" | "admitted comment" | "another under the same" | "already done" => "applied",
                "held" | "held too" => "held",
                "refused" | "refused too" | "dropped" => "refused",
                _ => "ignored",
            };
            assert!(line.contains(&format!("done Some({want:?})")), "{line}");
            let is_known = matches!(answer, Err(SubmitError::Known));
            assert_eq!(is_known, matches!(*what, "known" | "twin" | "already done"), "{line}");
        }
        // Tomatoes, the two that came before, and the new one.
        assert_eq!(here.counts(town.open).await, (0, 4, 2));
    }

    async fn one_that_cannot_be_written_takes_nobody_with_it(db: Db) {
        let here = Here::new(db);
        let people = people(&here).await;
        break_the_table(&here).await;
        for name in ["broken", "nobody"] {
            let town = town(&here, name, &people).await;
            let lost = if name == "broken" {
                let broken = here.received(commenting(town.open, people.bob, town.post, "x")).await;
                of_type("Broken", broken)
            } else {
                here.received(posting(town.open, ActorId(1), "By nobody")).await
            };
            let mut commands = applicants(&here, &town, &people).await;
            commands.insert(2, ("lost", lost));
            here.caused().await;
            let answers = together(&here, town.open, commands.iter().map(|(_, command)| command.clone()).collect()).await;
            for ((what, command), answer) in commands.iter().zip(&answers) {
                let is_lost = *what == "lost";
                assert_eq!(matches!(answer, Err(SubmitError::Store(_))), is_lost, "{what}: {answer:?}");
                // It is tried again later, and nothing of it is there.
                assert_eq!(here.outcome(command.cause).await == "queued", is_lost, "{what}");
            }
            assert_eq!((here.counts(town.open).await, here.queue(town.careful).await.len()), ((0, 3, 2), 2));
            assert_eq!(told(&here, &commands).await["lost"], [""; 0]);
        }
    }
}
