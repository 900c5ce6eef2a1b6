//! A copy of the database in a file of its own: whole, of one moment, checked, and on the disk when it is called made.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::place::{Place, private, sync_folder};
use crate::store::sqlite::check;

/// How the file of a backup ends that is not whole.
const PART: &str = "stallbook-part";
/// And what SQLite keeps beside it.
const JOURNAL: &str = "stallbook-part-journal";
/// How long such a file lies untouched before it is nobody's: one that is being made grows all the time.
const ABANDONED_AFTER: Duration = Duration::from_hours(1);

/// Writes it beside its name first: what has the name is whole.
pub async fn run(place: &Place, to: &Path) -> Result<String> {
    ensure_free(to)?;
    clear_away(folder_of(to));
    // Of this process alone: another one may be making the same backup.
    let [part, journal] = [PART, JOURNAL].map(|end| to.with_added_extension(format!("{}.{end}", process::id())));
    // One of this number may have been ended before its end.
    let _ = fs::remove_file(&journal);
    let made = make(place, to, &part).await;
    if made.is_err() {
        let _ = [part, journal].map(fs::remove_file);
    }
    made
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Removes what backups left in a folder that were ended before their end.
fn clear_away(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let untouched = entry.metadata().and_then(|file| file.modified()).ok().and_then(|at| at.elapsed().ok());
        let is_part = [PART, JOURNAL].iter().any(|end| entry.path().extension() == Some(OsStr::new(end)));
        if is_part && untouched.is_some_and(|time| time > ABANDONED_AFTER) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn ensure_free(to: &Path) -> Result<()> {
    ensure!(!to.exists(), "{} is there already; a backup overwrites nothing", to.display());
    Ok(())
}

async fn make(place: &Place, to: &Path, part: &Path) -> Result<String> {
    let opened = private().write(true).create(true).truncate(true).open(part);
    opened.with_context(|| format!("{} can't be made", part.display()))?;
    copy(place.connect.clone().create_if_missing(false), part).await?;
    let copied = SqliteConnectOptions::new().filename(part).immutable(true).read_only(true);
    let mut copied = SqliteConnection::connect_with(&copied).await?;
    let checked = check::check(&mut copied).await?;
    copied.close().await?;
    if !checked.faults.is_empty() {
        bail!("the database is damaged, and so would its copy be:\n{}", checked.faults.join("\n"));
    }
    ensure_free(to)?;
    fs::rename(part, to)?;
    sync_folder(folder_of(to))?;
    Ok(format!("{}: {} events, {} pictures", to.display(), checked.events, checked.pictures))
}

/// Copies what a database holds, as of one moment, into a file that is empty or missing.
pub async fn copy(from: SqliteConnectOptions, to: &Path) -> Result<()> {
    let name = to.to_str().context("a file's name must be in UTF-8")?;
    let file = from.get_filename().display().to_string();
    let copying = async {
        let mut connection = SqliteConnection::connect_with(&from).await?;
        sqlx::query("VACUUM INTO ?").bind(name).execute(&mut connection).await?;
        connection.close().await
    };
    copying.await.with_context(|| format!("{file} can't be copied"))?;
    // SQLite leaves that to the system.
    fs::File::open(to)?.sync_all()?;
    Ok(())
}
