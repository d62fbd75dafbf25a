//! A whole server with its own data folder and database.

use std::{process::Command, time::Duration};

use anyhow::{Context, ensure};
use reqwest::{Certificate, Client};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Api, Balancer, Certificates, Engine, Process, Refused, cli, database::Database, eventually, free_port,
    programs,
};

/// How a server is to be.
#[derive(Debug, Clone, Default)]
pub struct ServerConfig {
    name: String,
    engine: Engine,
    host: Option<String>,
    front: Option<Front>,
    settings: Vec<(String, String)>,
    clock: Option<String>,
    clock_file: Option<std::path::PathBuf>,
    /// A write beyond the limit of a file's size fails, instead of ending the process.
    outlives_file_limit: bool,
    /// Beside the first, on the same database.
    more_nodes: usize,
}

/// The public address of a server behind a TLS proxy.
#[derive(Debug, Clone)]
struct Front {
    base_url: String,
    ca_file: String,
    ca: Certificate,
}

/// A running server of one node or several; dropping it kills it and removes its data.
#[derive(Debug)]
pub struct Server {
    config: ServerConfig,
    base_url: String,
    client: Client,
    nodes: Vec<Node>,
    _balancer: Option<Balancer>,
    database: Database,
}

/// One process of a server.
#[derive(Debug)]
struct Node {
    port: u16,
    process: Option<Process>,
    folder: TempDir,
}

impl ServerConfig {
    /// A server on SQLite at `http://127.0.0.1:PORT`. The name is for messages alone.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Keeps its data on this engine.
    #[must_use]
    pub fn on(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// Is known by this name of 127.0.0.1 instead of by its address.
    #[must_use]
    pub fn at_host(mut self, host: &str) -> Self {
        self.host = Some(host.to_owned());
        self
    }

    /// Is known as `https://localhost:PORT`, where a proxy with one of these certificates is to listen, and trusts
    /// their authority.
    ///
    /// # Errors
    /// When the authority's certificate cannot be read.
    pub fn behind_tls(mut self, port: u16, certificates: &Certificates) -> anyhow::Result<Self> {
        self.front = Some(Front {
            base_url: format!("https://localhost:{port}"),
            ca_file: certificates.authority().display().to_string(),
            ca: Certificate::from_pem(&std::fs::read(certificates.authority())?)?,
        });
        Ok(self.set("server.trusted_proxies", "127.0.0.1"))
    }

    /// Has a clock that is off by so much, as `faketime` writes it: `-55m`, `+2h`. Spans of time pass as usual.
    #[must_use]
    pub fn clock_off(mut self, by: &str) -> Self {
        self.clock = Some(by.to_owned());
        self
    }

    /// Has a clock that is off by what stands in a file, as it is then.
    #[must_use]
    pub fn clock_by(mut self, file: &std::path::Path) -> Self {
        self.clock_file = Some(file.to_owned());
        self
    }

    /// Is told by an error when a file has reached the size that is set by [`Process::limit_files`].
    #[must_use]
    pub fn outlives_file_limit(mut self) -> Self {
        self.outlives_file_limit = true;
        self
    }

    /// Consists of so many nodes on one PostgreSQL, among which nginx shares out requests one by one.
    #[must_use]
    pub fn nodes(mut self, count: usize) -> Self {
        self.engine = Engine::Postgres;
        self.more_nodes = count.saturating_sub(1);
        self
    }

    /// Sets `section.key`.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        let variable = format!("GUILDHALL_{}", key.to_uppercase().replace('.', "__"));
        self.settings.push((variable, value.to_owned()));
        self
    }
}

impl Server {
    /// Starts a server with empty data and waits until it is ready.
    ///
    /// # Errors
    /// When it ends before, or is not ready after a minute.
    pub async fn start(config: ServerConfig) -> anyhow::Result<Self> {
        let nodes = (0..=config.more_nodes).map(|_| Node::new()).collect::<anyhow::Result<Vec<_>>>()?;
        let upstreams: Vec<String> = nodes.iter().map(Node::upstream).collect();
        let (port, balancer) = match &upstreams[..] {
            [_] => (nodes[0].port, None),
            many => {
                let port = free_port()?;
                (port, Some(Balancer::start(port, many).await?))
            }
        };
        let host = config.host.as_deref().unwrap_or("127.0.0.1");
        let base_url = match &config.front {
            Some(front) => front.base_url.clone(),
            None => format!("http://{host}:{port}"),
        };
        let mut client = Client::builder().no_proxy().timeout(Duration::from_secs(30));
        if let Some(front) = &config.front {
            client = client.add_root_certificate(front.ca.clone());
        }
        let mut server = Self {
            base_url,
            client: client.build()?,
            nodes,
            _balancer: balancer,
            database: Database::create(config.engine)?,
            config,
        };
        server.resume().await?;
        Ok(server)
    }

    /// Starts it again on the same data and address, after [`Server::stop`] or [`Server::kill`].
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn resume(&mut self) -> anyhow::Result<()> {
        for node in 0..self.nodes.len() {
            self.resume_node(node).await?;
        }
        Ok(())
    }

    /// Starts one node again, after [`Server::kill_node`].
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn resume_node(&mut self, node: usize) -> anyhow::Result<()> {
        let name = if node == 0 { self.config.name.clone() } else { format!("{} {node}", self.config.name) };
        let mut process = Process::spawn(&name, self.command(node)?.arg("serve"))?;
        process
            .line("where it is", |line| line.contains("listening on").then_some(()))
            .await
            .with_context(|| format!("{name} did not start"))?;
        // Not over the proxy, which may not be there yet.
        let ready = format!("http://{}/health/ready", self.nodes[node].upstream());
        self.nodes[node].process = Some(process);
        eventually("the server is ready", async || {
            let status = self.client.get(&ready).send().await?.status();
            ensure!(status.is_success(), "{status}");
            Ok(())
        })
        .await
    }

    /// Ends it in order (SIGTERM); its data stay.
    ///
    /// # Errors
    /// When it does not end, or says that it failed.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        for node in 0..self.nodes.len() {
            self.stop_node(node).await?;
        }
        Ok(())
    }

    /// Ends one node in order.
    ///
    /// # Errors
    /// As [`Server::stop`].
    pub async fn stop_node(&mut self, node: usize) -> anyhow::Result<()> {
        let mut process = self.nodes[node].process.take().context("not running")?;
        let status = process.stop().await?;
        ensure!(status.success(), "{} ended with {status}", self.config.name);
        Ok(())
    }

    /// Kills it (SIGKILL); its data stay.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        (0..self.nodes.len()).try_for_each(|node| self.kill_node(node))
    }

    /// Kills one node.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill_node(&mut self, node: usize) -> anyhow::Result<()> {
        self.nodes[node].process.take().context("not running")?.kill()
    }

    /// Has a node that was killed come back as if on another machine, which knows nothing of the one before.
    ///
    /// # Errors
    /// When its folder cannot be emptied.
    pub fn move_node(&mut self, node: usize) -> anyhow::Result<()> {
        self.nodes[node].folder = TempDir::with_prefix("guildhall-")?;
        Ok(())
    }

    /// Sets its clock right, from the next start on.
    pub fn set_clock_right(&mut self) {
        self.config.clock = None;
    }

    /// Sets its clock wrong, from the next start on, as [`ServerConfig::clock_off`].
    pub fn set_clock_off(&mut self, by: &str) {
        self.config.clock = Some(by.to_owned());
    }

    /// The process, while it runs.
    ///
    /// # Errors
    /// When it does not.
    pub fn process(&self) -> anyhow::Result<&Process> {
        self.node_process(0)
    }

    /// The process of a node, while it runs.
    ///
    /// # Errors
    /// When it does not.
    pub fn node_process(&self, node: usize) -> anyhow::Result<&Process> {
        self.nodes[node].process.as_ref().context("not running")
    }

    /// The public address without a trailing slash.
    pub fn url(&self) -> &str {
        &self.base_url
    }

    /// The host as it stands in handles, with its port.
    pub fn host(&self) -> &str {
        self.base_url.split_once("://").map_or("", |(_, host)| host)
    }

    /// Where it listens, for a proxy: `127.0.0.1:PORT`.
    pub fn upstream(&self) -> String {
        self.nodes[0].upstream()
    }

    /// The HTTP client that the APIs of this server are asked with.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs a command beside the running server and gives what it prints with `--json`.
    ///
    /// # Errors
    /// [`Refused`] when it ends with another code than 0.
    pub fn cli(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        self.cli_with_input(arguments, "")
    }

    /// [`Server::cli`] with something to read.
    ///
    /// # Errors
    /// As [`Server::cli`].
    pub fn cli_with_input(&self, arguments: &[&str], input: &str) -> anyhow::Result<Value> {
        let words = arguments.join(" ");
        cli::run(self.command(0)?.args(arguments), input).with_context(|| format!("guildhall {words}"))
    }

    /// Has what waits for a failed host's next attempt sent at once; call it again while something is missing, as an
    /// attempt on its way may fail yet.
    ///
    /// # Errors
    /// When the command fails for another reason than that nothing waits.
    pub fn hurry(&self, host: &str) -> anyhow::Result<()> {
        match self.cli(&["delivery", "retry", host]) {
            Err(error) if error.downcast_ref::<Refused>().is_none_or(|refused| refused.code != Some(1)) => {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Anybody's access.
    pub fn anonymous(&self) -> Api {
        Api::new(self.client.clone(), &self.base_url, None)
    }

    /// Makes an account and gives its owner's access.
    ///
    /// # Errors
    /// When a command is refused.
    pub fn account(&self, name: &str) -> anyhow::Result<Api> {
        self.account_with(name, &[])
    }

    /// The same for somebody who administers the instance.
    ///
    /// # Errors
    /// When a command is refused.
    pub fn admin(&self, name: &str) -> anyhow::Result<Api> {
        self.account_with(name, &["--admin"])
    }

    fn account_with(&self, name: &str, options: &[&str]) -> anyhow::Result<Api> {
        let arguments = [&["account", "create", name, "--password-stdin"], options].concat();
        self.cli_with_input(&arguments, "correct horse battery staple\n")?;
        let made = self.cli(&["token", "create", name, "--scopes", "read write follow"])?;
        let token = made["token"].as_str().context("no token")?;
        Ok(Api::new(self.client.clone(), &self.base_url, Some(token.to_owned())))
    }

    /// Makes a group with further options of `group create` and gives its global id.
    ///
    /// # Errors
    /// When the command is refused.
    pub fn group(&self, name: &str, options: &[&str]) -> anyhow::Result<String> {
        let arguments = [&["group", "create", name], options].concat();
        let made = self.cli(&arguments)?;
        Ok(made["ap_id"].as_str().context("no ap_id")?.to_owned())
    }

    fn command(&self, node: usize) -> anyhow::Result<Command> {
        let node = &self.nodes[node];
        let mut command = if self.config.outlives_file_limit {
            let mut command = Command::new("env");
            command.arg("--ignore-signal=XFSZ").arg(programs::server()?);
            command
        } else {
            Command::new(programs::server()?)
        };
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GUILDHALL_")) {
            command.env_remove(name);
        }
        command
            .current_dir(node.folder.path())
            .env("GUILDHALL_SERVER__LISTEN", node.upstream())
            .env("GUILDHALL_SERVER__BASE_URL", &self.base_url)
            .env("GUILDHALL_SERVER__METRICS_LISTEN", "")
            .env("GUILDHALL_STORAGE__DATA_DIR", node.folder.path().join("data"))
            .env("GUILDHALL_STORAGE__DATABASE_URL", self.database.url())
            .env("GUILDHALL_FEDERATION__ALLOW_ADDRESSES", "127.0.0.0/8,::1/128")
            .env("GUILDHALL_LOG__LEVEL", "info,guildhall_federation=debug");
        if let Some(by) = &self.config.clock {
            command.env("LD_PRELOAD", programs::faketime()?).env("FAKETIME", by);
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        if let Some(file) = &self.config.clock_file {
            command.env("LD_PRELOAD", programs::faketime()?).env("FAKETIME_TIMESTAMP_FILE", file);
            command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        match &self.config.front {
            Some(front) => command.env("GUILDHALL_FEDERATION__EXTRA_CA_FILE", &front.ca_file),
            None => command.env("GUILDHALL_FEDERATION__ALLOW_HTTP", "true"),
        };
        command.envs(self.config.settings.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }
}

impl Node {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { port: free_port()?, process: None, folder: TempDir::with_prefix("guildhall-")? })
    }

    /// Where it listens.
    fn upstream(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}
