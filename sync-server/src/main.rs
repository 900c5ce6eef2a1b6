//! The program: options, logs, start, signals, stop.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use sync_server::options::{Cli, LogFormat, Options};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// Lines that wait for whoever reads the log, about two megabytes; those after them are lost.
const LOG_LINES: usize = 10_000;
/// How often it is said how many were lost.
const SAY_LOST_EVERY: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<()> {
    let Cli { options, command } = Cli::parse();
    // Dropped at the end, it waits a second at most until what was logged is written.
    let _written = log_as(&options)?;
    if let Some(command) = command {
        let done = sync_server::operate::run(&options, &command).await?;
        return say(&done).context("it was done, but what came of it can't be written to standard output");
    }
    let mut server = sync_server::start(options).await?;
    let mut lines = format!("listening on {}", server.url());
    if let Some(code) = &server.setup_code {
        lines += &format!("\nset-up code {code}");
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), url = server.url(), "started");
    // Tablets sell whether it was heard or not.
    if let Err(error) = say(&lines) {
        tracing::warn!(%error, "the address and the set-up code can't be written to standard output");
    }
    tokio::select! {
        ended = server.ended() => return ended,
        signal = told_to_stop() => signal?,
    }
    tracing::info!("stopping");
    server.stop().await
}

/// Says it on standard output, which may be a full disk, or a program that ended.
fn say(words: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{words}")?;
    out.flush()
}

/// Standard output carries the two lines above and nothing else; logs go beside it, from a thread of their own: whoever
/// reads them and stops does not hold the server up.
fn log_as(options: &Options) -> Result<WorkerGuard> {
    let filter = EnvFilter::try_new(&options.log).context("STALLBOOK_LOG can't be read")?;
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LOG_LINES);
    let (writer, written) = builder.finish(std::io::stderr());
    tokio::spawn(say_lost(writer.error_counter()));
    // Colours are for a terminal: in a file, or a journal read on a phone, they are rubbish between the words.
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(writer);
    match options.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a defect")));
    Ok(written)
}

async fn say_lost(counter: ErrorCounter) {
    let mut told = 0;
    loop {
        tokio::time::sleep(SAY_LOST_EVERY).await;
        let lost = counter.dropped_lines();
        if lost > told {
            tracing::warn!(lines = lost - told, "lines of the log were lost: nobody read them");
            told = lost;
        }
    }
}

#[cfg(unix)]
async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        pressed = tokio::signal::ctrl_c() => pressed?,
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> Result<()> {
    Ok(tokio::signal::ctrl_c().await?)
}
