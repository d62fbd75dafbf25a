//! Which address shows what.

use axum::{Router, middleware, routing::get};
use guildhall_app::App;

use crate::{
    assets, dress,
    error::PageError,
    pages::{feeds, group, home, join, log, person, robots, slash, thread, transparency},
};

/// Pages and feeds as people and software mistype them.
const PAGES_WITH_SLASH: [&str; 13] = [
    "/groups/{name}/",
    "/groups/{name}/feed.atom/",
    "/groups/{name}/join/{code}/",
    "/groups/{name}/log/",
    "/groups/{name}/log/feed.atom/",
    "/groups/{name}/transparency/",
    "/log/",
    "/log/feed.atom/",
    "/transparency/",
    "/posts/{id}/",
    "/comments/{id}/",
    "/users/{name}/",
    "/users/{name}/feed.atom/",
];

/// All pages, feeds and assets; everything else is answered with a page that says it is not here. `HEAD` works
/// wherever `GET` does.
///
/// It has a fallback of its own: mount it as the fallback service of a router that has none, or behind one that
/// chooses by `Accept`.
pub fn router(app: App) -> Router {
    let with_slash =
        PAGES_WITH_SLASH.iter().fold(Router::new(), |router, path| router.route(path, get(slash::drop)));
    Router::new()
        .merge(with_slash)
        .route("/", get(home::show))
        .route("/groups/{name}", get(group::show))
        .route("/groups/{name}/feed.atom", get(feeds::group))
        .route("/groups/{name}/join/{code}", get(join::show))
        .route("/groups/{name}/log", get(log::of_group))
        .route("/groups/{name}/log/feed.atom", get(feeds::group_log))
        .route("/groups/{name}/transparency", get(transparency::of_group))
        .route("/log", get(log::of_instance))
        .route("/log/feed.atom", get(feeds::instance_log))
        .route("/transparency", get(transparency::of_instance))
        .route("/posts/{id}", get(thread::show))
        .route("/comments/{id}", get(thread::show_comment))
        .route("/users/{name}", get(person::show))
        .route("/users/{name}/feed.atom", get(feeds::person))
        .route("/assets/{file}", get(assets::serve))
        .route("/robots.txt", get(robots::show))
        .fallback(|| async { PageError::NotFound })
        .layer(middleware::from_fn_with_state(app.site.clone(), dress::dress))
        .with_state(app)
}
