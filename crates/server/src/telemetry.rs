//! Logs to standard error and metrics for Prometheus.

use std::io::{self, IsTerminal};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogConfig, LogFormat};

/// How often samples are moved into their histograms, so that memory stays bounded while nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Upper bounds of all histograms named `…_seconds`, in seconds: from a cache hit to a delivery timeout.
const SECONDS_BUCKETS: [f64; 14] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// Sends log lines to standard error from here on.
///
/// # Errors
/// When the filter does not parse or logs go somewhere already.
pub fn init_logs(config: &LogConfig) -> anyhow::Result<()> {
    let subscriber = subscriber(config, io::stderr().is_terminal(), io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).context("starting the log failed")
}

fn subscriber<W>(
    config: &LogConfig,
    colours: bool,
    writer: W,
) -> anyhow::Result<Box<dyn Subscriber + Send + Sync>>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(config.level.as_str()).context("log.level does not parse")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colours);
    Ok(match config.format {
        LogFormat::Text => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    })
}

/// The metrics of this process.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Collects metrics from here on; once in a process.
    ///
    /// # Errors
    /// When they are collected already.
    pub fn install() -> anyhow::Result<Self> {
        let handle = builder()?.install_recorder().context("starting the metrics failed")?;
        Ok(Self(handle))
    }

    /// `GET /metrics` in the Prometheus text format.
    pub fn router(&self) -> Router {
        let metrics = self.clone();
        let render = move || std::future::ready(metrics.render());
        Router::new().route("/metrics", get(render))
    }

    /// Keeps histograms small; never ends.
    pub async fn run_upkeep(self) {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            self.0.run_upkeep();
        }
    }

    fn render(&self) -> impl IntoResponse + use<> {
        ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], self.0.render())
    }
}

fn builder() -> anyhow::Result<PrometheusBuilder> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .context("the histogram buckets are wrong")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::config::Sources;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: &str, level: &str) -> String {
        let variables = [("GUILDHALL_LOG__FORMAT", format), ("GUILDHALL_LOG__LEVEL", level)];
        let environment = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let config = Sources { file: None, environment }.load().config.log;
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber = subscriber(&config, false, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(instance.host = "peer.example", "delivered");
            tracing::debug!("detail");
        });
        String::from_utf8(captured.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn log_lines_are_text_or_json_and_filtered() {
        let text = logged("text", "info");
        assert!(text.contains("INFO") && text.contains("delivered") && !text.contains("detail"), "{text}");
        let json = logged("json", "debug");
        let lines: Vec<serde_json::Value> =
            json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["instance.host"], "peer.example");
        assert_eq!(lines[1]["message"], "detail");
    }

    #[tokio::test]
    async fn metrics_are_rendered_with_buckets_for_seconds() {
        let recorder = builder().unwrap().build_recorder();
        let metrics = Metrics(recorder.handle());
        metrics::with_local_recorder(&recorder, || {
            metrics::counter!("deliveries_total", "outcome" => "accepted").increment(2);
            metrics::histogram!("inbox_lag_seconds").record(0.003);
        });
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = metrics.router().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain; version=0.0.4; charset=utf-8");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("deliveries_total{outcome=\"accepted\"} 2"), "{text}");
        assert!(text.contains("inbox_lag_seconds_bucket{le=\"0.005\"} 1"), "{text}");
    }
}
