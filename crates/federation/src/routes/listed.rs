//! Routes together with the list of them, so that none is forgotten where all of them are looked at.

use axum::{Router, routing::MethodRouter};

use crate::Federation;

/// A router that knows its paths.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<Federation>,
    paths: Vec<&'static str>,
}

impl Routes {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn route(mut self, path: &'static str, methods: MethodRouter<Federation>) -> Self {
        self.paths.push(path);
        Self { router: self.router.route(path, methods), ..self }
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        Self { router: self.router.merge(other.router), ..self }
    }

    pub(super) fn paths(self) -> Vec<&'static str> {
        self.paths
    }

    pub(super) fn into_router(self) -> Router<Federation> {
        self.router
    }
}
