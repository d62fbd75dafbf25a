//! Nobody decides what concerns themselves: not what was imposed on them, not what was taken out of theirs, not what is said
//! of them.

use guildhall_app::{
    Viewer,
    case::{self, Act, CaseAction, CaseError, EntryAction, FlagAnswer, PersonAction, Report},
    entry::{self, DeleteError},
    group::{self, ModerationError, SetSanction},
    queue::{self, QueueError},
    read::{CaseFilter, CaseLine, PageRequest, cases, reports},
    staff::StaffWish,
};
use guildhall_domain::{
    ActorId, ApId, CaseId, EntryId, GroupId,
    admission::{End, Sanction},
    content::{DeleteRefusal, EntryState},
    event::Cause,
    moderation::DecisionAction,
    staff::{NotPermitted, StaffRole},
};
use guildhall_store::{Db, standing, testing::on_both_engines};

use crate::support::{Here, people::viewer, write::by};

const OPEN: CaseFilter = CaseFilter { is_open: true, assignee: None };

fn admin() -> Viewer {
    Viewer { is_admin: true, ..Viewer::anonymous() }
}

async fn sanction(
    here: &Here,
    group: GroupId,
    (actor, by): (ActorId, ActorId),
    sanction: Sanction,
    is_imposed: bool,
) -> Result<(), ModerationError> {
    let end = is_imposed.then_some(End::Open);
    group::set_sanction(&here.app, SetSanction { group, actor, by, sanction, end, reason: None }).await
}

async fn is_under(here: &Here, group: GroupId, actor: ActorId, sanction: Sanction) -> bool {
    let found = standing::find(&here.app.store, Some(group), actor).await.unwrap();
    found.end_of(sanction, here.now()).is_some()
}

async fn report(here: &Here, post: EntryId, by: ActorId) {
    case::report(&here.app, Report { entries: vec![post], ..Report::by(by, "Look.") }).await.unwrap();
}

async fn open_cases(here: &Here, reader: &Viewer, group: GroupId) -> Vec<CaseLine> {
    cases::of_group(&here.app, reader, group, OPEN, PageRequest::default()).await.unwrap().items
}

async fn act(here: &Here, by: &Viewer, id: CaseId, action: CaseAction) -> Result<(), CaseError> {
    let command = Act { actions: vec![action], stays_open: true, ..Act::default() };
    case::act(&here.app, by, id, command).await.map(|_| ())
}

/// A group with an owner, a moderator, and a post of the moderator's that ann reported.
async fn reported(here: &Here) -> (GroupId, ActorId, ActorId, EntryId) {
    let group = here.group("garden").await;
    let (owner, mona) = (here.owner(group).await, here.moderator(group).await);
    let post = here.post(group, mona, "Cheap seeds").await;
    let ann = here.person("ann").await;
    report(here, post, ann).await;
    (group, owner, mona, post)
}

on_both_engines! {
    async fn nobody_lifts_what_was_imposed_on_them(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, mona, hal) = (here.owner(group).await, here.moderator(group).await, here.person("hal").await);
        here.make(group, hal, StaffWish::Role(StaffRole::Helper)).await;
        for who in [mona, hal] {
            for kind in [Sanction::Mute, Sanction::Probation] {
                sanction(&here, group, (who, owner), kind, true).await.unwrap();
                let error = sanction(&here, group, (who, who), kind, false).await.unwrap_err();
                assert!(matches!(error, ModerationError::NotPermitted(NotPermitted::Oneself)), "{error}");
                assert!(is_under(&here, group, who, kind).await, "{kind:?}");
            }
        }
        // Somebody else on the staff does, or an admin for the group.
        sanction(&here, group, (hal, mona), Sanction::Mute, false).await.unwrap();
        sanction(&here, group, (mona, group.actor()), Sanction::Mute, false).await.unwrap();
        assert!(!is_under(&here, group, mona, Sanction::Mute).await);
    }

    async fn nobody_lets_in_themselves_what_probation_holds(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, mona) = (here.owner(group).await, here.moderator(group).await);
        sanction(&here, group, (mona, owner), Sanction::Probation, true).await.unwrap();
        let post = here.post(group, mona, "Tulips").await;
        let item = here.waiting(group).await;
        let error = queue::admit(&here.app, item.id, mona).await.unwrap_err();
        assert!(matches!(error, QueueError::NotPermitted(NotPermitted::Oneself)), "{error}");
        assert_eq!(here.state(post).await, EntryState::Held);
        queue::admit(&here.app, item.id, owner).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published);
    }

    async fn nobody_passes_over_a_change_that_was_asked_of_them(db: Db) {
        let here = Here::new(db);
        let (group, owner, mona, post) = reported(&here).await;
        let id = open_cases(&here, &viewer(owner), group).await[0].id;
        act(&here, &viewer(owner), id, CaseAction::Entry(EntryAction::AskChange)).await.unwrap();
        let item = here.waiting(group).await;
        let error = queue::admit(&here.app, item.id, mona).await.unwrap_err();
        assert!(matches!(error, QueueError::NotPermitted(NotPermitted::Oneself)), "{error}");
        assert_eq!(here.state(post).await, EntryState::Held);
    }

    async fn nobody_brings_back_what_others_removed_of_theirs(db: Db) {
        let here = Here::new(db);
        let (group, owner, mona, post) = reported(&here).await;
        let comment = here.comment(post, here.person("carol").await, "Nice").await;
        here.take_away(post, owner).await;
        let is_refused = |result: Result<(), DeleteError>| {
            matches!(result, Err(DeleteError::Refused(DeleteRefusal::NotAllowed)))
        };
        assert!(is_refused(entry::restore(&here.app, by(post, mona)).await));
        entry::restore(&here.app, by(post, owner)).await.unwrap();
        // Nor with its thread.
        entry::remove_thread(&here.app, by(post, owner)).await.unwrap();
        assert!(is_refused(entry::restore_thread(&here.app, by(post, mona)).await));
        assert_eq!([here.state(post).await, here.state(comment).await], [EntryState::Removed; 2]);
        entry::restore_thread(&here.app, by(post, group.actor())).await.unwrap();
        assert_eq!(here.state(comment).await, EntryState::Published);
        // What they took out of the group themselves is theirs to bring back.
        entry::move_thread(&here.app, entry::MoveThread { thread: post, by: mona, to: None, cause: Cause::Local }).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Removed);
        entry::restore_thread(&here.app, by(post, mona)).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Published);
        here.counts(group).await;
    }

    async fn whom_a_case_is_about_does_not_look_at_it(db: Db) {
        let here = Here::new(db);
        let (group, owner, mona, post) = reported(&here).await;
        let (owner, own) = (viewer(owner), viewer(mona));
        let id = open_cases(&here, &owner, group).await[0].id;
        assert!(open_cases(&here, &own, group).await.is_empty(), "they do not learn that there is one");
        let told = async |reader| reports::of_group(&here.app, reader, group, PageRequest::default()).await.unwrap().items.len();
        assert_eq!((told(&own).await, told(&owner).await), (0, 1), "nor who reported them");
        assert!(matches!(cases::find(&here.app, &own, id).await, Err(CaseError::NotFound)));
        for action in [CaseAction::Dismiss, CaseAction::Person(PersonAction::Unmute), CaseAction::Entry(EntryAction::Remove)] {
            assert!(matches!(act(&here, &own, id, action).await, Err(CaseError::NotFound)));
        }
        for done in [
            case::claim(&here.app, &own, id).await,
            case::note(&here.app, &own, id, "Nothing in it.").await,
            case::close(&here.app, &own, id).await,
        ] {
            assert!(matches!(done, Err(CaseError::NotFound)), "{done:?}");
        }
        // About others they do, as before; and an admin who moderates acts for the group.
        let theirs = here.post(group, here.person("bob").await, "Bargains").await;
        report(&here, theirs, here.person("carol").await).await;
        assert_eq!(open_cases(&here, &own, group).await.len(), 1);
        let chief = Viewer { is_admin: true, ..own };
        act(&here, &chief, id, CaseAction::Entry(EntryAction::Remove)).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Removed);
        let record = here.decisions(group).await.pop().unwrap();
        assert_eq!((record.action, record.by), (DecisionAction::Remove, Some(group.actor())));
    }

    async fn a_case_about_the_only_moderator_is_for_those_who_run_the_instance(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let mona = here.moderator(group).await;
        let post = here.post(group, mona, "Cheap seeds").await;
        report(&here, post, here.person("ann").await).await;
        let of_instance = async || cases::of_instance(&here.app, &admin(), OPEN, PageRequest::default()).await.unwrap().items;
        let open = of_instance().await;
        assert_eq!(open.len(), 1, "{open:?}");
        act(&here, &admin(), open[0].id, CaseAction::Entry(EntryAction::Remove)).await.unwrap();
        assert_eq!(here.state(post).await, EntryState::Removed);
        // Not so where there is somebody else.
        let hal = here.person("hal").await;
        here.make(group, hal, StaffWish::Role(StaffRole::Helper)).await;
        report(&here, here.post(group, mona, "Cheaper seeds").await, hal).await;
        assert_eq!(of_instance().await.len(), 1);
        assert_eq!(open_cases(&here, &viewer(hal), group).await.len(), 2);
    }

    async fn a_moderator_elsewhere_does_not_settle_what_is_about_them(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (owner, mona) = (here.owner(group).await, here.remote("mona").await);
        here.appoint(group, mona).await;
        let post = here.post(group, mona, "Cheap seeds").await;
        report(&here, post, here.person("ann").await).await;
        let flag: (String,) = here.app.store.query("SELECT ap_id FROM reports").one().await.unwrap();
        let answer = FlagAnswer { flag: ApId::new(flag.0), by: mona, outcome: "resolved", cause: Cause::Local };
        assert!(!case::flag_answered(&here.app, answer).await.unwrap());
        assert_eq!(open_cases(&here, &viewer(owner), group).await.len(), 1);
    }
}
