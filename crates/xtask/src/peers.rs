//! The real peers of the interop tests: SIPp, tshark, Kamailio, freeDiameter, Erlang and what makes a network bad from the
//! system, SMS codecs and a Diameter node from PyPI.
//!
//! Refuses: to install into the system's Python, to install what is there already, to hide why it could not.
//! In: the folder for what is not the system's (`target/peers`). Out: everything present, or an error with the remedy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::step::{run, succeeds};

/// A program that the tests start, and the Debian package that brings it.
const PROGRAMS: [(&str, &str); 14] = [
    ("sipp", "sip-tester"),
    ("tshark", "tshark"),
    ("dumpcap", "wireshark-common"),
    ("text2pcap", "wireshark-common"),
    ("python3", "python3"),
    ("openssl", "openssl"),
    ("unshare", "util-linux"),
    ("kamailio", "kamailio"),
    ("freeDiameterd", "freediameterd"),
    ("erl", "erlang-base"),
    ("erlc", "erlang-base"),
    ("diameterc", "erlang-diameter"),
    ("ip", "iproute2"),
    ("nft", "nftables"),
];

/// What these programs load, below a folder of libraries, and the package that brings it.
const LIBRARIES: [(&str, &str); 7] = [
    ("kamailio/modules/ims_isc.so", "kamailio-ims-modules"),
    ("kamailio/modules/presence.so", "kamailio-presence-modules"),
    ("kamailio/modules/uuid.so", "kamailio-extra-modules"),
    ("kamailio/modules/utils.so", "kamailio-utils-modules"),
    ("kamailio/modules/xmlops.so", "kamailio-xml-modules"),
    ("freeDiameter/acl_wl.fdx", "freediameter-extensions"),
    ("erlang/lib/diameter-*/include/diameter.hrl", "erlang-dev"),
];

/// What the virtual environment must be able to import.
const MODULES: &str =
    "import pycrate_mobile.TS23040_SMS, smspdudecoder.fields, messaging.sms, diameter.node, pjsua2";

/// Where the pinned Python packages are listed.
const REQUIREMENTS: &str = "tests/peers/requirements.txt";

/// The Python that has the SMS codecs.
pub fn python(peers: &Path) -> PathBuf {
    peers.join("venv/bin/python")
}

/// Makes every peer present; cheap when they are.
pub fn install(root: &Path, peers: &Path) -> Result<()> {
    install_programs()?;
    install_modules(&root.join(REQUIREMENTS), peers)
}

fn install_programs() -> Result<()> {
    let packages = wanted_packages(is_present, can_make_environments());
    if packages.is_empty() {
        println!("    programs: all present");
        return Ok(());
    }
    let list = packages.join(" ");
    refuse_without_apt(&list, is_on_path("apt-get"), is_root())?;
    println!("    programs: installing {list}");
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    // An update that reached no mirror may still end well; the installation then says so.
    let by_hand = format!("is there a network? Install these Debian packages and run again: {list}");
    apt(&["update", "-qq"]).with_context(|| by_hand.clone())?;
    answer_wireshark()?;
    let quiet = Quiet::begin(Path::new("/usr/sbin/policy-rc.d"))?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(&packages);
    let installed = apt(&arguments).with_context(|| by_hand.clone());
    drop(quiet);
    installed?;
    let missing = wanted_packages(is_present, can_make_environments());
    if !missing.is_empty() {
        bail!("{} still missing after the installation; {by_hand}", missing.join(" "));
    }
    Ok(())
}

/// While it lives no package starts a service: the tests start what they need on ports of their own, and a Kamailio on
/// port 5060 is nobody's wish.
struct Quiet<'p>(Option<&'p Path>);

impl<'p> Quiet<'p> {
    /// By Debian's way to say so; where somebody has said something there already, that holds.
    fn begin(policy: &'p Path) -> Result<Self> {
        if policy.exists() {
            return Ok(Quiet(None));
        }
        fs::write(policy, "#!/bin/sh\nexit 101\n").with_context(|| policy.display().to_string())?;
        let quiet = Quiet(Some(policy));
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(policy, executable).with_context(|| policy.display().to_string())?;
        Ok(quiet)
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        if let Some(policy) = self.0 {
            // Whoever removed it before has done what we want.
            let _ = fs::remove_file(policy);
        }
    }
}

/// The packages that bring what is not there, each once.
fn wanted_packages(is_present: impl Fn(&str) -> bool, has_venv: bool) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for (what, package) in PROGRAMS.into_iter().chain(LIBRARIES) {
        if !is_present(what) && !packages.contains(&package) {
            packages.push(package);
        }
    }
    if !has_venv {
        packages.push("python3-venv");
    }
    packages
}

fn refuse_without_apt(packages: &str, has_apt: bool, is_root: bool) -> Result<()> {
    if !has_apt {
        bail!("these Debian packages, or what brings the same programs here, must be installed: {packages}");
    }
    if !is_root {
        bail!(
            "not root: run `sudo apt-get install -y --no-install-recommends {packages}` and then this again"
        );
    }
    Ok(())
}

/// The question that wireshark-common asks at installation: nobody but root may capture.
fn answer_wireshark() -> Result<()> {
    let mut child = Command::new("debconf-set-selections")
        .stdin(Stdio::piped())
        .spawn()
        .context("debconf-set-selections could not be started")?;
    let answer = "wireshark-common wireshark-common/install-setuid boolean false\n";
    if let Some(mut stdin) = child.stdin.take() {
        std::io::Write::write_all(&mut stdin, answer.as_bytes())?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("debconf-set-selections ended with {status}");
    }
    Ok(())
}

fn install_modules(requirements: &Path, peers: &Path) -> Result<()> {
    let wanted = fs::read_to_string(requirements).with_context(|| requirements.display().to_string())?;
    let venv = peers.join("venv");
    // What is installed is known by the list it was installed from: a changed list is a new environment.
    let stamp = venv.join("installed-from.txt");
    let is_current = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if is_current && has_modules(peers) {
        println!("    Python packages: all present");
        return Ok(());
    }
    println!("    Python packages: installing into {}", venv.display());
    fs::create_dir_all(peers).with_context(|| peers.display().to_string())?;
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))
        .context("a virtual environment")?;
    run(Command::new(python(peers))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(requirements))
    .context("pip install: needs PyPI or a mirror (set PIP_INDEX_URL); then run again")?;
    if !has_modules(peers) {
        bail!("the Python packages are installed and cannot be imported: `{MODULES}`");
    }
    fs::write(&stamp, wanted).with_context(|| stamp.display().to_string())
}

fn has_modules(peers: &Path) -> bool {
    succeeds(Command::new(python(peers)).args(["-c", MODULES]))
}

fn can_make_environments() -> bool {
    succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A program, by its bare name, or a library.
fn is_present(what: &str) -> bool {
    if what.contains('/') { is_library(Path::new("/usr/lib"), what) } else { is_on_path(what) }
}

/// Below a folder of libraries, or below the one of this machine's architecture in it; `*` stands for a folder's version.
fn is_library(folder: &Path, library: &str) -> bool {
    let is_below = |folder: PathBuf| {
        library.split('/').try_fold(folder, |folder, name| match name.split_once('*') {
            None => Some(folder.join(name)).filter(|path| path.exists()),
            Some((start, _)) => {
                named(&folder).find(|(name, _)| name.starts_with(start)).map(|(_, path)| path)
            }
        })
    };
    let architectures = named(folder).filter(|(name, _)| name.contains("-linux-")).map(|(_, path)| path);
    architectures.chain([folder.to_path_buf()]).any(|folder| is_below(folder).is_some())
}

/// What is in a folder, by its name.
fn named(folder: &Path) -> impl Iterator<Item = (String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
}

fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_wanted_and_each_package_once() {
        assert_eq!(wanted_packages(|_| true, true), [""; 0]);
        assert_eq!(wanted_packages(|program| program != "sipp", true), ["sip-tester"]);
        assert_eq!(wanted_packages(|what| !what.starts_with("erl"), true), ["erlang-base", "erlang-dev"]);
        let nothing = wanted_packages(|_| false, false);
        assert_eq!(nothing[..4], ["sip-tester", "tshark", "wireshark-common", "python3"]);
        let once: std::collections::BTreeSet<_> = nothing.iter().collect();
        assert_eq!((once.len(), nothing.last()), (nothing.len(), Some(&"python3-venv")));
    }

    #[test]
    fn a_library_is_found_with_its_version_and_its_architecture() {
        let folder = std::env::temp_dir().join(format!("xtask-peers-{}", std::process::id()));
        for file in ["x86_64-linux-gnu/kamailio/a.so", "erlang/lib/diameter-2.2.7/include/b.hrl"] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
            fs::write(path, "").expect("a writable folder");
        }
        let is_there = |library| is_library(&folder, library);
        assert!(is_there("kamailio/a.so") && is_there("erlang/lib/diameter-*/include/b.hrl"));
        assert!(!is_there("kamailio/b.so") && !is_there("erlang/lib/ssl-*/include/b.hrl"));
        fs::remove_dir_all(folder).expect("ours");
    }

    #[test]
    fn services_are_kept_from_starting_only_while_packages_are_installed() {
        let policy = std::env::temp_dir().join(format!("xtask-policy-{}", std::process::id()));
        let quiet = Quiet::begin(&policy).expect("a writable folder");
        let status = Command::new(&policy).status().expect("a program");
        assert_eq!(status.code(), Some(101));
        let second = Quiet::begin(&policy).expect("there already");
        drop(second);
        assert!(policy.exists(), "it is not the second one's to remove");
        drop(quiet);
        assert!(!policy.exists());
    }

    #[test]
    fn a_refusal_says_what_to_type() {
        let told = refuse_without_apt("tshark", true, false).expect_err("not root").to_string();
        assert!(told.contains("sudo apt-get install -y --no-install-recommends tshark"), "{told}");
        let told = refuse_without_apt("tshark", false, true).expect_err("no apt").to_string();
        assert!(told.contains("tshark"), "{told}");
        assert!(refuse_without_apt("tshark", true, true).is_ok());
    }

    #[test]
    fn a_missing_list_of_packages_is_an_error_that_names_it() {
        let absent = Path::new("/no/such/requirements.txt");
        let error = install_modules(absent, Path::new("/no/such/peers")).expect_err("absent");
        assert!(error.to_string().contains("requirements.txt"));
    }
}
