//! How the program is linked: what its static libraries define stays private to it.
//!
//! The registry's SQLite is compiled in, and GDAL brings another. Without this the linker would hand ours out to GDAL's
//! drivers, half of whose calls would then go to one copy and half to the other, and opening a `GeoPackage` would crash.

fn main() {
    println!("cargo::rerun-if-changed=.setup/build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
}
