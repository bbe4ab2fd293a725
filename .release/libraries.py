"""The libraries that a program needs, all the way down, of any target: `ldd` for machines other than this one.

usage: python3 libraries.py PROGRAM… -- FOLDER…

Prints the path of each library that is found in one of the FOLDERs, in the order of their names. On Linux a library that
is nowhere is an error; on Windows what is in no folder is the system's own.
"""

from __future__ import annotations

import pathlib
import re
import struct
import subprocess
import sys


def needed(file: pathlib.Path) -> list[str]:
    """The names that a file asks for."""
    data = file.read_bytes()
    if data[:2] == b"MZ":
        return imported(data)
    told = subprocess.run(["readelf", "-d", file], check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.+)\]", told)


def imported(data: bytes) -> list[str]:
    """The import directory of a 64-bit Windows file. What made the wheel keeps the names in a section of its own, where
    `objdump` does not look."""
    header = struct.unpack_from("<I", data, 0x3C)[0]
    sections, optional = struct.unpack_from("<H", data, header + 6)[0], struct.unpack_from("<H", data, header + 20)[0]
    table = [struct.unpack_from("<IIII", data, header + 24 + optional + 40 * n + 8) for n in range(sections)]

    def at(address: int) -> int:
        size, start, _, offset = next(s for s in table if s[1] <= address < s[1] + max(s[0], s[2]))
        return address - start + offset

    entry = at(struct.unpack_from("<I", data, header + 24 + 120)[0])
    names = []
    while name := struct.unpack_from("<I", data, entry + 12)[0]:
        names.append(data[at(name) : data.index(b"\0", at(name))].decode())
        entry += 20
    return names


def closure(programs: list[pathlib.Path], folders: list[pathlib.Path]) -> dict[str, pathlib.Path]:
    """Each library by the name that others ask for. Windows does not tell letter case apart."""
    windows = programs[0].read_bytes()[:2] == b"MZ"
    there: dict[str, pathlib.Path] = {}
    for folder in reversed(folders):
        there |= {(f.name.lower() if windows else f.name): f for f in folder.iterdir()}
    found: dict[str, pathlib.Path] = {}
    todo = [name for program in programs for name in needed(program)]
    while todo:
        name = todo.pop()
        key = name.lower() if windows else name
        if key in found:
            continue
        if key not in there:
            if windows:
                continue
            sys.exit(f"error: {name} is in none of the folders {' '.join(map(str, folders))}")
        found[key] = there[key]
        todo += needed(there[key])
    return found


def main(arguments: list[str]) -> None:
    split = arguments.index("--")
    programs, folders = ([pathlib.Path(a) for a in part] for part in (arguments[:split], arguments[split + 1 :]))
    for _, path in sorted(closure(programs, folders).items()):
        print(path)


if __name__ == "__main__":
    if "--" not in sys.argv:
        sys.exit("usage: python3 libraries.py PROGRAM… -- FOLDER…")
    main(sys.argv[1:])
