//! The tables that the app ships.

/// The text of `public/data/<name>-<hash>.txt`.
pub fn text(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/data");
    let mut files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let begins = format!("{name}-");
    let file = files.find(|file| file.file_name().unwrap().to_str().unwrap().starts_with(&begins)).unwrap();
    std::fs::read_to_string(file).unwrap()
}
