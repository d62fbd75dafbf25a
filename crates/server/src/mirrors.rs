//! What is noted about posts of partners, and followers who are to hear of them: settled by one node at a time, apart from
//! those who write.

use std::time::Duration;

use guildhall_app::{
    App,
    partner::{Left, Walk},
};
use guildhall_store::{StoreError, lease, partner};

use crate::housekeeping::take_turn;

/// The lease of the one who does this. Two who did it at a time would do no harm: each mirror is locked and decided once.
const LEASE: &str = "mirrors";
/// How soon to look again without being told: other processes write too.
const LOOK_EVERY: Duration = lease::LOOK_EVERY;
/// How soon to try again what could not be settled.
const AFTER_TROUBLE: Duration = Duration::from_secs(15);

/// Settles until `stop` ends, whenever it is told that there is something, and now and then. `holder` is a name that no
/// other process has.
pub(crate) async fn run(app: App, holder: String, stop: impl Future<Output = ()> + Send) {
    tokio::pin!(stop);
    let mut walk = Walk::default();
    loop {
        let left = settle_some(&app, &holder, &mut walk).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "posts of partners could not be settled; trying again");
            Left::Troubled
        });
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = app.signals.promised.notified() => {}
            () = tokio::time::sleep(pause(left)) => {}
        }
    }
}

/// One turn; [`Left::Nothing`] also where another node takes turns.
async fn settle_some(app: &App, holder: &str, walk: &mut Walk) -> Result<Left, StoreError> {
    if !partner::has_unsettled(&app.store).await? {
        return Ok(Left::Nothing);
    }
    let mut left = Ok(Left::Nothing);
    take_turn(app, LEASE, holder, async { left = walk.take_turn(app).await }).await?;
    left
}

fn pause(left: Left) -> Duration {
    match left {
        Left::More => Duration::ZERO,
        Left::Nothing => LOOK_EVERY,
        Left::Troubled => AFTER_TROUBLE,
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use guildhall_app::{
        Viewer,
        account::{self, CreateAccount},
        entry::{self, Origin, Submit, texts_from_markdown},
        group::{self, CreateGroup},
        partner::{SetPartner, posts, set},
        peering::By,
        read::PageRequest,
    };
    use guildhall_domain::{GroupId, content::Sort, event::Cause, group::Policy, partner::PartnerPolicy};
    use guildhall_store::actor;
    use tokio::time::timeout;

    use super::*;
    use crate::{config::Config, open::open};

    async fn group(app: &App, name: &str) -> GroupId {
        let command = CreateGroup {
            name: name.to_owned(),
            title: String::new(),
            description: String::new(),
            language: None,
            picture_url: None,
            policy: Policy::default(),
            rules: Vec::new(),
            moderators: Vec::new(),
        };
        group::create(app, command).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_noted_is_settled_while_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.storage.data_dir = folder.path().to_owned();
        let app = open(&config).await.unwrap().federation.app;
        let (garden, books) = (group(&app, "garden").await, group(&app, "books").await);
        let policy = PartnerPolicy::Mirror;
        let link = SetPartner { group: garden, partner: books, policy, reason: None, public_comment: None };
        set(&app, &By::Operator, link).await.unwrap();
        let (name, password) = ("ann".to_owned(), "long enough".to_owned());
        account::create(&app, CreateAccount { name, email: None, password, is_admin: false }).await.unwrap();
        let ann = actor::find_local_by_name(&app.store, "ann").await.unwrap().unwrap();
        let post = Submit {
            group: books,
            author: ann.id,
            parent: None,
            origin: Origin::Here,
            texts: texts_from_markdown(Some("Dune".to_owned()), "Sand.", None),
            poll: None,
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause: Cause::Local,
        };
        let post = entry::submit(&app, post).await.unwrap().entry.unwrap();
        app.signals.event.notified().await;
        let settled = async {
            tokio::select! {
                () = run(app.clone(), "here".to_owned(), pending()) => {}
                // There is something to tell followers.
                () = app.signals.event.notified() => {}
            }
        };
        timeout(Duration::from_secs(30), settled).await.unwrap();
        let request = PageRequest::default();
        let shown = posts(&app, &Viewer::anonymous(), garden, Sort::New, request).await.unwrap();
        assert_eq!(shown.items.iter().map(|entry| entry.id).collect::<Vec<_>>(), [post]);
    }
}
