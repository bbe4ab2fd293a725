"""`python -m papaver`, and the command `papaver`."""

import os
import sys

from ._program import command


def main() -> None:
    """Becomes the program: the same process, terminal and signals."""
    program, environment = command()
    # What a script is to start again: the loader is what the system calls this program. As `python -m papaver` it is a
    # file that nobody can start, and the command's name has to do.
    if os.path.basename(sys.argv[0]) == "papaver":
        environment["PAPAVER_STARTED_AS"] = os.path.abspath(sys.argv[0])
    os.execve(program[0], [*program, *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
