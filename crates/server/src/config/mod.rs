//! Settings: one typed struct per section, read once at the start and passed down as values.
//!
//! Sources in rising order: the defaults, one TOML file, the environment (`GUILDHALL_SECTION__KEY`). What cannot
//! be used is collected as [`Problem`]s, so that one run names them all.

mod base_url;
mod checks;
mod database_url;
mod environment;
mod federation;
mod file;
mod human_duration;
mod instance;
mod limits;
mod load;
mod log;
mod nearest;
mod problem;
mod section;
mod server;
mod setting;
mod storage;

pub use base_url::BaseUrl;
pub use database_url::DatabaseUrl;
pub use federation::FederationConfig;
pub use human_duration::HumanDuration;
pub use instance::InstanceConfig;
pub use limits::LimitsConfig;
pub use load::{ConfigError, Loaded, Sources};
pub use log::{LogConfig, LogFilter, LogFormat};
pub use problem::{Level, Place, Problem};
pub use section::Section;
pub use server::ServerConfig;
pub use storage::StorageConfig;

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    /// `[server]`
    pub server: ServerConfig,
    /// `[storage]`
    pub storage: StorageConfig,
    /// `[federation]`
    pub federation: FederationConfig,
    /// `[instance]`
    pub instance: InstanceConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[limits]`
    pub limits: LimitsConfig,
}

impl Config {
    /// The sections in the order in which they are documented.
    pub fn sections(&self) -> [&dyn Section; 6] {
        [&self.server, &self.storage, &self.federation, &self.instance, &self.log, &self.limits]
    }

    fn sections_mut(&mut self) -> [&mut dyn Section; 6] {
        [
            &mut self.server,
            &mut self.storage,
            &mut self.federation,
            &mut self.instance,
            &mut self.log,
            &mut self.limits,
        ]
    }

    /// All keys with their values in effect, in documented order; secrets are masked and a database URL that
    /// was left out shows what it comes to.
    pub fn effective(&self) -> Vec<(String, serde_json::Value)> {
        let mut settings = Vec::new();
        for section in self.sections() {
            for (key, value) in section.show() {
                settings.push((format!("{}.{key}", section.name()), value));
            }
        }
        let database = self.storage.database().masked();
        for (_, value) in settings.iter_mut().filter(|(key, _)| key == "storage.database_url") {
            *value = database.clone().into();
        }
        settings
    }
}

#[cfg(test)]
mod tests;
