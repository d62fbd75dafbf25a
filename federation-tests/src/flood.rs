//! What a test of hostile load needs: many clients in one process, and a look at a server's process.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    process::Command,
};

use anyhow::{Context, ensure};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};

/// A connection to a server from some address of 127.0.0.0/8, so that one test is many clients. It takes little in before
/// it is read from.
///
/// # Errors
/// When it is refused.
pub async fn connect_from(source: Ipv4Addr, server: SocketAddr) -> anyhow::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_recv_buffer_size(4096)?;
    socket.bind((source, 0).into())?;
    Ok(socket.connect(server).await?)
}

/// [`connect_from`], with something said at once.
///
/// # Errors
/// As [`connect_from`], or when the server has closed already.
pub async fn say_from(source: Ipv4Addr, server: SocketAddr, bytes: &[u8]) -> anyhow::Result<TcpStream> {
    let mut stream = connect_from(source, server).await?;
    stream.write_all(bytes).await?;
    Ok(stream)
}

/// The most memory that a process has ever had resident, in MiB.
///
/// # Errors
/// When it is gone.
pub fn most_resident(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = line.context("no VmHWM")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024)
}

/// Lets a process have as many files open as its hard limit says, and tells how many those are.
///
/// # Errors
/// When the system does not let us.
pub fn allow_open_files(process: u32) -> anyhow::Result<usize> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits"))?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let hard = line.and_then(|line| line.split_whitespace().nth(1)).context("no limit of open files")?;
    let status = Command::new("prlimit")
        .args([format!("--pid={process}"), format!("--nofile={hard}:{hard}")])
        .status()?;
    ensure!(status.success(), "prlimit: {status}");
    Ok(hard.parse()?)
}
