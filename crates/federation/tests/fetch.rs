//! What is taken over from other servers, and what is not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fetch {
    mod actors;
    mod block_lists;
    mod documents;
    mod gzip;
    mod handles;
    mod refused;
    mod threads;
}
mod peer;
