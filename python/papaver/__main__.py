"""`python -m papaver`, and the command `papaver`."""

import os
import sys

from ._program import command


def main() -> None:
    """Becomes the program: the same process, terminal and signals."""
    program, environment = command()
    os.execve(program[0], [*program, *sys.argv[1:]], environment)


if __name__ == "__main__":
    main()
