# SPDX-License-Identifier: Apache-2.0
"""Runs every sample of docs/python.md and README.md, in a folder of its own and with the stand-in of the executable.

A block is run alone. The names that are the reader's own code are defined here; frameworks are the stand-ins.
"""

import contextlib
import io
import logging
import os
import re
import time

import frameworks
from recording import PACKAGE, RecordingTestCase
from test_jupyter import Shell

frameworks.install()
import tonne  # noqa: E402

REPOSITORY = os.path.dirname(os.path.dirname(PACKAGE))


def read_blocks(path, language):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    blocks = re.finditer("```%s\n(.*?)```" % language, text, re.S)
    return [(text[:block.start()].count("\n") + 2, block.group(1)) for block in blocks]


class Table:
    shape = (1000, 10)


class FlaskApp:
    def wsgi_app(self, environ, start_response):
        start_response("200 OK", [])
        return [b"hello"]


async def _app(scope, receive, send):
    pass


def get_names():
    return {
        "train": lambda: time.sleep(0.02), "prepare": lambda: time.sleep(0.01), "train_one_epoch": lambda: (0.5, 0.9),
        "raw": Table(), "clean": lambda raw: Table(), "model": None, "arguments": None, "data": None,
        "module": frameworks.LightningModule(),
        "keras_model": frameworks.Model(), "x": None, "y": None, "app": _app, "flask_app": FlaskApp()}


class Samples(RecordingTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        os.environ["HOME"] = self.folder
        self.addCleanup(logging.getLogger("tonne").setLevel, logging.getLogger("tonne").level)

    def run_blocks(self, path, at_least):
        blocks = read_blocks(path, "python")
        self.assertGreaterEqual(len(blocks), at_least)
        for line, block in blocks:
            with self.subTest(line=line):
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    # The lines of an error are those of the document.
                    exec(compile("\n" * (line - 1) + block, path, "exec"), {"__name__": "sample", **get_names()})
                self.assertEqual(self.warnings.texts, [])
                self.assertNotIn("nan", re.sub("'[^']*': nan", "", out.getvalue()))

    def test_of_the_documentation(self):
        path = os.path.join(REPOSITORY, "docs", "python.md")
        if not os.path.exists(path):
            self.skipTest("the package is not in its repository")
        self.run_blocks(path, 10)

    def test_of_the_package(self):
        self.run_blocks(os.path.join(PACKAGE, "README.md"), 1)

    def test_of_notebooks(self):
        path = os.path.join(REPOSITORY, "docs", "python.md")
        if not os.path.exists(path):
            self.skipTest("the package is not in its repository")
        blocks = [block for _, block in read_blocks(path, "ipython")]
        self.assertEqual(blocks[0], "%load_ext tonne\n")
        shell = Shell()
        shell.user_ns.update(get_names())
        tonne.load_ipython_extension(shell)
        outputs = [shell.run(block) for block in blocks[1:]]
        self.assertEqual(len(outputs), 2)
        self.assertRegex(outputs[0], "^fit: .* CO2e")
        self.assertIn("with figures", outputs[1])


if __name__ == "__main__":
    import unittest
    unittest.main()
