//! Cases, and what is done about them.

use guildhall_app::{
    case::{Act, Acted, CaseAction, EntryAction, PersonAction},
    read::{CaseLane, CaseLine, CaseView, EvidenceView, NoteView, Past, PersonFile},
};
use guildhall_domain::{EntryId, GroupId, Timestamp, moderation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Decision, Person, Report, grounds::end, rfc3339};
use crate::native::problem::Problem;

/// A case: what was reported about one thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Case {
    /// Its id.
    id: String,
    /// The name of the group whose moderators look at it, or which it is about.
    #[schema(required = true)]
    group: Option<String>,
    /// What it is about. All that one automatic rule reports is one case, `rule`.
    #[schema(pattern = "^(entry|person|group|host|rule)$")]
    about: &'static str,
    /// The host, or the automatic rule.
    #[schema(required = true)]
    name: Option<String>,
    /// The id of the post or comment it is about.
    #[schema(required = true)]
    entry: Option<String>,
    /// `post` or `comment`, with `entry`.
    #[schema(required = true, pattern = "^(post|comment)$")]
    entry_kind: Option<&'static str>,
    /// Whom it concerns.
    #[schema(required = true)]
    person: Option<Person>,
    /// A line to recognise it by.
    title: String,
    /// Who looks after it.
    #[schema(required = true)]
    assignee: Option<Person>,
    /// Reports by people that were not taken back.
    report_count: i64,
    /// Posts and comments in it.
    entry_count: i64,
    /// How many of them wait for a moderator.
    held_count: i64,
    /// Who looks at it; each closes for themselves.
    lanes: Vec<Lane>,
    /// When it was opened.
    #[schema(format = DateTime)]
    opened_at: String,
    /// When the last lane of this server was closed.
    #[schema(required = true, format = DateTime)]
    closed_at: Option<String>,
}

/// Who looks at a case.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "named as they are sent")]
pub(crate) struct Lane {
    /// The `group`'s moderators, or those who run a server: that of whoever reported (`home`), of whom it is about
    /// (`target`), or of the group (`instance`).
    #[schema(pattern = "^(group|home|target|instance)$")]
    lane: &'static str,
    /// The server where it is looked at.
    host: String,
    /// Whether it is still open there, as far as is known.
    is_open: bool,
    /// How it ended: `decided`, `dismissed`, `taken-back`, `handed-over`, `closed`, `resolved`, `rejected`, `withdrawn`.
    #[schema(required = true)]
    outcome: Option<String>,
}

/// A case with all that is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseFile {
    /// What lists show of it.
    case: Case,
    /// What was said, as it was when it was reported; at most 200.
    evidence: Vec<Evidence>,
    /// What happened, oldest first; of each kind the latest 200.
    history: Vec<Happening>,
}

/// What was said, as it was when it was reported: edits and deletions leave it alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Evidence {
    /// The id of the post or comment.
    entry: String,
    /// The handle of its author, as it was.
    handle: String,
    /// Its title.
    #[schema(required = true)]
    title: Option<String>,
    /// What it said: sanitised HTML.
    content_html: String,
    /// What it linked to.
    links: Vec<String>,
    /// When it was written or last changed, by its author's clock.
    #[schema(format = DateTime)]
    written_at: String,
    /// The automatic rule that attached it.
    #[schema(required = true)]
    rule: Option<String>,
    /// When it was kept.
    #[schema(format = DateTime)]
    kept_at: String,
}

/// Something that happened in a case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Happening {
    /// What.
    #[schema(pattern = "^(report|decision|opened|lane-opened|lane-closed|claimed|released|note)$")]
    kind: &'static str,
    /// The report.
    #[schema(required = true)]
    report: Option<Report>,
    /// The decision.
    #[schema(required = true)]
    decision: Option<Decision>,
    /// In which lane.
    #[schema(required = true)]
    lane: Option<&'static str>,
    /// Who did it, besides reports and decisions.
    #[schema(required = true)]
    by: Option<Person>,
    /// A note, or how a lane ended.
    #[schema(required = true)]
    text: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// What is to be done in a case; all of it or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewActions {
    /// What, in this order.
    #[schema(min_items = 1)]
    actions: Vec<NewAction>,
    /// The ids of posts and comments of the case; all when absent.
    #[serde(default)]
    entries: Vec<String>,
    /// Shown to the person concerned.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// A prepared text instead of a reason; a reason given with it fills `{rule}` where no rule is named.
    prepared: Option<Prepared>,
    /// The number of the group's own rule it rests on.
    rule_number: Option<i64>,
    /// For moderators alone.
    note: Option<String>,
    /// Whether the case stays open.
    #[serde(default)]
    stays_open: bool,
}

/// A prepared text, by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prepared {
    /// Its name.
    name: String,
    /// The language it is wanted in; the group's when absent.
    language: Option<String>,
}

/// One thing that is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAction {
    /// What.
    action: ActionWord,
    /// Of `probation`, `mute`, `ban` and `lock`: when it ends; without it or `days`, never.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// The same in days from now.
    #[schema(minimum = 1, maximum = 36500)]
    days: Option<i64>,
    /// Of `ban`: whether what they wrote is removed too.
    #[serde(default)]
    remove_content: bool,
    /// Of `move`: the name of the group.
    pub(crate) to: Option<String>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ActionWord {
    /// Let in what waits.
    Admit,
    /// Turn away what waits.
    Refuse,
    /// Take the post or comment out.
    Remove,
    /// Bring it back.
    Restore,
    /// Take no more comments.
    Lock,
    /// Take comments again.
    Unlock,
    /// Take it off the lists: who has its address may read it, and its author and moderators see it in its thread.
    Limit,
    /// Show it in lists again.
    Unlimit,
    /// Show it behind a warning.
    MarkSensitive,
    /// Show it without.
    UnmarkSensitive,
    /// Take it out of sight until its author has changed it.
    AskChange,
    /// Move the thread to another group.
    Move,
    /// Tell the person not to do that again.
    Warn,
    /// Look at all that the person writes before it is shown.
    Probation,
    /// No longer.
    EndProbation,
    /// Take nothing of the person, who stays a member.
    Mute,
    /// No longer.
    Unmute,
    /// Put the person out.
    Ban,
    /// Let the person in again.
    Unban,
    /// There is nothing in it.
    Dismiss,
    /// Leave it to those who run this server.
    HandOver,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// Posts and comments decided about.
    entries: usize,
    /// How many are left of a wave: send the request again.
    left: usize,
    /// Whether the case is closed for those who acted.
    is_closed: bool,
}

/// A note.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
    /// For moderators alone.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

/// What the moderators of a group know of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonNotes {
    /// Who.
    person: Person,
    /// Strikes: cases about them that were found right.
    strikes: i64,
    /// Cases about them that were found wrong.
    dismissed: i64,
    /// Posts and comments let in.
    accepted: i64,
    /// Posts and comments refused or removed.
    refused: i64,
    /// The last strike or removal.
    #[schema(required = true, format = DateTime)]
    struck_at: Option<String>,
    /// What moderators noted, newest first; the latest 200.
    notes: Vec<Note>,
}

/// A note of a moderator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Note {
    /// Its id.
    id: String,
    /// Who noted it.
    #[schema(required = true)]
    by: Option<Person>,
    /// What.
    text: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

impl NewActions {
    /// The groups that `move` names, in order.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.actions
            .iter()
            .filter(|one| one.action == ActionWord::Move)
            .filter_map(|one| one.to.clone())
            .collect()
    }

    /// The command; `groups` are those of [`targets`](Self::targets).
    pub(crate) fn command(self, groups: &[GroupId], now: Timestamp) -> Result<Act, Problem> {
        let mut groups = groups.iter().copied();
        let mut actions = Vec::with_capacity(self.actions.len());
        for (at, one) in self.actions.into_iter().enumerate() {
            actions.push(
                one.action(&mut groups, now).map_err(|problem| problem.about(format!("actions[{at}]")))?,
            );
        }
        let id = |text: &String| {
            text.parse::<EntryId>().map_err(|invalid| Problem::invalid("entries", invalid.to_string()))
        };
        Ok(Act {
            actions,
            entries: self.entries.iter().map(id).collect::<Result<_, _>>()?,
            reason: self.reason,
            prepared: self.prepared.map(|text| (text.name, text.language)),
            rule_number: self.rule_number,
            note: self.note,
            stays_open: self.stays_open,
        })
    }
}

impl NewAction {
    fn action(
        self,
        groups: &mut impl Iterator<Item = GroupId>,
        now: Timestamp,
    ) -> Result<CaseAction, Problem> {
        let until = self.end(now)?;
        Ok(match self.action {
            ActionWord::Admit => EntryAction::Admit.into(),
            ActionWord::Refuse => EntryAction::Refuse.into(),
            ActionWord::Remove => EntryAction::Remove.into(),
            ActionWord::Restore => EntryAction::Restore.into(),
            ActionWord::Lock => EntryAction::Lock(until).into(),
            ActionWord::Unlock => EntryAction::Unlock.into(),
            ActionWord::Limit => EntryAction::Limit.into(),
            ActionWord::Unlimit => EntryAction::Unlimit.into(),
            ActionWord::MarkSensitive => EntryAction::MarkSensitive.into(),
            ActionWord::UnmarkSensitive => EntryAction::UnmarkSensitive.into(),
            ActionWord::AskChange => EntryAction::AskChange.into(),
            ActionWord::Move => match groups.next() {
                Some(to) => CaseAction::Move(to),
                None => return Err(Problem::invalid("to", "the name of the group is wanted in `to`")),
            },
            ActionWord::Warn => PersonAction::Warn.into(),
            ActionWord::Probation => PersonAction::Probation(until).into(),
            ActionWord::EndProbation => PersonAction::EndProbation.into(),
            ActionWord::Mute => PersonAction::Mute(until).into(),
            ActionWord::Unmute => PersonAction::Unmute.into(),
            ActionWord::Ban => PersonAction::Ban { until, removes_content: self.remove_content }.into(),
            ActionWord::Unban => PersonAction::Unban.into(),
            ActionWord::Dismiss => CaseAction::Dismiss,
            ActionWord::HandOver => CaseAction::HandOver,
        })
    }

    fn end(&self, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        const DAY_MS: i64 = 86_400_000;
        match (&self.until, self.days) {
            (Some(_), Some(_)) => Err(Problem::invalid("until", "give `until` or `days`, not both")),
            (Some(text), None) => end(text, now).map(Some),
            (None, Some(days @ 1..=36_500)) => Ok(Some(Timestamp(now.0 + days * DAY_MS))),
            (None, Some(_)) => Err(Problem::invalid("days", "a number from 1 to 36500 is wanted")),
            (None, None) => Ok(None),
        }
    }
}

impl NewNote {
    /// What it says.
    pub(crate) fn text(self) -> Result<String, Problem> {
        let text = self.text.trim();
        if text.is_empty() {
            Err(Problem::invalid("text", "a note says something"))
        } else {
            Ok(text.to_owned())
        }
    }
}

impl From<Acted> for Done {
    fn from(acted: Acted) -> Self {
        Self { entries: acted.entries, left: acted.left, is_closed: acted.is_closed }
    }
}

impl From<CaseLine> for Case {
    fn from(line: CaseLine) -> Self {
        Self {
            id: line.id.to_string(),
            group: line.group.map(|group| group.name),
            about: line.kind.as_str(),
            name: line.name,
            entry: line.entry.map(|(id, _)| id.to_string()),
            entry_kind: line.entry.map(|(_, kind)| kind.as_str()),
            person: line.person.map(Person::from),
            title: line.title,
            assignee: line.assignee.map(Person::from),
            report_count: line.reports,
            entry_count: line.counts.entries,
            held_count: line.counts.held,
            lanes: line.lanes.into_iter().map(Lane::from).collect(),
            opened_at: rfc3339(line.opened_at),
            closed_at: line.closed_at.map(rfc3339),
        }
    }
}

impl From<CaseLane> for Lane {
    fn from(lane: CaseLane) -> Self {
        Self {
            lane: lane.lane.as_str(),
            host: lane.host,
            is_open: lane.closed_at.is_none(),
            outcome: lane.outcome,
        }
    }
}

impl From<CaseView> for CaseFile {
    fn from(view: CaseView) -> Self {
        Self {
            case: view.line.into(),
            evidence: view.evidence.into_iter().map(Evidence::from).collect(),
            history: view.history.into_iter().map(Happening::from).collect(),
        }
    }
}

impl From<EvidenceView> for Evidence {
    fn from(view: EvidenceView) -> Self {
        Self {
            entry: view.entry.to_string(),
            handle: view.handle,
            title: view.title,
            content_html: view.content_html,
            links: view.links,
            written_at: rfc3339(view.written_at),
            rule: view.rule,
            kept_at: rfc3339(view.kept_at),
        }
    }
}

impl From<Past> for Happening {
    fn from(past: Past) -> Self {
        let at = rfc3339(past.at());
        let empty =
            Self { kind: "report", report: None, decision: None, lane: None, by: None, text: None, at };
        match past {
            Past::Report(report) => Self { report: Some((*report).into()), ..empty },
            Past::Decision(decision) => {
                Self { kind: "decision", decision: Some((*decision).into()), ..empty }
            }
            Past::Happening { kind, lane, by, text, .. } => Self {
                kind: kind.as_str(),
                lane: lane.map(moderation::case::Lane::as_str),
                by: by.map(Person::from),
                text,
                ..empty
            },
        }
    }
}

impl From<PersonFile> for PersonNotes {
    fn from(file: PersonFile) -> Self {
        Self {
            person: file.person.into(),
            strikes: file.upheld,
            dismissed: file.dismissed,
            accepted: file.accepted,
            refused: file.refused,
            struck_at: file.struck_at.map(rfc3339),
            notes: file.notes.into_iter().map(Note::from).collect(),
        }
    }
}

impl From<NoteView> for Note {
    fn from(note: NoteView) -> Self {
        Self { id: note.id.to_string(), by: note.by.map(Person::from), text: note.text, at: rfc3339(note.at) }
    }
}
