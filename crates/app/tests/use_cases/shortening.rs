//! What an appeal gives another end to: it ends sooner, never later.

use std::time::Duration;

use guildhall_app::{
    appeal::{self, DecideError},
    entry::{self, Annotate, Annotation},
    group::{self, SetSanction},
};
use guildhall_domain::{
    admission::{End, Sanction},
    event::{Cause, EventKind},
};
use guildhall_store::{Db, standing, testing::on_both_engines};

use crate::support::{
    Here,
    appeals::{changing, latest, object},
    people::viewer,
};

on_both_engines! {
    async fn nobody_is_muted_longer_for_having_objected(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, other, ann) =
            (here.moderator(group).await, here.moderator(group).await, here.person("ann").await);
        let (hour, day) = (here.now().plus(Duration::from_hours(1)), here.now().plus(Duration::from_hours(24)));
        let command =
            SetSanction { group, actor: ann, by, sanction: Sanction::Mute, end: Some(End::At(day)), reason: None };
        group::set_sanction(&here.app, command).await.unwrap();
        let made = object(&here, latest(&here, ann).await, ann).await;
        let end = async || standing::find(&here.app.store, Some(group), ann).await.unwrap().mute;
        for until in [day, day.plus(Duration::from_hours(24 * 365 * 100))] {
            let refused = appeal::decide(&here.app, &viewer(other), changing(made, until)).await;
            assert!(matches!(refused, Err(DecideError::NotSooner(_))), "{refused:?}");
            assert_eq!(end().await, Some(End::At(day)));
        }
        appeal::decide(&here.app, &viewer(other), changing(made, hour)).await.unwrap();
        assert_eq!(end().await, Some(End::At(hour)));
    }

    async fn that_a_lock_ends_sooner_is_told_elsewhere(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (by, other, ann) =
            (here.moderator(group).await, here.moderator(group).await, here.person("ann").await);
        let (hour, day) = (here.now().plus(Duration::from_hours(1)), here.now().plus(Duration::from_hours(24)));
        for annotation in [Annotation::LockedUntil(day), Annotation::Locked(true)] {
            let post = here.post(group, ann, "Tulips").await;
            let command = Annotate { entry: post, by, annotation, reason: None, cause: Cause::Local };
            entry::annotate(&here.app, command).await.unwrap();
            let made = object(&here, latest(&here, ann).await, ann).await;
            here.told().await;
            let until = if annotation == Annotation::Locked(true) { day } else { hour };
            appeal::decide(&here.app, &viewer(other), changing(made, until)).await.unwrap();
            let reason = Some(changing(made, until).reason);
            assert_eq!(here.told().await, [EventKind::LockChanged { entry: post, by: other, locked: true, reason }]);
            assert_eq!(here.entry(post).await.locked_until, Some(until));
        }
    }
}
