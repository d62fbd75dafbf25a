//! `Collection-Synchronization` (FEP-8fcf): whether two servers agree on who follows an actor.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};

use crate::Iri;

/// The name of the header, in lower case.
pub const COLLECTION_SYNCHRONIZATION: &str = "collection-synchronization";
/// The longest header read, in bytes: two addresses and a digest.
const MAX_HEADER: usize = 4096;

/// The XOR of the SHA-256 digests of the ids of some followers; zero for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FollowersDigest([u8; 32]);

impl FollowersDigest {
    /// Adds a follower; one that is in it already is taken out.
    pub fn add(&mut self, id: &str) {
        for (byte, other) in self.0.iter_mut().zip(digest(&SHA256, id.as_bytes()).as_ref()) {
            *byte ^= other;
        }
    }

    /// Reads 64 hexadecimal digits.
    fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl<S: AsRef<str>> FromIterator<S> for FollowersDigest {
    fn from_iter<I: IntoIterator<Item = S>>(ids: I) -> Self {
        let mut digest = Self::default();
        ids.into_iter().for_each(|id| digest.add(id.as_ref()));
        digest
    }
}

impl fmt::Display for FollowersDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synchronization {
    /// The followers collection of the sender.
    pub collection: Iri,
    /// Where the receiving server finds the part of it that lives there.
    pub url: Iri,
    /// The digest of that part.
    pub digest: FollowersDigest,
}

impl Synchronization {
    /// Reads `collectionId="…", url="…", digest="…"` in any order. `None`: it is none, or cannot be read; then there is
    /// nothing to compare.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut collection, mut url, mut digest) = (None, None, None);
        let mut rest = text.trim();
        if rest.len() > MAX_HEADER {
            return None;
        }
        loop {
            let (name, after) = rest.split_once("=\"")?;
            let (value, after) = after.split_once('"')?;
            match name {
                "collectionId" if collection.is_none() => collection = Some(Iri::parse(value).ok()?),
                "url" if url.is_none() => url = Some(Iri::parse(value).ok()?),
                "digest" if digest.is_none() => digest = Some(FollowersDigest::parse(value)?),
                "collectionId" | "url" | "digest" => return None,
                _ => {}
            }
            rest = after.trim_start();
            match rest.strip_prefix(',') {
                Some(next) => rest = next.trim_start(),
                None if rest.is_empty() => break,
                None => return None,
            }
        }
        Some(Self { collection: collection?, url: url?, digest: digest? })
    }
}

impl fmt::Display for Synchronization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { collection, url, digest } = self;
        write!(f, "collectionId=\"{collection}\", url=\"{url}\", digest=\"{digest}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "collectionId=\"https://a.example/g/followers\", \
                          url=\"https://a.example/g/followers_synchronization\", \
                          digest=\"b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c\"";

    #[test]
    fn the_header_survives_the_round_trip() {
        let read = Synchronization::parse(HEADER).unwrap();
        assert_eq!(read.to_string(), HEADER);
        assert_eq!(read.url.as_str(), "https://a.example/g/followers_synchronization");
    }

    #[test]
    fn what_is_not_quite_one_is_none() {
        let digest = "digest=\"b5bb\"";
        for text in [
            "",
            "x",
            "url=\"",
            "collectionId=\"https://a.example/g\"",
            digest,
            &format!("{HEADER}, {HEADER}"),
        ] {
            assert_eq!(Synchronization::parse(text), None, "{text}");
        }
        assert!(
            Synchronization::parse(&format!("{HEADER}, more=\"x\"")).is_some(),
            "as the signature's syntax has it"
        );
    }

    #[test]
    fn the_order_of_followers_does_not_matter_and_none_is_zero() {
        let of = |ids: &[&str]| ids.iter().collect::<FollowersDigest>();
        assert_eq!(of(&["a", "b"]), of(&["b", "a"]));
        assert_eq!(of(&["a", "b", "b"]), of(&["a"]));
        assert_eq!(of(&[]).to_string(), "0".repeat(64));
        // SHA-256 of "abc", FIPS 180-2 appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of(&["abc"]).to_string(), abc);
    }
}
