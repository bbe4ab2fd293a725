"""Gathers the licences of everything that a release carries.

usage: python3 licences.py REPOSITORY TRIPLE LIBRARIES RUNTIME GDAL SYSTEM FOLDER

TRIPLE is the target as the compiler names it; LIBRARIES lists the shared libraries' paths, one a line; RUNTIME is ONNX
Runtime's library, beside which its licence lies; GDAL is the folder that GDAL was unpacked into, with the libraries that
came with it; SYSTEM holds what the system's own libraries came from, each package in a folder of its name.
Writes into FOLDER:

rust/           the licence files of each crate in the program, and `crates.tsv`: name, version, licence, repository
pages/          the licences of what is built into the pages, and `packages.tsv`: package, version, licence
gdal/           GDAL's licence, the copyright file that Debian has of each library that came with it, and `libraries.tsv`:
                library, the file with its copyright, where its source code is
debian/         the copyright file of each Debian package that a library came from, and `packages.tsv`: package, version,
                source package and its version, from which its source code can be had at Debian's archive (on Linux)
microsoft/      the list of files of the C++ runtime that its maker lets others distribute, and `files.tsv`: those that are
                carried, and their version (on Windows)
common/         the full texts that Debian's copyright files refer to
onnxruntime/    ONNX Runtime's licence and notices
"""

from __future__ import annotations

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense|authors)", re.IGNORECASE)
# What comes with GDAL: the name of the library, the Debian packages that have its copyright, where its source code is.
WITH_GDAL = {
    "aec": (r"libaec0", "https://gitlab.dkrz.de/k202009/libaec"),
    "blosc": (r"libblosc1", "https://github.com/Blosc/c-blosc"),
    "crypto": (r"libssl3.*", "https://www.openssl.org"),
    "curl": (r"libcurl4(t64)?", "https://curl.se"),
    "deflate": (r"libdeflate0", "https://github.com/ebiggers/libdeflate"),
    "gdal": (r"libgdal\d+.*", "https://gdal.org"),
    "geos": (r"libgeos-c1.*", "https://libgeos.org"),
    "geos_c": (r"libgeos-c1.*", "https://libgeos.org"),
    "gif": (r"libgif7", "https://giflib.sourceforge.net"),
    "hdf5": (r"libhdf5-\d+.*", "https://github.com/HDFGroup/hdf5"),
    "hdf5_hl": (r"libhdf5-\d+.*", "https://github.com/HDFGroup/hdf5"),
    "jpeg": (r"libjpeg62-turbo|libjpeg-turbo8", "https://libjpeg-turbo.org"),
    "json-c": (r"libjson-c\d+", "https://github.com/json-c/json-c"),
    "Lerc": (r"liblerc\d+", "https://github.com/Esri/lerc"),
    "lzma": (r"liblzma5", "https://tukaani.org/xz"),
    "netcdf": (r"libnetcdf\d+.*", "https://github.com/Unidata/netcdf-c"),
    "nghttp2": (r"libnghttp2-14", "https://nghttp2.org"),
    "openjp2": (r"libopenjp2-7", "https://www.openjpeg.org"),
    "pcre2-8": (r"libpcre2-8-0", "https://github.com/PCRE2Project/pcre2"),
    "png16": (r"libpng16-16.*", "http://www.libpng.org"),
    "proj": (r"libproj\d+.*", "https://proj.org"),
    "sharpyuv": (r"libwebp\d+", "https://chromium.googlesource.com/webm/libwebp"),
    "sqlite3": (r"libsqlite3-0", "https://www.sqlite.org"),
    "ssl": (r"libssl3.*", "https://www.openssl.org"),
    "sz": (r"libaec0", "https://gitlab.dkrz.de/k202009/libaec"),
    "tiff": (r"libtiff\d+.*", "https://libtiff.gitlab.io/libtiff"),
    "webp": (r"libwebp\d+", "https://chromium.googlesource.com/webm/libwebp"),
    "zstd": (r"libzstd1", "https://github.com/facebook/zstd"),
    # What comes with it on Windows alone, or is named otherwise there.
    "crypto-3-x64": (r"libssl3.*", "https://www.openssl.org"),
    "expat": (r"libexpat1", "https://libexpat.github.io"),
    "freexl-1": (r"libfreexl1", "https://www.gaia-gis.it/fossil/freexl"),
    "geotiff": (r"libgeotiff5", "https://github.com/OSGeo/libgeotiff"),
    "iconv-2": (None, "https://www.gnu.org/software/libiconv"),
    "jpeg62": (r"libjpeg62-turbo|libjpeg-turbo8", "https://libjpeg-turbo.org"),
    "minizip": (r"libminizip1.*", "https://github.com/madler/zlib"),
    "msvcp140": (None, "https://learn.microsoft.com/visualstudio/releases/2022/redistribution"),
    "pq": (r"libpq5", "https://www.postgresql.org"),
    "proj_9": (r"libproj\d+.*", "https://proj.org"),
    "qhull_r": (r"libqhull-r8.0", "http://www.qhull.org"),
    "spatialite": (r"libspatialite7.*", "https://www.gaia-gis.it/fossil/libspatialite"),
    "ssl-3-x64": (r"libssl3.*", "https://www.openssl.org"),
    "szip": (r"libaec0", "https://gitlab.dkrz.de/k202009/libaec"),
    "tinyxml2": (r"libtinyxml2-9", "https://github.com/leethomason/tinyxml2"),
    "xml2": (r"libxml2", "https://gitlab.gnome.org/GNOME/libxml2"),
    "zlib1": (r"zlib1g", "https://zlib.net"),
}
# Libraries whose terms no Debian package has: where they stand in a release.
ELSEWHERE = {"iconv-2": "../common/LGPL-2.1", "msvcp140": "../microsoft/LICENSE.txt"}


def told(*command: str, cwd: pathlib.Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def rust(repository: pathlib.Path, triple: str, folder: pathlib.Path) -> None:
    """Crates that are compiled into the program: not those of tests, and not those that only build."""
    metadata = json.loads(
        told("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", triple, cwd=repository)
    )
    packages = {p["id"]: p for p in metadata["packages"]}
    nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
    reached, todo = set(), [metadata["resolve"]["root"]]
    while todo:
        at = todo.pop()
        if at in reached:
            continue
        reached.add(at)
        todo += [d["pkg"] for d in nodes[at]["deps"] if any(k["kind"] is None for k in d["dep_kinds"])]
    rows, bare = [], []
    for package in sorted((packages[i] for i in reached), key=lambda p: (p["name"], p["version"])):
        name, version = package["name"], package["version"]
        if package["source"] is None:
            continue
        rows.append((name, version, package["license"] or package["license_file"] or "", package["repository"] or ""))
        source = pathlib.Path(package["manifest_path"]).parent
        files = [f for f in source.iterdir() if LICENCE_FILE.match(f.name) and f.is_file()]
        into = folder / f"{name}-{version}"
        into.mkdir(parents=True)
        for file in files:
            shutil.copyfile(file, into / file.name)
        if not files:
            bare.append(name)
            (into / "AUTHORS").write_text(
                "\n".join([f"licence: {package['license']}", *package["authors"], ""]), encoding="utf-8"
            )
    write_tsv(folder / "crates.tsv", [("crate", "version", "licence", "repository"), *rows])
    print(f"{len(rows)} crates; without a licence file of their own: {', '.join(bare) or 'none'}")


def debian(system: pathlib.Path, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True)
    rows = []
    for archive in sorted(system.glob("*.deb")):
        name, version, source = (told("dpkg-deb", "-f", str(archive), field).strip() for field in ("Package", "Version", "Source"))
        # `Source: gcc-12 (12.2.0-14)` where name or version is another than the package's.
        found = re.fullmatch(r"(\S+)(?: \((.+)\))?", source or name)
        rows.append((name, version, found[1], found[2] or version))
        own = system / name / f"usr/share/doc/{name}/copyright"
        # Packages of one source share a folder of documents, which another of them brings.
        (folder / f"{name}.txt").write_bytes(own.read_bytes() if own.exists() else copyright_of(name))
    write_tsv(folder / "packages.tsv", [("package", "version", "source", "source_version"), *rows])
    print(f"{len(rows)} Debian packages")


def microsoft(system: pathlib.Path, carried: list[str], folder: pathlib.Path) -> None:
    [terms] = system.glob("*.dist-info/licenses/LICENSE")
    folder.mkdir(parents=True)
    shutil.copyfile(terms, folder / "LICENSE.txt")
    # `msvc_runtime-14.51.36231.dist-info`
    version = terms.parents[1].name.removesuffix(".dist-info").split("-")[1]
    files = sorted(pathlib.Path(library).name for library in carried)
    write_tsv(folder / "files.tsv", [("file", "version"), *((file, version) for file in files)])
    print(f"the C++ runtime's terms, for {len(files)} files")


def pages(repository: pathlib.Path, folder: pathlib.Path) -> None:
    """What is built into the pages of `papaver serve`: the build wrote the texts, each below `## name - version (licence)`."""
    folder.mkdir()
    text = (repository / "src/web/dist/licences.txt").read_text(encoding="utf-8")
    (folder / "licences.txt").write_text(text, encoding="utf-8")
    rows = re.findall(r"^## (\S+) - (\S+) \((.+)\)$", text, re.MULTILINE)
    if not rows:
        sys.exit("error: src/web/dist/licences.txt names no package\nhint: build the pages anew")
    write_tsv(folder / "packages.tsv", [("package", "version", "licence"), *rows])
    print(f"{len(rows)} packages in the pages")


def with_gdal(gdal: pathlib.Path, libraries: list[str], folder: pathlib.Path) -> None:
    """The wheel names its libraries `libtiff-cb5bec6f.so.6.2.0` and brings no licences; Debian has them in order."""
    folder.mkdir(parents=True)
    shutil.copyfile(gdal / "share/gdal/LICENSE.TXT", folder / "GDAL-LICENSE.TXT")
    packages = told("apt-cache", "pkgnames").split()
    copyrights: dict[str, str] = {}
    rows = []
    for library in libraries:
        name = pathlib.Path(library).name
        stem = re.match(r"(?:lib)?(.+?)(-(?:[0-9a-f]{32}|[0-9a-f]{8}))?\.(?:so|dll)", name)[1]
        if stem not in WITH_GDAL:
            sys.exit(f"error: nobody has said whose library {name} is\nhint: add {stem} to WITH_GDAL in .release/licences.py")
        wanted, source = WITH_GDAL[stem]
        if wanted is None:
            rows.append((name, ELSEWHERE[stem], source))
            continue
        if wanted not in copyrights:
            found = sorted(p for p in packages if re.fullmatch(wanted, p) and not p.endswith(("-dev", "-dbg")))
            if not found:
                sys.exit(f"error: apt knows no package {wanted}, whose copyright file {name} needs\nhint: apt-get update")
            copyrights[wanted] = found[-1]
            (folder / f"{found[-1]}.txt").write_bytes(copyright_of(found[-1]))
        rows.append((name, f"{copyrights[wanted]}.txt", source))
    write_tsv(folder / "libraries.tsv", [("library", "copyright", "source"), *sorted(rows)])
    print(f"{len(rows)} libraries with GDAL")


def copyright_of(package: str) -> bytes:
    installed = pathlib.Path(f"/usr/share/doc/{package}/copyright")
    if installed.exists():
        return installed.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        [archive] = pathlib.Path(folder).glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", archive.name, "."], cwd=folder, check=True)
        return (pathlib.Path(folder) / f"usr/share/doc/{package}/copyright").read_bytes()


def write_tsv(path: pathlib.Path, rows: list[tuple[str, ...]]) -> None:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def main(repository: str, triple: str, libraries: str, runtime: str, gdal: str, system: str, into: str) -> None:
    folder = pathlib.Path(into)
    folder.mkdir()
    rust(pathlib.Path(repository), triple, folder / "rust")
    pages(pathlib.Path(repository), folder / "pages")
    listed = pathlib.Path(libraries).read_text(encoding="utf-8").split()
    with_gdal(pathlib.Path(gdal), [library for library in listed if library.startswith(f"{gdal}/")], folder / "gdal")
    if "windows" in triple:
        of_microsoft = [library for library in listed if pathlib.Path(library).is_relative_to(system)]
        microsoft(pathlib.Path(system), of_microsoft, folder / "microsoft")
    else:
        debian(pathlib.Path(system), folder / "debian")
    shutil.copytree("/usr/share/common-licenses", folder / "common", symlinks=False)
    (folder / "onnxruntime").mkdir()
    for name in ("LICENSE", "ThirdPartyNotices.txt"):
        source = pathlib.Path(runtime).parent / f"onnxruntime-{name}"
        if not source.exists():
            sys.exit(f"error: {source} is missing\nhint: delete {runtime} and run this again: the set-up fetches both")
        shutil.copyfile(source, folder / "onnxruntime" / name)


if __name__ == "__main__":
    if len(sys.argv) != 8:
        sys.exit("usage: python3 licences.py REPOSITORY TRIPLE LIBRARIES RUNTIME GDAL SYSTEM FOLDER")
    main(*sys.argv[1:])
