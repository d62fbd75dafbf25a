//! gzip for what compresses well.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, Predicate, SizeAbove};

/// Below this many bytes an answer fits one packet anyway.
const WORTH_IT: u64 = 1024;

type Compressible = fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool;

/// Compresses pages, JSON, feeds and our own static text; fast rather than small.
pub(super) fn layer() -> CompressionLayer<And<SizeAbove, Compressible>> {
    let predicate = SizeAbove::new(WORTH_IT).and(is_text as Compressible);
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(predicate)
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let text = ["text/html", "text/css", "text/javascript", "text/plain", "application/javascript"];
    text.contains(&essence) || essence.ends_with("json") || essence.ends_with("xml")
}
