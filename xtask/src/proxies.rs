//! The proxies that docs/operating.md describes, for the tests that try them: Debian's packages, unpacked into the
//! user's cache. Nothing is installed, so none of them starts by itself or takes a port of this machine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::browser::apt;
use crate::process::{find_on_path, output, run, say};
use crate::tools::cache;

const PACKAGES: [&str; 4] = ["apache2-bin", "caddy", "haproxy", "nginx"];

/// The folder they lie in; nothing where there are no Debian packages to be had.
pub fn ready() -> Result<Option<PathBuf>> {
    if find_on_path(&["apt-get"]).is_none() {
        say("the proxies of docs/operating.md are not tried: there is no apt-get to get them with");
        return Ok(None);
    }
    let folder = cache()?.join("proxies");
    let unpacked = folder.join("unpacked");
    if unpacked.is_dir() {
        return Ok(Some(unpacked));
    }
    say("getting Caddy, nginx, Apache and HAProxy through apt-get (once; seconds)");
    let missing = match missing() {
        Some(missing) => missing,
        None => {
            run(apt()?.arg("update"))?;
            missing().context("apt-get knows no packages of the proxies")?
        }
    };
    let part = folder.join("part");
    std::fs::remove_dir_all(&part).ok();
    std::fs::create_dir_all(part.join("usr/lib"))?;
    let download =
        |packages: &[String]| run(Command::new("apt-get").current_dir(&folder).args(["-q", "download"]).args(packages));
    if !missing.is_empty() && download(&missing).is_err() {
        // Lists that are old name packages that are gone.
        run(apt()?.arg("update"))?;
        download(&missing)?;
    }
    for entry in std::fs::read_dir(&folder)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "deb") {
            run(Command::new("dpkg").arg("-x").arg(&file).arg(&part))?;
            std::fs::remove_file(file)?;
        }
    }
    std::fs::rename(part, &unpacked)?;
    Ok(Some(unpacked))
}

/// The packages that an installation would bring; nothing when apt-get does not know them.
fn missing() -> Option<Vec<String>> {
    let args = ["-s", "--no-install-recommends", "install"];
    let plan = output(Command::new("apt-get").args(args).args(PACKAGES))?;
    Some(
        plan.lines()
            .filter_map(|line| Some(line.strip_prefix("Inst ")?.split_whitespace().next()?.to_owned()))
            .collect(),
    )
}
