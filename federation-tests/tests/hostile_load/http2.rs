//! HTTP/2 frames that cost the server more than the client.

use std::net::Ipv4Addr;

use futures_util::future::join_all;
use guildhall_federation_tests::flood;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::stage::{Stage, sources};

/// RFC 9113 section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Frame types (RFC 9113 section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or_default().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A header by RFC 7541 section 6.2.2: literal, not indexed; names and values of at most 126 bytes.
fn header(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0];
    for text in [name, value] {
        bytes.push(u8::try_from(text.len()).unwrap_or_default());
        bytes.extend(text.bytes());
    }
    bytes
}

fn request(method: &str, path: &str) -> Vec<u8> {
    let type_of_body = ("content-type", "application/activity+json");
    let headers = [
        (":method", method),
        (":scheme", "http"),
        (":path", path),
        (":authority", "a.example"),
        type_of_body,
    ];
    headers.iter().flat_map(|(name, value)| header(name, value)).collect()
}

/// An attack on one connection: what is sent first, and what is sent again and again for each stream.
struct Attack {
    settings: Vec<u8>,
    again: fn(stream: u32) -> Vec<u8>,
}

impl Attack {
    fn of(again: fn(u32) -> Vec<u8>) -> Self {
        Self { settings: Vec::new(), again }
    }

    /// Goes on until the server closes, then once more on a new connection.
    async fn run(&self, source: Ipv4Addr, stage: &Stage) -> anyhow::Result<()> {
        loop {
            let mut stream = flood::say_from(source, stage.address()?, PREFACE).await?;
            stream.write_all(&frame(SETTINGS, 0, 0, &self.settings)).await?;
            // The end of a connection is the server's good right.
            let _ = self.flood(&mut stream).await;
        }
    }

    async fn flood(&self, stream: &mut TcpStream) -> anyhow::Result<()> {
        let mut came = vec![0; 1 << 16];
        for id in (1..).step_by(2) {
            stream.write_all(&(self.again)(id)).await?;
            // Read what is there, so that the server is not held up by us: it is to do its worst.
            while stream.try_read(&mut came).is_ok_and(|count| count > 0) {}
        }
        Ok(())
    }
}

async fn withstands(name: &str, attack: Attack) -> anyhow::Result<()> {
    let stage = Stage::start(name).await?;
    let attacks = async {
        let ended = join_all(sources(4, 4).map(|source| attack.run(source, &stage))).await;
        ended.into_iter().collect()
    };
    stage.withstands(attacks).await
}

#[tokio::test]
async fn streams_that_are_reset_at_once_keep_nobody_waiting() -> anyhow::Result<()> {
    let reset = |id| {
        let asked = frame(HEADERS, END_STREAM | END_HEADERS, id, &request("GET", "/"));
        [asked, frame(RST_STREAM, 0, id, &8_u32.to_be_bytes())].concat()
    };
    withstands("reset", Attack::of(reset)).await
}

#[tokio::test]
async fn heads_without_end_do_not_fill_the_memory() -> anyhow::Result<()> {
    // One head of a megabyte after another: 64 parts of 16 KiB, the last of which is missing.
    let endless = |id| {
        let part: Vec<u8> = header("x-filler", &"a".repeat(110)).repeat(130);
        let more = frame(CONTINUATION, 0, id, &part).repeat(64);
        [frame(HEADERS, 0, id, &request("GET", "/")), more].concat()
    };
    withstands("continuation", Attack::of(endless)).await
}

#[tokio::test]
async fn streams_with_large_heads_and_no_bodies_do_not_fill_the_memory() -> anyhow::Result<()> {
    let open = |id| {
        let head = [request("POST", "/inbox"), header("x-filler", &"a".repeat(110)).repeat(80)].concat();
        [frame(HEADERS, END_HEADERS, id, &head), frame(DATA, 0, id, &[b' '; 8_000])].concat()
    };
    withstands("streams", Attack::of(open)).await
}

#[tokio::test]
async fn answers_over_streams_without_a_window_do_not_fill_the_memory() -> anyhow::Result<()> {
    // SETTINGS_INITIAL_WINDOW_SIZE (4) is 0: nothing of an answer may be sent.
    let mut attack = Attack::of(|id| frame(HEADERS, END_STREAM | END_HEADERS, id, &request("GET", "/")));
    attack.settings = vec![0, 4, 0, 0, 0, 0];
    withstands("window", attack).await
}
