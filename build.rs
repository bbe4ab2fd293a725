//! How the program is linked: it finds GDAL where the set-up put it, and what its static libraries define stays private.
//!
//! The registry's SQLite is compiled in, and GDAL brings another. Without this the linker would hand ours out to GDAL's
//! drivers, half of whose calls would then go to one copy and half to the other, and opening a `GeoPackage` would crash.
//! A Windows program carries who made it, and asks for UTF-8 and for paths of more than 260 characters.

/// What a Windows program says of itself to the system.
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3"><security><requestedPrivileges>
    <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
  </requestedPrivileges></security></trustInfo>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1"><application>
    <supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/>
  </application></compatibility>
  <application xmlns="urn:schemas-microsoft-com:asm.v3"><windowsSettings>
    <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
  </windowsSettings></application>
</assembly>
"#;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    // The built pages, which are embedded as they lie there; a folder that is missing would be built for anew every time.
    let _read_only = std::fs::create_dir_all("src/web/dist");
    println!("cargo::rerun-if-changed=src/web/dist");
    println!("cargo::rerun-if-env-changed=GDAL_HOME");
    let told = |name: &str| std::env::var(name).unwrap_or_default();
    println!("cargo::rustc-env=PAPAVER_TARGET={}", told("TARGET"));
    let system = told("CARGO_CFG_TARGET_OS");
    if let Ok(home) = std::env::var("GDAL_HOME")
        && system != "windows"
    {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{home}/lib");
        // PROJ looks for its data beside its library; GDAL has to be told.
        println!("cargo::rustc-env=PAPAVER_GDAL_DATA={home}/share/gdal");
    }
    match system.as_str() {
        "linux" => println!("cargo::rustc-link-arg=-Wl,--exclude-libs,ALL"),
        "windows" => winresource::WindowsResource::new()
            .set_manifest(MANIFEST)
            .compile()?,
        _ => {}
    }
    Ok(())
}
