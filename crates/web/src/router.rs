//! Which address shows what.

use axum::{
    Router, middleware,
    routing::{MethodRouter, get},
};
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
    let routes = routes().into_iter().fold(Router::new(), |router, (path, shown)| router.route(path, shown));
    routes
        .fallback(|| async { PageError::NotFound })
        .layer(middleware::from_fn_with_state(app.site.clone(), dress::dress))
        .with_state(app)
}

/// The paths of all pages, feeds and assets, in the router's own spelling.
pub fn paths() -> Vec<&'static str> {
    routes().into_iter().map(|(path, _)| path).collect()
}

fn routes() -> Vec<(&'static str, MethodRouter<App>)> {
    let mut routes = vec![
        ("/", get(home::show)),
        ("/groups/{name}", get(group::show)),
        ("/groups/{name}/feed.atom", get(feeds::group)),
        ("/groups/{name}/join/{code}", get(join::show)),
        ("/groups/{name}/log", get(log::of_group)),
        ("/groups/{name}/log/feed.atom", get(feeds::group_log)),
        ("/groups/{name}/transparency", get(transparency::of_group)),
        ("/log", get(log::of_instance)),
        ("/log/feed.atom", get(feeds::instance_log)),
        ("/transparency", get(transparency::of_instance)),
        ("/posts/{id}", get(thread::show)),
        ("/comments/{id}", get(thread::show_comment)),
        ("/users/{name}", get(person::show)),
        ("/users/{name}/feed.atom", get(feeds::person)),
        ("/assets/{file}", get(assets::serve)),
        ("/robots.txt", get(robots::show)),
    ];
    routes.extend(PAGES_WITH_SLASH.into_iter().map(|path| (path, get(slash::drop))));
    routes
}
