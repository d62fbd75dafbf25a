//! Server-rendered pages for readers, and Atom feeds: no scripts, one style sheet, nothing from other hosts but
//! people's pictures.
//!
//! Handlers ([`pages`]) ask [`guildhall_app::read`] and build the plain structs of [`view`], whose templates hold
//! all the words. Which documents are for people and which for servers is negotiated by the server, in front of
//! this router.

mod assets;
mod dress;
mod error;
mod pages;
mod paths;
mod query;
mod respond;
mod router;
pub mod view;

pub use router::{paths, router};
