//! Groups and people, as pages and the API name them.

use guildhall_app::{
    Viewer,
    entry::{self, CastVote},
    group::{self, ChangeGroup},
    instance,
    read::{entries, groups, people},
    remote,
};
use guildhall_domain::{GroupId, Handle, content::Vote, event::Cause, group::Rule};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::{Here, people::viewer};

fn handle(text: &str) -> Handle {
    text.parse().unwrap()
}

on_both_engines! {
    async fn a_group_is_shown_with_its_rules_moderators_and_counts(db: Db) {
        let here = Here::new(db);
        let (group, far) = (here.group("garden").await, here.far_group("boats").await);
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        here.appoint(group, bob).await;
        here.minute();
        here.appoint(group, ann).await;
        here.join(group, ann).await;
        let post = here.post(group, ann, "Post").await;
        here.comment(post, bob, "Hi").await;
        let rules = ["Be kind", "No ads"].map(|title| Rule { title: title.into(), text: "*Why*".into() });
        let change = ChangeGroup { rules: Some(rules.into()), ..ChangeGroup::default() };
        group::change(&here.app, group, ann, change).await.unwrap();

        let view = groups::find(&here.app, &handle("@Garden@here.example")).await.unwrap().unwrap();
        assert_eq!((view.group.id, view.is_local), (group, true));
        assert_eq!((view.group.name.as_str(), view.group.handle.as_str()), ("garden", "@garden@here.example"));
        assert_eq!((view.member_count, view.post_count, view.comment_count), (1, 1, 1));
        let rules: Vec<_> = view.rules.iter().map(|rule| (rule.number, rule.title.as_str())).collect();
        assert_eq!(rules, [(1, "Be kind"), (2, "No ads")]);
        assert_eq!(view.rules[0].text_html.trim(), "<p><em>Why</em></p>");
        let moderators: Vec<_> = view.moderators.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(moderators, ["bob@far.example", "ann"], "longest in office first");

        let view = groups::find_by_id(&here.app, far).await.unwrap().unwrap();
        assert_eq!((view.group.name.as_str(), view.is_local), ("boats@far.example", false));
        assert!(groups::find_by_id(&here.app, GroupId(9)).await.unwrap().is_none());
        assert!(groups::find(&here.app, &handle("ann")).await.unwrap().is_none(), "a person");
    }

    async fn people_are_found_and_groups_applications_and_the_gone_are_not(db: Db) {
        let here = Here::new(db);
        instance::ensure_actor(&here.app).await.unwrap();
        here.group("garden").await;
        here.far_group("boats").await;
        here.person("ann").await;
        let (bob, gone) = (here.remote("bob").await, here.remote("gone").await);
        remote::actor_deleted(&here.app, gone, Cause::Local).await.unwrap();
        let find = async |text: &str| people::find(&here.app, &handle(text)).await.unwrap();
        for text in ["ann", "@ANN@here.example"] {
            let ann = find(text).await.unwrap();
            assert_eq!((ann.person.name.as_str(), ann.is_local), ("ann", true));
            assert_eq!((ann.person.handle.as_str(), ann.person.display_name.as_str()), ("@ann@here.example", "ann"));
        }
        let found = find("bob@far.example").await.unwrap();
        assert_eq!((found.person.id, found.person.name.as_str(), found.is_local), (bob, "bob@far.example", false));
        for text in ["bob", "garden", "boats@far.example", "gone@far.example", "here.example", "ann@far.example"] {
            assert!(find(text).await.is_none(), "{text}");
        }
    }

    async fn a_viewer_sees_their_own_vote_and_everybody_the_tally(db: Db) {
        let here = Here::new(db);
        let group = here.group("garden").await;
        let (ann, bob) = (here.person("ann").await, here.remote("bob").await);
        let post = here.post(group, ann, "Post").await;
        for (actor, vote) in [(ann, Some(Vote::Down)), (bob, Some(Vote::Down))] {
            let command = CastVote { entry: post, actor, vote, cause: Cause::Local };
            entry::cast_vote(&here.app, command).await.unwrap();
        }
        for (viewer, mine) in [(viewer(ann), Some(Vote::Down)), (Viewer::anonymous(), None)] {
            let view = entries::find(&here.app, &viewer, post).await.unwrap().unwrap();
            assert_eq!((view.up, view.down, view.score, view.my_vote), (0, 2, -2, mine));
            assert_eq!(view.url, format!("https://here.example/posts/{post}"));
            assert_eq!(view.author.unwrap().name, "ann");
        }
    }
}
