//! No headers pass for those that the key's holder made, and what is read is what another parser of structured fields
//! (RFC 9651) reads.

use guildhall_activitypub::signature::{Limits, ParsedSignature, Scheme};
use http::{HeaderMap, HeaderValue};
use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};

use crate::signed::{self, KEY, NOW_MS};

pub(super) fn holds(data: &[u8]) {
    let mut lines = data.splitn(2, |byte| *byte == b'\n');
    let (Some(input), Some(signature)) = (lines.next(), lines.next()) else { return };
    let genuine = signed::rfc9421();
    let mut headers = genuine.clone();
    for (name, value) in [("signature-input", input), ("signature", signature)] {
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        headers.insert(name, value);
    }
    let Ok(parsed) = ParsedSignature::from_headers(&headers) else { return };
    assert_eq!(parsed.scheme(), Scheme::Rfc9421);
    let request = signed::request(&headers);
    let _ =
        (parsed.key_id(), parsed.check_time(NOW_MS, &Limits::default()), parsed.check_covers(&request, true));

    is_read_the_same_by_another_parser(&parsed, &headers);
    if parsed.verify(&request, KEY.public()).is_ok() {
        let own = ParsedSignature::from_headers(genuine).unwrap_or_else(|error| panic!("{error}"));
        let facts = |parsed: &ParsedSignature| {
            (
                parsed.key_id().ok(),
                parsed.algorithm(),
                parsed.covered().map(str::to_owned).collect::<Vec<_>>(),
            )
        };
        assert_eq!(facts(&parsed), facts(&own), "a signature over something else");
    }
}

fn is_read_the_same_by_another_parser(parsed: &ParsedSignature, headers: &HeaderMap) {
    let input = only_member(headers["signature-input"].as_bytes());
    let ListEntry::InnerList(InnerList { items, params }) = input else {
        panic!("not an inner list: {input:?}")
    };
    let name = |item: &BareItem| item.as_string().map(|name| name.as_str().to_ascii_lowercase());
    let names: Vec<_> = items.iter().map(|item| name(&item.bare_item).unwrap_or_default()).collect();
    assert_eq!(parsed.covered().collect::<Vec<_>>(), names);
    let key_id = params.get("keyid").and_then(BareItem::as_string).map(sfv::StringRef::as_str);
    assert_eq!(parsed.key_id().ok(), key_id.and_then(|id| id.parse().ok()));

    let signature = only_member(headers["signature"].as_bytes());
    assert!(matches!(signature, ListEntry::Item(ref item) if item.bare_item.as_byte_sequence().is_some()));
}

/// The member of a dictionary that has one.
fn only_member(header: &[u8]) -> ListEntry {
    let dictionary: Dictionary =
        Parser::new(header).parse().unwrap_or_else(|error| panic!("no structured field: {error}"));
    assert_eq!(dictionary.len(), 1);
    dictionary.into_iter().map(|(_, member)| member).next().unwrap_or_else(|| panic!("empty"))
}
