//! The program: options, logs, start, signals, stop.

use anyhow::{Context, Result};
use clap::Parser;
use sync_server::options::{Cli, LogFormat, Options};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<()> {
    let Cli { options, command } = Cli::parse();
    log_as(&options)?;
    if let Some(command) = command {
        println!("{}", sync_server::operate::run(&options, &command).await?);
        return Ok(());
    }
    let mut server = sync_server::start(options).await?;
    println!("listening on {}", server.url());
    if let Some(code) = &server.setup_code {
        println!("set-up code {code}");
    }
    tokio::select! {
        ended = server.ended() => return ended,
        signal = told_to_stop() => signal?,
    }
    tracing::info!("stopping");
    server.stop().await
}

/// Standard output carries the two lines above and nothing else; logs go beside it.
fn log_as(options: &Options) -> Result<()> {
    let filter = EnvFilter::try_new(&options.log).context("STALLBOOK_LOG can't be read")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match options.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
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
