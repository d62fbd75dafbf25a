//! The public log and the report of a period, as every kind of reader sees them.

use std::time::Duration;

use guildhall_app::{
    Viewer,
    case::{self, Act, EntryAction, PersonAction, Report},
    entry::{self, Annotate, Annotation, Delete},
    group::{self, ChangeGroup, SetBan, SetSanction, Warn},
    instance, queue,
    read::{
        CaseFilter, LogError, LogFilter, LogLine, LogWanted, PageRequest, Period, Whose, cases, log,
        transparency,
    },
    remote::{self, JoinAnswered, SuspendActor},
};
use guildhall_domain::{
    ActorId, DecisionId, EntryId, GroupId,
    actor::ActorKind,
    admission::{End, Layer, Sanction},
    event::Cause,
    group::{Admission, Policy, Review, Visibility},
    moderation::{Decision, DecisionAction, Effect, Signed, Target},
    peering::PeeringAction,
};
use guildhall_store::{Db, IdGenerator, decision, membership, testing::on_both_engines};

use crate::support::{
    FAR, Here,
    people::{policy, viewer},
    write::by,
};

async fn of_group(here: &Here, reader: &Viewer, group: GroupId) -> Vec<LogLine> {
    log::of_group(&here.app, reader, group, &LogFilter::default(), PageRequest::default())
        .await
        .unwrap()
        .items
}

async fn of_instance(here: &Here, reader: &Viewer, wanted: LogWanted) -> Vec<LogLine> {
    let filter = log::understand(&here.app, &wanted).await.unwrap();
    log::of_instance(&here.app, reader, &filter, PageRequest::default()).await.unwrap().items
}

fn actions(lines: &[LogLine]) -> Vec<DecisionAction> {
    lines.iter().map(|line| line.action).collect()
}

fn anybody() -> Viewer {
    Viewer::anonymous()
}

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

/// The month of the day that is over when this returns: only those are counted.
fn month(here: &Here) -> Period {
    let month = Period::month_of(here.now());
    here.pass(Duration::from_hours(24));
    month
}

async fn remove(here: &Here, entry: EntryId, who: ActorId, reason: &str) {
    let removal = Delete { reason: Some(reason.to_owned()), ..by(entry, who) };
    entry::delete(&here.app, removal).await.unwrap();
}

async fn refuse(here: &Here, group: GroupId, who: ActorId, reason: &str) {
    let item = here.waiting(group).await.id;
    queue::refuse(&here.app, item, who, reason).await.unwrap();
}

async fn show_to(here: &Here, group: GroupId, visibility: Visibility) {
    let change = ChangeGroup { visibility: Some(visibility), ..ChangeGroup::default() };
    group::change(&here.app, group, group.actor(), change).await.unwrap();
}

async fn ban(here: &Here, group: GroupId, actor: ActorId, who: ActorId, reason: &str) {
    let reason = Some(reason.to_owned());
    let command = SetBan {
        group,
        actor,
        by: who,
        banned: true,
        until: None,
        reason,
        remove_content: true,
        cause: Cause::Local,
    };
    group::set_ban(&here.app, command).await.unwrap();
}

/// Somebody here is a member of a group elsewhere.
async fn followed(here: &Here, name: &str) -> GroupId {
    let (group, fan) = (here.far_group(name).await, here.person(&format!("fan-of-{name}")).await);
    here.join(group, fan).await;
    let follow = membership::find(&here.app.store, group, fan).await.unwrap().unwrap().follow;
    let (group_actor, cause) = (group.actor(), Cause::Local);
    let yes =
        JoinAnswered { group: group_actor, follow, follower: None, is_accepted: true, reason: None, cause };
    remote::join_answered(&here.app, yes).await.unwrap();
    group
}

/// A group in which everything happens, with words that nobody may read elsewhere: each begins with `secret`.
async fn eventful(here: &Here) -> (GroupId, ActorId, ActorId) {
    let settings = policy(Admission::Approval, guildhall_domain::group::Posting::Everyone, Review::None);
    let group = here.group_with("garden", settings).await;
    let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
    let applicant = here.person("secretapplicant").await;
    here.join(group, applicant).await;
    refuse(here, group, moderator, "secretrefusal").await;

    let post = here.post(group, ann, "secrettitle").await;
    let reporter = here.person("secretreporter").await;
    let report = Report { entries: vec![post], ..Report::by(reporter, "secretreport") };
    case::report(&here.app, report).await.unwrap();
    let open = CaseFilter { is_open: true, assignee: None };
    let found =
        cases::of_group(&here.app, &viewer(moderator), group, open, PageRequest::default()).await.unwrap();
    let act = Act {
        actions: vec![EntryAction::Remove.into(), PersonAction::Warn.into()],
        reason: Some("Off topic.".to_owned()),
        note: Some("secretnote".to_owned()),
        ..Act::default()
    };
    case::act(&here.app, &viewer(moderator), found.items[0].id, act).await.unwrap();

    let all = ChangeGroup { review: Some(Review::All), ..ChangeGroup::default() };
    group::change(&here.app, group, group.actor(), all).await.unwrap();
    let writer = here.person("secretwriter").await;
    here.post(group, writer, "secretheld").await;
    refuse(here, group, moderator, "secretreason").await;
    let held = here.post(group, writer, "secretremoved").await;
    remove(here, held, moderator, "secretremoval").await;
    let sanction = SetSanction {
        group,
        actor: writer,
        by: moderator,
        sanction: Sanction::Mute,
        end: Some(End::Open),
        reason: Some("secretmute".to_owned()),
    };
    group::set_sanction(&here.app, sanction).await.unwrap();
    let warning = Warn {
        group,
        target: Target::Actor(writer),
        by: moderator,
        reason: Some("secretwarning".to_owned()),
        cause: Cause::Local,
    };
    group::warn(&here.app, warning).await.unwrap();
    ban(here, group, ann, moderator, "Again.").await;
    (group, moderator, ann)
}

on_both_engines! {
    async fn what_everybody_saw_is_in_the_log_and_what_is_between_two_is_only_counted(db: Db) {
        let here = Here::new(db);
        let (group, moderator, ann) = eventful(&here).await;
        for reader in [anybody(), viewer(ann), viewer(moderator), admin()] {
            let lines = of_group(&here, &reader, group).await;
            assert_eq!(actions(&lines), [DecisionAction::Ban, DecisionAction::Remove, DecisionAction::Appoint]);
            let (banned, removed) = (&lines[0], &lines[1]);
            assert_eq!((banned.reason.as_deref(), removed.reason.as_deref()), (Some("Again."), Some("Off topic.")));
            assert!(lines.iter().all(|line| line.by.is_none()), "signed as the group");
            assert!(matches!(&banned.whose, Whose::Group(signer) if signer.id == group));
            assert_eq!(banned.person.as_ref().map(|person| person.id), Some(ann));
            assert_eq!(removed.person.as_ref().map(|person| person.id), Some(ann));
            assert!(removed.entry.as_ref().is_some_and(|entry| entry.title.is_none()));

            let report = transparency::of_group(&here.app, &reader, group, month(&here)).await.unwrap();
            let told = format!("{lines:?} {report:?} {:?}", of_instance(&here, &reader, LogWanted::default()).await);
            assert!(!told.contains("secret"), "{told}");
            let count = |effect| report.effects.iter().find(|(one, _)| *one == effect).map_or(0, |(_, count)| *count);
            // Two posts and a request were held; the request and a post refused; two posts removed.
            assert_eq!([Effect::Held, Effect::Refused, Effect::Removed].map(count), [3, 2, 2]);
            assert_eq!([Effect::Warned, Effect::Sanctioned, Effect::Marked].map(count), [2, 2, 0]);
            assert_eq!((report.queue.count, report.reports.received, report.cases.opened), (2, 1, 1));
            assert_eq!((report.in_force.banned, report.in_force.muted), (1, 1));
        }
    }

    async fn a_log_is_read_by_who_reads_there_and_listed_where_the_group_is(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let moderator = here.moderator(group).await;
        let (member, local) = (here.person("member").await, here.person("local").await);
        here.join(group, member).await;
        let stranger = Viewer::remote(here.remote("rob").await);
        let chief = Viewer { is_admin: true, ..viewer(here.person("chief").await) };
        let readers = [anybody(), stranger, viewer(local), viewer(member), viewer(moderator), chief];
        // Who reads it at its address, and who finds it in the log of all.
        let table = [
            (Visibility::Public, [true; 6], [true; 6]),
            (Visibility::Unlisted, [true; 6], [false, false, false, true, true, true]),
            (Visibility::Members, [false, false, false, true, true, true], [false, false, false, true, true, true]),
            (Visibility::Local, [false, false, true, true, true, true], [false, false, true, true, true, true]),
        ];
        for (visibility, at_address, in_list) in table {
            show_to(&here, group, visibility).await;
            for (reader, (reads, finds)) in readers.iter().zip(at_address.into_iter().zip(in_list)) {
                let filter = LogFilter::default();
                let found = log::of_group(&here.app, reader, group, &filter, PageRequest::default()).await;
                match found {
                    Ok(page) => assert!(reads && !page.items.is_empty(), "{visibility} {reader:?}"),
                    Err(error) => assert!(!reads && matches!(error, LogError::NotReader), "{visibility} {reader:?}"),
                }
                let period = month(&here);
                let counted = transparency::of_group(&here.app, reader, group, period).await;
                assert_eq!(counted.is_ok(), reads, "{visibility} {reader:?}");
                assert_eq!(!of_instance(&here, reader, LogWanted::default()).await.is_empty(), finds, "{visibility} {reader:?}");
                let counted = transparency::of_instance(&here.app, reader, period).await.unwrap();
                assert_eq!((counted.groups, counted.actions.is_empty()), (usize::from(finds), !finds), "{visibility} {reader:?}");
                let by_name = LogWanted { group: Some("garden".to_owned()), ..LogWanted::default() };
                let filter = log::understand(&here.app, &by_name).await.unwrap();
                let found = log::of_instance(&here.app, reader, &filter, PageRequest::default()).await;
                assert_eq!(found.is_ok(), reads, "{visibility} {reader:?}");
                let file = log::export(&here.app, reader, Some(group), &LogFilter::default(), None).await;
                assert_eq!(file.is_ok(), reads, "{visibility} {reader:?}");
                let file = log::export(&here.app, reader, None, &LogFilter::default(), None).await.unwrap();
                assert_eq!(!file.items.is_empty(), finds, "{visibility} {reader:?}");
            }
        }
    }

    async fn what_a_group_elsewhere_decides_is_told_as_its_own_where_somebody_follows_it(db: Db) {
        let here = Here::new(db);
        let (boats, trains) = (followed(&here, "boats").await, here.far_group("trains").await);
        let bob = here.remote("bob").await;
        let post = entry::submit(&here.app, here.received(crate::support::write::posting(boats, bob, "Ahoy")).await).await.unwrap();
        let post = post.entry.unwrap();
        let removal = Delete { cause: here.activity().await, reason: Some("Rude.".to_owned()), ..by(post, boats.actor()) };
        entry::delete(&here.app, removal).await.unwrap();
        ban(&here, trains, bob, trains.actor(), "Smear.").await;

        let lines = of_instance(&here, &anybody(), LogWanted::default()).await;
        assert_eq!(actions(&lines), [DecisionAction::Remove], "nobody here asked to hear of the trains");
        let line = &lines[0];
        assert!(matches!(&line.whose, Whose::Elsewhere(group) if group.handle == format!("@boats@{FAR}")), "{line:?}");
        assert_eq!((line.reason.as_deref(), line.by.is_none(), line.is_automatic), (Some("Rude."), true, false));
        assert_eq!(line.person.as_ref().map(|person| person.id), Some(bob));

        let whose = |whose: &str| LogWanted { whose: Some(whose.to_owned()), ..LogWanted::default() };
        assert_eq!(of_instance(&here, &anybody(), whose("elsewhere")).await.len(), 1);
        assert_eq!(of_instance(&here, &anybody(), whose("groups")).await.len(), 0);
        assert_eq!(of_group(&here, &anybody(), trains).await.len(), 1, "at its own address");
        let counted = transparency::of_instance(&here.app, &admin(), month(&here)).await.unwrap();
        assert!(counted.actions.is_empty(), "those are not decisions of this server: {counted:?}");
        let own = transparency::of_group(&here.app, &anybody(), boats, month(&here)).await;
        assert!(matches!(own, Err(transparency::TransparencyError::Elsewhere)), "{own:?}");
    }

    async fn the_instance_tells_what_it_decides_but_not_what_it_notes(db: Db) {
        let here = Here::new(db);
        instance::ensure_actor(&here.app).await.unwrap();
        instance::set_peering(&here.app, None, "bad.example", Some(PeeringAction::Block), Some("secret")).await.unwrap();
        let (bob, chief) = (here.remote("bob").await, here.elsewhere(FAR, FAR, ActorKind::Application).await);
        let garden = here.group("garden").await;
        here.join(garden, bob).await;
        let nobody = here.remote("nobody").await;
        let suspend = SuspendActor {
            actor: bob, by: chief, is_suspended: true, until: None, reason: Some("Spam.".into()), cause: here.activity().await,
        };
        for actor in [bob, bob, nobody] {
            let said = SuspendActor { actor, cause: here.activity().await, ..suspend.clone() };
            remote::actor_suspended(&here.app, said).await.unwrap();
        }
        let lines = of_instance(&here, &anybody(), LogWanted::default()).await;
        let expected = [DecisionAction::Ban, DecisionAction::BlockHost];
        assert_eq!(actions(&lines), expected, "once, though said twice, and only of who is in a group here: {lines:?}");
        assert!(matches!(&lines[0].whose, Whose::Server(host) if host == FAR), "{lines:?}");
        assert!(matches!(lines[1].whose, Whose::Instance), "{lines:?}");
        assert_eq!((lines[1].host.as_deref(), lines[1].reason.as_deref()), (Some("bad.example"), None));
    }

    async fn rules_are_told_by_the_names_that_everybody_may_know(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, bob) = (here.moderator(group).await, here.remote("bob").await);
        let (of_group_, target) = (Some(group), Target::Actor(bob));
        let decided = |number: i64, group, action, layer, rule: &str| {
            let key = IdGenerator::first_at(here.now().0) + number;
            let new = Decision::new(DecisionId(key), action, target.clone(), layer, here.now());
            Decision { group, rule: Some(rule.to_owned()), is_open: true, ..new }
        };
        let url = "block-list https://lists.example/7f3a?key=secret";
        let mut tx = here.app.begin().await.unwrap();
        for decision in [
            decided(1, of_group_, DecisionAction::Ban, Layer::Rule, "secret words"),
            decided(2, of_group_, DecisionAction::Ban, Layer::Rule, "secret links"),
            Decision { by: Some(moderator), ..decided(3, of_group_, DecisionAction::Ban, Layer::Moderator, "secret case") },
            decided(4, None, DecisionAction::LimitHost, Layer::InstancePeering, url),
        ] {
            decision::insert(&mut tx, &decision).await.unwrap();
        }
        tx.commit().await.unwrap();
        let lines = of_instance(&here, &anybody(), LogWanted::default()).await;
        assert_eq!(lines.len(), 5, "{lines:?}");
        let report = transparency::of_instance(&here.app, &anybody(), month(&here)).await.unwrap();
        assert!(!format!("{lines:?} {report:?}").contains("secret"), "{lines:?} {report:?}");
        let rules: Vec<_> = report.rules.iter().map(|one| (one.rule.as_deref(), one.count)).collect();
        assert_eq!(rules, [(Some("automatic"), 2), (Some("block-list lists.example"), 1)]);
        let appointed = lines.iter().find(|line| line.action == DecisionAction::Appoint).unwrap();
        assert_eq!((appointed.rule.as_deref(), appointed.detail.as_deref()), (None, Some("moderator")));
    }

    async fn a_report_ends_with_the_last_day_that_is_over(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        here.moderator(group).await;
        let today = Period::month_of(here.now());
        let counted = transparency::of_group(&here.app, &anybody(), group, today).await.unwrap();
        assert!(counted.actions.is_empty(), "who asks again and again would learn of each moment: {counted:?}");
        here.pass(Duration::from_hours(24));
        let counted = transparency::of_group(&here.app, &anybody(), group, today).await.unwrap();
        assert_eq!(counted.actions.len(), 1);
        let again = transparency::of_group(&here.app, &anybody(), group, today).await.unwrap();
        assert!(std::sync::Arc::ptr_eq(&counted, &again), "counted once for all who ask");
    }

    async fn names_are_as_the_group_chose_when_it_was_decided(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        let post = here.post(group, ann, "Tulips").await;
        let mark = async |annotation| {
            let command = Annotate { entry: post, by: moderator, annotation, reason: None, cause: Cause::Local };
            entry::annotate(&here.app, command).await.unwrap();
        };
        mark(Annotation::Locked(true)).await;
        let by_name = ChangeGroup { signed: Some(Signed::Name), ..ChangeGroup::default() };
        group::change(&here.app, group, group.actor(), by_name).await.unwrap();
        mark(Annotation::Featured(true)).await;
        let lines = of_group(&here, &anybody(), group).await;
        assert_eq!(actions(&lines)[..2], [DecisionAction::Feature, DecisionAction::Lock]);
        assert_eq!(lines[0].by.as_ref().map(|by| by.id), Some(moderator));
        assert!(lines[1].by.is_none());
        assert_eq!(lines[0].entry.as_ref().and_then(|entry| entry.title.as_deref()), Some("Tulips"));

        // The thread is where not everybody reads now.
        let closed = here.group_with("closed", Policy { visibility: Visibility::Members, ..Policy::default() }).await;
        here.appoint(closed, moderator).await;
        let moved = entry::MoveThread { thread: post, to: Some(closed), by: moderator, cause: Cause::Local };
        entry::move_thread(&here.app, moved).await.unwrap();
        let lines = of_group(&here, &anybody(), group).await;
        assert!(lines.iter().all(|line| line.entry.as_ref().is_none_or(|entry| entry.title.is_none())), "{lines:?}");
    }

    async fn whoever_deleted_their_account_is_named_no_more(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        here.ban(group, bob).await;
        remote::actor_left(&here.app, bob, here.activity().await).await.unwrap();
        let lines = of_group(&here, &anybody(), group).await;
        assert_eq!((actions(&lines), lines[0].person.is_none()), (vec![DecisionAction::Ban], true));
    }

    async fn what_ends_by_itself_was_decided_by_a_rule(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (moderator, ann) = (here.moderator(group).await, here.person("ann").await);
        let until = Some(here.now().plus(Duration::from_mins(1)));
        let command = SetBan {
            group, actor: ann, by: moderator, banned: true, until, reason: None, remove_content: false, cause: Cause::Local,
        };
        group::set_ban(&here.app, command).await.unwrap();
        here.pass(Duration::from_mins(2));
        guildhall_app::ending::end_what_is_over(&here.app).await.unwrap();
        let decided = |decided: &str| LogWanted { decided: Some(decided.to_owned()), ..LogWanted::default() };
        assert_eq!(actions(&of_instance(&here, &anybody(), decided("automatic")).await), [DecisionAction::Unban]);
        let by_person = of_instance(&here, &anybody(), decided("person")).await;
        assert_eq!(actions(&by_person), [DecisionAction::Ban, DecisionAction::Appoint]);
        assert_eq!(by_person[0].until, until);
    }

    async fn what_cannot_be_understood_is_said_by_its_field(db: Db) {
        let here = Here::new(db);
        let give = |field: &str, value: &str| {
            let mut wanted = LogWanted::default();
            let place = match field {
                "action" => &mut wanted.action,
                "decided" => &mut wanted.decided,
                "from" => &mut wanted.from,
                "to" => &mut wanted.to,
                "person" => &mut wanted.person,
                "whose" => &mut wanted.whose,
                _ => &mut wanted.group,
            };
            *place = Some(value.to_owned());
            wanted
        };
        for (name, value) in [
            ("action", "warn"), ("action", "destroy"), ("decided", "god"), ("from", "yesterday"), ("to", "2026-13-01"),
            ("person", "not a handle"), ("person", "@nobody@here.example"), ("whose", "mine"), ("group", "nowhere"),
        ] {
            let error = log::understand(&here.app, &give(name, value)).await.unwrap_err();
            assert!(matches!(&error, LogError::Unreadable { field, .. } if *field == name), "{name}={value}: {error:?}");
        }
        let backwards = LogWanted { to: Some("2026-02-28".to_owned()), ..give("from", "2026-03-01") };
        assert!(log::understand(&here.app, &backwards).await.is_err());
        for empty in ["action", "decided", "from", "to", "person", "whose", "group"] {
            assert_eq!(log::understand(&here.app, &give(empty, "  ")).await.unwrap(), LogFilter::default(), "{empty}");
        }
    }
}
