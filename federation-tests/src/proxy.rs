//! Debian's Caddy and nginx with the files of `deploy/`, in front of one server each.

use std::{fs, process::Command};

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::{Certificates, Process, eventually, free_port, programs};

/// Caddy with `deploy/Caddyfile`.
#[derive(Debug)]
pub struct Caddy {
    _process: Process,
    _folder: TempDir,
}

/// nginx with `deploy/nginx.conf`.
#[derive(Debug)]
pub struct Nginx {
    _process: Process,
    _folder: TempDir,
}

/// nginx that shares out plain HTTP among several nodes, request by request.
#[derive(Debug)]
pub struct Balancer {
    _process: Process,
    _folder: TempDir,
}

impl Balancer {
    /// Listens on `127.0.0.1:port`. A node that is down is passed over; what was on its way to it is answered 502.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(port: u16, upstreams: &[String]) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("guildhall-nginx-")?;
        let path = |name: &str| folder.path().join(name).display().to_string();
        let servers: Vec<String> =
            upstreams.iter().map(|upstream| format!("  server {upstream} max_fails=0;\n")).collect();
        let servers = servers.concat();
        let site = format!(
            "upstream nodes {{\n{servers}}}\nserver {{\n  listen 127.0.0.1:{port} backlog=1024;\n  \
             client_max_body_size 2m;\n  location / {{\n    proxy_pass http://nodes;\n    \
             proxy_http_version 1.1;\n    proxy_set_header Host $http_host;\n    proxy_read_timeout 20s;\n  }}\n}}\n"
        );
        fs::write(path("site.conf"), site)?;
        fs::write(path("nginx.conf"), frame(&folder))?;
        let mut command = Command::new(programs::installed("nginx")?);
        command.args(["-c", &path("nginx.conf"), "-e", &path("error.log")]);
        let process = Process::spawn("balancer", &mut command)?;
        accepts(port).await?;
        Ok(Self { _process: process, _folder: folder })
    }
}

impl Caddy {
    /// Listens with TLS on `localhost:port` and passes on to `upstream`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(port: u16, upstream: &str, certificates: &Certificates) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("guildhall-caddy-")?;
        let file = folder.path().join("Caddyfile");
        let options = "\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1";
        let plain = free_port()?;
        let import = programs::deploy("Caddyfile");
        fs::write(&file, format!("{{\n{options}\n\thttp_port {plain}\n}}\nimport {}\n", import.display()))?;

        let tls = format!("tls {} {}", certificates.certificate().display(), certificates.key().display());
        let mut command = Command::new(programs::installed("caddy")?);
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(&file)
            .env("GUILDHALL_DOMAIN", format!("localhost:{port}"))
            .env("GUILDHALL_UPSTREAM", upstream)
            .env("GUILDHALL_TLS", tls)
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path());
        let process = Process::spawn("caddy", &mut command)?;
        accepts(port).await?;
        Ok(Self { _process: process, _folder: folder })
    }
}

impl Nginx {
    /// Listens with TLS on `localhost:port` and passes on to `upstream`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(port: u16, upstream: &str, certificates: &Certificates) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("guildhall-nginx-")?;
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("site.conf"), site(port, upstream, certificates)?)?;
        fs::write(path("nginx.conf"), frame(&folder))?;

        let mut command = Command::new(programs::installed("nginx")?);
        command.args(["-c", &path("nginx.conf"), "-e", &path("error.log")]);
        let process = Process::spawn("nginx", &mut command)?;
        accepts(port).await?;
        Ok(Self { _process: process, _folder: folder })
    }
}

/// `deploy/nginx.conf` with the example's names and addresses replaced by ours, and without IPv6, which a test
/// machine may lack.
fn site(port: u16, upstream: &str, certificates: &Certificates) -> anyhow::Result<String> {
    let example = fs::read_to_string(programs::deploy("nginx.conf"))?;
    let mut site: String = example
        .lines()
        .filter(|line| !line.contains("listen [::]"))
        .fold(String::new(), |text, line| text + line + "\n");
    let replacements = [
        ("listen 443", format!("listen 127.0.0.1:{port}")),
        ("listen 80", format!("listen 127.0.0.1:{}", free_port()?)),
        ("127.0.0.1:8080", upstream.to_owned()),
        (
            "/etc/letsencrypt/live/community.example/fullchain.pem",
            certificates.certificate().display().to_string(),
        ),
        ("/etc/letsencrypt/live/community.example/privkey.pem", certificates.key().display().to_string()),
        ("community.example", "localhost".to_owned()),
    ];
    for (from, to) in replacements {
        ensure!(site.contains(from), "deploy/nginx.conf has no {from} any more");
        site = site.replace(from, &to);
    }
    Ok(site)
}

/// What Debian's own nginx.conf does around a site, with all files in our folder.
fn frame(folder: &TempDir) -> String {
    let folder = folder.path().display();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr warn;\n\
         events {{}}\nhttp {{\n  access_log off;\n  client_body_temp_path {folder}/body;\n  \
         proxy_temp_path {folder}/proxy;\n  fastcgi_temp_path {folder}/fastcgi;\n  \
         uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n  include {folder}/site.conf;\n}}\n"
    )
}

async fn accepts(port: u16) -> anyhow::Result<()> {
    eventually("the proxy listens", async || {
        tokio::net::TcpStream::connect(("127.0.0.1", port)).await.map(drop).context("not yet")
    })
    .await
}
