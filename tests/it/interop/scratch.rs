//! A folder for the files of one test. It goes with the test, and stays when the test fails.

use std::path::{Path, PathBuf};

/// The folder.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new one; `name` is that of the test.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("ipsmgw-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder in the temporary directory");
        Scratch(folder)
    }

    /// Where a file of this name is, or will be.
    pub fn path(&self, file: &str) -> PathBuf {
        self.0.join(file)
    }

    /// Writes a file.
    pub fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path(file);
        std::fs::write(&path, text).expect("a writable folder");
        path
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
