#!/usr/bin/env python3
"""Rewrites the screens of README.md by running their commands.

A screen is a code block after a line "<!-- screen: COMMAND -->". Each command runs in the root of the clone, in one
ledger of its own. Lines of epochs 2 to 9 become one line "…". Usage: docs/screens.py [FILE…]; default README.md.
The variable TONNE names another build to run in place of ./tonne. Run it on a quiet machine: the screens show times.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TONNE = os.environ.get("TONNE", "./tonne")
ROOT = pathlib.Path(__file__).resolve().parent.parent
SCREEN = re.compile(r"^<!-- screen: (?P<command>.+?) -->\n```\n.*?^```$", re.MULTILINE | re.DOTALL)
ELIDED = re.compile(r"(?:^epoch +[2-9] .*\n)+", re.MULTILINE)


def run(command, home):
    """The screen of a command: what it prints to both streams, 100 columns wide and without colour."""
    environment = dict(os.environ, TONNE_HOME=home, NO_COLOR="1", COLUMNS="100", LC_ALL="C.UTF-8")
    done = subprocess.run(
        ["bash", "-c", command.replace("./tonne", TONNE)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command}: exit code {done.returncode}\n{done.stdout}")
    text = ELIDED.sub("…\n", done.stdout).replace(home, "~/.local/share/tonne")
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def main(files):
    subprocess.run([TONNE, "--version"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as home:
        for name in files or ["README.md"]:
            path = ROOT / name
            replace = lambda screen: f"<!-- screen: {screen['command']} -->\n```\n{run(screen['command'], home)}\n```"
            path.write_text(SCREEN.sub(replace, path.read_text(encoding="utf-8")), encoding="utf-8")


main(sys.argv[1:])
