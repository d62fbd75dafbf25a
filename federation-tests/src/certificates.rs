//! A throw-away certificate authority and one certificate of it, for `localhost` and 127.0.0.1.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::ensure;
use tempfile::TempDir;

use crate::programs;

/// Certificates that end with their owner.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// Makes both with `openssl`.
    ///
    /// # Errors
    /// When it fails or is not installed.
    pub fn make() -> anyhow::Result<Self> {
        let certificates = Self { folder: TempDir::with_prefix("guildhall-ca-")? };
        fs::write(
            certificates.file("extensions"),
            "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
        )?;
        let run = |line: &str| certificates.openssl(line);
        run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=throw-away")?;
        run("req -new -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=localhost")?;
        run("x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
             -extfile extensions -out certificate.pem")?;
        Ok(certificates)
    }

    /// The authority's own certificate (PEM).
    pub fn authority(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// The certificate of `localhost` (PEM).
    pub fn certificate(&self) -> PathBuf {
        self.file("certificate.pem")
    }

    /// Its private key (PEM).
    pub fn key(&self) -> PathBuf {
        self.file("key.pem")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn openssl(&self, line: &str) -> anyhow::Result<()> {
        let mut command = Command::new(programs::installed("openssl")?);
        let folder: &Path = self.folder.path();
        let output = command.current_dir(folder).args(line.split_whitespace()).output()?;
        ensure!(output.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}
