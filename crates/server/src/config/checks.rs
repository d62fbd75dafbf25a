//! What cannot be seen from one value alone: settings that contradict each other, and files that are not there.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use ipnet::IpNet;

use super::{Config, HumanDuration, Loaded, Problem};

/// Longest age of a signature that may be allowed.
const SIGNATURE_MAX_AGE: HumanDuration = HumanDuration::hours(12);

/// All that is wrong with the settings taken together.
pub fn check(loaded: &Loaded) -> Vec<Problem> {
    let config = &loaded.config;
    let found = [
        plain_http(config),
        signature_age(config),
        extra_ca_file(config),
        metrics_are_public(config),
        same_listener(config),
        everybody_is_a_proxy(config),
        data_dir(config),
    ];
    let zeros = zeros(config);
    found
        .into_iter()
        .flatten()
        .chain(zeros)
        .map(|Finding { error, key, message }| {
            let place = loaded.place(key);
            if error { Problem::error(key, place, message) } else { Problem::warning(key, place, message) }
        })
        .collect()
}

struct Finding {
    error: bool,
    key: &'static str,
    message: String,
}

fn error(key: &'static str, message: impl Into<String>) -> Option<Finding> {
    Some(Finding { error: true, key, message: message.into() })
}

fn warning(key: &'static str, message: impl Into<String>) -> Option<Finding> {
    Some(Finding { error: false, key, message: message.into() })
}

/// Plain http is fine for a trial on this machine. Under a public name it would make ids that can never change.
fn plain_http(config: &Config) -> Option<Finding> {
    let base_url = &config.server.base_url;
    if base_url.is_https() || config.federation.allow_http || !config.federation.enabled {
        return None;
    }
    if base_url.is_local() {
        return warning(
            "server.base_url",
            format!(
                "{base_url} is plain http: federation by plain http is off, so other servers cannot be reached \
                 or follow groups here, until base_url is https:// or federation.allow_http is true"
            ),
        );
    }
    error(
        "server.base_url",
        format!(
            "{base_url} is plain http and all ids would be http:// for good; set https://{}, \
             or federation.allow_http = true in a closed network",
            base_url.authority()
        ),
    )
}

fn signature_age(config: &Config) -> Option<Finding> {
    let age = config.federation.signature_max_age;
    let allowed = HumanDuration::seconds(60)..=SIGNATURE_MAX_AGE;
    if allowed.contains(&age) {
        return None;
    }
    error("federation.signature_max_age", format!("got {age}, wanted from 1m to {SIGNATURE_MAX_AGE}"))
}

fn extra_ca_file(config: &Config) -> Option<Finding> {
    let path = config.federation.extra_ca_file.as_deref()?;
    match std::fs::read_to_string(path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => None,
        Ok(_) => {
            error("federation.extra_ca_file", format!("{} has no certificate in PEM form", path.display()))
        }
        Err(source) => error("federation.extra_ca_file", format!("cannot read {}: {source}", path.display())),
    }
}

fn metrics_are_public(config: &Config) -> Option<Finding> {
    let listen = config.server.metrics_listen?;
    if listen.ip().is_loopback() {
        return None;
    }
    warning("server.metrics_listen", format!("{listen} can be reached from other machines, without a password"))
}

fn same_listener(config: &Config) -> Option<Finding> {
    let metrics = config.server.metrics_listen?;
    let collide = |a: SocketAddr, b: SocketAddr| {
        a.port() == b.port()
            && a.port() != 0
            && (a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified())
    };
    if !collide(config.server.listen, metrics) {
        return None;
    }
    error("server.metrics_listen", format!("{metrics} is taken by server.listen"))
}

fn everybody_is_a_proxy(config: &Config) -> Option<Finding> {
    if !config.server.trusted_proxies.iter().any(|range: &IpNet| range.prefix_len() == 0) {
        return None;
    }
    warning(
        "server.trusted_proxies",
        "covers every address: anybody can choose the address that limits are counted by",
    )
}

fn data_dir(config: &Config) -> Option<Finding> {
    let path: &Path = &config.storage.data_dir;
    if !path.exists() || path.is_dir() {
        return None;
    }
    error("storage.data_dir", format!("{} is not a folder", path.display()))
}

fn zeros(config: &Config) -> Vec<Finding> {
    let limits = &config.limits;
    let is_zero = |span: HumanDuration| span.0 == Duration::ZERO;
    let checked = [
        ("federation.workers", config.federation.workers == 0),
        ("limits.connections", limits.connections == 0),
        ("limits.header_timeout", is_zero(limits.header_timeout)),
        ("limits.request_timeout", is_zero(limits.request_timeout)),
        ("limits.body_bytes", limits.body_bytes == 0),
        ("limits.inbox_body_bytes", limits.inbox_body_bytes == 0),
        ("limits.inbox_body_timeout", is_zero(limits.inbox_body_timeout)),
        ("limits.inbox_per_ip_per_minute", limits.inbox_per_ip_per_minute == 0),
        ("limits.inbox_per_host_per_minute", limits.inbox_per_host_per_minute == 0),
        ("limits.api_per_ip_per_minute", limits.api_per_ip_per_minute == 0),
        ("limits.fetch_body_bytes", limits.fetch_body_bytes == 0),
        ("limits.fetch_timeout", is_zero(limits.fetch_timeout)),
    ];
    let zero = checked.into_iter().filter(|(_, is_zero)| *is_zero);
    zero.filter_map(|(key, _)| error(key, "must be more than 0")).collect()
}
