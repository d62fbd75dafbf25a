//! What was published, by its id: for those who ask for an activity they have heard of.

use crate::{StoreError, db::Db};

crate::record! {
    /// The bodies of an activity on the log.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Bodies {
        /// What group-aware hosts were sent.
        pub body_group: Option<Vec<u8>>,
        /// What microblogs were sent.
        pub body_microblog: Option<Vec<u8>>,
    }
}

/// The bodies of the activity with an id; `None` when it never was on the log, or no longer is.
pub async fn find(db: &Db, activity_ap_id: &str) -> Result<Option<Bodies>, StoreError> {
    db.query("SELECT body_group, body_microblog FROM delivery_log WHERE activity_ap_id = $1")
        .bind(activity_ap_id)
        .optional()
        .await
}
