//! Where the database lies: who may read its files, which server has it, and what no server may begin with.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use sqlx::sqlite::SqliteConnectOptions;

use crate::options::Options;

/// The database's file, and those that SQLite keeps beside it.
#[derive(Clone, Debug)]
pub struct Place {
    /// How to open it.
    pub connect: SqliteConnectOptions,
    file: PathBuf,
}

/// Held as long as a server (or a restore) has the database; a process that ends lets go of it, however it ends.
#[derive(Debug)]
pub struct Lock(File);

impl Place {
    /// Where the options say.
    pub fn of(options: &Options) -> Result<Self> {
        let connect = match options.database_url.as_deref() {
            None => SqliteConnectOptions::new().filename(options.data.join("stallbook.db")),
            Some(url)
                if url.starts_with("sqlite:") && ![":memory:", "mode=memory"].iter().any(|it| url.contains(it)) =>
            {
                SqliteConnectOptions::from_str(url).context("the database's address can't be read")?
            }
            // The address may hold a password, so it is not repeated.
            Some(_) => bail!("this version keeps its data in a file of SQLite: the address is sqlite:FILE"),
        };
        // A link and what it leads to are one database.
        let named = connect.get_filename();
        let file = fs::canonicalize(named).unwrap_or_else(|_| named.to_owned());
        Ok(Self { connect: connect.filename(&file), file })
    }

    /// The database's file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The file of the same name with something after it.
    pub fn beside(&self, suffix: &str) -> PathBuf {
        with_suffix(&self.file, suffix)
    }

    /// The database, the log of what was written last, and its index: whoever moves one moves all.
    pub fn files(&self) -> [PathBuf; 3] {
        ["", "-wal", "-shm"].map(|suffix| self.beside(suffix))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        }
    }

    /// Makes the folder when it is missing, for its owner alone.
    pub fn make_folder(&self) -> Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let folder = self.folder();
        builder.create(folder).with_context(|| format!("the data folder {} can't be made", folder.display()))
    }

    /// Takes the database, or says that another process has it.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.beside(".lock");
        let file = private().write(true).create(true).truncate(false).open(&path);
        let file = file.with_context(|| format!("the lock {} can't be opened", path.display()))?;
        self.hand_over(&path);
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => {
                bail!("another server (or a restore) has the database {}; it must stop first", self.file.display())
            }
            Err(TryLockError::Error(error)) => Err(error).context(
                "the data folder knows no locks, and SQLite needs them too: use a disk of this machine, not of a network",
            ),
        }
    }

    /// Makes the database's file when it is missing and keeps its files from other users. Refuses a log of writes
    /// without the database that it belongs to: SQLite would throw it away.
    pub fn prepare(&self) -> Result<()> {
        let bytes = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let log = self.beside("-wal");
        if bytes(&self.file) == 0 && bytes(&log) > 0 {
            bail!(
                "{} is missing or empty, but {} is there: it holds what was written last. Put the database back beside \
                 it, or move it away",
                self.file.display(),
                log.display()
            );
        }
        if !self.file.exists() {
            let made = private().write(true).create_new(true).open(&self.file);
            made.with_context(|| format!("the database {} can't be made", self.file.display()))?;
        }
        for file in self.files() {
            keep_private(&file);
        }
        Ok(())
    }

    /// Gives a new file to the folder's owner: an administrator may have made it, and the server must open it.
    pub fn hand_over(&self, path: &Path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, chown};
            let (Ok(folder), Ok(file)) = (fs::metadata(self.folder()), fs::metadata(path)) else { return };
            if (folder.uid(), folder.gid()) != (file.uid(), file.gid()) {
                // Only an administrator can; for anyone else it is their own file.
                let _ = chown(path, Some(folder.uid()), Some(folder.gid()));
            }
        }
        #[cfg(not(unix))]
        let _ = path;
    }
}

impl Lock {
    /// Lets go of it.
    pub fn release(&self) {
        let _ = self.0.unlock();
    }
}

/// The path of the same name with something after it.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Opens for the owner alone, where it makes the file.
pub fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn keep_private(file: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = |metadata: &fs::Metadata| metadata.permissions().mode() & 0o077 != 0;
        if fs::metadata(file).is_ok_and(|metadata| open(&metadata))
            && let Err(error) = fs::set_permissions(file, fs::Permissions::from_mode(0o600))
        {
            tracing::warn!(%error, file = %file.display(), "other users of this machine may read the shop's data");
        }
    }
    #[cfg(not(unix))]
    let _ = file;
}

/// Waits until what a folder lists is on the disk.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
