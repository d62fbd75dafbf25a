//! What came before, in memory: the answers to what rules ask about the past, as
//! [`past::answer`](guildhall_store::entry::past::answer) gives them live.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use guildhall_domain::{
    ActorId, Timestamp,
    rules::{By, Question, Repeated},
};
use guildhall_store::{IdGenerator, entry::Came};

use crate::said::Said;

/// After so many items, those that are too old for any question are let go.
const SWEEP: usize = 10_000;

/// Keys of items, oldest first, each with its author.
type Line = VecDeque<(i64, ActorId)>;

/// What came before.
#[derive(Debug)]
pub(super) struct Windows {
    /// As far back as any question goes.
    longest: Duration,
    keeps_texts: bool,
    keeps_links: bool,
    authors: HashMap<ActorId, Line>,
    texts: HashMap<i64, Line>,
    links: HashMap<i64, Line>,
    noted: usize,
}

impl Windows {
    /// For questions, and for how much somebody wrote within `rate`.
    pub(super) fn new<'q>(questions: impl Iterator<Item = &'q Question>, rate: Duration) -> Self {
        let mut windows = Self {
            longest: rate,
            keeps_texts: false,
            keeps_links: false,
            authors: HashMap::new(),
            texts: HashMap::new(),
            links: HashMap::new(),
            noted: 0,
        };
        for question in questions {
            windows.longest = windows.longest.max(question.within());
            match question {
                Question::Rate { .. } => {}
                Question::Repeats { what: Repeated::Text, .. } => windows.keeps_texts = true,
                Question::Repeats { what: Repeated::Link, .. } => windows.keeps_links = true,
            }
        }
        windows
    }

    /// As far back as they reach.
    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    /// The answer about something of `author`, at `now`.
    pub(super) fn answer(&self, question: Question, author: ActorId, said: &Said, now: Timestamp) -> i64 {
        let (line, by) = match question {
            Question::Rate { .. } => (self.authors.get(&author), By::Anyone),
            Question::Repeats { what: Repeated::Text, by, .. } => {
                (said.text_print().and_then(|print| self.texts.get(&print)), by)
            }
            Question::Repeats { what: Repeated::Link, by, .. } => {
                (said.link_print().and_then(|print| self.links.get(&print)), by)
            }
        };
        let since = IdGenerator::first_at(now.minus(question.within()).0);
        let Some(line) = line else {
            return 0;
        };
        let first = line.partition_point(|(id, _)| *id < since);
        let count = match by {
            By::Anyone => line.len() - first,
            By::Author => line.range(first..).filter(|(_, by)| *by == author).count(),
        };
        i64::try_from(count).unwrap_or(i64::MAX)
    }

    /// Remembers something for those that come after it.
    pub(super) fn note(&mut self, item: &Came, said: &Said) {
        let one = (item.id.0, item.author);
        self.authors.entry(item.author).or_default().push_back(one);
        if let Some(print) = self.keeps_texts.then(|| said.text_print()).flatten() {
            self.texts.entry(print).or_default().push_back(one);
        }
        if let Some(print) = self.keeps_links.then(|| said.link_print()).flatten() {
            self.links.entry(print).or_default().push_back(one);
        }
        self.noted += 1;
        if self.noted.is_multiple_of(SWEEP) {
            self.sweep(IdGenerator::first_at(item.at.minus(self.longest).0));
        }
    }

    fn sweep(&mut self, since: i64) {
        let is_new = |line: &mut Line| {
            let old = line.partition_point(|(id, _)| *id < since);
            line.drain(..old);
            !line.is_empty()
        };
        self.authors.retain(|_, line| is_new(line));
        self.texts.retain(|_, line| is_new(line));
        self.links.retain(|_, line| is_new(line));
    }
}
