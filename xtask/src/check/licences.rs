//! Licences and sources of everything the product is built with, by the lists in deny.toml.
//! Why this is not cargo-deny itself: docs/decisions/0001-licence-check.md.

use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use spdx::{Expression, LicenseReq};

use crate::process::{cargo, output};
use crate::workspace::root;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    package: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None` for our own rooms.
    source: Option<String>,
}

/// Names every dependency that is not in order.
pub fn check() -> Result<()> {
    let deny: Deny = toml::from_str(&fs::read_to_string(root().join("deny.toml"))?)?;
    let json = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))
        .context("cargo metadata failed; is Cargo.lock up to date?")?;
    let metadata: Metadata = serde_json::from_str(&json)?;
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let fault = fault(package, &deny);
        faults.extend(fault.map(|fault| format!("{} {}: {fault}", package.name, package.version)));
    }
    if !faults.is_empty() {
        bail!("dependencies that are not in order:\n  {}", faults.join("\n  "));
    }
    println!("{} packages: licences and sources in order", metadata.packages.len());
    Ok(())
}

fn fault(package: &Package, deny: &Deny) -> Option<String> {
    let source = package.source.as_deref()?;
    // Cargo's own name for crates.io, however a machine's settings reach it.
    if source != "registry+https://github.com/rust-lang/crates.io-index" {
        return Some(format!("comes from {source}, not from crates.io"));
    }
    if deny.bans.deny.iter().any(|ban| ban.package == package.name) {
        return Some("is banned by deny.toml".to_owned());
    }
    let Some(licence) = &package.license else {
        return Some("names no licence".to_owned());
    };
    // Older packages write MIT/Apache-2.0 where they mean OR.
    let expression = match Expression::parse(&licence.replace('/', " OR ")) {
        Ok(expression) => expression,
        Err(error) => {
            return Some(format!("its licence {licence} can't be read: {}", error.reason));
        }
    };
    let own = deny
        .licenses
        .exceptions
        .iter()
        .filter(|exception| exception.package == package.name)
        .flat_map(|exception| &exception.allow);
    let allowed: Vec<&str> = deny.licenses.allow.iter().chain(own).map(String::as_str).collect();
    let acceptable = |wanted: &LicenseReq| allowed.contains(&wanted.to_string().as_str());
    (!expression.evaluate(acceptable)).then(|| format!("{licence} is not allowed by deny.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, licence: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: licence.map(str::to_owned),
            source: source.map(str::to_owned),
        }
    }

    #[test]
    fn what_is_not_allowed_is_named() {
        let deny: Deny = toml::from_str(
            r#"
            [licenses]
            allow = ["MIT", "Apache-2.0"]
            exceptions = [{ crate = "odd", allow = ["MPL-2.0"] }]
            [bans]
            deny = [{ crate = "openssl-sys" }]
            "#,
        )
        .unwrap();
        let crates_io = Some("registry+https://github.com/rust-lang/crates.io-index");
        let in_order = [
            package("a", Some("MIT OR GPL-3.0"), crates_io),
            package("b", Some("MIT/Apache-2.0"), crates_io),
            package("odd", Some("MPL-2.0 AND MIT"), crates_io),
            package("ours", None, None),
        ];
        for package in in_order {
            assert_eq!(fault(&package, &deny), None, "{}", package.name);
        }
        let not = [
            package("c", Some("GPL-3.0"), crates_io),
            package("d", Some("MIT AND MPL-2.0"), crates_io),
            package("e", None, crates_io),
            package("f", Some("MIT"), Some("git+https://example.com/f")),
            package("openssl-sys", Some("MIT"), crates_io),
        ];
        for package in not {
            assert!(fault(&package, &deny).is_some(), "{}", package.name);
        }
    }
}
