# SPDX-License-Identifier: Apache-2.0
"""Tests of the magics, with a stand-in of IPython's shell and, where it is installed, with IPython itself."""

import contextlib
import importlib.util
import io
import os
import subprocess
import sys
import unittest

from recording import PACKAGE, RecordingTestCase

import tonne
from tonne import jupyter


class Compiler:
    def cache(self, code, number=0):
        return "<cell %d>" % number

    def __call__(self, source, file, symbol):
        return compile(source, file, symbol)


class Shell:
    """What the magics use of ``IPython.core.interactiveshell.InteractiveShell``."""

    def __init__(self):
        self.user_ns, self.compile, self.execution_count = {}, Compiler(), 3
        self.magics_manager = self
        self.magics = {"line": {}, "cell": {}}

    def register_magic_function(self, function, magic_kind, magic_name):
        assert magic_kind == "line_cell"
        for kind in self.magics:
            self.magics[kind][magic_name] = function

    def transform_cell(self, cell):
        return cell

    def transform_ast(self, tree):
        return tree

    def run(self, cell):
        out = io.StringIO()
        first, _, rest = cell.partition("\n")
        with contextlib.redirect_stdout(out):
            if first.startswith("%%tonne"):
                self.magics["cell"]["tonne"](first[len("%%tonne"):], rest)
            else:
                self.magics["line"]["tonne"](first[len("%tonne"):].strip())
        return out.getvalue()


class Magics(RecordingTestCase):
    def setUp(self):
        super().setUp()
        self.shell = Shell()
        tonne.load_ipython_extension(self.shell)
        jupyter._cells.clear()

    def test_a_cell_is_a_run_with_its_figures_below(self):
        out = self.shell.run("%%tonne train --zone FR --pue=1.1\nx = 20\nprint('in the cell')\nx + 1")
        lines = out.splitlines()
        self.assertEqual(lines[:2], ["in the cell", "21"])
        self.assertRegex(lines[2], r"^train: [0-9.]+ [mµ]?g CO2e \(.* to .*\), [0-9.]+ [mµ]?Wh, .* s, run 20261130-000000-abcdef$")
        self.assertEqual(self.shell.user_ns["x"], 20)
        self.assertEqual(self.arguments()[0][4:], ["--name", "train", "--zone", "FR", "--pue", "1.1"])

    def test_a_cell_that_fails_raises_and_ends_its_run(self):
        with self.assertRaises(ZeroDivisionError):
            self.shell.run("%%tonne\n1 / 0")
        self.assertIsNotNone(jupyter._cells[0].record)
        self.assertEqual(jupyter._cells[0].name, "cell")

    def test_status(self):
        self.assertIn("no cell was recorded yet", self.shell.run("%tonne status"))
        self.shell.run("%%tonne a\npass")
        out = self.shell.run("%tonne")
        self.assertIn("tonne records with ", out)
        self.assertIn("1 recorded, 1 with figures", out)
        self.assertIn("knows only status", self.shell.run("%tonne train"))

    def test_a_line_that_is_not_understood_runs_the_cell_all_the_same(self):
        for line, problem in (
            ("train --color red", "has no option --color"), ("train --zone", "--zone has no value"), ("it's", "No closing quotation"),
        ):
            out = self.shell.run("%%tonne " + line + "\ndone = True")
            self.assertIn(problem, out)
            self.assertTrue(self.shell.user_ns.pop("done"))

    def test_without_a_recording_the_cell_runs(self):
        os.environ["TONNE_EXECUTABLE"] = "/nonexistent"
        self.assertIn("no figures: TONNE_EXECUTABLE is /nonexistent", self.shell.run("%%tonne\nx = 1"))
        self.assertIn("1 recorded, 0 with figures", self.shell.run("%tonne status"))

    def test_unloads(self):
        tonne.unload_ipython_extension(self.shell)
        self.assertEqual(self.shell.magics, {"line": {}, "cell": {}})

    def test_units(self):
        for kilograms, text in ((2000, "2 t"), (1.5, "1.5 kg"), (0.002, "2 g"), (3e-6, "3 mg"), (4e-9, "4 µg"), (0, "0 µg")):
            self.assertEqual(jupyter.format_mass(kilograms), text)
        for kilowatt_hours, text in ((2000, "2 MWh"), (1.5, "1.5 kWh"), (0.002, "2 Wh"), (3e-6, "3 mWh"), (4e-9, "4 µWh")):
            self.assertEqual(jupyter.format_energy(kilowatt_hours), text)

    @unittest.skipUnless(importlib.util.find_spec("IPython"), "IPython is not installed")
    def test_with_ipython(self):
        script = os.path.join(self.folder, "cells.ipy")
        with open(script, "w") as file:
            for cell in ("%load_ext tonne", "%%tonne fit\nx = !echo a\nx + [1]", "%tonne status"):
                file.write("get_ipython().run_cell(%r)\n" % cell)
        done = subprocess.run(
            [sys.executable, "-m", "IPython", "--colors=NoColor", "--HistoryManager.enabled=False", script],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": PACKAGE, "IPYTHONDIR": self.folder, "HOME": self.folder})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?s)\['a', 1\].*\nfit: .* CO2e .*, run 20261130-000000-abcdef\n.*1 recorded, 1 with figures")


if __name__ == "__main__":
    unittest.main()
