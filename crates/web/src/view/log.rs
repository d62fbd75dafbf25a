//! The log: what was decided, why and by which rule, with a form to look for something.

use askama::Template;
use guildhall_app::{
    Site,
    read::{GroupView, LogLine, LogWanted, Page, PageRequest, Whose},
};
use guildhall_domain::{
    content::EntryKind,
    moderation::{DecisionAction, OPEN_ACTIONS},
};

use crate::{
    paths,
    view::{
        deed::deed,
        entry::GroupLink,
        head::Head,
        listing::Listing,
        moment::Moment,
        person::PersonLink,
        picture::Picture,
        text,
        words::{Words, language},
    },
};

/// What there is to show.
pub enum LogShown {
    /// A page of decisions.
    Lines(Page<LogLine>),
    /// The group is not for everybody.
    NotToYou,
    /// What was asked for cannot be understood.
    Unreadable {
        /// The name of the field.
        field: &'static str,
        /// What is wanted there.
        wanted: String,
    },
}

/// Whose log it is.
#[derive(Debug, Clone)]
pub(super) struct Of {
    pub(super) group: GroupLink,
    pub(super) title: Words,
    pub(super) picture: Picture,
    pub(super) language: Option<String>,
    /// The server where it is decided, of a group elsewhere.
    pub(super) away: Option<String>,
}

/// One decision.
#[derive(Debug, Clone)]
pub(super) struct Line {
    id: String,
    pub(super) deed: &'static str,
    entry: Option<Entry>,
    person: Option<PersonLink>,
    host: Option<String>,
    /// What stands where nothing of these is left.
    gone: &'static str,
    pub(super) reason: Option<Words>,
    /// `Rule 3: No adverts`
    pub(super) written_rule: Option<String>,
    /// By its fixed name.
    pub(super) rule: Option<String>,
    /// `moderator`, of somebody who was appointed.
    pub(super) detail: Option<String>,
    until: Option<Moment>,
    at: Moment,
    signer: Signer,
    /// Named where there are several.
    group: Option<GroupLink>,
}

#[derive(Debug, Clone)]
struct Entry {
    is_post: bool,
    id: String,
    /// Where to read it, as long as it is there.
    path: Option<String>,
    title: Option<Words>,
}

/// Who answers for a decision.
#[derive(Debug, Clone)]
enum Signer {
    Rule,
    Moderators,
    Instance,
    Person(PersonLink),
    /// A group elsewhere, or the server of the person.
    Elsewhere(String),
}

/// One of the things to choose from.
#[derive(Debug, Clone)]
struct Choice {
    value: &'static str,
    words: &'static str,
    is_chosen: bool,
}

/// A log, or what of it was looked for.
#[derive(Debug, Template)]
#[template(path = "log.html")]
pub struct LogPage {
    head: Head,
    of: Option<Of>,
    /// The page itself, without what is looked for.
    path: String,
    wanted: LogWanted,
    is_narrowed: bool,
    actions: Vec<Choice>,
    decided: Vec<Choice>,
    whose: Vec<Choice>,
    is_closed: bool,
    /// The name of the field, and what is wanted there.
    wrong: Option<(&'static str, String)>,
    lines: Listing<Line>,
    feed: String,
    file: String,
    figures: Option<String>,
}

impl LogPage {
    /// Builds the page; `group`: of one alone.
    pub fn new(
        site: &Site,
        group: Option<&GroupView>,
        wanted: &LogWanted,
        request: PageRequest,
        shown: LogShown,
    ) -> Self {
        let name = group.map(|view| view.group.name.as_str());
        let path = paths::log(name);
        let fields = fields(wanted);
        let is_narrowed = fields.iter().any(|(_, value)| !value.is_empty());
        let (mut is_closed, mut wrong, mut lines) = (false, None, Page { items: Vec::new(), next: None });
        match shown {
            LogShown::Lines(page) => lines = page,
            LogShown::NotToYou => is_closed = true,
            LogShown::Unreadable { field, wanted } => wrong = Some((field, sentence(&wanted))),
        }
        let cursor = lines.next.map(guildhall_app::read::Cursor::encode);
        let next = cursor.map(|cursor| {
            let with_cursor = [fields.as_slice(), &[("cursor", cursor.as_str())]].concat();
            paths::with_query(&path, &with_cursor)
        });
        let is_away = group.is_some_and(|view| !view.is_local);
        Self {
            // It names people: their names are not to be found by it.
            head: Head {
                hidden_from_search: true,
                feed: Some(paths::feed(&path)),
                ..Head::new(site)
                    .about(&group.map_or_else(|| site.name.clone(), |view| view.group.title.clone()), "")
            },
            of: group.map(Of::new),
            actions: actions(wanted.action.as_deref()),
            decided: choices(&DECIDED, wanted.decided.as_deref()),
            whose: choices(&WHOSE, wanted.whose.as_deref()),
            is_narrowed,
            is_closed,
            wrong,
            lines: Listing {
                items: lines.items.iter().map(|line| Line::new(line, group.is_none())).collect(),
                next,
                start: request.after.map(|_| paths::with_query(&path, &fields)),
            },
            feed: paths::feed(&path),
            file: paths::with_query(&paths::log_file(name), &fields),
            figures: (!is_away).then(|| paths::transparency(name)),
            path,
            wanted: wanted.clone(),
        }
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(field, _)| *field == name)
    }
}

const DECIDED: [(&str, &str); 2] = [("person", "Somebody"), ("automatic", "A rule alone")];
const WHOSE: [(&str, &str); 3] = [
    ("instance", "Those who run this server"),
    ("groups", "Groups here"),
    ("elsewhere", "Groups on other servers"),
];

fn actions(chosen: Option<&str>) -> Vec<Choice> {
    let offered: Vec<(&str, &str)> =
        OPEN_ACTIONS.iter().map(|action| (action.as_str(), deed(*action))).collect();
    choices(&offered, chosen)
}

fn choices(offered: &[(&'static str, &'static str)], chosen: Option<&str>) -> Vec<Choice> {
    let choice = |(value, words): &(&'static str, &'static str)| Choice {
        value,
        words,
        is_chosen: chosen == Some(*value),
    };
    offered.iter().map(choice).collect()
}

/// What is looked for, as the address has it.
fn fields(wanted: &LogWanted) -> Vec<(&'static str, &str)> {
    fn of(text: Option<&String>) -> &str {
        text.map_or("", |text| text.trim())
    }
    vec![
        ("action", of(wanted.action.as_ref())),
        ("rule", of(wanted.rule.as_ref())),
        ("decided", of(wanted.decided.as_ref())),
        ("person", of(wanted.person.as_ref())),
        ("from", of(wanted.from.as_ref())),
        ("to", of(wanted.to.as_ref())),
        ("whose", of(wanted.whose.as_ref())),
        ("group", of(wanted.group.as_ref())),
    ]
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl Of {
    pub(super) fn new(view: &GroupView) -> Self {
        let (group, language) = (GroupLink::new(&view.group), language(view.language.as_deref()));
        let host = view.group.handle.rsplit('@').next().unwrap_or_default();
        Self {
            title: Words::plain(group.title.clone(), language.as_deref()),
            picture: Picture::of_group(&group.handle, view.picture_url.as_deref()),
            away: (!view.is_local).then(|| text::line(host)),
            language,
            group,
        }
    }
}

impl Line {
    pub(super) fn new(line: &LogLine, names_group: bool) -> Self {
        let group = match &line.whose {
            Whose::Group(group) | Whose::Elsewhere(group) => Some(group),
            Whose::Instance | Whose::Server(_) => None,
        };
        let spoken = group.and_then(|group| language(group.language.as_deref()));
        let words = |text: &str| text::visible(text).map(|text| Words::plain(text, spoken.as_deref()));
        Self {
            id: line.id.to_string(),
            deed: deed(line.action),
            entry: line.entry.as_ref().map(|entry| Entry {
                is_post: entry.kind == EntryKind::Post,
                id: entry.id.to_string(),
                path: entry.is_shown.then(|| match entry.kind {
                    EntryKind::Post => paths::post(entry.id),
                    EntryKind::Comment => paths::comment(entry.thread, entry.id),
                }),
                title: entry.title.as_deref().and_then(words),
            }),
            person: line.person.as_ref().map(PersonLink::new),
            host: line.host.as_deref().map(text::line),
            gone: gone(line.action),
            reason: line.reason.as_deref().and_then(words),
            written_rule: line
                .written_rule
                .as_ref()
                .map(|rule| format!("Rule {}: {}", rule.number, text::line(&rule.title))),
            rule: line.rule.as_deref().and_then(text::visible),
            detail: line.detail.as_deref().and_then(text::visible),
            until: line.until.map(Moment::minute),
            at: Moment::minute(line.at),
            signer: Signer::of(line),
            group: group.filter(|_| names_group).map(GroupLink::new),
        }
    }

    /// In one line: for where nothing can be linked.
    pub(super) fn in_words(&self) -> String {
        let what = match (&self.entry, &self.person, &self.host) {
            (Some(entry), author, _) => {
                let kind = if entry.is_post { "post" } else { "comment" };
                let title =
                    entry.title.as_ref().map(|title| format!(" “{}”", title.text)).unwrap_or_default();
                let by = author.as_ref().map(|author| format!(" by {}", author.handle)).unwrap_or_default();
                format!("{kind} {}{title}{by}", entry.id)
            }
            (None, Some(person), _) => person.handle.clone(),
            (None, None, Some(host)) => host.clone(),
            (None, None, None) => self.gone.to_owned(),
        };
        format!("{}: {what}", self.deed)
    }
}

impl Signer {
    fn of(line: &LogLine) -> Self {
        match (&line.by, &line.whose) {
            (_, Whose::Elsewhere(group)) => Self::Elsewhere(text::line(&group.handle)),
            (_, Whose::Server(host)) => Self::Elsewhere(text::line(host)),
            _ if line.is_automatic => Self::Rule,
            (Some(by), _) => Self::Person(PersonLink::new(by)),
            (None, Whose::Instance) => Self::Instance,
            (None, Whose::Group(_)) => Self::Moderators,
        }
    }
}

fn gone(action: DecisionAction) -> &'static str {
    use DecisionAction as Action;
    match action {
        Action::Ban | Action::Unban | Action::Appoint | Action::Dismiss => "a deleted account",
        _ => "something that is gone",
    }
}
