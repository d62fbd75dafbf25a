//! Connections to other servers: used again for what comes next, and shared by HTTP/2 where that is offered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod connections {
    mod reuse;
    mod server;
}
