//! `cargo xtask shots`: pictures of every page, to be looked at.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::{run as run_command, say};
use crate::workspace::{bench_dist, dist, root, target_dir};
use crate::{app, browser, server};

/// Where to.
#[derive(clap::Args)]
pub struct Options {
    /// Folder for the pictures; without it, `target/shots`
    #[arg(long)]
    into: Option<PathBuf>,
    /// Only these sizes: landscape, portrait, phone, phone-landscape, zoomed (a tablet at 200 %)
    #[arg(long, value_delimiter = ',')]
    sizes: Vec<String>,
    /// Only these languages: zh, en
    #[arg(long, value_delimiter = ',')]
    langs: Vec<String>,
    /// These themes of light, dark, daylight; without it, light and daylight
    #[arg(long, value_delimiter = ',')]
    themes: Vec<String>,
    /// A build that is not optimised: ready in a fraction of the time
    #[arg(long)]
    quick: bool,
    /// Only sights whose name holds this
    filter: Option<String>,
}

/// Goes everywhere at tablet and phone sizes, in both languages, in light and in daylight.
pub fn run(options: &Options) -> Result<()> {
    let browser = browser::ready()?;
    let (app, server) = if options.quick {
        (app::build_quickly()?, server::build_quickly()?)
    } else {
        app::build()?;
        (dist(), server::build()?)
    };
    let into = options.into.clone().unwrap_or_else(|| target_dir().join("shots"));
    std::fs::create_dir_all(&into).with_context(|| format!("making {}", into.display()))?;
    let into = into.canonicalize()?;
    say(format!("pictures go to {}", into.display()));
    let mut command = browser::node_command(&browser, &server, &app, &bench_dist());
    command.arg("--test").arg(root().join("tests/browser/shots.mjs"));
    command.env("STALLBOOK_SHOTS", into).env("STALLBOOK_SHOTS_OF", options.filter.as_deref().unwrap_or(""));
    command.env("STALLBOOK_SHOTS_SIZES", options.sizes.join(","));
    command.env("STALLBOOK_SHOTS_LANGS", options.langs.join(","));
    command.env("STALLBOOK_SHOTS_THEMES", options.themes.join(","));
    run_command(&mut command)
}
