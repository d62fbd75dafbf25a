//! Which address shows what.

use axum::{Router, middleware, routing::get};
use guildhall_app::App;

use crate::{
    assets, dress,
    error::PageError,
    pages::{feeds, group, home, join, person, robots, slash, thread},
};

/// Pages and feeds as people and software mistype them.
const PAGES_WITH_SLASH: [&str; 7] = [
    "/groups/{name}/",
    "/groups/{name}/feed.atom/",
    "/groups/{name}/join/{code}/",
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
