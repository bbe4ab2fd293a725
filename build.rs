//! How the program is linked: it finds GDAL where the set-up put it, and what its static libraries define stays private.
//!
//! The registry's SQLite is compiled in, and GDAL brings another. Without this the linker would hand ours out to GDAL's
//! drivers, half of whose calls would then go to one copy and half to the other, and opening a `GeoPackage` would crash.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The built pages, which are embedded as they lie there; a folder that is missing would be built for anew every time.
    let _read_only = std::fs::create_dir_all("src/web/dist");
    println!("cargo::rerun-if-changed=src/web/dist");
    println!("cargo::rerun-if-env-changed=GDAL_HOME");
    if let Ok(home) = std::env::var("GDAL_HOME") {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{home}/lib");
        // PROJ looks for its data beside its library; GDAL has to be told.
        println!("cargo::rustc-env=PAPAVER_GDAL_DATA={home}/share/gdal");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
}
