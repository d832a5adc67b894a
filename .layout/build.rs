//! How the linker lays the release program out, where it can.
//!
//! What a start and an idle bot run is a seventh of the program. The linker puts functions where it finds them, so that
//! seventh is spread over nearly every page, and nearly every page is in memory. With `order.ld` (made by `.layout/trace`) it
//! stands together. Relocations are packed too: a megabyte that each start would read. A linker or a system that knows
//! neither leaves the program as it was: larger in memory, and the same in all it does.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "so a build script and cargo speak")]

use std::env;
use std::path::Path;
use std::process::Command;

/// The functions that stand together. A name that the program no longer has means nothing to the linker.
const ORDER: [&str; 1] = ["-Wl,-T,.layout/order.ld"];
/// Needs glibc 2.36, and says so when the program starts on an older one.
const PACKED: [&str; 1] = ["-Wl,-z,pack-relative-relocs"];

fn main() {
    println!("cargo::rerun-if-changed=.layout/build.rs");
    println!("cargo::rerun-if-changed=.layout/order.ld");
    if variable("PROFILE") != "release" || variable("TARGET") != variable("HOST") {
        return;
    }
    for flags in [ORDER.as_slice(), &PACKED] {
        if runs_with(flags) {
            for flag in flags {
                println!("cargo::rustc-link-arg-bins={flag}");
            }
        }
    }
}

/// Whether a program that is linked so runs here.
fn runs_with(flags: &[&str]) -> bool {
    let folder = variable("OUT_DIR");
    let (source, program) = (Path::new(&folder).join("probe.rs"), Path::new(&folder).join("probe"));
    if std::fs::write(&source, "fn main() {}").is_err() {
        return false;
    }
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.arg(&source).arg("-o").arg(&program).arg("--target").arg(variable("TARGET"));
    rustc.args(variable("CARGO_ENCODED_RUSTFLAGS").split('\u{1f}').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg(format!("-Clinker={linker}"));
    }
    rustc.args(flags.iter().map(|flag| format!("-Clink-arg={flag}")));
    let built = rustc.output().is_ok_and(|output| output.status.success());
    built && Command::new(&program).status().is_ok_and(|status| status.success())
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
