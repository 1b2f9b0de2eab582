# SPDX-License-Identifier: Apache-2.0
"""What the tests of recordings share: the stand-in of the executable, its log, and the warnings."""

import json
import logging
import os
import sys
import tempfile
import unittest
from unittest import mock

FOLDER = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(FOLDER)
sys.path.insert(0, PACKAGE)

from tonne import _recorder, marks, tracking  # noqa: E402

STAND_IN = os.path.join(FOLDER, "stand_in_tonne.py")


class Warnings(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


class RecordingTestCase(unittest.TestCase):
    """TONNE_EXECUTABLE is the stand-in, TONNE_RUN is unset."""

    mode = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.log = os.path.join(folder.name, "log")
        patch = mock.patch.dict(os.environ, {"TONNE_EXECUTABLE": STAND_IN, "STAND_IN_LOG": self.log, "STAND_IN_MODE": self.mode})
        patch.start()
        self.addCleanup(patch.stop)
        # A busy machine may take long: what is tested here is not how fast it is.
        for module, name, seconds in (
            (_recorder, "START_SECONDS", 60.0), (_recorder, "END_SECONDS", 120.0), (marks, "_SECONDS", 20.0),
            (tracking, "_LAST_SAMPLE", 30.0), (tracking, "_MARK_SECONDS", 5.0),
        ):
            longer = mock.patch.object(module, name, seconds)
            longer.start()
            self.addCleanup(longer.stop)
        os.environ.pop("TONNE_RUN", None)
        self.warnings = Warnings()
        logger = logging.getLogger("tonne")
        logger.addHandler(self.warnings)
        logger.propagate = False
        self.addCleanup(logger.removeHandler, self.warnings)
        _recorder._reported.clear()
        marks._silent.clear()
        self.addCleanup(tracking._open_stages.clear)

    def lines(self):
        """What the stand-in was sent, without its arguments."""
        return [line for line in self.read_log() if not line.startswith("arguments ")]

    def marks_sent(self):
        return [line for line in self.lines() if not line.startswith("figures")]

    def arguments(self):
        """Those of each recording."""
        return [json.loads(line[len("arguments "):]) for line in self.read_log() if line.startswith('arguments ["attach"')]

    def read_log(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log) as file:
            return file.read().splitlines()
