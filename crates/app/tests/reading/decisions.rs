//! Decisions as their readers see them.

use guildhall_app::{
    Viewer,
    entry::{self, Delete},
    group::{self, ChangeGroup},
    instance, queue,
    read::{
        DecisionView, DecisionsError, PageRequest, PersonRef,
        decisions::{of_entry, of_group, of_instance},
    },
    remote::{self, SuspendActor},
};
use guildhall_domain::{
    ActorId, EntryId, GroupId,
    actor::ActorKind,
    admission::Layer,
    content::EntryKind,
    event::Cause,
    group::{Admission, Review},
    moderation::DecisionAction,
    peering::PeeringAction,
};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{
    FAR, Here,
    people::{admitting, reviewing, viewer},
    write::by,
};

async fn about(here: &Here, reader: &Viewer, entry: EntryId) -> Vec<DecisionView> {
    of_entry(&here.app, reader, entry, EntryKind::Post, PageRequest::default()).await.unwrap().items
}

async fn error(here: &Here, reader: &Viewer, entry: EntryId) -> DecisionsError {
    of_entry(&here.app, reader, entry, EntryKind::Post, PageRequest::default()).await.unwrap_err()
}

async fn refuse(here: &Here, group: GroupId, by: ActorId, reason: &str) {
    let item = here.waiting(group).await.id;
    queue::refuse(&here.app, item, by, reason).await.unwrap();
}

on_both_engines! {
    async fn an_author_reads_why_and_a_moderator_who_too(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let (ann, moderator) = (here.person("ann").await, here.moderator(group).await);
        let post = here.post(group, ann, "Tulips").await;
        refuse(&here, group, moderator, "Off topic.").await;

        let seen = about(&here, &viewer(ann), post).await;
        let what: Vec<_> = seen.iter().map(|one| (one.action, one.layer, one.rule.as_deref(), one.reason.as_deref())).collect();
        assert_eq!(what, [
            (DecisionAction::Hold, Layer::Review, Some("review-all"), None),
            (DecisionAction::Refuse, Layer::Moderator, Some("review-all"), Some("Off topic.")),
        ]);
        assert!(seen.iter().all(|one| one.by.is_none()), "an author is not told who");
        assert!(seen.iter().all(|one| one.entry == Some((post, EntryKind::Post))));
        assert_eq!(seen[1].person.as_ref().map(|person| person.id), Some(ann));
        assert_eq!((seen[1].at, seen[1].until), (here.now(), None));

        for reader in [viewer(moderator), Viewer { is_admin: true, ..Viewer::anonymous() }] {
            let seen = about(&here, &reader, post).await;
            let who: Vec<_> = seen.iter().map(|one| one.by.as_ref().map(|by| by.id)).collect();
            assert_eq!(who, [None, Some(moderator)]);
        }
    }

    async fn an_author_reads_why_an_edit_was_refused(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, moderator) = (here.person("ann").await, here.owner(group).await);
        let post = here.post(group, ann, "Tulips").await;
        let all = ChangeGroup { review: Some(Review::All), ..ChangeGroup::default() };
        group::change(&here.app, group, moderator, all).await.unwrap();
        here.minute();
        entry::edit(&here.app, here.retitling(post, ann, "Spam")).await.unwrap();
        refuse(&here, group, moderator, "That is an advertisement.").await;
        let last = about(&here, &viewer(ann), post).await.pop().unwrap();
        assert_eq!((last.action, last.reason.as_deref()), (DecisionAction::Refuse, Some("That is an advertisement.")));
    }

    async fn strangers_learn_nothing_not_even_that_there_is_something(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", reviewing(Review::All)).await;
        let (ann, eve) = (here.person("ann").await, viewer(here.person("eve").await));
        let elsewhere = here.group("boats").await;
        let other = viewer(here.moderator(elsewhere).await);
        let post = here.post(group, ann, "Tulips").await;
        for reader in [&eve, &other, &Viewer::anonymous()] {
            assert!(matches!(error(&here, reader, post).await, DecisionsError::NotFound), "held: not to be known of");
        }
        queue::admit(&here.app, here.waiting(group).await.id, group.actor()).await.unwrap();
        for reader in [&eve, &other, &Viewer::anonymous()] {
            assert!(matches!(error(&here, reader, post).await, DecisionsError::NotConcerned), "published");
            let listed = of_group(&here.app, reader, group, PageRequest::default()).await;
            assert!(matches!(listed, Err(DecisionsError::NotPermitted(_))), "{listed:?}");
        }
        let listed = of_group(&here.app, &viewer(ann), group, PageRequest::default()).await;
        assert!(matches!(listed, Err(DecisionsError::NotPermitted(_))), "authors have those of their own alone");

        assert!(matches!(error(&here, &eve, EntryId(404)).await, DecisionsError::NotFound));
        let as_comment = of_entry(&here.app, &viewer(ann), post, EntryKind::Comment, PageRequest::default()).await;
        assert!(matches!(as_comment, Err(DecisionsError::NotFound)), "{as_comment:?}");
    }

    async fn what_is_gone_still_has_its_decisions(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, moderator) = (here.person("ann").await, here.moderator(group).await);
        let post = here.post(group, ann, "Tulips").await;
        let removal = Delete { reason: Some("Rude.".into()), ..by(post, moderator) };
        entry::delete(&here.app, removal).await.unwrap();
        entry::delete(&here.app, by(post, ann)).await.unwrap();
        for reader in [ann, moderator] {
            let seen = about(&here, &viewer(reader), post).await;
            assert_eq!(seen[0].reason.as_deref(), Some("Rude."));
        }
    }

    async fn the_record_of_a_group_is_walked_newest_first(db: Db) {
        let here = Here::new(db);
        let group = here.group_with("garden", admitting(Admission::Approval)).await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let moderator = here.moderator(group).await;
        here.join(group, ann).await;
        refuse(&here, group, moderator, "No.").await;
        here.ban(group, bob).await;
        let until = Some(here.now());
        let command = group::SetBan {
            group, actor: ann, by: moderator, banned: true, until, reason: Some("Enough.".into()),
            remove_content: false, cause: Cause::Local,
        };
        group::set_ban(&here.app, command).await.unwrap();

        let reader = viewer(moderator);
        let mut request = PageRequest { after: None, limit: Some(2) };
        let mut seen = Vec::new();
        loop {
            let page = of_group(&here.app, &reader, group, request).await.unwrap();
            assert!(page.items.len() <= 2);
            seen.extend(page.items);
            match page.next {
                Some(next) => request.after = Some(next),
                None => break,
            }
        }
        let what: Vec<_> = seen.iter().map(|one| (one.action, one.person.as_ref().map(|person| person.id))).collect();
        assert_eq!(what, [
            (DecisionAction::Ban, Some(ann)),
            (DecisionAction::Ban, Some(bob)),
            (DecisionAction::Refuse, Some(ann)),
            (DecisionAction::Hold, Some(ann)),
            (DecisionAction::Appoint, Some(moderator)),
        ]);
        assert_eq!((seen[0].until, seen[0].reason.as_deref()), (until, Some("Enough.")));
        assert_eq!(seen[0].by.as_ref().map(|by| by.id), Some(moderator));
        assert_eq!(seen[1].by.as_ref().map(|by| by.id), Some(group.actor()), "the group itself");
    }

    async fn what_was_decided_for_the_whole_instance_is_for_its_admins(db: Db) {
        let here = Here::new(db);
        let own = instance::ensure_actor(&here.app).await.unwrap().id;
        let group = here.group("garden").await;
        let bob = here.remote("bob").await;
        let chief = here.elsewhere(FAR, FAR, ActorKind::Application).await;
        let list = async |group, host: &str, action, reason| {
            instance::set_peering(&here.app, group, host, action, reason).await.unwrap()
        };
        list(None, "Spam.example", Some(PeeringAction::Block), Some("Only spam.")).await;
        list(Some(group), FAR, Some(PeeringAction::Limit), None).await;
        let (until, cause) = (Some(here.now()), here.activity().await);
        let suspend = SuspendActor {
            actor: bob, by: chief, is_suspended: true, until, reason: Some("Rude.".into()), cause,
        };
        remote::actor_suspended(&here.app, suspend).await.unwrap();
        list(None, "ok.example", Some(PeeringAction::Allow), None).await;
        assert!(list(None, "spam.example", None, None).await);
        assert!(!list(None, "spam.example", None, None).await, "nothing was decided any more");

        let admin = Viewer { is_admin: true, ..Viewer::anonymous() };
        let mut request = PageRequest { after: None, limit: Some(3) };
        let mut seen = Vec::new();
        loop {
            let page = of_instance(&here.app, &admin, request).await.unwrap();
            seen.extend(page.items);
            request.after = page.next;
            if request.after.is_none() { break; }
        }
        let id = |person: &Option<PersonRef>| person.as_ref().map(|person| person.id);
        let what: Vec<_> = seen
            .iter()
            .map(|one| (one.action, one.host.as_deref(), id(&one.person), id(&one.by), one.reason.as_deref(), one.until))
            .collect();
        assert_eq!(what, [
            (DecisionAction::ClearHost, Some("spam.example"), None, Some(own), None, None),
            (DecisionAction::AllowHost, Some("ok.example"), None, Some(own), None, None),
            (DecisionAction::Ban, None, Some(bob), Some(chief), Some("Rude."), until),
            (DecisionAction::BlockHost, Some("spam.example"), None, Some(own), Some("Only spam."), None),
        ]);
        let moderator = viewer(here.moderator(group).await);
        let of_garden = of_group(&here.app, &moderator, group, PageRequest::default()).await.unwrap().items;
        let limit = &of_garden[1];
        assert_eq!((limit.action, limit.host.as_deref()), (DecisionAction::LimitHost, Some(FAR)));
        assert_eq!(id(&limit.by), Some(group.actor()), "the group's list is the group's word");
        for reader in [moderator, Viewer::anonymous()] {
            let listed = of_instance(&here.app, &reader, PageRequest::default()).await;
            assert!(matches!(listed, Err(DecisionsError::NotAdmin)), "{listed:?}");
        }
    }
}
