//! Whoever wants to enter a group, as the pipeline wants it described: one place for joins, posts, comments, edits, votes
//! and reports, by whatever door they come.

use std::{borrow::Cow, sync::Arc, time::Duration};

use guildhall_domain::{
    ActorId, EntryId, GroupId, Timestamp,
    actor::ActorKind,
    admission::{self, Amounts, Decided, Facts, Layer, Refusal, Role, Verdict, Wants},
    peering::Peering,
    rules::{Action, By, Item, Judgement, Question, Received, Repeated},
    trust::{Trust, decide_trust},
};
use guildhall_store::{
    StoreError, Tx,
    actor::Actor,
    db::Source,
    entry::{
        self, AuthorFacts, Entry,
        past::{self, About},
    },
    report,
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
    pub(crate) said: Arc<Said>,
    pub(crate) is_post: bool,
    pub(crate) is_public: bool,
    pub(crate) thread_locked: bool,
    pub(crate) is_invited: bool,
    /// What it is about has got so far.
    pub(crate) received: Received,
    /// Tags that rules gave it before.
    pub(crate) tags: &'a [String],
    /// Itself, where it is there already: asked about, or to be changed.
    pub(crate) is_known: Option<EntryId>,
}

/// What rules look at in an author.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits<'a> {
    pub(crate) kind: ActorKind,
    /// Whether they are no member of the group.
    pub(crate) is_outsider: bool,
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
        is_outsider: author.is_outsider,
        form: said.form,
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

/// Something that comes in by the same transaction as something else, before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    pub(crate) group: GroupId,
    pub(crate) author: ActorId,
    /// Of its text and of its link, where rules ask for repetitions.
    pub(crate) prints: (Option<i64>, Option<i64>),
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
            said: Arc::default(),
            is_post: false,
            is_public: true,
            thread_locked: false,
            is_invited: false,
            received: Received::default(),
            tags: &[],
            is_known: None,
        }
    }

    /// How far the author is trusted in the group.
    fn trust_by(&self, book: &Prepared, now: Timestamp) -> Trust {
        decide_trust(&self.known.trust, &book.thresholds, now)
    }

    /// Asks the store what the rules want to know of the past: nothing where they are not asked themselves.
    pub(crate) async fn look_back(&self, app: &App, tx: &mut Tx, books: &Books) -> Result<Past, StoreError> {
        let asks = self.counts_rate(&books.group, app.now())
            || !books.instance.rules.questions().is_empty()
            || !books.group.rules.questions().is_empty();
        if !asks || self.known.role == Role::Moderator || self.is_turned_away(books, app.now()) {
            return Ok(Past::default());
        }
        self.answers(tx.into(), books, app.now()).await
    }

    /// The same for explaining, whatever the layers before the rules say.
    pub(crate) async fn look_back_anyway(&self, app: &App, books: &Books) -> Result<Past, StoreError> {
        self.answers((&app.store).into(), books, app.now()).await
    }

    /// Whether a layer before the rules says no.
    fn is_turned_away(&self, books: &Books, now: Timestamp) -> bool {
        matches!(self.foresee(&books.group, 0, now).verdict, Verdict::Refuse(_) | Verdict::Drop(_))
    }

    fn counts_rate(&self, book: &Prepared, now: Timestamp) -> bool {
        self.wants.is_entry() && book.gates.often > self.trust_by(book, now)
    }

    async fn recent(&self, source: Source<'_>, book: &Prepared, now: Timestamp) -> Result<i64, StoreError> {
        let rate = (Question::Rate { within: RATE_WITHIN }, book.gates.rate);
        let (group, author, except) = (Some(self.group), self.author.id, self.is_known);
        let about = About { group, author, text_print: None, link_print: None, except };
        past::answer(source, rate, &about, now).await
    }

    fn about(&self, group: Option<GroupId>) -> About {
        About {
            group,
            author: self.author.id,
            text_print: self.said.text_print(),
            link_print: self.said.link_print(),
            except: self.is_known,
        }
    }

    async fn answers(
        &self,
        mut source: Source<'_>,
        books: &Books,
        now: Timestamp,
    ) -> Result<Past, StoreError> {
        let mut past = Past::default();
        if self.counts_rate(&books.group, now) {
            past.recent = self.recent(source.again(), &books.group, now).await?;
        }
        for asked in books.instance.rules.asked() {
            past.of_instance.push(past::answer(source.again(), asked, &self.about(None), now).await?);
        }
        for asked in books.group.rules.asked() {
            let here = self.about(Some(self.group));
            past.of_group.push(past::answer(source.again(), asked, &here, now).await?);
        }
        Ok(past)
    }

    /// Counts what comes in beside it, which the store does not know yet.
    pub(crate) fn add_beside(
        &self,
        past: &mut Past,
        books: &Books,
        beside: &(impl Iterator<Item = Beside> + Clone),
    ) {
        let count = |question: Question, group: Option<GroupId>| {
            let is_there = |one: &Beside| group.is_none_or(|group| one.group == group);
            let fits = |one: &Beside| is_there(one) && self.is_counted(question, one);
            i64::try_from(beside.clone().filter(fits).count()).unwrap_or(i64::MAX)
        };
        past.recent += count(Question::Rate { within: RATE_WITHIN }, Some(self.group));
        for (answer, question) in past.of_instance.iter_mut().zip(books.instance.rules.questions()) {
            *answer += count(*question, None);
        }
        for (answer, question) in past.of_group.iter_mut().zip(books.group.rules.questions()) {
            *answer += count(*question, Some(self.group));
        }
    }

    fn is_counted(&self, question: Question, one: &Beside) -> bool {
        let is_by_author = one.author == self.author.id;
        match question {
            Question::Rate { .. } => is_by_author,
            Question::Repeats { what, by, .. } => {
                let (print, other) = match what {
                    Repeated::Text => (self.said.text_print(), one.prints.0),
                    Repeated::Link => (self.said.link_print(), one.prints.1),
                };
                print.is_some() && print == other && (by == By::Anyone || is_by_author)
            }
        }
    }

    /// What our instance says to something for a group elsewhere: that group's own server has decided, or will.
    pub(crate) fn decide_elsewhere(&self, now: Timestamp) -> Decided {
        let dropped = |layer, refusal| Decided::by(layer, Verdict::Drop(refusal));
        match self.peering.0 {
            Peering::Blocked => dropped(Layer::InstancePeering, Refusal::HostBlocked),
            _ if self.known.standing.of_instance().is_banned(now) => {
                dropped(Layer::Standing, Refusal::Banned)
            }
            // What was not said to everybody is not shown to everybody, whoever passes it on.
            _ if !self.is_public => dropped(Layer::Audience, Refusal::NotPublic),
            Peering::Open | Peering::Limited => Decided::by(Layer::Default, Verdict::Admit),
        }
    }

    /// What the pipeline says.
    pub(crate) fn decide(&self, books: &Books, past: &Past, now: Timestamp) -> Decided {
        let facts = self.facts(books, past, now);
        let trust = facts.trust;
        admission::decide(&facts, || self.judge(books, past, trust, now), now)
    }

    /// What the pipeline says as far as it does not ask what is brought: without automatic rules. `recent`: how much the
    /// author wrote within the last hour.
    pub(crate) fn foresee(&self, book: &Prepared, recent: i64, now: Timestamp) -> Decided {
        let past = Past { recent, ..Past::default() };
        admission::decide(&self.facts_by(book, &past, now), Judgement::default, now)
    }

    /// How much the author wrote within the last hour, as far as the group's gate on that asks; outside of a transaction.
    pub(crate) async fn recent_now(&self, app: &App, book: &Prepared) -> Result<i64, StoreError> {
        if !self.counts_rate(book, app.now()) {
            return Ok(0);
        }
        self.recent((&app.store).into(), book, app.now()).await
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

    /// The tags in its text, and those that rules gave it before.
    fn all_tags(&self) -> Cow<'_, [String]> {
        let written = self.said.tags();
        if self.tags.is_empty() { written.into() } else { [self.tags, written].concat().into() }
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
            is_outsider: self.known.role == Role::Outsider,
            hosts: &hosts,
            account_since: self.author.published_at.unwrap_or(self.author.created_at),
            known_since: self.known.trust.seen.first_at,
        };
        let tags = self.all_tags();
        let item = Item { tags: &tags, ..item(self.wants, trust, &author, &self.said, self.received, now) };
        let of_instance = books.instance.rules.judge(&item, &past.of_instance);
        of_instance
            .renamed(|rule| format!("{INSTANCE}{rule}"))
            .and(books.group.rules.judge(&item, &past.of_group))
    }
}

/// Writes what automatic rules want done besides the decision, and that they fitted. `entry`: what is limited and tagged.
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
    let Some(id) = entry.filter(|_| !matches!(decided.verdict, Verdict::Drop(_))) else {
        return Ok(());
    };
    let mut tags = Vec::new();
    for effect in &decided.effects {
        match &effect.action {
            Action::AddTag(tag) => tags.push(tag.to_lowercase()),
            Action::Limit => past::set_limited(tx, id, true).await?,
            Action::Hold
            | Action::Refuse(_)
            | Action::Report
            | Action::RequireTag(_)
            | Action::Notify
            | Action::Answer(_) => {}
        }
    }
    entry::add_tags(tx, id, &tags).await
}

/// What an entry has got so far, where there are rules that may ask for it.
pub(crate) async fn received(
    source: impl Into<Source<'_>>,
    entry: &Entry,
    books: &Books,
) -> Result<Received, StoreError> {
    if books.are_empty() {
        return Ok(Received::default());
    }
    let reports = report::count_about(source.into(), entry.id).await?;
    Ok(Received { score: entry.tally.score(), downs: entry.tally.down, reports })
}
