//! What cannot be seen from one value alone: settings that contradict each other, and files that are not there.

use std::time::Duration;

use super::{Config, HumanDuration, Loaded, Problem};

/// Longest age of a signature that may be allowed.
const SIGNATURE_MAX_AGE: HumanDuration = HumanDuration::hours(12);

/// All that is wrong with the settings taken together.
pub(super) fn check(loaded: &Loaded) -> Vec<Problem> {
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
    found
        .into_iter()
        .flatten()
        .chain(zeros(config))
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

impl Finding {
    fn error(key: &'static str, message: impl Into<String>) -> Self {
        Self { error: true, key, message: message.into() }
    }

    fn warning(key: &'static str, message: impl Into<String>) -> Self {
        Self { error: false, key, message: message.into() }
    }
}

/// Plain http is fine for a trial on this machine. Under a public name it would make ids that can never change.
fn plain_http(config: &Config) -> Option<Finding> {
    let base_url = &config.server.base_url;
    if base_url.is_https() || config.federation.allow_http || !config.federation.enabled {
        return None;
    }
    let key = "server.base_url";
    Some(if base_url.is_local() {
        let message = format!(
            "{base_url} is plain http: federation by plain http is off, so other servers cannot follow groups \
             here, until base_url is https:// or federation.allow_http is true"
        );
        Finding::warning(key, message)
    } else {
        let message = format!(
            "{base_url} is plain http and all ids would be http:// for good; set https://{}, \
             or federation.allow_http = true in a closed network",
            base_url.authority()
        );
        Finding::error(key, message)
    })
}

fn signature_age(config: &Config) -> Option<Finding> {
    let age = config.federation.signature_max_age;
    let allowed = HumanDuration::seconds(60)..=SIGNATURE_MAX_AGE;
    let message = || format!("got {age}, wanted from 1m to {SIGNATURE_MAX_AGE}");
    (!allowed.contains(&age)).then(|| Finding::error("federation.signature_max_age", message()))
}

fn extra_ca_file(config: &Config) -> Option<Finding> {
    let path = config.federation.extra_ca_file.as_deref()?;
    let message = match std::fs::read_to_string(path) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return None,
        Ok(_) => format!("{} has no certificate in PEM form", path.display()),
        Err(source) => format!("cannot read {}: {source}", path.display()),
    };
    Some(Finding::error("federation.extra_ca_file", message))
}

fn metrics_are_public(config: &Config) -> Option<Finding> {
    let listen = config.server.metrics_listen?;
    let message = || format!("{listen} can be reached from other machines, without a password");
    (!listen.ip().is_loopback()).then(|| Finding::warning("server.metrics_listen", message()))
}

fn same_listener(config: &Config) -> Option<Finding> {
    let (server, metrics) = (config.server.listen, config.server.metrics_listen?);
    let same_ip =
        server.ip() == metrics.ip() || server.ip().is_unspecified() || metrics.ip().is_unspecified();
    // Port 0 is a free one each time.
    let same = same_ip && server.port() == metrics.port() && server.port() != 0;
    let message = || format!("{metrics} is taken by server.listen");
    same.then(|| Finding::error("server.metrics_listen", message()))
}

fn everybody_is_a_proxy(config: &Config) -> Option<Finding> {
    let everybody = config.server.trusted_proxies.iter().any(|range| range.prefix_len() == 0);
    let message = "covers every address: anybody can choose the address that limits are counted by";
    everybody.then(|| Finding::warning("server.trusted_proxies", message))
}

fn data_dir(config: &Config) -> Option<Finding> {
    let path = &config.storage.data_dir;
    let message = || format!("{} is not a folder", path.display());
    (path.exists() && !path.is_dir()).then(|| Finding::error("storage.data_dir", message()))
}

fn zeros(config: &Config) -> impl Iterator<Item = Finding> {
    let limits = &config.limits;
    let is_zero = |span: HumanDuration| span.0 == Duration::ZERO;
    let checked = [
        ("federation.workers", config.federation.workers == 0),
        ("limits.connections", limits.connections == 0),
        ("limits.connections_per_address", limits.connections_per_address == 0),
        ("limits.header_timeout", is_zero(limits.header_timeout)),
        ("limits.request_timeout", is_zero(limits.request_timeout)),
        ("limits.body_bytes", limits.body_bytes == 0),
        ("limits.inbox_body_bytes", limits.inbox_body_bytes == 0),
        ("limits.inbox_body_timeout", is_zero(limits.inbox_body_timeout)),
        ("limits.inbox_per_ip_per_minute", limits.inbox_per_ip_per_minute == 0),
        ("limits.inbox_per_host_per_minute", limits.inbox_per_host_per_minute == 0),
        ("limits.fetch_body_bytes", limits.fetch_body_bytes == 0),
        ("limits.fetch_timeout", is_zero(limits.fetch_timeout)),
    ];
    let zero = checked.into_iter().filter(|(_, is_zero)| *is_zero);
    zero.map(|(key, _)| Finding::error(key, "must be more than 0"))
}
