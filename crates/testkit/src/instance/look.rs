//! What a test looks at afterwards.

use guildhall_activitypub::Iri;
use guildhall_domain::content::{EntryState, Tally};
use guildhall_domain::membership::MembershipState;
use guildhall_domain::moderation::Decision;
use guildhall_domain::{ApId, GroupId};
use guildhall_store::actor::{self, Actor};
use guildhall_store::entry::{self, Entry};
use guildhall_store::queue::{self, QueueItem};
use guildhall_store::{decision, group, membership, moderator};

use super::TestInstance;

/// More than any test has.
const ALL: usize = 1000;

/// What became of a received activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Became {
    /// `queued` or `done`.
    pub state: String,
    /// `applied`, `held`, `ignored`, `refused`, `failed`; empty while it is queued.
    pub outcome: String,
    /// The reason, where there is one.
    pub reason: String,
    /// How often it was put off.
    pub attempts: i64,
}

impl TestInstance {
    /// What became of an activity. `None`: it was not kept.
    pub async fn became(&self, activity: &str) -> Option<Became> {
        let found: Option<(String, Option<String>, Option<String>, i64)> = self
            .app
            .store
            .query("SELECT state, outcome, reason, attempts FROM received_activities WHERE ap_id = $1")
            .bind(activity)
            .optional()
            .await
            .unwrap();
        let text = Option::unwrap_or_default;
        found.map(|(state, outcome, reason, attempts)| {
            let (outcome, reason): (String, String) = (text(outcome), text(reason));
            Became { state, outcome, reason, attempts }
        })
    }

    /// The outcome alone; `queued` while there is none, `unknown` for what was not kept.
    pub async fn outcome(&self, activity: &str) -> String {
        match self.became(activity).await {
            Some(became) if became.outcome.is_empty() => became.state,
            Some(became) => became.outcome,
            None => "unknown".to_owned(),
        }
    }

    /// Everything in a group, whatever its state, oldest first.
    pub async fn entries(&self, group: GroupId) -> Vec<Entry> {
        let store = &self.app.store;
        let ids: Vec<(String,)> = store
            .query("SELECT ap_id FROM entries WHERE group_id = $1 ORDER BY id")
            .bind(group.0)
            .all()
            .await
            .unwrap();
        let mut found = Vec::new();
        for (id,) in ids {
            found.extend(entry::find_by_ap_id(store, &ApId::new(id)).await.unwrap());
        }
        found
    }

    /// The entry with a global id.
    pub async fn entry(&self, id: &str) -> Option<Entry> {
        entry::find_by_ap_id(&self.app.store, &ApId::new(id)).await.unwrap()
    }

    /// The state of the entry with a global id. `None`: there is none.
    pub async fn state(&self, id: &str) -> Option<EntryState> {
        self.entry(id).await.map(|entry| entry.state)
    }

    /// The votes of an entry.
    pub async fn tally(&self, id: &str) -> Tally {
        self.entry(id).await.expect("the entry is there").tally
    }

    /// The reactions to an entry, in their own order.
    pub async fn reactions(&self, id: &str) -> Vec<String> {
        let found: Vec<(String,)> = self
            .app
            .store
            .query(
                "SELECT r.emoji FROM reactions r JOIN entries e ON e.id = r.entry_id WHERE e.ap_id = $1
                 ORDER BY r.emoji",
            )
            .bind(id)
            .all()
            .await
            .unwrap();
        found.into_iter().map(|(emoji,)| emoji).collect()
    }

    /// The actor with a global id, if it is known.
    pub async fn actor(&self, id: &Iri) -> Option<Actor> {
        actor::find_by_ap_id(&self.app.store, &ApId::new(id.as_str())).await.unwrap()
    }

    /// The membership of an actor, here or elsewhere.
    pub async fn membership(&self, group: GroupId, actor: &Iri) -> Option<MembershipState> {
        let known = self.actor(actor).await?;
        let found = membership::find(&self.app.store, group, known.id).await.unwrap();
        found.map(|membership| membership.state)
    }

    /// The counted members of a group.
    pub async fn member_count(&self, group: GroupId) -> i64 {
        group::find(&self.app.store, group).await.unwrap().expect("the group is there").member_count
    }

    /// Whether an actor moderates a group.
    pub async fn moderates(&self, group: GroupId, actor: &Iri) -> bool {
        match self.actor(actor).await {
            Some(known) => moderator::exists(&self.app.store, group, known.id).await.unwrap(),
            None => false,
        }
    }

    /// What waits for a group's moderators.
    pub async fn queue(&self, group: GroupId) -> Vec<QueueItem> {
        queue::list_open(&self.app.store, group, None, None, ALL).await.unwrap()
    }

    /// What was decided in a group.
    pub async fn decisions(&self, group: GroupId) -> Vec<Decision> {
        decision::list_of_group(&self.app.store, group, ALL).await.unwrap()
    }

    /// Reports to a group: `(reporter, entry, person, text)`, in the order in which they came.
    pub async fn reports(&self, group: GroupId) -> Vec<(String, Option<String>, Option<String>, String)> {
        self.app
            .store
            .query(
                "SELECT r.ap_id, e.ap_id, p.ap_id, f.text FROM reports f JOIN actors r ON r.id = f.reporter_id
                 LEFT JOIN entries e ON e.id = f.entry_id LEFT JOIN actors p ON p.id = f.actor_id
                 WHERE f.group_id = $1 ORDER BY f.id",
            )
            .bind(group.0)
            .all()
            .await
            .unwrap()
    }

    /// Open cases of a group, or with `None` of those who run the instance: what each is about, and how many reports it
    /// has; oldest first.
    pub async fn cases(&self, group: Option<GroupId>) -> Vec<(String, i64)> {
        self.app
            .store
            .query(
                "SELECT c.subject, (SELECT count(*) FROM reports f WHERE f.case_id = c.id) FROM cases c
                 WHERE c.group_id = $1 AND c.closed_at IS NULL ORDER BY c.id",
            )
            .bind(group.map_or(0, |group| group.0))
            .all()
            .await
            .unwrap()
    }

    /// Answers to the poll of an entry: `(option, voter)`.
    pub async fn poll_answers(&self, id: &str) -> Vec<(String, String)> {
        self.app
            .store
            .query(
                "SELECT o.name, a.ap_id FROM poll_votes v JOIN entries e ON e.id = v.entry_id
                 JOIN poll_options o ON o.entry_id = v.entry_id AND o.position = v.position
                 JOIN actors a ON a.id = v.actor_id WHERE e.ap_id = $1 ORDER BY o.position, a.ap_id",
            )
            .bind(id)
            .all()
            .await
            .unwrap()
    }
}
