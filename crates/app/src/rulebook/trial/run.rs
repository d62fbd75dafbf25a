//! The replay itself.

use std::collections::{HashMap, hash_map::Entry};

use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    admission::{Amounts, Facts, Layer, Role, Standing, Wants, walk},
    content::{EntryKind, EntryState},
    group::Policy,
    moderation::{Decision, Target},
    peering::Peering,
    rules::{Question, Received, RuleMode, RuleSet},
    trust::{Thresholds, Trust},
};
use guildhall_store::{
    IdGenerator, StoreError, decision,
    entry::{self, Came as Item},
    rulebook as store,
};

use super::{
    Came, DryRun, Example, MAX_ITEMS, Plan, RuleTrial, Sample, Trial,
    fate::{Fate, First},
    people::People,
    tally::{Exhibit, Tally, count_one, empty},
    windows::Windows,
};
use crate::{
    App,
    admission::{RATE_WITHIN, Traits, item as seen_by_rules},
    rulebook::change::shown,
    said::Said,
};

/// How many items are read, and judged without a pause, at a time.
const PAGE: usize = 250;

/// A replay that goes on.
pub(super) struct Run {
    examples: usize,
    from: Timestamp,
    until: Timestamp,
    /// Newest first.
    keys: Vec<EntryId>,
    people: People,
    windows: Windows,
    /// What trust is earned by; for the instance by group.
    thresholds: HashMap<GroupId, Thresholds>,
    came: Came,
    rules: Tally,
    before: Option<Tally>,
    gates: Option<RuleTrial>,
    missed: Sample,
}

impl Run {
    pub(super) async fn start(
        app: &App,
        trial: &Trial,
        plan: &Plan,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Self, StoreError> {
        let questions = plan.sets().flat_map(RuleSet::questions);
        let windows = Windows::new(questions, RATE_WITHIN);
        // What came before is not judged, but asked about.
        let start = from.minus(windows.longest());
        let since = EntryId(IdGenerator::first_at(start.0));
        let keys = entry::list_came_keys(&app.store, trial.group, since, MAX_ITEMS).await?;
        Ok(Self {
            examples: trial.examples,
            from,
            until,
            keys,
            people: People::at(app, trial.group, start).await?,
            windows,
            thresholds: trial.group.map(|group| (group, plan.book.thresholds)).into_iter().collect(),
            came: Came::default(),
            rules: Tally::new(&plan.book.rules),
            before: plan.before.as_ref().map(|(rule, _)| Tally::new(std::slice::from_ref(rule))),
            gates: plan
                .has_gates
                .then(|| empty("gates", "What is kept for those who are trusted.", RuleMode::On)),
            missed: Sample::default(),
        })
    }

    pub(super) async fn finish(mut self, app: &App, plan: &Plan) -> Result<DryRun, StoreError> {
        let keys = std::mem::take(&mut self.keys);
        let is_cut = keys.len() >= MAX_ITEMS;
        if let Some(oldest) = keys.last().filter(|_| is_cut) {
            self.from = self.from.max(Timestamp(IdGenerator::unix_ms(oldest.0)));
        }
        for page in keys.rchunks(PAGE) {
            let items = entry::list_came(&app.store, page).await?;
            let decisions = decisions_by_entry(decision::list_of_entries(&app.store, page).await?);
            self.people.meet(app, &items).await?;
            self.learn_thresholds(app, &items).await?;
            for item in &items {
                self.replay(plan, item, decisions.get(&item.id).map_or(&[], Vec::as_slice));
            }
            // Others have their turn.
            tokio::task::yield_now().await;
        }
        let before = self.before.and_then(|mut tally| tally.rules.pop());
        Ok(DryRun {
            from: self.from,
            until: self.until,
            is_cut,
            came: self.came,
            rules: self.rules.rules,
            before,
            gates: self.gates,
            missed: self.missed,
        })
    }

    /// Rules of the instance look at trust as each group gives it.
    async fn learn_thresholds(&mut self, app: &App, items: &[Item]) -> Result<(), StoreError> {
        for group in items.iter().map(|item| item.group) {
            if let Entry::Vacant(new) = self.thresholds.entry(group) {
                let stored = store::find(&app.store, Some(group)).await?;
                let book = shown(Some(group), stored).map(|current| current.book).unwrap_or_default();
                new.insert(book.thresholds);
            }
        }
        Ok(())
    }

    fn replay(&mut self, plan: &Plan, item: &Item, decisions: &[Decision]) {
        self.people.catch_up(item.id);
        let said = Said::of_texts(&item.texts);
        let fate = Fate::of(item, decisions);
        if self.from <= item.at {
            let is_asked = fate.first != First::Refused { rules_asked: false }
                && item.state != EntryState::Deleted
                && !self.people.is_moderator(item);
            if is_asked {
                self.came.count(&fate);
                self.judge(plan, item, &said, &fate);
            } else {
                self.came.not_asked += 1;
            }
        }
        self.windows.note(item, &said);
        self.people.see(item, &fate);
    }

    fn judge(&mut self, plan: &Plan, item: &Item, said: &Said, fate: &Fate) {
        let Some(author) = self.people.author(item.author) else {
            return;
        };
        let thresholds = self.thresholds.get(&item.group).copied().unwrap_or_default();
        let (trust, known_since) = self.people.trust(item, &thresholds);
        let is_outsider = !self.people.is_member(item);
        let hosts: Vec<&str> = author.hosts.iter().map(String::as_str).collect();
        let traits = Traits {
            kind: author.kind,
            is_outsider,
            hosts: &hosts,
            account_since: author.account_since,
            known_since,
        };
        let wants = wants_of(item);
        let looked_at = seen_by_rules(wants, trust, &traits, said, Received::default(), item.at);
        let fitting = |set: &RuleSet| {
            let answer = |asked: &Question| self.windows.answer(*asked, item.author, said, item.at);
            let answers: Vec<i64> = set.questions().iter().map(answer).collect();
            set.judge(&looked_at, &answers).fitting
        };
        let by_rules = fitting(&plan.rules);
        let by_before = plan.before.as_ref().map(|(_, set)| fitting(set));
        let is_closed = self.gates.is_some() && self.is_closed(plan, item, said, trust);
        let handle = author.handle.clone();

        let make = || example(item, &handle, fate);
        let mut exhibit = Exhibit::new(self.examples, &make);
        let mut is_caught = self.rules.count(&by_rules, said.tags(), fate.happened, &mut exhibit);
        if let Some((before, fitting)) = self.before.as_mut().zip(by_before) {
            before.count(&fitting, said.tags(), fate.happened, &mut exhibit);
        }
        if let Some(gates) = &mut self.gates {
            count_one(gates, is_closed, fate.happened, &mut exhibit);
            is_caught |= is_closed;
        }
        if fate.happened.is_against() && !is_caught {
            exhibit.add_to(&mut self.missed);
        }
    }

    /// Whether a gate would have kept it back, all else being open.
    fn is_closed(&self, plan: &Plan, item: &Item, said: &Said, trust: Trust) -> bool {
        let rate = Question::Rate { within: RATE_WITHIN };
        let facts = Facts {
            wants: wants_of(item),
            is_post: item.kind == EntryKind::Post,
            instance_peering: Peering::Open,
            group_peering: Peering::Open,
            standing: Standing::default(),
            role: Role::Member,
            is_local: true,
            is_invited: false,
            policy: Policy::default(),
            trust,
            gates: plan.book.gates,
            amounts: Amounts {
                links: said.links.len(),
                media: said.media,
                mentions: said.mentions,
                recent: self.windows.answer(rate, item.author, said, item.at),
            },
            admitted_before: true,
            is_public: true,
            thread_locked: false,
        };
        walk(&facts, item.at).any(|(layer, verdict)| layer == Layer::Trust && verdict.is_some())
    }
}

fn wants_of(item: &Item) -> Wants {
    match item.kind {
        EntryKind::Post => Wants::Post,
        EntryKind::Comment => Wants::Comment,
    }
}

fn example(item: &Item, handle: &str, fate: &Fate) -> Example {
    let title = item.texts.title.clone().filter(|title| !title.trim().is_empty());
    Example {
        id: item.id,
        kind: item.kind,
        title: title.unwrap_or_else(|| item.texts.excerpt.clone()),
        author: handle.to_owned(),
        at: item.at,
        happened: fate.happened,
    }
}

fn decisions_by_entry(decisions: Vec<Decision>) -> HashMap<EntryId, Vec<Decision>> {
    let mut by_entry: HashMap<EntryId, Vec<Decision>> = HashMap::new();
    for decision in decisions {
        if let Target::Entry(entry) = decision.target {
            by_entry.entry(entry).or_default().push(decision);
        }
    }
    by_entry
}
