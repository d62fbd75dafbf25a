//! `GET /groups/{name}`

use axum::http::StatusCode;
use guildhall_app::{
    entry::{CastVote, cast_vote},
    group::ChangeGroup,
};
use guildhall_domain::{content::Vote, event::Cause};
use guildhall_store::{Db, testing::on_both_engines};
use guildhall_testkit::{FixedClock, TestInstance};

use crate::support::{REVIEWED, Town, get, page};

on_both_engines! {
    async fn posts_come_in_the_order_asked_for(db: Db) {
        let town = Town::new(db).await;
        let first = town.post("First").await;
        let second = town.post("Second").await;
        town.post("Third").await;
        let tom = town.here.person("tom").await;
        let vote = CastVote { entry: second.id, actor: tom.id, vote: Some(Vote::Up), cause: Cause::Local };
        cast_vote(&town.here.app, vote).await.unwrap();
        town.here.clock.advance(std::time::Duration::from_hours(1));
        town.here.comment(&first, &tom, "Still true.").await;
        for (query, order) in [
            ("", ["Third", "Second", "First"]),
            ("?sort=new", ["Third", "Second", "First"]),
            ("?sort=active", ["First", "Third", "Second"]),
            ("?sort=top", ["Second", "Third", "First"]),
        ] {
            let page = town.page(&format!("/groups/garden{query}")).await;
            assert_eq!(page.texts(".entry h3"), order, "{query}");
        }
        let unknown = town.get("/groups/garden?sort=hot").await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
        assert!(unknown.page().has("a[href='/groups/garden']"));
    }

    async fn long_lists_go_on_behind_the_link_to_the_next_page(db: Db) {
        let town = Town::new(db).await;
        for number in 1..=21 {
            town.post(&format!("Post {number}")).await;
        }
        let first = town.page("/groups/garden").await;
        assert_eq!(first.all(".entry").len(), 20);
        let second = town.page(&first.attribute(".pager [rel=next]", "href")).await;
        assert_eq!(second.texts(".entry h3"), ["Post 1"]);
        assert!(!second.has("[rel=next]") && second.has(".pager a[href='/groups/garden']"));
        let wrong = town.get("/groups/garden?cursor=nonsense").await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }

    async fn what_waits_for_a_moderator_is_shown_to_no_visitor(db: Db) {
        let here = TestInstance::start(db, FixedClock::default()).await;
        let garden = here.group_with("garden", REVIEWED).await;
        let mona = here.person("mona").await;
        let held = here.post(&garden, &mona, "Secret plans", "The shed.").await;
        let thread = format!("/posts/{}", held.id);
        for path in ["/groups/garden", "/groups/garden/feed.atom", "/users/mona", "/users/mona/feed.atom"] {
            let answer = get(&here, path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(!answer.body.contains("Secret plans"), "{path}: {}", answer.body);
        }
        assert_eq!(get(&here, &thread).await.status, StatusCode::NOT_FOUND);

        let waiting = here.queue(garden.id).await;
        here.admit(waiting[0].id).await;
        assert_eq!(page(&here, "/groups/garden").await.texts(".entry h3"), ["Secret plans"]);
        assert_eq!(page(&here, &thread).await.text("h1"), "Secret plans");
    }

    async fn groups_that_are_not_here_are_404_and_other_spellings_lead_to_the_one(db: Db) {
        let town = Town::new(db).await;
        for path in ["/groups/nobody", "/groups/garden@elsewhere.example", "/groups/mona", "/groups/%20"] {
            let answer = town.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.page().text("h1"), "Nothing is here", "{path}");
        }
        let host = &town.here.app.site.host;
        for path in ["/groups/GARDEN".to_owned(), format!("/groups/garden@{host}")] {
            let answer = town.get(&path).await;
            assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{path}");
            assert_eq!(answer.header("location"), "/groups/garden", "{path}");
        }
    }

    async fn posts_that_say_no_language_are_in_that_of_their_group(db: Db) {
        let town = Town::new(db).await;
        town.change(ChangeGroup { language: Some(Some("he".into())), ..ChangeGroup::default() }).await;
        let post = town.post("RHS: זרעים שמתאימים לאקלים שלנו").await;
        let page = town.page("/groups/garden").await;
        assert_eq!(page.attribute(".entry", "lang"), "he");
        assert_eq!(page.attribute(".entry h3 a", "dir"), "rtl");
        assert_eq!(page.attribute(".excerpt", "dir"), "auto", "which is in English");
        let thread = town.page(&format!("/posts/{}", post.id)).await;
        assert_eq!(thread.attribute("article.post", "lang"), "he");
        let feed = town.get("/users/mona/feed.atom").await;
        assert!(feed.body.contains("<entry xml:lang=\"he\">"), "{}", feed.body);
    }

    async fn a_group_elsewhere_is_shown_without_a_word_on_what_its_moderators_decide(db: Db) {
        let town = Town::new(db).await;
        let peer = town.here.peer("lemmy").await;
        let boats = peer.group("boats");
        town.here.follow(&town.mona, &boats.id).await;
        let path = format!("/groups/boats@{}", peer.host);
        let page = town.page(&path).await;
        assert!(page.text(".away").contains(&format!("lives on {}", peer.host)), "{}", page.text(".away"));
        assert!(page.attribute(".away a", "href").starts_with(&peer.base));
        let all = page.text("main");
        for claim in ["What you write appears at once", "Anybody can join", "may post", "you are a member", "Be the first"] {
            assert!(!all.contains(claim), "{claim} in {all}");
        }
    }
}
