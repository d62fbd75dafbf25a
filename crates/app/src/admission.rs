//! Whoever wants to enter a group, as the pipeline wants it described: one place for joins, posts, comments, edits, votes
//! and reports, by whatever door they come.

use std::time::Duration;

use guildhall_domain::{
    EntryId, GroupId, Timestamp,
    actor::ActorKind,
    admission::{self, Amounts, Decided, Facts, Verdict, Wants},
    peering::Peering,
    rules::{Action, Item, Judgement, Question, Received},
    trust::{Trust, decide_trust},
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    entry::{
        AuthorFacts,
        past::{self, About},
    },
    rulebook::{self as figures, Fitted},
};

use crate::{
    App, facts,
    rulebook::{Books, Prepared},
    said::Said,
};

/// Before the names of the instance's rules, where those of a group stand beside them.
pub(crate) const INSTANCE: &str = "instance:";

/// How far back the gate on frequent posts looks.
pub(crate) const RATE_WITHIN: Duration = Duration::from_hours(1);

/// Somebody at the door, with what they bring.
pub(crate) struct Applying<'a> {
    pub(crate) wants: Wants,
    pub(crate) group: GroupId,
    pub(crate) author: &'a Actor,
    pub(crate) known: &'a AuthorFacts,
    pub(crate) peering: (Peering, Peering),
    pub(crate) said: Said,
    pub(crate) is_post: bool,
    pub(crate) is_public: bool,
    pub(crate) thread_locked: bool,
    pub(crate) is_invited: bool,
    /// What it is about has got so far.
    pub(crate) received: Received,
    /// Itself, where it is there already and is only asked about.
    pub(crate) is_known: Option<EntryId>,
}

/// What rules look at in an author.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits<'a> {
    pub(crate) kind: ActorKind,
    /// The names of their server; none for people here.
    pub(crate) hosts: &'a [&'a str],
    /// Since when there is their account, as far as is known.
    pub(crate) account_since: Timestamp,
    /// Since when the group knows them.
    pub(crate) known_since: Option<Timestamp>,
}

/// Something as rules look at it.
pub(crate) fn item<'a>(
    wants: Wants,
    trust: Trust,
    author: &Traits<'a>,
    said: &'a Said,
    received: Received,
    now: Timestamp,
) -> Item<'a> {
    Item {
        wants,
        trust,
        account_age: now.since(author.account_since),
        known_for: author.known_since.map_or(Duration::ZERO, |first| now.since(first)),
        hosts: author.hosts,
        actor: author.kind,
        text: said.text(),
        language: said.language.as_deref(),
        links: &said.links,
        mentions: said.mentions,
        media: said.media,
        tags: said.tags(),
        received,
        at: now,
    }
}

/// What was before, as far as the rules ask.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Of the author in the group, within the last hour.
    pub(crate) recent: i64,
    of_instance: Vec<i64>,
    of_group: Vec<i64>,
}

impl<'a> Applying<'a> {
    /// Somebody who brings no text: a vote, say.
    pub(crate) fn bare(
        wants: Wants,
        group: GroupId,
        author: &'a Actor,
        known: &'a AuthorFacts,
        peering: (Peering, Peering),
    ) -> Self {
        Self {
            wants,
            group,
            author,
            known,
            peering,
            said: Said::default(),
            is_post: false,
            is_public: true,
            thread_locked: false,
            is_invited: false,
            received: Received::default(),
            is_known: None,
        }
    }

    /// How far the author is trusted in the group.
    pub(crate) fn trust(&self, books: &Books, now: Timestamp) -> Trust {
        self.trust_by(&books.group, now)
    }

    fn trust_by(&self, book: &Prepared, now: Timestamp) -> Trust {
        decide_trust(&self.known.trust, &book.thresholds, now)
    }

    /// Asks the store what the rules want to know of the past.
    pub(crate) async fn look_back(&self, app: &App, tx: &mut Tx, books: &Books) -> Result<Past, StoreError> {
        let now = app.now();
        let about = |group| About {
            group,
            author: self.author.id,
            text_print: self.said.text_print(),
            link_print: self.said.link_print(),
            except: self.is_known,
        };
        let counts_rate = books.group.gates.often > self.trust(books, now) && self.wants.is_entry();
        let mut past = Past::default();
        if counts_rate {
            let rate = Question::Rate { within: RATE_WITHIN };
            past.recent = past::answer(tx, rate, &about(Some(self.group)), now).await?;
        }
        for question in books.instance.rules.questions() {
            past.of_instance.push(past::answer(tx, *question, &about(None), now).await?);
        }
        for question in books.group.rules.questions() {
            past.of_group.push(past::answer(tx, *question, &about(Some(self.group)), now).await?);
        }
        Ok(past)
    }

    /// What the pipeline says.
    pub(crate) fn decide(&self, books: &Books, past: &Past, now: Timestamp) -> Decided {
        let facts = self.facts(books, past, now);
        let trust = facts.trust;
        admission::decide(&facts, || self.judge(books, past, trust, now), now)
    }

    /// What the pipeline says as far as it does not ask what is brought: without automatic rules.
    pub(crate) fn foresee(&self, book: &Prepared, now: Timestamp) -> Decided {
        admission::decide(&self.facts_by(book, &Past::default(), now), Judgement::default, now)
    }

    /// The facts as the layers want them.
    pub(crate) fn facts(&self, books: &Books, past: &Past, now: Timestamp) -> Facts {
        self.facts_by(&books.group, past, now)
    }

    fn facts_by(&self, book: &Prepared, past: &Past, now: Timestamp) -> Facts {
        let known = self.known;
        let amounts = Amounts {
            links: self.said.links.len(),
            media: self.said.media,
            mentions: self.said.mentions,
            recent: past.recent,
        };
        Facts {
            wants: self.wants,
            is_post: self.is_post,
            instance_peering: self.peering.0,
            group_peering: self.peering.1,
            standing: known.standing,
            role: known.role,
            is_local: self.author.is_local,
            is_invited: self.is_invited,
            policy: known.policy,
            trust: self.trust_by(book, now),
            gates: book.gates,
            amounts,
            admitted_before: known.trust.seen.accepted > 0,
            is_public: self.is_public,
            thread_locked: self.thread_locked,
        }
    }

    /// What the automatic rules say, whatever the layers before them do.
    pub(crate) fn judge(&self, books: &Books, past: &Past, trust: Trust, now: Timestamp) -> Judgement {
        if books.instance.rules.is_empty() && books.group.rules.is_empty() {
            return Judgement::default();
        }
        let hosts: Vec<&str> =
            if self.author.is_local { Vec::new() } else { facts::authorities_of(self.author).collect() };
        let author = Traits {
            kind: self.author.kind,
            hosts: &hosts,
            account_since: self.author.published_at.unwrap_or(self.author.created_at),
            known_since: self.known.trust.seen.first_at,
        };
        let item = item(self.wants, trust, &author, &self.said, self.received, now);
        let of_instance = books.instance.rules.judge(&item, &past.of_instance);
        of_instance
            .renamed(|rule| format!("{INSTANCE}{rule}"))
            .and(books.group.rules.judge(&item, &past.of_group))
    }
}

/// Writes what automatic rules want done besides the decision, and that they fitted.
pub(crate) async fn follow_rules(
    tx: &mut Tx,
    group: GroupId,
    entry: Option<EntryId>,
    decided: &Decided,
    now: Timestamp,
) -> Result<(), StoreError> {
    if decided.fitting.is_empty() {
        return Ok(());
    }
    let mut fitted = Fitted::new();
    for rule in &decided.fitting {
        let of = rule.strip_prefix(INSTANCE).map_or((group.0, rule.to_string()), |rule| (0, rule.to_owned()));
        *fitted.entry(of).or_default() += 1;
    }
    figures::add_fitted(tx, &fitted, now).await?;
    let Some(entry) = entry.filter(|_| !matches!(decided.verdict, Verdict::Drop(_))) else {
        return Ok(());
    };
    let mut tags = Vec::new();
    for effect in &decided.effects {
        match &effect.action {
            Action::AddTag(tag) => tags.push(tag.to_lowercase()),
            // Of a vote or report, what it is about; a new entry is written with it.
            Action::Limit => past::set_limited(tx, entry, true).await?,
            Action::Hold
            | Action::Refuse(_)
            | Action::Report
            | Action::RequireTag(_)
            | Action::Notify
            | Action::Answer(_) => {}
        }
    }
    past::add_tags(tx, entry, &tags).await
}
