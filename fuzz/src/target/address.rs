//! An id names the same host to every parser, and the guard lets no special address through in any spelling.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use guildhall_activitypub::{Iri, discovery::Resource};
use ipnet::IpNet;
use url::{Host, Url};

use crate::under_test::net::guard::AddressGuard;

pub(super) fn holds(data: &[u8]) {
    if let Ok(octets) = <[u8; 4]>::try_from(data) {
        guards(IpAddr::from(octets));
    }
    if let Ok(octets) = <[u8; 16]>::try_from(data) {
        guards(IpAddr::from(octets));
    }
    let Ok(text) = str::from_utf8(data) else { return };
    let _ = Resource::parse(text);
    let (first, second) = text.split_once('\n').unwrap_or((text, text));
    let ids = [first, second].map(|text| Iri::parse(text).ok());
    for (id, text) in ids.iter().zip([first, second]) {
        if let Some(id) = id {
            has_one_form(id);
            names_one_host(id, text);
        }
    }
    if let [Some(one), Some(other)] = &ids {
        origins_agree(one, other);
    }
}

fn has_one_form(id: &Iri) {
    assert_eq!(Iri::parse(id.as_str()).as_ref(), Ok(id));
    assert_eq!(format!("{}{}", id.origin(), id.path_and_query()), id.without_fragment().as_str());
    assert_eq!(id.origin().authority(), id.authority());
    assert!(id.path_and_query().starts_with('/'));
}

/// The parser that requests are sent by, and the one that connections are made by, see the host that the id has.
fn names_one_host(id: &Iri, text: &str) {
    let url = Url::parse(id.as_str()).unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(url.host_str(), Some(id.origin().host()));
    assert_eq!(url.port_or_known_default(), Some(id.origin().port()));
    for spelling in [id.as_str(), text.trim()] {
        let Ok(uri) = spelling.parse::<http::Uri>() else { continue };
        let Some(host) = uri.host() else { continue };
        let is_plain = host.is_ascii() && !host.contains('%') && !host.contains("xn--") && !is_number(host);
        if is_plain && !host.starts_with('[') {
            assert!(
                host.eq_ignore_ascii_case(id.origin().host()),
                "{spelling} is {host} to one and {id} to another"
            );
        }
    }
    is_guarded(id, &url);
}

/// A host that an old resolver would read as an address: `127.1`, `0x7f.0.0.1`.
fn is_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    last.starts_with(|first: char| first.is_ascii_digit())
}

fn is_guarded(id: &Iri, url: &Url) {
    let closed = AddressGuard::new(true, Vec::new());
    match url.host() {
        Some(Host::Ipv4(address)) => assert_eq!(closed.check(id).is_ok(), closed.permits(address.into())),
        Some(Host::Ipv6(address)) => assert_eq!(closed.check(id).is_ok(), closed.permits(address.into())),
        Some(Host::Domain(name)) => {
            assert!(name.parse::<IpAddr>().is_err(), "{name} is an address");
            let only_digits = name.split('.').all(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(!only_digits, "{name} is an address to a resolver");
        }
        None => panic!("{id} has no host"),
    }
    if !id.is_https() {
        assert!(AddressGuard::default().check(id).is_err());
    }
}

fn origins_agree(one: &Iri, other: &Iri) {
    let same = one.same_origin(other);
    assert_eq!(same, other.same_origin(one));
    assert_eq!(same, one.origin() == other.origin());
    let theirs = [one, other].map(|id| Url::parse(id.as_str()).map(|url| url.origin()).ok());
    assert_eq!(same, theirs[0] == theirs[1], "{one} and {other}");
}

fn guards(address: IpAddr) {
    let closed = AddressGuard::default();
    if closed.permits(address) {
        assert!(!is_special(address), "{address}");
    }
    let range: IpNet = IpNet::new_assert(Ipv4Addr::new(10, 0, 0, 0).into(), 8);
    let opened = AddressGuard::new(false, vec![range]);
    if opened.permits(address) && !closed.permits(address) {
        assert!(range.contains(&address.to_canonical()), "{address} was let through by a range without it");
    }
}

/// As the standard library has it, and addresses inside of addresses.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_special_v4(address),
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || embedded(address).is_some_and(is_special_v4)
        }
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_unspecified()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || (first == 100 && (64..128).contains(&second))
}

/// The IPv4 address that packets to it end at: mapped, compatible, NAT64 and 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let at =
        |start: usize| Ipv4Addr::new(octets[start], octets[start + 1], octets[start + 2], octets[start + 3]);
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(at(12)),
        [0x2002, ..] => Some(at(2)),
        _ => None,
    }
}
