//! What rules make of one item.

use std::{cell::OnceCell, collections::HashSet, sync::Arc, time::Duration};

use regex::{RegexSet, SetMatches};

use super::{
    Action, RuleSet,
    compile::{Prepared, Test},
    text::ItemText,
};
use crate::{
    Timestamp, actor::ActorKind, admission::Wants, content::Form, peering::covering_names, trust::Trust,
};

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// What it is.
    pub wants: Wants,
    /// How far its author is trusted.
    pub trust: Trust,
    /// How old its author's account is.
    pub account_age: Duration,
    /// How long its author has been known to the group.
    pub known_for: Duration,
    /// Its author's server, under each of its names; empty for people here.
    pub hosts: &'a [&'a str],
    /// What kind of actor its author is.
    pub actor: ActorKind,
    /// Whether its author is no member of the group.
    pub is_outsider: bool,
    /// What it mainly brings; of a post, a comment, or a new text of one.
    pub form: Option<Form>,
    /// Its words; of a report those of the report.
    pub text: &'a ItemText,
    /// Its language.
    pub language: Option<&'a str>,
    /// The hosts of its links, in lower case, one for each link.
    pub links: &'a [String],
    /// How many people it mentions, its group aside.
    pub mentions: usize,
    /// How many pictures and other media it has.
    pub media: usize,
    /// Its tags, in lower case: those in its text, and those that rules gave it before.
    pub tags: &'a [String],
    /// What it is about has got: itself for an edit, what is voted on or reported.
    pub received: Received,
    /// When it came.
    pub at: Timestamp,
}

/// What others made of an entry so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Received {
    /// Votes for less votes against.
    pub score: i64,
    /// Votes against.
    pub downs: i64,
    /// Reports, this one included.
    pub reports: i64,
}

/// Something that a rule wants done beside the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Which rule.
    pub rule: Arc<str>,
    /// What: one of [`Action::Report`], [`Action::AddTag`], [`Action::Limit`], [`Action::Notify`] and [`Action::Answer`].
    pub action: Action,
}

/// What the rules say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The first rule that refuses, and the reason it gives.
    pub refused: Option<(Arc<str>, String)>,
    /// The first rule that holds.
    pub held: Option<Arc<str>>,
    /// What else is to be done.
    pub effects: Vec<Effect>,
    /// The rules that fit, in order, whether they act or only observe.
    pub fitting: Vec<Arc<str>>,
}

impl Judgement {
    /// With another name for each rule.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        let rename = |rule: Arc<str>| -> Arc<str> { name(&rule).into() };
        Self {
            refused: self.refused.map(|(rule, said)| (rename(rule), said)),
            held: self.held.map(rename),
            effects: self
                .effects
                .into_iter()
                .map(|effect| Effect { rule: rename(effect.rule), action: effect.action })
                .collect(),
            fitting: self.fitting.into_iter().map(rename).collect(),
        }
    }

    /// What the rules of the instance and those of a group say together: the instance's come first.
    #[must_use]
    pub fn and(mut self, of_group: Self) -> Self {
        self.refused = self.refused.or(of_group.refused);
        self.held = self.held.or(of_group.held);
        self.effects.extend(of_group.effects);
        self.fitting.extend(of_group.fitting);
        self
    }
}

impl RuleSet {
    /// Judges an item. `answers` are those to [`RuleSet::questions`], in their order; one that is missing counts as 0.
    pub fn judge(&self, item: &Item<'_>, answers: &[i64]) -> Judgement {
        let mut judgement = Judgement::default();
        if self.is_empty() {
            return judgement;
        }
        let look = Look {
            set: self,
            item,
            answers,
            words: OnceCell::new(),
            patterns: OnceCell::new(),
            titles: OnceCell::new(),
        };
        for rule in &self.rules {
            if look.fits(&rule.when) {
                judgement.fitting.push(rule.name.clone());
                if rule.is_on {
                    follow(rule, item, &mut judgement);
                }
            }
        }
        judgement
    }
}

fn follow(rule: &Prepared, item: &Item<'_>, judgement: &mut Judgement) {
    for action in &rule.then {
        let refusal = match action {
            Action::Hold => {
                judgement.held.get_or_insert_with(|| rule.name.clone());
                continue;
            }
            Action::Refuse(said) => said.clone().unwrap_or_else(|| rule.title.clone()),
            Action::RequireTag(tags) if has_tag(item.tags, tags) => continue,
            Action::RequireTag(tags) => format!("{} Wanted: #{}.", rule.title, tags.join(" or #")),
            Action::Report | Action::AddTag(_) | Action::Limit | Action::Notify | Action::Answer(_) => {
                judgement.effects.push(Effect { rule: rule.name.clone(), action: action.clone() });
                continue;
            }
        };
        judgement.refused.get_or_insert_with(|| (rule.name.clone(), refusal));
    }
}

fn has_tag(carried: &[String], wanted: &[String]) -> bool {
    wanted.iter().any(|tag| carried.iter().any(|carried| *carried == tag.to_lowercase()))
}

/// One look at one item: each table of the set is searched at most once.
struct Look<'a> {
    set: &'a RuleSet,
    item: &'a Item<'a>,
    answers: &'a [i64],
    words: OnceCell<Vec<bool>>,
    patterns: OnceCell<SetMatches>,
    titles: OnceCell<SetMatches>,
}

impl Look<'_> {
    fn fits(&self, test: &Test) -> bool {
        let item = self.item;
        match test {
            Test::All(tests) => tests.iter().all(|test| self.fits(test)),
            Test::Any(tests) => tests.iter().any(|test| self.fits(test)),
            Test::Not(test) => !self.fits(test),
            Test::TrustBelow(level) => item.trust < *level,
            Test::AccountYounger(age) => item.account_age < *age,
            Test::KnownFor(span) => item.known_for < *span,
            Test::Remote => !item.hosts.is_empty(),
            Test::Outsider => item.is_outsider,
            Test::Host(hosts) => item.hosts.iter().any(|host| is_below(host, hosts)),
            Test::Actor(kinds) => kinds.contains(&item.actor),
            Test::Kind(kinds) => kinds.contains(&item.wants),
            Test::Form(forms) => item.form.is_some_and(|form| forms.contains(&form)),
            Test::Words(list) => self.words.get_or_init(|| self.set.phrases.find_in(item.text))[*list],
            Test::Pattern(at) => {
                self.patterns.get_or_init(|| search(&self.set.patterns, &item.text.whole)).matched(*at)
            }
            Test::TitlePattern(at) => item.text.title.as_ref().is_some_and(|title| {
                self.titles.get_or_init(|| search(&self.set.title_patterns, title)).matched(*at)
            }),
            Test::Language(tags) => tags.iter().any(|tag| is_variant(item.language.unwrap_or("und"), tag)),
            Test::LinkDomain(domains) => item.links.iter().any(|host| is_below(host, domains)),
            Test::LinksOver(count) => item.links.len() > *count,
            Test::MentionsOver(count) => item.mentions > *count,
            Test::MediaOver(count) => item.media > *count,
            Test::Tag(tags) => item.tags.iter().any(|tag| tags.contains(tag)),
            Test::Answer { question, over } => {
                self.answers.get(*question).is_some_and(|answer| answer > over)
            }
            Test::ScoreBelow(score) => item.received.score < *score,
            Test::DownsOver(count) => item.received.downs > *count,
            Test::ReportsOver(count) => item.received.reports > *count,
            Test::Time(time) => time.contains(item.at),
        }
    }
}

fn search(patterns: &RegexSet, text: &str) -> SetMatches {
    patterns.matches(text)
}

fn is_below(host: &str, listed: &HashSet<String>) -> bool {
    covering_names(host).any(|name| listed.contains(name))
}

fn is_variant(language: &str, tag: &str) -> bool {
    let language = language.as_bytes();
    language.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
        && language.get(tag.len()).is_none_or(|next| *next == b'-')
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
