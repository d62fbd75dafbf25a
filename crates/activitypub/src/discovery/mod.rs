//! How servers find each other: WebFinger (RFC 7033), host-meta (RFC 6415), NodeInfo (FEP-f1d5).

mod host_meta;
mod nodeinfo;
mod webfinger;

pub use host_meta::{HOST_META_TYPE, host_meta};
pub use nodeinfo::{NodeInfo, NodeInfoVersion, Usage, nodeinfo_link, write_nodeinfo_links};
pub use webfinger::{ActorLink, JRD_JSON, Jrd, JrdLink, Resource};
