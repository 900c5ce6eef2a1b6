//! A backup takes the database's place. It is made ready in a folder beside the database; once it lies there whole, what
//! was there moves into that folder, file by file, and it moves out. Whatever ends the process in between, the next
//! start goes on from where it was; nothing is overwritten or deleted but what was never whole.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Row};

use super::{backup, listed};
use crate::options::PATIENCE;
use crate::place::{Place, sync_folder, with_suffix};
use crate::services::secrets;
use crate::store::devices::DeviceStore;
use crate::store::lifecycle::LifecycleStore;
use crate::store::pairing::PairingStore;
use crate::store::sqlite::{SqliteStore, schema};

/// What is being made ready.
const PART: &str = "part.db";
/// What is ready: from here on the restore goes forward only.
const READY: &str = "ready.db";

/// Restores.
pub async fn run(place: &Place, from: &Path) -> Result<String> {
    let from = fs::canonicalize(from).with_context(|| format!("{} can't be read", from.display()))?;
    place.make_folder()?;
    let _lock = place.lock()?;
    finish(place)?;
    // A pipe would be waited for.
    ensure!(from.is_file(), "{} is no file", from.display());
    ensure!(from != place.file(), "{} is the database itself", from.display());
    let folder = staging(place);
    fs::create_dir(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    place.hand_over(&folder);
    let prepared = prepare(place, &from, &folder.join(PART)).await;
    if prepared.is_ok() {
        fs::rename(folder.join(PART), folder.join(READY))?;
        sync_folder(&folder)?;
    }
    let kept = finish(place)?;
    let mut said = prepared?;
    if let Some(kept) = kept {
        said = format!("{said}\nthe former database is kept in {}", kept.display());
    }
    Ok(said)
}

/// Whether a restore was cut off after the backup was ready.
pub fn is_under_way(place: &Place) -> bool {
    staging(place).join(READY).exists()
}

/// Ends a restore that was cut off, or clears away what never got ready. Answers where the former database is. Whoever
/// calls it holds the lock.
pub fn finish(place: &Place) -> Result<Option<PathBuf>> {
    let folder = staging(place);
    if !folder.is_dir() {
        return Ok(None);
    }
    for (from, to) in moves(place) {
        fs::rename(&from, &to)
            .and_then(|()| sync_folder(&folder))
            .and_then(|()| sync_folder(place.folder()))
            .with_context(|| format!("{} can't be moved to {}", from.display(), to.display()))?;
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(folder.join(format!("{PART}{suffix}")));
    }
    if fs::remove_dir(&folder).is_ok() {
        return Ok(None);
    }
    let kept = free(&place.beside(".before-restore"));
    fs::rename(&folder, &kept).with_context(|| format!("{} can't be moved", folder.display()))?;
    sync_folder(place.folder())?;
    Ok(Some(kept))
}

/// What is still to be moved, in order.
fn moves(place: &Place) -> Vec<(PathBuf, PathBuf)> {
    let folder = staging(place);
    let ready = folder.join(READY);
    if !ready.exists() {
        return Vec::new();
    }
    let former = place.files().into_iter().filter(|file| file.exists());
    let former = former.filter_map(|file| Some((file.clone(), free(&folder.join(file.file_name()?)))));
    former.chain([(ready, place.file().to_owned())]).collect()
}

/// Copies the backup, brings the copy to this version, looks through it and gives it a new epoch.
async fn prepare(place: &Place, from: &Path, part: &Path) -> Result<String> {
    // Nothing in it is believed: no function that its tables name, no page's account of itself.
    let source = SqliteConnectOptions::new().filename(from).pragma("trusted_schema", "OFF");
    let source = source.pragma("cell_size_check", "ON");
    let log = with_suffix(from, "-wal");
    // A file alone is read as it is, wherever it lies; a log of writes beside it is part of it.
    let alone = fs::metadata(&log).map_or(true, |log| log.len() == 0);
    let source = if alone { source.immutable(true).read_only(true) } else { source };
    sound(&source).await.with_context(|| format!("{} can't be restored", from.display()))?;
    backup::copy(source, part).await?;
    let store = SqliteStore::open(SqliteConnectOptions::new().filename(part), PATIENCE, secrets::id()?).await?;
    let checked = store.check().await?;
    ensure!(checked.faults.is_empty(), "{} is damaged:\n{}", from.display(), checked.faults.join("\n"));
    store.renew_epoch(secrets::id()?).await?;
    let devices = match store.claimed().await? {
        Some(shop) => listed(&store.devices(shop).await?),
        None => "no shop had claimed the server".to_owned(),
    };
    store.close().await;
    ensure!(!with_suffix(part, "-wal").exists(), "{} was not closed", part.display());
    fs::File::open(part)?.sync_all()?;
    place.hand_over(part);
    Ok(format!(
        "restored {}: {} events, {} pictures, a new epoch\nthese devices have access as they had then:\n{devices}",
        from.display(),
        checked.events,
        checked.pictures
    ))
}

/// Whether it is a database of this server's, with nothing else in it, and its pages are in order.
async fn sound(source: &SqliteConnectOptions) -> Result<()> {
    let mut connection = SqliteConnection::connect_with(source).await?;
    let tables = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('meta', 'shops', 'events')";
    if sqlx::query(tables).fetch_one(&mut connection).await?.try_get::<i64, _>(0)? != 3 {
        bail!(
            "it holds no data of a Stallbook server. (Copied alone from beside a running one, it may hold nothing yet)"
        );
    }
    let strange = schema::strange(&mut connection).await?;
    ensure!(
        strange.is_empty(),
        "it is not as `backup` makes it: {}. Take out what was added by hand, or use another copy",
        strange.join(", ")
    );
    let fault: String = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await?.try_get(0)?;
    ensure!(fault == "ok", "it is damaged: {fault}");
    Ok(connection.close().await?)
}

fn staging(place: &Place) -> PathBuf {
    place.beside(".restoring")
}

/// The path, or the first free one of its like.
fn free(path: &Path) -> PathBuf {
    let numbered = (1..).map(|n: u64| path.with_added_extension(n.to_string()));
    [path.to_owned()].into_iter().chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;
    use uuid::Uuid;

    use super::*;
    use crate::options::Options;
    use crate::store::conformance;
    use crate::store::log::LogStore;

    /// A stopped server whose log has ten events and whose files are three, as a kill leaves them, and a backup of one
    /// event.
    async fn shop() -> (TempDir, Place, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let other = Place::of(&Options::on_free_port(&folder.path().join("other"))).unwrap();
        let place = Place::of(&Options::on_free_port(&folder.path().join("data"))).unwrap();
        other.make_folder().unwrap();
        place.make_folder().unwrap();
        let store = SqliteStore::open(other.connect.clone(), PATIENCE, Uuid::from_u128(1)).await.unwrap();
        let (shop, device, _) = conformance::shop(&store).await;
        store.append(shop, device, conformance::large(device, 1), 0).await.unwrap();
        let backup = folder.path().join("backup");
        backup::run(&other, &backup).await.unwrap();
        for n in 2..=10 {
            store.append(shop, device, conformance::large(device, n), 0).await.unwrap();
        }
        for (from, to) in other.files().iter().zip(place.files()) {
            fs::copy(from, to).unwrap();
        }
        (folder, place, backup)
    }

    /// How many events a database has; opening it joins its files.
    async fn events(file: &Path) -> u64 {
        let store = SqliteStore::attach(SqliteConnectOptions::new().filename(file)).await.unwrap();
        let checked = store.check().await.unwrap();
        store.close().await;
        assert!(checked.faults.is_empty(), "{:?}", checked.faults);
        checked.events
    }

    #[tokio::test]
    async fn a_restore_that_is_cut_off_anywhere_loses_nothing() {
        // Before it is ready, after each of its four moves, and when only the folder is left to be renamed.
        for cut in 0..=5 {
            let (_folder, place, backup) = shop().await;
            let staging = staging(&place);
            fs::create_dir(&staging).unwrap();
            prepare(&place, &backup, &staging.join(PART)).await.unwrap();
            if cut > 0 {
                fs::rename(staging.join(PART), staging.join(READY)).unwrap();
                let moves = moves(&place);
                assert_eq!(moves.len(), 4);
                for (from, to) in &moves[..cut - 1] {
                    fs::rename(from, to).unwrap();
                }
                assert_eq!(is_under_way(&place), cut < 5);
            }
            let kept = finish(&place).unwrap();
            assert!(finish(&place).unwrap().is_none() && !staging.exists(), "it is over");
            if cut == 0 {
                assert!(kept.is_none());
                assert_eq!(events(place.file()).await, 10, "as if it had not begun");
            } else {
                assert_eq!(events(place.file()).await, 1, "cut off at {cut}");
                assert_eq!(events(&kept.unwrap().join("stallbook.db")).await, 10, "cut off at {cut}");
            }
        }
    }

    #[tokio::test]
    async fn every_former_database_is_kept_and_none_is_no_hindrance() {
        let (_folder, place, backup) = shop().await;
        for file in place.files() {
            fs::remove_file(file).unwrap();
        }
        assert!(!run(&place, &backup).await.unwrap().contains("is kept in"));
        run(&place, &backup).await.unwrap();
        run(&place, &backup).await.unwrap();
        for kept in [".before-restore", ".before-restore.1"] {
            assert_eq!(events(&place.beside(kept).join("stallbook.db")).await, 1);
        }
    }
}
