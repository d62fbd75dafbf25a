//! Making and changing a group.

use guildhall_app::{
    group::{self, ChangeGroup, ChangeGroupError, CreateGroup, CreateGroupError},
    port::ResolveError,
    staff::{self, SetStaff, StaffWish},
};
use guildhall_domain::{
    GroupId, Handle,
    event::{Cause, EventKind},
    group::{Admission, InvalidSettings, Policy, Posting, QuotaRefusal, Review, Rule, Visibility},
    membership::{JoinRefusal, MembershipState},
};
use guildhall_store::{
    Db, actor, actor_key, delivery::subscription, group as groups, moderator, testing::on_both_engines,
};

use crate::support::{
    Here,
    people::{new_group, policy},
};

fn rule(title: &str) -> Rule {
    Rule { title: title.to_owned(), text: "*Please.*".to_owned() }
}

on_both_engines! {
    async fn a_person_owns_so_many_groups_and_an_admin_any_number(db: Db) {
        let here = Here::new(db);
        let (ann, chief) = (here.person("ann").await, here.person("chief").await);
        let make = async |owner, is_admin, name: &str| {
            let new = CreateGroup { moderators: vec![owner], ..new_group(name, Policy::default()) };
            group::create_own(&here.app, owner, is_admin, new).await
        };
        let first = make(ann, false, "first").await.unwrap();
        make(ann, false, "second").await.unwrap();
        let third = make(ann, false, "third").await;
        assert!(matches!(third, Err(CreateGroupError::Quota(QuotaRefusal::TooMany(2)))), "{third:?}");
        for name in ["a", "b", "c"] {
            make(chief, true, &format!("of_{name}")).await.unwrap();
        }
        let resign = SetStaff {
            group: first, actor: ann, by: ann, wish: StaffWish::Nothing, reason: None, cause: Cause::Local,
        };
        staff::set_staff(&here.app, resign).await.unwrap();
        make(ann, false, "third").await.unwrap();
    }

    async fn a_group_is_made_with_all_that_was_said_of_it(db: Db) {
        let here = Here::new(db);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let door = policy(Admission::Approval, Posting::Members, Review::First);
        let command = CreateGroup {
            title: String::new(),
            description: "**Hi** <script>x</script>".to_owned(),
            language: Some("de".to_owned()),
            rules: vec![rule("Be kind"), rule("No ads")],
            moderators: vec![ann, bob],
            ..new_group("Garden", door)
        };
        let id = group::create(&here.app, command).await.unwrap();
        let made = groups::find(&here.app.store, id).await.unwrap().unwrap();
        assert_eq!((made.title.as_str(), made.is_local, made.policy), ("Garden", true, door));
        assert!(made.description_html.contains("<strong>Hi</strong>") && !made.description_html.contains("script"));
        let rules = groups::list_rules(&here.app.store, id).await.unwrap();
        assert_eq!(rules.iter().map(|rule| rule.rule.title.as_str()).collect::<Vec<_>>(), ["Be kind", "No ads"]);
        assert!(rules[0].text_html.contains("<em>Please.</em>"));
        let moderators = moderator::list(&here.app.store, id).await.unwrap();
        assert!(moderators.contains(&ann) && moderators.contains(&bob));
        let actor = actor::find(&here.app.store, id.actor()).await.unwrap().unwrap();
        assert_eq!(actor.ap_id.as_str(), "https://here.example/groups/Garden");
        assert_eq!(actor.moderators_url.as_deref(), Some("https://here.example/groups/Garden/moderators"));
        assert_eq!(actor_key::list_of(&here.app.store, actor.id).await.unwrap().len(), 2);
    }

    async fn what_does_not_fit_makes_no_group(db: Db) {
        let here = Here::new(db);
        here.person("ann").await;
        let refused = async |command| group::create(&here.app, command).await.unwrap_err();
        let garden = || new_group("garden", Policy::default());
        let named = |name: &str| new_group(name, Policy::default());
        assert!(matches!(refused(named("api")).await, CreateGroupError::Name(_)));
        assert!(matches!(refused(named("Ann")).await, CreateGroupError::NameTaken));
        for (command, field) in [
            (CreateGroup { title: "x".repeat(201), ..garden() }, InvalidSettings::Title),
            (CreateGroup { title: " \n ".to_owned(), ..garden() }, InvalidSettings::Title),
            (CreateGroup { title: "\u{0}".to_owned(), ..garden() }, InvalidSettings::Title),
            (CreateGroup { description: "x".repeat(10_001), ..garden() }, InvalidSettings::Description),
            (CreateGroup { language: Some("english".into()), ..garden() }, InvalidSettings::Language),
            (CreateGroup { rules: vec![rule("")], ..garden() }, InvalidSettings::Rules),
        ] {
            let error = refused(command).await;
            assert!(matches!(&error, CreateGroupError::Settings(found) if *found == field), "{error}");
        }
        assert!(actor::find_local_by_name(&here.app.store, "garden").await.unwrap().is_none());
    }

    async fn an_owner_changes_what_they_name_and_nothing_else(db: Db) {
        let here = Here::new(db);
        let command = CreateGroup {
            description: "old".to_owned(),
            language: Some("de".to_owned()),
            rules: vec![rule("Be kind")],
            ..new_group("garden", Policy::default())
        };
        let id = group::create(&here.app, command).await.unwrap();
        let owner = here.owner(id).await;
        here.told().await;
        let change = ChangeGroup {
            description: Some("*new*".to_owned()),
            language: Some(None),
            review: Some(Review::All),
            ..ChangeGroup::default()
        };
        group::change(&here.app, id, owner, change).await.unwrap();
        let changed = groups::find(&here.app.store, id).await.unwrap().unwrap();
        assert_eq!((changed.title.as_str(), changed.description_source.as_str()), ("The garden", "*new*"));
        assert_eq!(changed.description_html.trim(), "<p><em>new</em></p>");
        assert_eq!((changed.language, changed.policy), (None, Policy { review: Review::All, ..Policy::default() }));
        assert_eq!(groups::list_rules(&here.app.store, id).await.unwrap().len(), 1, "the rules stay");
        assert_eq!(here.told().await, [EventKind::GroupChanged { group: id }]);

        let rules = ChangeGroup { rules: Some(vec![rule("One"), rule("Two")]), ..ChangeGroup::default() };
        group::change(&here.app, id, owner, rules).await.unwrap();
        let rules = groups::list_rules(&here.app.store, id).await.unwrap();
        assert_eq!(rules.iter().map(|rule| rule.rule.title.as_str()).collect::<Vec<_>>(), ["One", "Two"]);
        // The instance's admins act as the group itself.
        let title = ChangeGroup { title: Some("Gardens".to_owned()), ..ChangeGroup::default() };
        group::change(&here.app, id, id.actor(), title).await.unwrap();
        assert_eq!(groups::find(&here.app.store, id).await.unwrap().unwrap().title, "Gardens");
    }

    async fn who_changes_something_else_at_the_same_time_leaves_new_rules_alone(db: Db) {
        let here = Here::new(db);
        let id = here.group("garden").await;
        let owner = here.owner(id).await;
        for round in 0..10 {
            let wanted = format!("Rule {round}");
            let rules = ChangeGroup { rules: Some(vec![rule(&wanted)]), ..ChangeGroup::default() };
            let title = ChangeGroup { title: Some(format!("Garden {round}")), ..ChangeGroup::default() };
            let both = tokio::join!(
                group::change(&here.app, id, owner, rules),
                group::change(&here.app, id, owner, title),
            );
            assert!(both.0.is_ok() && both.1.is_ok(), "{both:?}");
            let kept = groups::list_rules(&here.app.store, id).await.unwrap();
            assert_eq!(kept.iter().map(|rule| rule.rule.title.as_str()).collect::<Vec<_>>(), [wanted]);
        }
    }

    async fn nobody_else_changes_a_group(db: Db) {
        let here = Here::new(db);
        let (id, far) = (here.group("garden").await, here.far_group("boats").await);
        let owner = here.owner(id).await;
        let member = here.person("ann").await;
        here.join(id, member).await;
        here.told().await;
        let change = async |group, by, title: &str| {
            let change = ChangeGroup { title: Some(title.to_owned()), ..ChangeGroup::default() };
            group::change(&here.app, group, by, change).await.unwrap_err()
        };
        assert!(matches!(change(id, member, "Mine").await, ChangeGroupError::NotPermitted(_)));
        for title in ["", " ", "\u{7}", &"x".repeat(201)] {
            let error = change(id, owner, title).await;
            assert_eq!(error.to_string(), "a title of 1 to 200 characters is wanted", "{title:?}");
        }
        assert!(matches!(change(GroupId(9), owner, "Mine").await, ChangeGroupError::NoSuchGroup));
        here.appoint(far, owner).await;
        assert!(matches!(change(far, owner, "Mine").await, ChangeGroupError::NoSuchGroup), "hosted elsewhere");
        assert_eq!(groups::find(&here.app.store, id).await.unwrap().unwrap().title, "The garden");
        let changed = |kind: &EventKind| matches!(kind, EventKind::GroupChanged { .. });
        assert!(!here.told().await.iter().any(changed));
    }

    async fn a_group_is_found_by_every_spelling_of_its_handle(db: Db) {
        let here = Here::new(db);
        let (id, far) = (here.group("garden").await, here.far_group("boats").await);
        here.person("ann").await;
        let find = async |text: &str| {
            let handle: Handle = text.parse().unwrap();
            let found = group::find_id(&here.app, &handle).await.unwrap();
            let resolved = group::resolve(&here.app, &handle).await;
            assert_eq!(resolved.as_ref().ok(), found.as_ref());
            assert!(found.is_some() || matches!(resolved, Err(ResolveError::NotFound)));
            found
        };
        for text in ["garden", "@Garden@here.example", "!garden@HERE.example"] {
            assert_eq!(find(text).await, Some(id), "{text}");
        }
        assert_eq!(find("boats@far.example").await, Some(far));
        for text in ["boats", "ann", "garden@far.example", "nothing@far.example"] {
            assert_eq!(find(text).await, None, "{text}");
        }
    }

    async fn with_a_group_that_becomes_local_the_memberships_of_everybody_elsewhere_end(db: Db) {
        let here = Here::new(db);
        let id = here.group("garden").await;
        let (ann, bob) = (here.remote("ann").await, here.person("bob").await);
        here.join(id, ann).await;
        here.join(id, bob).await;
        let approving = ChangeGroup { admission: Some(Admission::Approval), ..ChangeGroup::default() };
        group::change(&here.app, id, id.actor(), approving).await.unwrap();
        let asks = here.remote("asks").await;
        here.join(id, asks).await;
        here.told().await;

        let local = ChangeGroup { visibility: Some(Visibility::Local), ..ChangeGroup::default() };
        group::change(&here.app, id, id.actor(), local.clone()).await.unwrap();
        assert_eq!([here.membership(id, ann).await, here.membership(id, asks).await], [None, None]);
        assert_eq!(here.membership(id, bob).await, Some(MembershipState::Member));
        assert!(here.queue(id).await.is_empty());
        assert!(subscription::list_hosts(&here.app.store, id).await.unwrap().is_empty());
        assert_eq!(here.counts(id).await, (1, 0, 0));
        let out = |actor| EventKind::JoinDecided { group: id, actor, decision: Err(JoinRefusal::LocalOnly), reason: None };
        assert_eq!(here.told().await, [out(ann), out(asks), EventKind::GroupChanged { group: id }]);
        group::change(&here.app, id, id.actor(), local).await.unwrap();
        assert_eq!(here.told().await, [EventKind::GroupChanged { group: id }]);
    }
}
