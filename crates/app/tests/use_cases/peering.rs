//! What moderators and admins decide about other servers: who may, what is recorded, and when it ends.

use std::time::Duration;

use guildhall_app::{
    Viewer, instance,
    peering::{self, By, ClearPeering, Effects, Import, PeeringError, SetPeering},
};
use guildhall_domain::{
    GroupId,
    admission::Layer,
    membership::JoinOutcome,
    moderation::{Decision, DecisionAction, Target},
    peering::PeeringAction,
};
use guildhall_store::{Db, decision, testing::on_both_engines};

use crate::support::{FAR, Here, people::viewer};

const BAD: &str = "bad.example";

fn block(group: Option<GroupId>) -> SetPeering {
    SetPeering::new(group, BAD, PeeringAction::Block)
}

fn clearing(group: Option<GroupId>) -> ClearPeering {
    ClearPeering { group, host: BAD.to_owned(), reason: None }
}

/// What was decided, oldest first.
async fn records(here: &Here, group: Option<GroupId>) -> Vec<Decision> {
    let mut made = match group {
        Some(group) => decision::list_of_group(&here.app.store, group, 1_000).await,
        None => decision::list_of_instance_before(&here.app.store, None, 1_000).await,
    }
    .unwrap();
    made.reverse();
    made
}

async fn actions(here: &Here, group: Option<GroupId>) -> Vec<DecisionAction> {
    records(here, group).await.into_iter().map(|made| made.action).collect()
}

async fn import(here: &Here, text: &str, dry_run: bool) -> peering::Imported {
    peering::import(&here.app, &By::Operator, Import { group: None, text, dry_run }).await.unwrap()
}

on_both_engines! {
    async fn a_groups_list_is_its_moderators_and_the_instances_is_its_admins(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (keeper, bob) = (here.owner(group).await, here.person("bob").await);
        let by = |actor, is_admin| By::Person { actor, is_admin };
        let refused = peering::set(&here.app, &by(bob, true), block(Some(group))).await.unwrap_err();
        assert!(matches!(refused, PeeringError::NotPermitted(_)), "{refused}");
        let refused = peering::set(&here.app, &by(keeper, false), block(None)).await.unwrap_err();
        assert!(matches!(refused, PeeringError::NotAdmin), "{refused}");
        let far = here.far_group("boats").await;
        let refused = peering::set(&here.app, &by(far.actor(), true), block(Some(far))).await.unwrap_err();
        assert!(matches!(refused, PeeringError::NoSuchGroup), "{refused}");
        assert_eq!(instance::list_peering(&here.app).await.unwrap(), []);

        peering::set(&here.app, &by(keeper, false), block(Some(group))).await.unwrap();
        peering::set(&here.app, &by(group.actor(), true), clearing_as_limit(group)).await.unwrap();
        peering::set(&here.app, &by(bob, true), block(None)).await.unwrap();
        let made: Vec<_> = records(&here, Some(group)).await.into_iter().skip(1).map(|made| (made.action, made.by)).collect();
        let expected = [(DecisionAction::BlockHost, Some(keeper)), (DecisionAction::LimitHost, Some(group.actor()))];
        assert_eq!(made, expected);
        assert_eq!(records(&here, None).await[0].by, Some(bob));

        let seen = async |reader: &Viewer, group| peering::list(&here.app, reader, group, None, 10).await;
        assert!(matches!(seen(&viewer(bob), Some(group)).await, Err(PeeringError::NotPermitted(_))));
        assert!(matches!(seen(&viewer(keeper), None).await, Err(PeeringError::NotAdmin)));
        assert_eq!(seen(&viewer(keeper), Some(group)).await.unwrap().0.len(), 1);
    }

    async fn an_entry_is_kept_with_all_that_was_said_and_recorded(db: Db) {
        let here = Here::new(db);
        instance::ensure_actor(&here.app).await.unwrap();
        let until = Some(here.now().plus(Duration::from_hours(1)));
        let command = SetPeering {
            host: " Bad.Example. ".to_owned(),
            action: PeeringAction::Limit,
            mute_media: true,
            until,
            reason: Some("spam".into()),
            public_comment: Some("Too much spam.".into()),
            private_comment: Some("  ".into()),
            ..block(None)
        };
        let kept = peering::set(&here.app, &By::Operator, command).await.unwrap();
        assert_eq!((kept.entry.host.as_str(), kept.entry.until, kept.entry.mute_media), (BAD, until, true));
        assert_eq!((kept.public_comment.as_deref(), kept.private_comment.as_deref()), (Some("Too much spam."), None));
        assert_eq!(instance::list_peering(&here.app).await.unwrap(), [kept]);
        let made = records(&here, None).await;
        let said: Vec<_> = made.iter().map(|made| (made.action, made.reason.as_deref(), made.until)).collect();
        let expected = [DecisionAction::LimitHost, DecisionAction::MuteHost].map(|action| (action, Some("spam"), until));
        assert_eq!(said, expected);
        assert!(made.iter().all(|made| made.target == Target::Host(BAD.into()) && made.by.is_some()));
    }

    async fn what_cannot_be_meant_is_refused_and_nothing_is_written(db: Db) {
        let here = Here::new(db);
        let tried = async |command: SetPeering| {
            peering::set(&here.app, &By::Operator, command).await.unwrap_err().to_string()
        };
        let named = |host: &str| SetPeering { host: host.to_owned(), ..block(None) };
        assert!(tried(named("https://bad.example/")).await.contains("no URL"));
        assert_eq!(tried(named("here.example")).await, "here.example is this instance itself");
        assert_eq!(tried(SetPeering { until: Some(here.now()), ..block(None) }).await, "the end lies in the past");
        let long = Some("x".repeat(1_001));
        let said = tried(SetPeering { public_comment: long, ..block(None) }).await;
        assert_eq!(said, "the public comment has at most 1000 characters");
        assert_eq!((instance::list_peering(&here.app).await.unwrap(), actions(&here, None).await), (vec![], vec![]));
        assert!(!peering::clear(&here.app, &By::Operator, clearing(None)).await.unwrap());
        assert_eq!(actions(&here, None).await, [], "nothing was taken back");
    }

    async fn a_decision_ends_at_its_moment_and_is_tidied_away_later(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let until = Some(here.now().plus(Duration::from_mins(1)));
        let command = SetPeering { host: FAR.into(), action: PeeringAction::Limit, until, ..block(Some(group)) };
        peering::set(&here.app, &By::Operator, command).await.unwrap();
        let (bob, eve) = (here.remote("bob").await, here.remote("eve").await);
        assert_eq!(here.join(group, bob).await, JoinOutcome::AwaitingApproval);
        peering::end(&here.app).await.unwrap();
        assert_eq!(instance::list_peering(&here.app).await.unwrap().len(), 1, "not yet");
        here.minute();
        assert_eq!(here.join(group, eve).await, JoinOutcome::Joined);
        let keeper = here.owner(group).await;
        let (seen, _) = peering::list(&here.app, &viewer(keeper), Some(group), None, 10).await.unwrap();
        assert!(seen.is_empty(), "over is over, tidied or not");
        peering::end(&here.app).await.unwrap();
        assert_eq!(instance::list_peering(&here.app).await.unwrap(), []);
        let last = records(&here, Some(group)).await.pop().unwrap();
        assert_eq!((last.action, last.layer, last.rule.as_deref()), (DecisionAction::ClearHost, Layer::GroupPeering, Some("ended")));
        assert_eq!(last.by, None);
    }

    async fn a_group_that_allows_a_host_does_not_open_what_the_instance_restricts(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let allow = SetPeering { host: FAR.into(), ..SetPeering::new(Some(group), FAR, PeeringAction::Allow) };
        peering::set(&here.app, &By::Operator, allow).await.unwrap();
        for (action, expected) in [
            (PeeringAction::Limit, Ok(JoinOutcome::AwaitingApproval)),
            (PeeringAction::Block, Err(())),
        ] {
            let of_instance = SetPeering::new(None, "example", action);
            peering::set(&here.app, &By::Operator, of_instance).await.unwrap();
            let bob = here.remote(&format!("bob{action}").replace('-', "")).await;
            let asked = guildhall_app::group::request_join(&here.app, crate::support::people::asking(group, bob)).await;
            assert_eq!(asked.map_err(|_| ()), expected, "{action}");
        }
    }

    async fn an_import_takes_a_file_over_without_loosening_anything(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        here.join(group, here.remote("bob").await).await;
        for (host, action) in [
            ("friend.example", PeeringAction::Allow),
            ("known.example", PeeringAction::Block),
            ("mild.example", PeeringAction::Limit),
        ] {
            let command = SetPeering { private_comment: Some("ask Ada".into()), ..SetPeering::new(None, host, action) };
            peering::set(&here.app, &By::Operator, command).await.unwrap();
        }
        let before = actions(&here, None).await.len();
        let text = "#domain,#severity,#reject_media,#public_comment\nfriend.example,suspend,true,\n\
                    known.example,silence,false,\nmild.example,suspend,false,worse\n\
                    far.example,suspend,false,spam\nnothing.example,noop,false,\nloud.example,noop,true,\n";
        let tried = import(&here, text, true).await;
        assert_eq!((tried.changed.len(), tried.kept, tried.ignored), (3, 2, 1));
        assert_eq!(tried.effects, Effects { members: 1, ..Effects::default() });
        assert_eq!(instance::list_peering(&here.app).await.unwrap().len(), 3, "only tried");

        assert_eq!(import(&here, text, false).await, tried);
        let listed = instance::list_peering(&here.app).await.unwrap();
        let mut short: Vec<_> = listed.iter().map(|l| (l.entry.host.as_str(), l.entry.action)).collect();
        short.sort_unstable();
        assert_eq!(
            short,
            [
                ("far.example", PeeringAction::Block),
                ("friend.example", PeeringAction::Allow),
                ("known.example", PeeringAction::Block),
                ("loud.example", PeeringAction::MuteMedia),
                ("mild.example", PeeringAction::Block),
            ]
        );
        let mild = listed.iter().find(|listed| listed.entry.host == "mild.example").unwrap();
        assert_eq!((mild.public_comment.as_deref(), mild.private_comment.as_deref()), (Some("worse"), Some("ask Ada")));
        let made = records(&here, None).await;
        assert_eq!(made.len(), before + 3);
        assert!(made[before..].iter().all(|made| made.rule.as_deref() == Some("import")));
        assert_eq!(import(&here, text, false).await.changed, [], "the second time there is nothing to do");

        let admin = Viewer { is_admin: true, ..Viewer::default() };
        let csv = peering::export(&here.app, &admin, None).await.unwrap();
        assert_eq!(csv.lines().count(), 5, "{csv}");
        assert_eq!(import(&here, &csv, false).await.changed, [], "what is written reads back the same");
    }

    async fn a_file_with_one_wrong_line_changes_nothing(db: Db) {
        let here = Here::new(db);
        let text = "#domain\ngood.example\nb*d.example\n";
        let command = Import { group: None, text, dry_run: false };
        let error = peering::import(&here.app, &By::Operator, command).await.unwrap_err();
        assert!(error.to_string().starts_with("line 3: \"b*d.example\" is obfuscated"), "{error}");
        let own = Import { text: "#domain\ngood.example\nhere.example\n", ..command };
        let error = peering::import(&here.app, &By::Operator, own).await.unwrap_err();
        assert_eq!(error.to_string(), "line 3: here.example is this instance itself; leave this line out");
        assert_eq!((instance::list_peering(&here.app).await.unwrap(), actions(&here, None).await), (vec![], vec![]));
    }
}

fn clearing_as_limit(group: GroupId) -> SetPeering {
    SetPeering { action: PeeringAction::Limit, ..block(Some(group)) }
}
