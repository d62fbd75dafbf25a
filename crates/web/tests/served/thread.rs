//! `GET /posts/{id}`, `GET /comments/{id}`

use axum::http::StatusCode;
use guildhall_app::{entry, group::ChangeGroup};
use guildhall_domain::event::Cause;
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::Town;

on_both_engines! {
    async fn a_post_stands_above_its_answers(db: Db) {
        let town = Town::new(db).await;
        let post = town.post("Late frost").await;
        let answer = town.here.comment(&post, &town.mona, "Fleece.").await;
        town.here.comment(&answer, &town.mona, "Two layers.").await;
        let page = town.page(&format!("/posts/{}", post.id)).await;
        assert_eq!(page.text("h1"), "Late frost");
        assert_eq!(page.texts(".comment .text"), ["Fleece.", "Two layers."]);
        assert_eq!(page.text("#comments-title"), "2 comments");
    }

    async fn a_question_stands_with_the_votes_that_came_in(db: Db) {
        let town = Town::new(db).await;
        let options = vec![("Tulips".to_owned(), 0), ("Crocuses".to_owned(), 0)];
        let command = entry::Submit {
            group: town.garden.id,
            author: town.mona.id,
            parent: None,
            origin: entry::Origin::Here,
            texts: entry::texts_from_markdown(Some("Which?".into()), "Choose.", None),
            poll: Some(entry::Poll { options, multiple: false, closes_at: None }),
            is_public: true,
            is_fetched: false,
            is_passed_on: false,
            cause: Cause::Local,
        };
        let post = entry::submit(&town.here.app, command).await.unwrap().entry.unwrap();
        let vote = entry::PollVote { entry: post, actor: town.mona.id, option: "Crocuses".into(), cause: Cause::Local };
        entry::vote_in_poll(&town.here.app, vote).await.unwrap();
        let page = town.page(&format!("/posts/{post}")).await;
        assert_eq!(page.texts(".poll .option"), ["Tulips", "Crocuses"]);
        assert_eq!(page.texts(".poll .votes"), ["0 votes", "1 vote"]);
    }

    async fn a_post_that_is_gone_is_410_and_says_what_is_left(db: Db) {
        let town = Town::new(db).await;
        let (alone, answered) = (town.post("Alone").await, town.post("Answered").await);
        town.here.comment(&answered, &town.mona, "Still here.").await;
        for entry in [&alone, &answered] {
            town.delete(entry).await;
        }
        let alone = town.get(&format!("/posts/{}", alone.id)).await;
        assert_eq!(alone.status, StatusCode::GONE);
        let page = alone.page();
        assert_eq!(page.text("h1"), "This post was deleted by its author");
        assert_eq!(page.text("article.post .note"), "There are no comments on it.");
        assert!(!page.has("#comments") && !alone.body.contains("Alone"), "{}", alone.body);

        let answered = town.get(&format!("/posts/{}", answered.id)).await;
        assert_eq!(answered.status, StatusCode::GONE);
        let page = answered.page();
        assert_eq!(page.text("article.post .note"), "What others answered is still here.");
        assert_eq!(page.texts(".comment .text"), ["Still here."]);
    }

    async fn a_comment_that_was_removed_leaves_its_place_while_something_hangs_on_it(db: Db) {
        let town = Town::new(db).await;
        let post = town.post("Late frost").await;
        let rude = town.here.comment(&post, &town.mona, "Rude words.").await;
        town.here.comment(&rude, &town.mona, "Calm down.").await;
        town.here.remove(&town.garden, rude.id, "rude").await;
        let page = town.page(&format!("/posts/{}", post.id)).await;
        assert_eq!(page.text(&format!("#comment-{} > .comment", rude.id)), "Removed by a moderator");
        assert_eq!(page.texts(".comment .text"), ["Calm down."]);
    }

    async fn comments_are_found_in_their_thread(db: Db) {
        let town = Town::new(db).await;
        let post = town.post("Late frost").await;
        let comment = town.here.comment(&post, &town.mona, "Fleece.").await;
        for path in [format!("/comments/{}", comment.id), format!("/posts/{}", comment.id)] {
            let answer = town.get(&path).await;
            assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT, "{path}");
            assert_eq!(answer.header("location"), format!("/posts/{}#comment-{}", post.id, comment.id));
        }
        for path in ["/posts/1", "/posts/abc", "/comments/1", "/posts/99999999999999999999"] {
            assert_eq!(town.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    async fn the_card_of_the_group_has_its_picture(db: Db) {
        let town = Town::new(db).await;
        let post = town.post("Late frost").await;
        let thread = format!("/posts/{}", post.id);
        assert!(town.page(&thread).await.has(".card svg.mark"));
        let picture = "https://pictures.example/garden.png".to_owned();
        town.change(ChangeGroup { picture_url: Some(Some(picture.clone())), ..ChangeGroup::default() }).await;
        assert_eq!(town.page(&thread).await.attribute(".card img.picture", "src"), picture);
    }
}
