//! `GET /groups/{name}/log`, `GET /log`, their feeds, and `…/transparency`.

use atom_syndication::Feed;
use axum::http::StatusCode;
use guildhall_app::group::{ChangeGroup, SetBan, set_ban};
use guildhall_domain::{event::Cause, group::Visibility, moderation::Signed};
use guildhall_store::{Db, testing::on_both_engines};

use crate::support::Town;

const ALL: [&str; 6] = [
    "/groups/garden/log",
    "/groups/garden/log/feed.atom",
    "/groups/garden/transparency",
    "/log",
    "/log/feed.atom",
    "/transparency",
];

impl Town {
    /// The group puts mona out, with all that she wrote.
    async fn ban_mona(&self) {
        let command = SetBan {
            group: self.garden.id,
            actor: self.mona.id,
            by: self.garden.id.actor(),
            banned: true,
            until: None,
            reason: Some("Enough <b>now</b>.".to_owned()),
            remove_content: true,
            cause: Cause::Local,
        };
        set_ban(&self.here.app, command).await.unwrap();
    }
}

on_both_engines! {
    async fn what_was_decided_is_read_on_pages_and_in_feeds(db: Db) {
        let town = Town::new(db).await;
        let post = town.post("Late frost").await;
        for path in ["/groups/garden/log", "/log"] {
            assert!(town.page(path).await.text("main").contains("Nothing was decided yet"), "{path}");
        }
        town.ban_mona().await;
        for path in ["/groups/garden/log", "/log"] {
            let page = town.page(path).await;
            let deeds = page.texts(".deed");
            let host = &town.here.app.site.host;
            assert_eq!(deeds, [
                format!("Removed a post ({}) by mona @mona@{host}", post.id),
                format!("Banned mona @mona@{host}"),
            ]);
            assert_eq!(page.texts(".why"), ["Enough <b>now</b>."; 2]);
            assert!(!town.get(path).await.body.contains("Late frost"));

            let answer = town.get(&format!("{path}/feed.atom")).await;
            assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
            let feed: Feed = answer.body.parse().unwrap();
            let base = &town.here.app.site.base_url;
            assert_eq!(feed.id(), format!("{base}{path}/feed.atom"));
            let titles: Vec<_> = feed.entries().iter().map(|entry| entry.title().as_str()).collect();
            assert_eq!(titles, [
                format!("Removed: post {} by @mona@{host}", post.id),
                format!("Banned: @mona@{host}"),
            ]);
            let content = feed.entries()[1].content().and_then(|content| content.value());
            assert_eq!(content, Some("<p dir=\"auto\">Enough &#60;b&#62;now&#60;/b&#62;.</p>"));
            assert_eq!(feed.entries()[1].authors()[0].name(), format!("@garden@{host}"));
            let link = feed.entries()[1].links()[0].href().to_owned();
            let (there, place) = link.split_once('#').unwrap();
            assert_eq!(there, format!("{base}{path}"));
            assert!(page.has(&format!("[id='{place}']")), "{place}");
        }
        let of_group = town.get("/groups/garden/log/feed.atom").await.body;
        let of_all = town.get("/log/feed.atom").await.body;
        let ids = |feed: &str| feed.parse::<Feed>().unwrap().entries().iter().map(|entry| entry.id().to_owned()).collect::<Vec<_>>();
        assert_eq!(ids(&of_group), ids(&of_all), "the same decision in both");
    }

    async fn a_log_is_looked_through_by_its_form_alone(db: Db) {
        let town = Town::new(db).await;
        town.post("Late frost").await;
        town.ban_mona().await;
        let count = async |query: &str| town.page(&format!("/log?{query}")).await.all(".deeds > li").len();
        assert_eq!(count("action=ban&rule=&decided=&whose=&group=&person=&from=&to=").await, 1);
        assert_eq!(count("person=mona&whose=groups").await, 2);
        assert_eq!(count("whose=elsewhere").await, 0);
        assert_eq!(count("to=2000-01-01").await, 0);
        for query in ["action=none", "person=@nobody@nowhere.example", "from=x", "group=nobody"] {
            let answer = town.get(&format!("/log?{query}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
            let page = answer.page();
            assert!(page.has("#wrong") && page.has("[aria-describedby=wrong]") && page.has("form"), "{query}");
        }
        assert_eq!(town.get("/log?cursor=nonsense").await.status, StatusCode::BAD_REQUEST);
        assert_eq!(town.get("/groups/nobody/log").await.status, StatusCode::NOT_FOUND);
        let answer = town.get("/groups/Garden/log").await;
        assert_eq!(answer.header("location"), "/groups/garden/log");
    }

    async fn names_are_shown_where_the_group_signs_with_them(db: Db) {
        let town = Town::new(db).await;
        let post = town.post("Late frost").await;
        let moderator = town.here.person("molly").await;
        town.here.moderator(&town.garden, moderator.id).await;
        town.change(ChangeGroup { signed: Some(Signed::Name), ..ChangeGroup::default() }).await;
        let command = guildhall_app::entry::Delete { entry: post.id, by: moderator.id, reason: None, cause: Cause::Local };
        guildhall_app::entry::delete(&town.here.app, command).await.unwrap();
        let page = town.page("/groups/garden/log").await;
        assert!(page.texts(".deeds .meta")[0].ends_with("decided by molly"), "{:?}", page.texts(".deeds .meta"));
    }

    async fn nothing_of_a_private_group_is_on_any_of_them(db: Db) {
        let town = Town::new(db).await;
        town.post("Late frost").await;
        town.ban_mona().await;
        for visibility in [Visibility::Members, Visibility::Local] {
            town.change(ChangeGroup { visibility: Some(visibility), ..ChangeGroup::default() }).await;
            for path in ALL {
                let answer = town.get(path).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}");
                for secret in ["mona", "Enough", "Banned:"] {
                    assert!(!answer.body.contains(secret), "{secret} in {path}: {}", answer.body);
                }
            }
            let page = town.page("/groups/garden/transparency").await;
            assert!(!page.has("table"));
            assert!(town.page("/transparency").await.text("main").contains("Nothing was decided."));
        }
        town.change(ChangeGroup { visibility: Some(Visibility::Unlisted), ..ChangeGroup::default() }).await;
        assert_eq!(town.page("/groups/garden/log").await.all(".deeds > li").len(), 2);
        assert_eq!(town.page("/log").await.all(".deeds > li").len(), 0, "it is on no list");
        assert!(town.page("/groups/garden/transparency").await.has("form"));
    }

    async fn a_period_is_counted_and_one_that_is_none_is_said_to_be_so(db: Db) {
        let town = Town::new(db).await;
        town.post("Late frost").await;
        town.ban_mona().await;
        for path in ["/groups/garden/transparency", "/transparency"] {
            assert!(town.page(path).await.text("main").contains("Nothing was decided."), "today is not over");
        }
        town.here.clock.advance(std::time::Duration::from_hours(24));
        for path in ["/groups/garden/transparency", "/transparency"] {
            let page = town.page(path).await;
            assert!(page.text("[aria-labelledby=actions-title] tbody").contains("Banned01"), "{path}");
            let before = town.page(&page.attribute("[rel=prev]", "href")).await;
            assert!(before.text("main").contains("Nothing was decided."));
            for query in ["from=x", "from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-03-01"] {
                let answer = town.get(&format!("{path}?{query}")).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
                assert!(answer.page().text("#wrong").contains("Shown is the latest month"), "{query}");
            }
        }
    }
}
