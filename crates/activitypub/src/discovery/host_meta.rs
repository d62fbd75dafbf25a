//! host-meta: where WebFinger is. Some older programs ask for it first.

use crate::Origin;

/// The document's media type.
pub const HOST_META_TYPE: &str = "application/xrd+xml";

/// Writes the document for a server.
pub fn host_meta(origin: &Origin) -> String {
    // An origin has no character that XML would need escaped.
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"application/jrd+json\" \
         template=\"{origin}/.well-known/webfinger?resource={{uri}}\"/>\n\
         </XRD>\n"
    )
}
