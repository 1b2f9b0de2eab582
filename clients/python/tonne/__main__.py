"""Runs the executable that lies in this package: ``python -m tonne``, and the command ``tonne`` of the installed package."""

import os
import subprocess
import sys


def main():
    """Takes the place of this process where the system can do that; else passes on the exit code."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_bin")
    executable = os.path.join(folder, "tonne.exe" if os.name == "nt" else "tonne")
    if not os.access(executable, os.X_OK):
        sys.exit("tonne: this package holds no executable for this system; set TONNE_EXECUTABLE to one, or install a wheel for this platform")
    command = [executable, *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(executable, command)


if __name__ == "__main__":
    main()
