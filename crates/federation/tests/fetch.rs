//! What is taken over from other servers, and what is not.

mod fetch {
    pub mod actors;
    pub mod documents;
    pub mod gzip;
    pub mod handles;
    pub mod threads;
}
mod peer;
