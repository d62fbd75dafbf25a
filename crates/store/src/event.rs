//! Events: written with the change they tell of, read by the publisher.

use guildhall_domain::{
    ActorId, CaseId, EntryId, EventId, GroupId, NoticeId, ReceivedId, Timestamp,
    content::Vote,
    event::{Cause, Event, EventKind},
    membership::{JoinOutcome, JoinRefusal},
};

use serde_json::{Value, json};

use crate::{
    StoreError, convert,
    db::{Db, List, Sql, Tx},
};

/// Writes an event.
pub async fn append(tx: &mut Tx, event: &Event) -> Result<(), StoreError> {
    let row = Row::from_event(event);
    tx.query(
        "INSERT INTO events (id, kind, group_id, actor_id, entry_id, by_actor_id, received_id, value, value_before,
            code, text, until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(row.id)
    .bind(row.kind)
    .bind(row.group_id)
    .bind(row.actor_id)
    .bind(row.entry_id)
    .bind(row.by_actor_id)
    .bind(row.received_id)
    .bind(row.value)
    .bind(row.value_before)
    .bind(row.code)
    .bind(row.text)
    .bind(row.until)
    .bind(row.created_at)
    .execute()
    .await?;
    Ok(())
}

/// Writes several events in one statement.
pub async fn append_all(tx: &mut Tx, events: &[Event]) -> Result<(), StoreError> {
    if !tx.pays_per_statement() || events.len() < 2 {
        for event in events {
            append(tx, event).await?;
        }
        return Ok(());
    }
    let rows: Vec<Value> = events.iter().map(|event| json!(Row::from_event(event))).collect();
    tx.query(
        "INSERT INTO events (id, kind, group_id, actor_id, entry_id, by_actor_id, received_id, value, value_before,
            code, text, until, created_at)
         SELECT e.* FROM jsonb_to_recordset($1) AS e (id BIGINT, kind TEXT, group_id BIGINT, actor_id BIGINT,
            entry_id BIGINT, by_actor_id BIGINT, received_id BIGINT, value BIGINT, value_before BIGINT, code TEXT,
            text TEXT, until BIGINT, created_at BIGINT)",
    )
    .bind(Value::from(rows))
    .execute()
    .await?;
    Ok(())
}

/// Events that were not told yet, in the order in which they were written: of one thing, in that in which they happened.
pub async fn list_unpublished(db: &Db, limit: usize) -> Result<Vec<Event>, StoreError> {
    let rows: Vec<Row> = db
        .query(
            "SELECT id, kind, group_id, actor_id, entry_id, by_actor_id, received_id, value, value_before, code, text,
                    until, created_at
             FROM events WHERE published_at IS NULL ORDER BY position LIMIT $1",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await?;
    convert::all(rows)
}

/// Notes that an event was told.
pub async fn mark_published(tx: &mut Tx, id: EventId, now: Timestamp) -> Result<(), StoreError> {
    mark_all_published(tx, &[id], now).await
}

/// Notes that events were told.
pub async fn mark_all_published(tx: &mut Tx, ids: &[EventId], now: Timestamp) -> Result<(), StoreError> {
    const MARK: Sql = Sql {
        sqlite: "UPDATE events SET published_at = $2 WHERE id IN (SELECT value FROM json_each($1))",
        postgres: "UPDATE events SET published_at = $2 WHERE id = ANY($1)",
    };
    let ids: List<i64> = ids.iter().map(|id| id.0).collect();
    tx.query(MARK).bind(ids).bind(now.0).execute().await?;
    Ok(())
}

/// Forgets events that were told before `before`.
pub async fn delete_published(tx: &mut Tx, before: Timestamp, limit: usize) -> Result<u64, StoreError> {
    tx.query(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE published_at < $1 ORDER BY id LIMIT $2)",
    )
    .bind(before.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .slow()
    .execute()
    .await
}

crate::record! {
    #[derive(Default, serde::Serialize)]
    struct Row {
        id: i64,
        kind: String,
        group_id: Option<i64>,
        actor_id: Option<i64>,
        entry_id: Option<i64>,
        by_actor_id: Option<i64>,
        received_id: Option<i64>,
        value: Option<i64>,
        value_before: Option<i64>,
        code: Option<String>,
        text: Option<String>,
        until: Option<i64>,
        created_at: i64,
    }
}

impl Row {
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a kind in one match, so that a new kind is a compile error"
    )]
    fn from_event(event: &Event) -> Self {
        let head = Self {
            id: event.id.0,
            received_id: event.cause.received().map(|id| id.0),
            created_at: event.at.0,
            ..Self::default()
        };
        let kind = |kind: &str| kind.to_owned();
        match &event.kind {
            EventKind::JoinDecided { group, actor, decision, reason } => Self {
                kind: kind("join_decided"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                code: Some(join_code(*decision).to_owned()),
                text: reason.clone(),
                ..head
            },
            EventKind::JoinRequested { group, actor } => Self {
                kind: kind("join_requested"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                ..head
            },
            EventKind::QuestionsAsked { group, actor } => Self {
                kind: kind("questions_asked"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                ..head
            },
            EventKind::Invited { group, actor, by, note } => Self {
                kind: kind("invited"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                by_actor_id: Some(by.0),
                text: Some(note.clone()),
                ..head
            },
            EventKind::Left { group, actor } => {
                Self { kind: kind("left"), group_id: Some(group.0), actor_id: Some(actor.0), ..head }
            }
            EventKind::EntryPublished { entry } => {
                Self { kind: kind("entry_published"), entry_id: Some(entry.0), ..head }
            }
            EventKind::EntryRefused { entry, reason } => Self {
                kind: kind("entry_refused"),
                entry_id: Some(entry.0),
                text: Some(reason.clone()),
                ..head
            },
            EventKind::EntryEdited { entry } => {
                Self { kind: kind("entry_edited"), entry_id: Some(entry.0), ..head }
            }
            EventKind::EntryGone { entry, by, removal } => Self {
                kind: kind("entry_gone"),
                entry_id: Some(entry.0),
                by_actor_id: Some(by.0),
                value: Some(i64::from(removal.is_some())),
                text: removal.clone(),
                ..head
            },
            EventKind::EntryRestored { entry, by } => Self {
                kind: kind("entry_restored"),
                entry_id: Some(entry.0),
                by_actor_id: Some(by.0),
                ..head
            },
            EventKind::EntryFollowed { entry, by } => Self {
                kind: kind("entry_followed"),
                entry_id: Some(entry.0),
                by_actor_id: Some(by.0),
                ..head
            },
            EventKind::Mirrored { group, entry } => {
                Self { kind: kind("mirrored"), group_id: Some(group.0), entry_id: Some(entry.0), ..head }
            }
            EventKind::MirrorEnded { group, entry, told } => Self {
                kind: kind("mirror_ended"),
                group_id: Some(group.0),
                entry_id: Some(entry.0),
                value: Some(told.0),
                ..head
            },
            EventKind::Voted { entry, actor, vote, before } => Self {
                kind: kind("voted"),
                entry_id: Some(entry.0),
                actor_id: Some(actor.0),
                value: Some(vote.map_or(0, Vote::value)),
                value_before: Some(before.map_or(0, Vote::value)),
                ..head
            },
            EventKind::LockChanged { entry, by, locked } => Self {
                kind: kind("lock_changed"),
                entry_id: Some(entry.0),
                by_actor_id: Some(by.0),
                value: Some(i64::from(*locked)),
                ..head
            },
            EventKind::FeatureChanged { entry, by, featured } => Self {
                kind: kind("feature_changed"),
                entry_id: Some(entry.0),
                by_actor_id: Some(by.0),
                value: Some(i64::from(*featured)),
                ..head
            },
            EventKind::ModeratorChanged { group, actor, by, appointed } => Self {
                kind: kind("moderator_changed"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                by_actor_id: Some(by.0),
                value: Some(i64::from(*appointed)),
                ..head
            },
            EventKind::BanChanged { group, actor, by, banned, until, reason } => Self {
                kind: kind("ban_changed"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                by_actor_id: Some(by.0),
                value: Some(i64::from(*banned)),
                until: until.map(|until| until.0),
                text: reason.clone(),
                ..head
            },
            EventKind::GroupChanged { group } => {
                Self { kind: kind("group_changed"), group_id: Some(group.0), ..head }
            }
            EventKind::KeysChanged { actor } => {
                Self { kind: kind("keys_changed"), actor_id: Some(actor.0), ..head }
            }
            EventKind::Noticed { notice } => Self { kind: kind("noticed"), value: Some(notice.0), ..head },
            EventKind::Warned { group, actor, entry, by, reason } => Self {
                kind: kind("warned"),
                group_id: Some(group.0),
                actor_id: Some(actor.0),
                entry_id: entry.map(|entry| entry.0),
                by_actor_id: Some(by.0),
                text: reason.clone(),
                ..head
            },
            EventKind::CaseSettled { group, case, by } => Self {
                kind: kind("case_settled"),
                group_id: Some(group.0),
                value: Some(case.0),
                by_actor_id: Some(by.0),
                ..head
            },
            EventKind::Reported { group, entry, person, by, text, is_forwarded } => Self {
                kind: kind("reported"),
                group_id: group.map(|group| group.0),
                entry_id: entry.map(|entry| entry.0),
                actor_id: person.map(|person| person.0),
                by_actor_id: by.map(|by| by.0),
                text: Some(text.clone()),
                value: Some(i64::from(*is_forwarded)),
                ..head
            },
        }
    }

    fn corrupt(&self) -> StoreError {
        StoreError::corrupt("event", self.id)
    }

    fn group(&self) -> Result<GroupId, StoreError> {
        self.group_id.map(GroupId).ok_or_else(|| self.corrupt())
    }

    fn actor(&self) -> Result<ActorId, StoreError> {
        self.actor_id.map(ActorId).ok_or_else(|| self.corrupt())
    }

    fn by(&self) -> Result<ActorId, StoreError> {
        self.by_actor_id.map(ActorId).ok_or_else(|| self.corrupt())
    }

    fn entry(&self) -> Result<EntryId, StoreError> {
        self.entry_id.map(EntryId).ok_or_else(|| self.corrupt())
    }

    fn flag(&self) -> bool {
        self.value == Some(1)
    }

    fn vote(&self, value: Option<i64>) -> Result<Option<Vote>, StoreError> {
        value.and_then(Vote::from_value).ok_or_else(|| self.corrupt())
    }

    fn kind(&self) -> Result<EventKind, StoreError> {
        Ok(match self.kind.as_str() {
            "join_decided" => EventKind::JoinDecided {
                group: self.group()?,
                actor: self.actor()?,
                decision: self.code.as_deref().and_then(join_decision).ok_or_else(|| self.corrupt())?,
                reason: self.text.clone(),
            },
            "join_requested" => EventKind::JoinRequested { group: self.group()?, actor: self.actor()? },
            "questions_asked" => EventKind::QuestionsAsked { group: self.group()?, actor: self.actor()? },
            "invited" => EventKind::Invited {
                group: self.group()?,
                actor: self.actor()?,
                by: self.by()?,
                note: self.text.clone().unwrap_or_default(),
            },
            "left" => EventKind::Left { group: self.group()?, actor: self.actor()? },
            "entry_published" => EventKind::EntryPublished { entry: self.entry()? },
            "entry_refused" => EventKind::EntryRefused {
                entry: self.entry()?,
                reason: self.text.clone().unwrap_or_default(),
            },
            "entry_edited" => EventKind::EntryEdited { entry: self.entry()? },
            "entry_gone" => EventKind::EntryGone {
                entry: self.entry()?,
                by: self.by()?,
                removal: self.flag().then(|| self.text.clone().unwrap_or_default()),
            },
            "entry_restored" => EventKind::EntryRestored { entry: self.entry()?, by: self.by()? },
            "entry_followed" => EventKind::EntryFollowed { entry: self.entry()?, by: self.by()? },
            "mirrored" => EventKind::Mirrored { group: self.group()?, entry: self.entry()? },
            "mirror_ended" => EventKind::MirrorEnded {
                group: self.group()?,
                entry: self.entry()?,
                told: self.value.map(EventId).ok_or_else(|| self.corrupt())?,
            },
            "voted" => EventKind::Voted {
                entry: self.entry()?,
                actor: self.actor()?,
                vote: self.vote(self.value)?,
                before: self.vote(self.value_before)?,
            },
            "lock_changed" => {
                EventKind::LockChanged { entry: self.entry()?, by: self.by()?, locked: self.flag() }
            }
            "feature_changed" => {
                EventKind::FeatureChanged { entry: self.entry()?, by: self.by()?, featured: self.flag() }
            }
            "moderator_changed" => EventKind::ModeratorChanged {
                group: self.group()?,
                actor: self.actor()?,
                by: self.by()?,
                appointed: self.flag(),
            },
            "ban_changed" => EventKind::BanChanged {
                group: self.group()?,
                actor: self.actor()?,
                by: self.by()?,
                banned: self.flag(),
                until: convert::time(self.until),
                reason: self.text.clone(),
            },
            "group_changed" => EventKind::GroupChanged { group: self.group()? },
            "keys_changed" => EventKind::KeysChanged { actor: self.actor()? },
            "noticed" => {
                EventKind::Noticed { notice: self.value.map(NoticeId).ok_or_else(|| self.corrupt())? }
            }
            "warned" => EventKind::Warned {
                group: self.group()?,
                actor: self.actor()?,
                entry: self.entry_id.map(EntryId),
                by: self.by()?,
                reason: self.text.clone(),
            },
            "case_settled" => EventKind::CaseSettled {
                group: self.group()?,
                case: self.value.map(CaseId).ok_or_else(|| self.corrupt())?,
                by: self.by()?,
            },
            "reported" => EventKind::Reported {
                group: self.group_id.map(GroupId),
                entry: self.entry_id.map(EntryId),
                person: self.actor_id.map(ActorId),
                by: self.by_actor_id.map(ActorId),
                text: self.text.clone().unwrap_or_default(),
                is_forwarded: self.flag(),
            },
            _ => return Err(self.corrupt()),
        })
    }
}

impl TryFrom<Row> for Event {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: EventId(row.id),
            at: Timestamp(row.created_at),
            cause: row.received_id.map_or(Cause::Local, |id| Cause::Activity(ReceivedId(id))),
            kind: row.kind()?,
        })
    }
}

fn join_code(decision: Result<JoinOutcome, JoinRefusal>) -> &'static str {
    match decision {
        Ok(JoinOutcome::Joined) => "joined",
        Ok(JoinOutcome::AwaitingApproval) => "awaiting-approval",
        Ok(JoinOutcome::AlreadyMember) => "already-member",
        Err(refusal) => refusal.code(),
    }
}

fn join_decision(code: &str) -> Option<Result<JoinOutcome, JoinRefusal>> {
    [
        Ok(JoinOutcome::Joined),
        Ok(JoinOutcome::AwaitingApproval),
        Ok(JoinOutcome::AlreadyMember),
        Err(JoinRefusal::Banned),
        Err(JoinRefusal::InviteNeeded),
        Err(JoinRefusal::HostBlocked),
        Err(JoinRefusal::LocalOnly),
        Err(JoinRefusal::Rule),
        Err(JoinRefusal::Declined),
    ]
    .into_iter()
    .find(|decision| join_code(*decision) == code)
}
