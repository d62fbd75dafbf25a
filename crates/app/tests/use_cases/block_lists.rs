//! Subscriptions to block lists: taking over, waiting for a yes, taking back, and failing.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use guildhall_app::{
    App,
    block_list::{
        self, Accept, BlockListError, ChangeBlockList, ListEffect, ListMode, Mapping, Subscribe, Terms,
        Validators,
    },
    instance,
    peering::{self, By, ClearPeering, PeeringError, SetPeering},
    port::{FetchedList, PortFuture, RemoteResolver, ResolveError},
};
use guildhall_domain::{
    ActorId, BlockListId, Handle,
    admission::Layer,
    moderation::{Decision, DecisionAction},
    peering::PeeringAction,
};
use guildhall_store::{Db, decision, testing::on_both_engines};

use crate::support::Here;

const URL: &str = "https://lists.example/list.csv";
const OTHER: &str = "https://lists.example/other.csv";
const HOUR: Duration = Duration::from_hours(1);

/// A source whose files the test writes; each has its content as its tag.
#[derive(Default)]
struct Source {
    files: Mutex<Vec<(String, Result<String, ResolveError>)>>,
    asked: Mutex<Vec<Validators>>,
}

impl Source {
    fn says(&self, url: &str, lines: &[&str]) {
        self.answers(url, Ok(format!("#domain,#severity,#reject_media\n{}\n", lines.join("\n"))));
    }

    fn answers(&self, url: &str, answer: Result<String, ResolveError>) {
        let mut files = self.files.lock().unwrap();
        files.retain(|(known, _)| known != url);
        files.push((url.to_owned(), answer));
    }
}

impl RemoteResolver for Source {
    fn actor_by_handle<'a>(&'a self, _: &'a Handle) -> PortFuture<'a, Result<ActorId, ResolveError>> {
        Box::pin(async { Err(ResolveError::NotFound) })
    }

    fn block_list<'a>(
        &'a self,
        url: &'a str,
        known: &'a Validators,
    ) -> PortFuture<'a, Result<FetchedList, ResolveError>> {
        self.asked.lock().unwrap().push(known.clone());
        let files = self.files.lock().unwrap();
        let found = files.iter().find(|(file, _)| file == url).map(|(_, answer)| answer.clone());
        let answer = found.unwrap_or(Err(ResolveError::NotFound)).map(|text| {
            let etag = Some(format!("\"{}\"", text.len()));
            if known.etag == etag {
                return FetchedList::Unchanged;
            }
            FetchedList::Text { text, validators: Validators { etag, last_modified: None } }
        });
        Box::pin(async { answer })
    }
}

struct World {
    here: Here,
    source: Arc<Source>,
}

impl World {
    async fn new(db: Db) -> Self {
        let source = Arc::new(Source::default());
        let mut here = Here::new(db);
        here.app = App { resolver: source.clone(), ..here.app };
        instance::ensure_actor(&here.app).await.unwrap();
        Self { here, source }
    }

    fn app(&self) -> &App {
        &self.here.app
    }

    async fn subscribe(&self, url: &str, mode: ListMode) -> BlockListId {
        let done = block_list::subscribe(self.app(), &By::Operator, subscribing(url, mode)).await.unwrap();
        done.id.unwrap()
    }

    async fn refresh(&self, id: BlockListId) -> block_list::Refreshed {
        block_list::refresh(self.app(), id).await.unwrap()
    }

    /// What is in force, by host; with `+` what was decided here.
    async fn in_force(&self) -> Vec<String> {
        let listed = instance::list_peering(self.app()).await.unwrap();
        let short = listed.into_iter().map(|listed| {
            let mark = if listed.list.is_none() { "+" } else { "" };
            format!("{mark}{} {}", listed.entry.host, listed.entry.action)
        });
        let mut short: Vec<_> = short.collect();
        short.sort_unstable();
        short
    }

    async fn records(&self) -> Vec<Decision> {
        let mut made = decision::list_of_instance_before(&self.app().store, None, 1_000).await.unwrap();
        made.reverse();
        made
    }

    async fn block_here(&self, host: &str, action: PeeringAction) {
        peering::set(self.app(), &By::Operator, SetPeering::new(None, host, action)).await.unwrap();
    }
}

fn subscribing(url: &str, mode: ListMode) -> Subscribe {
    let terms = Terms { mode, mapping: Mapping::default(), interval: HOUR };
    Subscribe { url: url.to_owned(), terms, exceptions: Vec::new(), dry_run: false }
}

on_both_engines! {
    async fn an_automatic_list_is_followed_and_taken_back_where_its_source_takes_it_back(db: Db) {
        let world = World::new(db).await;
        world.source.says(URL, &["bad.example,suspend", "dull.example,silence", "loud.example,noop,true"]);
        let id = world.subscribe(URL, ListMode::Automatic).await;
        assert_eq!(world.in_force().await, ["bad.example block", "dull.example limit", "loud.example mute-media"]);
        assert_eq!(world.refresh(id).await.applied, 0);
        assert_eq!(world.source.asked.lock().unwrap()[1].etag.as_deref(), Some("\"96\""), "asks whether it changed");

        world.source.says(URL, &["dull.example,suspend", "new.example,silence"]);
        assert_eq!(world.refresh(id).await.applied, 4);
        assert_eq!(world.in_force().await, ["dull.example block", "new.example limit"]);
        let made = world.records().await;
        let last = made.last().unwrap();
        assert_eq!((last.action, last.layer), (DecisionAction::ClearHost, Layer::InstancePeering));
        assert_eq!((last.rule.as_deref(), last.by), (Some("block-list https://lists.example/list.csv"), None));
        assert_eq!(made.len(), 7, "one record a change: {made:?}");

        world.source.says(URL, &[]);
        world.refresh(id).await;
        assert_eq!(world.in_force().await, [""; 0], "a source may take back everything");
    }

    async fn what_is_wanted_here_or_by_another_list_stays(db: Db) {
        let world = World::new(db).await;
        world.source.says(URL, &["both.example,suspend", "ours.example,suspend", "only.example,suspend"]);
        world.source.says(OTHER, &["both.example,silence"]);
        let (first, other) = (world.subscribe(URL, ListMode::Automatic).await, world.subscribe(OTHER, ListMode::Automatic).await);
        world.block_here("ours.example", PeeringAction::Block).await;
        world.source.says(URL, &[]);
        world.refresh(first).await;
        assert_eq!(world.in_force().await, ["+ours.example block", "both.example limit"]);
        assert_eq!(block_list::unsubscribe(world.app(), &By::Operator, other).await.unwrap(), 1);
        assert_eq!(world.in_force().await, ["+ours.example block"]);
        assert!(matches!(block_list::show(world.app(), other).await, Err(BlockListError::NotFound)));
    }

    async fn the_changes_of_a_draft_wait_for_a_yes(db: Db) {
        let world = World::new(db).await;
        let (ann, garden) = (world.here.person("ann").await, world.here.group("garden").await);
        world.here.join(garden, world.here.remote("bob").await).await;
        world.source.says(URL, &["far.example,suspend", "dull.example,silence"]);
        let id = world.subscribe(URL, ListMode::Draft).await;
        assert_eq!(world.in_force().await, [""; 0]);
        let waiting = block_list::waiting(world.app(), id).await.unwrap();
        assert_eq!((waiting.revision, waiting.changes.len(), waiting.effects.members), (1, 2, 1));
        assert_eq!(waiting.changes[1].effects.members, 1, "far.example");

        let by = By::Person { actor: ann, is_admin: true };
        let only = |host: &str| Accept { revision: Some(1), hosts: Some(vec![host.to_owned()]) };
        let none = block_list::accept(world.app(), &by, id, only("nowhere.example")).await.unwrap_err();
        assert_eq!(none.to_string(), "no change is about nowhere.example");
        assert_eq!(block_list::accept(world.app(), &by, id, only("Far.Example")).await.unwrap(), 1);
        assert_eq!(world.in_force().await, ["far.example block"]);
        assert_eq!(world.records().await.last().unwrap().by, Some(ann));

        world.source.says(URL, &["dull.example,suspend"]);
        assert_eq!(world.refresh(id).await.waiting, 2, "a retraction waits as well");
        assert_eq!(world.in_force().await, ["far.example block"]);
        let late = block_list::accept(world.app(), &by, id, only("dull.example")).await.unwrap_err();
        assert!(matches!(late, BlockListError::Outdated), "{late}");
        assert_eq!(block_list::accept(world.app(), &by, id, Accept::default()).await.unwrap(), 2);
        assert_eq!(world.in_force().await, ["dull.example block"]);
        assert_eq!(block_list::show(world.app(), id).await.unwrap().waiting, 0);
    }

    async fn what_cannot_be_had_or_read_changes_nothing_and_is_shown(db: Db) {
        let world = World::new(db).await;
        world.source.says(URL, &["bad.example,suspend"]);
        let id = world.subscribe(URL, ListMode::Automatic).await;
        let failures = [
            (Err(ResolveError::Unreachable("no answer in time".into())), "fetching the list failed: the server could not be reached: no answer in time"),
            (Ok("#domain\nnew.example\nb*d.example\n".to_owned()), "the list cannot be read: line 3:"),
            (Ok(String::new()), "the list cannot be read: line 1: the file is empty"),
        ];
        for (answer, failure) in failures {
            world.source.answers(URL, answer);
            let looked = world.refresh(id).await;
            assert!(looked.failure.clone().unwrap().starts_with(failure), "{looked:?}");
            assert_eq!(world.in_force().await, ["bad.example block"]);
            assert_eq!(block_list::show(world.app(), id).await.unwrap().list.failure, looked.failure);
        }
        let failing = block_list::show(world.app(), id).await.unwrap().list;
        let pause = failing.next_check_at.since(world.here.now());
        assert_eq!((failing.failures, pause), (3, Duration::from_mins(40)), "later each time");
        world.source.says(URL, &["good.example,suspend"]);
        assert_eq!(world.refresh(id).await.failure, None);
        assert_eq!(block_list::show(world.app(), id).await.unwrap().list.failures, 0);
        assert_eq!(world.in_force().await, ["good.example block"]);
    }

    async fn only_sources_that_are_due_are_asked(db: Db) {
        let world = World::new(db).await;
        world.source.says(URL, &["bad.example,suspend"]);
        world.subscribe(URL, ListMode::Automatic).await;
        world.source.says(URL, &["worse.example,suspend"]);
        world.here.pass(Duration::from_secs(3_599));
        block_list::refresh_due(world.app()).await.unwrap();
        assert_eq!(world.in_force().await, ["bad.example block"]);
        world.here.pass(Duration::from_secs(1));
        block_list::refresh_due(world.app()).await.unwrap();
        assert_eq!(world.in_force().await, ["worse.example block"]);
        block_list::refresh_due(world.app()).await.unwrap();
        assert_eq!(world.source.asked.lock().unwrap().len(), 2);
    }

    async fn a_subscription_is_shown_before_it_is_made_and_made_by_admins_alone(db: Db) {
        let world = World::new(db).await;
        let ann = world.here.person("ann").await;
        world.source.says(URL, &["bad.example,suspend", "sub.friend.example,suspend", "here.example,suspend"]);
        let tried = Subscribe { dry_run: true, exceptions: vec!["Friend.example".into()], ..subscribing(URL, ListMode::Automatic) };
        let shown = block_list::subscribe(world.app(), &By::Operator, tried).await.unwrap();
        let hosts: Vec<_> = shown.preview.changes.iter().map(|previewed| previewed.change.host()).collect();
        assert_eq!((shown.id, hosts), (None, vec!["bad.example"]));
        let by = By::Person { actor: ann, is_admin: false };
        let asked = world.source.asked.lock().unwrap().len();
        let refused = block_list::subscribe(world.app(), &by, subscribing(URL, ListMode::Draft)).await.unwrap_err();
        assert!(matches!(refused, BlockListError::NotAdmin), "{refused}");
        assert_eq!(world.source.asked.lock().unwrap().len(), asked, "nobody makes us call a server");
        for (command, wrong) in [
            (subscribing("ftp://lists.example/a", ListMode::Draft), "write the address of a CSV file"),
            (subscribing("https://me:pw@lists.example/a", ListMode::Draft), "write the address of a CSV file"),
            (subscribing("https://lists.example/none.csv", ListMode::Draft), "fetching the list failed"),
            (Subscribe { exceptions: vec!["a b".into()], ..subscribing(URL, ListMode::Draft) }, "\"a b\" is no host"),
        ] {
            let error = block_list::subscribe(world.app(), &By::Operator, command).await.unwrap_err();
            assert!(error.to_string().starts_with(wrong), "{error}");
        }
        assert!(block_list::list(world.app()).await.unwrap().is_empty());
        world.subscribe(URL, ListMode::Draft).await;
        let again = block_list::subscribe(world.app(), &By::Operator, subscribing(URL, ListMode::Draft)).await;
        assert!(matches!(again, Err(BlockListError::Known)));
    }

    async fn new_terms_count_at_once_for_an_automatic_list(db: Db) {
        let world = World::new(db).await;
        world.source.says(URL, &["bad.example,suspend", "dull.example,silence"]);
        let id = world.subscribe(URL, ListMode::Automatic).await;
        let change = async |command| block_list::change(world.app(), &By::Operator, id, command).await.unwrap();
        change(ChangeBlockList { suspend: Some(ListEffect::Limit), silence: Some(ListEffect::Ignore), ..ChangeBlockList::default() }).await;
        assert_eq!(world.in_force().await, ["bad.example limit"]);
        change(ChangeBlockList { mode: Some(ListMode::Draft), silence: Some(ListEffect::Limit), ..ChangeBlockList::default() }).await;
        assert_eq!(world.in_force().await, ["bad.example limit"], "a draft waits");
        change(ChangeBlockList { exceptions: Some(vec!["bad.example".into()]), ..ChangeBlockList::default() }).await;
        assert_eq!(world.in_force().await, [""; 0], "but for what an admin excepts");
        assert_eq!(block_list::show(world.app(), id).await.unwrap().waiting, 1);
        change(ChangeBlockList { mode: Some(ListMode::Automatic), ..ChangeBlockList::default() }).await;
        assert_eq!(world.in_force().await, ["dull.example limit"]);
    }

    async fn what_only_a_list_wants_is_not_cleared_but_allowed_or_excepted(db: Db) {
        let world = World::new(db).await;
        world.source.says(URL, &["far.example,suspend"]);
        world.subscribe(URL, ListMode::Automatic).await;
        let clear = ClearPeering { group: None, host: "far.example".into(), reason: None };
        let refused = peering::clear(world.app(), &By::Operator, clear).await.unwrap_err();
        assert!(matches!(&refused, PeeringError::OnBlockList { url, .. } if url == URL), "{refused}");
        let garden = world.here.group("garden").await;
        let bob = world.here.remote("bob").await;
        let asked = || guildhall_app::group::request_join(world.app(), crate::support::people::asking(garden, bob));
        assert!(asked().await.is_err());
        world.block_here("far.example", PeeringAction::Allow).await;
        assert!(asked().await.is_ok(), "decided here outranks a list");
    }
}
