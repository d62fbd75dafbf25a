//! How decisions are kept: every record is written here, whoever decided and by whatever door.

use guildhall_domain::{
    ActorId, CaseId, DecisionId, GroupId, Timestamp,
    admission::{Decided, Layer},
    content::EntryState,
    moderation::{
        Decision, DecisionAction, MAX_REASON_LENGTH, Openness, Signed, Target, WrittenRule, decide_openness,
    },
    text::shorten,
};
use guildhall_store::{StoreError, Tx, db::Boxed, decision, entry, group};

use crate::{App, notice};

/// The longest private note, in characters.
const MAX_NOTE_LENGTH: usize = 5_000;

/// What the person concerned hears of a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum News {
    /// A notice.
    #[default]
    Told,
    /// A notice, which says that what they wrote goes too: of each of those nothing more is said.
    WithContent,
    /// Nothing: it is part of something that they are told of, or was not theirs to hear of.
    Quiet,
}

/// What is to be kept of a decision that is made now.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The group; `None` for the whole instance.
    pub(crate) group: Option<GroupId>,
    pub(crate) action: DecisionAction,
    pub(crate) target: Target,
    pub(crate) layer: Layer,
    /// By its fixed name, or an automatic one by its own.
    pub(crate) rule: Option<String>,
    pub(crate) written_rule: Option<WrittenRule>,
    /// Shown to the person concerned.
    pub(crate) reason: Option<String>,
    /// For moderators alone.
    pub(crate) note: Option<String>,
    pub(crate) until: Option<Timestamp>,
    /// `None` when a rule decided.
    pub(crate) by: Option<ActorId>,
    pub(crate) case: Option<CaseId>,
    pub(crate) undoes: Option<DecisionId>,
    pub(crate) news: News,
}

impl Record {
    /// Of a person, or of a group that acts as its own moderator.
    pub(crate) fn by_hand(
        group: impl Into<Option<GroupId>>,
        by: impl Into<Option<ActorId>>,
        action: DecisionAction,
        target: Target,
    ) -> Self {
        let (group, by) = (group.into(), by.into());
        Self {
            group,
            action,
            target,
            layer: Layer::Moderator,
            rule: None,
            written_rule: None,
            reason: None,
            note: None,
            until: None,
            by,
            case: None,
            undoes: None,
            news: News::Told,
        }
    }

    /// Of the pipeline.
    pub(crate) fn by_layer(
        group: GroupId,
        action: DecisionAction,
        target: Target,
        decided: &Decided,
    ) -> Self {
        Self {
            layer: decided.layer,
            rule: decided.named().map(str::to_owned),
            reason: decided.explanation().map(str::to_owned),
            ..Self::by_hand(group, None, action, target)
        }
    }
}

/// What a decision rests on besides the reason shown: mostly nothing.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    pub(crate) case: Option<CaseId>,
    pub(crate) written_rule: Option<WrittenRule>,
    /// The automatic rule.
    pub(crate) rule: Option<String>,
    /// For moderators alone.
    pub(crate) note: Option<String>,
    /// The ban that a removal goes with.
    pub(crate) with_ban: Option<DecisionId>,
    pub(crate) news: News,
}

/// Why there are no such grounds.
#[derive(Debug, thiserror::Error)]
pub enum GroundsError {
    /// No such rule.
    #[error("the group has no rule {0}")]
    UnknownRule(i64),
    /// Reading failed.
    #[error("reading the rules failed")]
    Store(#[from] StoreError),
}

impl Grounds {
    /// What a moderator names: one of the group's own rules by its number, from 1, and a note for moderators alone.
    ///
    /// # Errors
    /// [`GroundsError::UnknownRule`] where the group has none of that number.
    pub async fn named(
        app: &App,
        group: GroupId,
        rule_number: Option<i64>,
        note: Option<String>,
    ) -> Result<Self, GroundsError> {
        let written_rule = match rule_number {
            Some(number) => {
                let found = find_written_rule(app, group, number).await?;
                Some(found.ok_or(GroundsError::UnknownRule(number))?)
            }
            None => None,
        };
        Ok(Self { written_rule, note, ..Self::default() })
    }

    /// A record that rests on them.
    pub(crate) fn of(&self, record: Record) -> Record {
        Record {
            case: self.case,
            written_rule: self.written_rule.clone(),
            note: self.note.clone(),
            rule: record.rule.or_else(|| self.rule.clone()),
            news: self.news,
            ..record
        }
    }
}

/// A group's own rule, by its number from 1, as it is now.
pub(crate) async fn find_written_rule(
    app: &App,
    group: GroupId,
    number: i64,
) -> Result<Option<WrittenRule>, StoreError> {
    let rules = group::list_rules(&app.store, group).await?;
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let rule = place.and_then(|place| rules.into_iter().nth(place));
    Ok(rule.map(|rule| WrittenRule { number, title: rule.rule.title }))
}

/// Keeps a decision, in the transaction that carries it out, and tells the person concerned. Signed as the group chooses
/// at this moment.
pub(crate) fn keep<'a>(
    app: &'a App,
    tx: &'a mut Tx,
    record: Record,
) -> Boxed<'a, Result<Decision, StoreError>> {
    Box::pin(keep_and_tell(app, tx, record))
}

async fn keep_and_tell(app: &App, tx: &mut Tx, record: Record) -> Result<Decision, StoreError> {
    let signed = match (record.group, record.by) {
        (Some(group), Some(_)) => group::find_signed(tx, group).await?,
        _ => Signed::Group,
    };
    let is_open = is_open(tx, record.action, &record.target).await?;
    let within = |text: String, limit| Some(shorten(&text, limit)).filter(|text| !text.is_empty());
    let kept = Decision {
        id: DecisionId(app.new_id()),
        group: record.group,
        action: record.action,
        target: record.target,
        layer: record.layer,
        rule: record.rule,
        written_rule: record.written_rule,
        reason: record.reason.and_then(|reason| within(reason, MAX_REASON_LENGTH)),
        note: record.note.and_then(|note| within(note, MAX_NOTE_LENGTH)),
        until: record.until,
        by: record.by,
        signed,
        case: record.case,
        undoes: record.undoes,
        is_open,
        at: app.now(),
    };
    decision::insert(tx, &kept).await?;
    notice::of_decision(app, tx, &kept, record.news).await?;
    Ok(kept)
}

/// Whether it goes into the public log. What it is about is looked up only where that depends on it: this is on the way of
/// everything that is held or refused.
async fn is_open(tx: &mut Tx, action: DecisionAction, target: &Target) -> Result<bool, StoreError> {
    let was_published = match target {
        Target::Entry(id) if decide_openness(action, true) == Openness::Named => entry::find_in(tx, *id)
            .await?
            .is_some_and(|about| about.state_before.unwrap_or(about.state) == EntryState::Published),
        Target::Entry(_) | Target::Actor(_) | Target::Host(_) => true,
    };
    Ok(decide_openness(action, was_published) == Openness::Named)
}
