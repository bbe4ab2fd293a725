"""Fails where a document of a release leads to a file that the release does not hold.

usage: python3 links.py FOLDER

Looked at are the links and pictures of every `.md` below FOLDER, but for those to other hosts.
"""

from __future__ import annotations

import pathlib
import re
import sys

# What stands in the brackets behind a link's words, without the heading that it leads to.
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


def dead(folder: pathlib.Path) -> list[str]:
    """Each link to what is not there, with the document that holds it."""
    found = []
    for document in sorted(folder.rglob("*.md")):
        if "licences" in document.relative_to(folder).parts:
            continue
        for link in LINK.findall(document.read_text(encoding="utf-8")):
            if "://" not in link and not (document.parent / link).exists():
                found.append(f"{document.relative_to(folder)}: {link}")
    return found


def main(folder: str) -> None:
    links = dead(pathlib.Path(folder))
    for link in links:
        print(f"error: a link of the release leads nowhere: {link}", file=sys.stderr)
    if links:
        print("hint: let .release/make.sh copy what is linked to, or take the link out", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 links.py FOLDER")
    main(*sys.argv[1:])
