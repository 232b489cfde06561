//! Build script of every peer: hands it the versions of its framework, of tokio and of the
//! compiler, and the flags, as `BENCH_VERSION`. The framework's name is the package's without
//! `-bench`.

use std::{env, fs, path::Path, process::Command};

fn main() {
    let package = env::var("CARGO_PKG_NAME").unwrap();
    let framework = package.trim_end_matches("-bench");
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap();
    let lock = fs::read_to_string(Path::new(&folder).join("Cargo.lock")).unwrap();
    let compiler = Command::new(env::var("RUSTC").unwrap()).arg("--version").output().unwrap();
    let compiler = String::from_utf8(compiler.stdout).unwrap();
    let compiler = compiler.split(' ').nth(1).unwrap();
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap().replace('\u{1f}', " ");

    let mut version = format!("{framework} {}", locked(&lock, framework));
    if framework != "tokio" {
        version += &format!(", tokio {}", locked(&lock, "tokio"));
    }
    version += &format!(", rustc {compiler}, release lto=fat codegen-units=1 panic=unwind {flags}");
    println!("cargo::rustc-env=BENCH_VERSION={}", version.trim_end());
    println!("cargo::rerun-if-changed=Cargo.lock");
}

fn locked<'a>(lock: &'a str, package: &str) -> &'a str {
    let entry = format!("name = \"{package}\"\nversion = \"");
    lock.split_once(&entry).unwrap().1.split('"').next().unwrap()
}
