//! The delivery log as tests look at it.

use guildhall_domain::ActorId;
use guildhall_store::db::Db;
use serde_json::Value;

/// A row of the log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) sender: ActorId,
    pub(crate) group: Option<i64>,
    pub(crate) order_key: String,
    pub(crate) body_group: Option<Vec<u8>>,
    pub(crate) body_microblog: Option<Vec<u8>>,
    pub(crate) targets: Vec<String>,
}

impl Row {
    /// What group-aware hosts get.
    pub(crate) fn group_aware(&self) -> Value {
        parse(self.body_group.as_ref())
    }

    /// What microblogs get.
    pub(crate) fn microblog(&self) -> Value {
        parse(self.body_microblog.as_ref())
    }

    /// What everybody gets.
    pub(crate) fn both(&self) -> Value {
        assert_eq!(self.body_group, self.body_microblog, "one activity for all software");
        self.group_aware()
    }
}

/// `Null`: nothing.
fn parse(body: Option<&Vec<u8>>) -> Value {
    body.map_or(Value::Null, |body| serde_json::from_slice(body).unwrap())
}

type Columns = (i64, String, i64, Option<i64>, String, Option<Vec<u8>>, Option<Vec<u8>>);

pub(crate) async fn rows(db: &Db) -> Vec<Row> {
    let rows: Vec<Columns> = db
        .query(
            "SELECT seq, activity_ap_id, sender_id, group_id, order_key, body_group, body_microblog
             FROM delivery_log ORDER BY seq",
        )
        .all()
        .await
        .unwrap();
    let mut found = Vec::new();
    for (seq, id, sender, group, order_key, body_group, body_microblog) in rows {
        let inboxes: Vec<(String,)> = db
            .query("SELECT inbox FROM delivery_targets WHERE seq = $1 ORDER BY inbox")
            .bind(seq)
            .all()
            .await
            .unwrap();
        let targets = inboxes.into_iter().map(|(inbox,)| inbox).collect();
        let sender = ActorId(sender);
        found.push(Row { id, sender, group, order_key, body_group, body_microblog, targets });
    }
    found
}
