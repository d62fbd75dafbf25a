//! Rules prepared for judging: words in one table, patterns in one automaton, each looked for once an item.

use std::{collections::HashSet, sync::Arc, time::Duration};

use regex::{RegexBuilder, RegexSet, RegexSetBuilder};

use super::{
    Action, MAX_AUTOMATIC_RULES, MAX_RULE_NAME, Rule, RuleMode,
    condition::{Condition, TimeOfDay},
    phrases::Phrases,
    question::Question,
};
use crate::{actor::ActorKind, admission::Wants, content::Form, text::MAX_TITLE_LENGTH, trust::Trust};

/// The deepest nesting of conditions.
const MAX_NESTING: usize = 8;
/// The most conditions in one rule.
const MAX_CONDITIONS: usize = 200;
/// The most words, hosts, domains or tags in one condition.
const MAX_LISTED: usize = 5_000;
/// The longest pattern, in bytes.
const MAX_PATTERN: usize = 1_000;
/// The most that one pattern may grow to, in bytes: `\w{1000}` is a mistake, or an attack.
const PATTERN_SIZE: usize = 256 * 1024;
/// The same for all patterns of a set.
const PATTERNS_SIZE: usize = 32 * 1024 * 1024;
/// The most that the rules of a set may ask about the past, each once: all of it is looked up for each item.
const MAX_QUESTIONS: usize = 20;
/// The most that is counted for an answer.
const MAX_COUNTED: i64 = 10_000;
/// How far back a rule may ask.
const LONGEST_SPAN: Duration = Duration::from_hours(90 * 24);
/// The longest text that a rule says.
const MAX_SAID: usize = 1_000;

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule {rule:?}: {problem}")]
pub struct InvalidRule {
    /// The rule, by its name.
    pub rule: String,
    /// Its place among the rules, from 0.
    pub position: usize,
    /// Where in it: `when.all[0].pattern`; empty for all of it.
    pub at: String,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

/// Rules ready to judge.
#[derive(Debug, Default)]
pub struct RuleSet {
    pub(super) rules: Vec<Prepared>,
    pub(super) phrases: Phrases,
    pub(super) patterns: RegexSet,
    pub(super) title_patterns: RegexSet,
    questions: Vec<Question>,
    /// For each question the number from which on its answer makes no difference any more.
    enough: Vec<i64>,
}

#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) name: Arc<str>,
    pub(super) title: String,
    pub(super) is_on: bool,
    pub(super) when: Test,
    pub(super) then: Vec<Action>,
}

/// A [`Condition`] whose words, patterns and questions are places in the tables of its set.
#[derive(Debug)]
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    TrustBelow(Trust),
    AccountYounger(Duration),
    KnownFor(Duration),
    Remote,
    Outsider,
    Host(HashSet<String>),
    Actor(Vec<ActorKind>),
    Kind(Vec<Wants>),
    Form(Vec<Form>),
    Words(usize),
    Pattern(usize),
    TitlePattern(usize),
    Language(Vec<String>),
    LinkDomain(HashSet<String>),
    LinksOver(usize),
    MentionsOver(usize),
    MediaOver(usize),
    Tag(HashSet<String>),
    Answer { question: usize, over: i64 },
    ScoreBelow(i64),
    DownsOver(i64),
    ReportsOver(i64),
    Time(TimeOfDay),
}

impl RuleSet {
    /// Prepares rules, in their order. Those that are off are checked and left out.
    ///
    /// # Errors
    /// The first rule that cannot be used.
    pub fn compile(rules: &[Rule]) -> Result<Self, InvalidRule> {
        let mut making = Making::default();
        let mut names = HashSet::new();
        let mut prepared = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            let wrong = |Wrong { at, problem }: Wrong| InvalidRule {
                rule: rule.name.clone(),
                position: place,
                at,
                problem,
            };
            if place >= MAX_AUTOMATIC_RULES {
                return Err(wrong(format!("there are at most {MAX_AUTOMATIC_RULES} rules").into()));
            }
            check(rule).map_err(wrong)?;
            if !names.insert(rule.name.as_str()) {
                return Err(wrong(Wrong::at("name", "there is another rule of this name")));
            }
            let tables = rule.mode != RuleMode::Off;
            let mut aside = Making::default();
            let when = if tables { making.test(&rule.when, 0) } else { aside.test(&rule.when, 0) };
            let when = when.map_err(|problem| wrong(problem.inside("when")))?;
            if tables {
                prepared.push(Prepared {
                    name: rule.name.as_str().into(),
                    title: rule.title.clone(),
                    is_on: rule.mode == RuleMode::On,
                    when,
                    then: rule.then.clone(),
                });
            }
        }
        let patterns = making.patterns.build(|| rules)?;
        let title_patterns = making.title_patterns.build(|| rules)?;
        Ok(Self {
            rules: prepared,
            phrases: making.phrases,
            patterns,
            title_patterns,
            questions: making.questions,
            enough: making.enough,
        })
    }

    /// What the caller has to look up before [`RuleSet::judge`], which takes the answers in this order.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The same, each with how far its answer is to be counted.
    pub fn asked(&self) -> impl Iterator<Item = (Question, i64)> {
        self.questions.iter().copied().zip(self.enough.iter().copied())
    }

    /// Whether there is nothing to judge by.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// What is wrong somewhere in a rule.
struct Wrong {
    at: String,
    problem: String,
}

impl Wrong {
    fn at(at: &str, problem: impl Into<String>) -> Self {
        Self { at: at.to_owned(), problem: problem.into() }
    }

    /// The same, seen from around `place`.
    fn inside(self, place: &str) -> Self {
        let at = match self.at.as_str() {
            "" => place.to_owned(),
            inner if inner.starts_with('[') => format!("{place}{inner}"),
            inner => format!("{place}.{inner}"),
        };
        Self { at, ..self }
    }
}

impl From<String> for Wrong {
    fn from(problem: String) -> Self {
        Self { at: String::new(), problem }
    }
}

fn check(rule: &Rule) -> Result<(), Wrong> {
    let is_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if rule.name.is_empty() || rule.name.len() > MAX_RULE_NAME || !rule.name.chars().all(is_of_name) {
        return Err(Wrong::at("name", format!("a name has 1 to {MAX_RULE_NAME} of a-z, 0-9 and -")));
    }
    if rule.title.trim().is_empty() || rule.title.chars().count() > MAX_TITLE_LENGTH {
        return Err(Wrong::at("title", format!("a title of 1 to {MAX_TITLE_LENGTH} characters is wanted")));
    }
    if rule.then.is_empty() {
        return Err(Wrong::at("then", "at least one action is wanted; \"notify\" only tells the moderators"));
    }
    for (place, action) in rule.then.iter().enumerate() {
        check_action(action).map_err(|problem| Wrong::at(&format!("then[{place}]"), problem))?;
    }
    Ok(())
}

fn check_action(action: &Action) -> Result<(), String> {
    let (texts, is_fine): (&[String], bool) = match action {
        Action::Refuse(Some(text)) | Action::Answer(text) => (std::slice::from_ref(text), true),
        Action::AddTag(tag) => (std::slice::from_ref(tag), is_tag(tag)),
        Action::RequireTag(tags) => (tags, !tags.is_empty() && tags.iter().all(|tag| is_tag(tag))),
        Action::Hold | Action::Refuse(None) | Action::Report | Action::Limit | Action::Notify => (&[], true),
    };
    if !is_fine {
        return Err("a tag is one word of letters, digits and _, without #".to_owned());
    }
    if texts.iter().any(|text| text.trim().is_empty() || text.chars().count() > MAX_SAID) {
        return Err(format!("what is said has 1 to {MAX_SAID} characters"));
    }
    Ok(())
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && tag.chars().count() <= 100 && tag.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[derive(Default)]
struct Making {
    phrases: Phrases,
    patterns: Patterns,
    title_patterns: Patterns,
    questions: Vec<Question>,
    enough: Vec<i64>,
    conditions: usize,
}

#[derive(Default)]
struct Patterns(Vec<String>);

impl Patterns {
    fn add(&mut self, pattern: &str) -> Result<usize, String> {
        if pattern.is_empty() || pattern.len() > MAX_PATTERN {
            return Err(format!("a pattern has 1 to {MAX_PATTERN} bytes"));
        }
        // Alone first, so that the rule can be named; the set alone would only say that one of them is wrong.
        let alone = RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN_SIZE).build();
        match alone {
            Ok(regex) if regex.is_match("") => {
                Err(format!("the pattern {pattern:?} fits everything: it must want at least one character"))
            }
            Ok(_) => {
                self.0.push(pattern.to_owned());
                Ok(self.0.len() - 1)
            }
            Err(regex::Error::CompiledTooBig(_)) => Err(format!("the pattern {pattern:?} repeats too much")),
            Err(error) => {
                Err(format!("the pattern {pattern:?} cannot be read: {}", last_line(&error.to_string())))
            }
        }
    }

    fn build<'a>(&self, rules: impl Fn() -> &'a [Rule]) -> Result<RegexSet, InvalidRule> {
        let set = RegexSetBuilder::new(&self.0).case_insensitive(true).size_limit(PATTERNS_SIZE).build();
        set.map_err(|_| InvalidRule {
            rule: rules().last().map(|rule| rule.name.clone()).unwrap_or_default(),
            position: rules().len().saturating_sub(1),
            at: String::new(),
            problem: "the patterns of all rules together are too large".to_owned(),
        })
    }
}

/// The crate draws the pattern above what it has to say.
fn last_line(said: &str) -> &str {
    let line = said.lines().last().unwrap_or(said);
    line.strip_prefix("error: ").unwrap_or(line)
}

impl Making {
    fn test(&mut self, condition: &Condition, depth: usize) -> Result<Test, Wrong> {
        self.read(condition, depth).map_err(|wrong| wrong.inside(condition.name()))
    }

    fn read(&mut self, condition: &Condition, depth: usize) -> Result<Test, Wrong> {
        if depth == 0 {
            self.conditions = 0;
        }
        self.conditions += 1;
        if depth > MAX_NESTING {
            return Err(format!("conditions are nested at most {MAX_NESTING} deep").into());
        }
        if self.conditions > MAX_CONDITIONS {
            return Err(format!("a rule has at most {MAX_CONDITIONS} conditions").into());
        }
        Ok(match condition {
            Condition::All(all) => Test::All(self.tests(all, depth)?),
            Condition::Any(any) => Test::Any(self.tests(any, depth)?),
            Condition::Not(not) => Test::Not(Box::new(self.test(not, depth + 1)?)),
            Condition::TrustBelow(level) => Test::TrustBelow(*level),
            Condition::AccountYounger(age) => Test::AccountYounger(*age),
            Condition::KnownFor(span) => Test::KnownFor(*span),
            Condition::Remote => Test::Remote,
            Condition::Outsider => Test::Outsider,
            Condition::Host(hosts) => Test::Host(lowered(hosts, "host")?),
            Condition::Actor(kinds) => Test::Actor(kinds.clone()),
            Condition::Kind(kinds) => Test::Kind(kinds.clone()),
            Condition::Form(forms) => Test::Form(forms.clone()),
            Condition::Words(words) => Test::Words(self.words(words)?),
            Condition::Pattern(pattern) => Test::Pattern(self.patterns.add(pattern)?),
            Condition::TitlePattern(pattern) => Test::TitlePattern(self.title_patterns.add(pattern)?),
            Condition::Language(tags) => Test::Language(tags.iter().map(|tag| tag.to_lowercase()).collect()),
            Condition::LinkDomain(domains) => Test::LinkDomain(lowered(domains, "domain")?),
            Condition::LinksOver(count) => Test::LinksOver(*count),
            Condition::MentionsOver(count) => Test::MentionsOver(*count),
            Condition::MediaOver(count) => Test::MediaOver(*count),
            Condition::Tag(tags) => Test::Tag(lowered(tags, "tag")?),
            Condition::Repeats { what, by, within, over } => {
                self.answer(Question::Repeats { what: *what, by: *by, within: *within }, *over)?
            }
            Condition::Rate { within, over } => self.answer(Question::Rate { within: *within }, *over)?,
            Condition::ScoreBelow(score) => Test::ScoreBelow(*score),
            Condition::DownsOver(count) => Test::DownsOver(*count),
            Condition::ReportsOver(count) => Test::ReportsOver(*count),
            Condition::Time(time) => Test::Time(*time),
        })
    }

    fn tests(&mut self, conditions: &[Condition], depth: usize) -> Result<Vec<Test>, Wrong> {
        let test = |(place, condition)| {
            self.test(condition, depth + 1).map_err(|wrong| wrong.inside(&format!("[{place}]")))
        };
        conditions.iter().enumerate().map(test).collect()
    }

    fn words(&mut self, words: &[String]) -> Result<usize, String> {
        if words.is_empty() || words.len() > MAX_LISTED {
            return Err(format!("1 to {MAX_LISTED} words or phrases are wanted"));
        }
        self.phrases.add(words)
    }

    fn answer(&mut self, question: Question, over: i64) -> Result<Test, String> {
        if question.within().is_zero() || question.within() > LONGEST_SPAN {
            return Err(format!(
                "a rule looks back between a second and {} days",
                LONGEST_SPAN.as_secs() / 86_400
            ));
        }
        if over > MAX_COUNTED {
            return Err(format!("a rule counts to {MAX_COUNTED} at most"));
        }
        let known = self.questions.iter().position(|asked| *asked == question);
        if known.is_none() && self.questions.len() == MAX_QUESTIONS {
            return Err(format!(
                "all rules together look back in at most {MAX_QUESTIONS} ways; use a span of another rule"
            ));
        }
        let question = known.unwrap_or_else(|| {
            self.questions.push(question);
            self.enough.push(0);
            self.questions.len() - 1
        });
        self.enough[question] = self.enough[question].max(over.saturating_add(1));
        Ok(Test::Answer { question, over })
    }
}

fn lowered(listed: &[String], what: &str) -> Result<HashSet<String>, String> {
    if listed.is_empty() || listed.len() > MAX_LISTED {
        return Err(format!("1 to {MAX_LISTED} {what}s are wanted"));
    }
    let plain = |name: &String| name.trim().trim_start_matches(['#', '.']).to_lowercase();
    let listed: HashSet<String> = listed.iter().map(plain).collect();
    if listed.iter().any(|name| name.is_empty() || name.contains(char::is_whitespace)) {
        return Err(format!("a {what} is one word"));
    }
    Ok(listed)
}
