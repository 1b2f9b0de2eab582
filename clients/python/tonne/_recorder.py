# SPDX-License-Identifier: Apache-2.0
"""Finds the executable ``tonne`` and lets it record this process (``tonne attach --pid PID --json``)."""

import collections
import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time

logger = logging.getLogger("tonne")

START_SECONDS = 5.0
END_SECONDS = 30.0

# Windows has no signal that a program can handle and another can send: there the end of its input ends a recording.
_ENDS_BY_INPUT = sys.platform == "win32"
_APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {"start_new_session": True}

_reported = set()


def report(problem):
    """Logs a problem as a warning, each text once per process."""
    try:
        if problem and problem not in _reported:
            _reported.add(problem)
            logger.warning("%s", problem)
    except Exception:
        pass


def find_executable():
    """Path of the executable and None, or None and why there is none."""
    if not sys.platform.startswith("linux") and sys.platform not in ("win32", "darwin"):
        return None, "tonne records on Linux, Windows and macOS; on %s nothing is recorded" % sys.platform
    given = os.environ.get("TONNE_EXECUTABLE")
    if given:
        if shutil.which(given):
            return given, None
        return None, "TONNE_EXECUTABLE is %s, which cannot be executed; nothing is recorded" % given
    packaged = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_bin", "tonne.exe" if sys.platform == "win32" else "tonne")
    found = packaged if os.access(packaged, os.X_OK) else shutil.which("tonne")
    if found:
        return found, None
    return None, "the executable tonne was not found; put it on PATH or name it in TONNE_EXECUTABLE. Nothing is recorded"


class Recorder:
    """One recording of this process. No method raises; ``problem`` says what went wrong."""

    def __init__(self):
        self.run = None
        self.name = None
        self.marks = None
        self.record = None
        self.problem = None
        self.pid = os.getpid()
        self._process = None
        self._lines = queue.Queue()
        self._messages = collections.deque(maxlen=5)
        self._readers = []

    def start(self, name=None, project=None, tags=None, zone=None, region=None, intensity=None, pue=None, period=None, policy=None):
        """Starts the recording and waits for its first sample. Returns whether it records."""
        try:
            return self._start(_arguments(name, project, tags, zone, region, intensity, pue, period, policy))
        except Exception as error:
            self._fail("tonne could not be started (%s); nothing is recorded" % error)
            return False
        except BaseException:
            # Ctrl-C while it starts.
            if self._process is not None:
                self._process.kill()
            raise

    def _start(self, arguments):
        executable, problem = find_executable()
        if problem:
            self._fail(problem)
            return False
        # A session of its own: Ctrl-C in the terminal ends the block, and the block ends the recording.
        self._process = subprocess.Popen(
            [executable, "attach", "--pid", str(self.pid), "--json"] + arguments,
            stdin=subprocess.PIPE if _ENDS_BY_INPUT else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **_APART
        )
        self._readers = [
            threading.Thread(target=_read, args=(self._process.stdout, self._lines.put), name="tonne-output", daemon=True),
            threading.Thread(target=_read, args=(self._process.stderr, self._keep_message), name="tonne-messages", daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        first = self._next_document(time.monotonic() + START_SECONDS)
        if first is None or not first.get("run"):
            self._end_process(0.5)
            self._fail(self._why("tonne did not begin to record within %g s; nothing is recorded" % START_SECONDS))
            return False
        self.run, self.name, self.marks = first["run"], first.get("name"), first.get("marks")
        return True

    def finish(self):
        """Ends the recording. Returns the document tonne.run/1, or None."""
        try:
            if self.pid != os.getpid() or self._process is None:
                return None
            if self._process.poll() is None:
                if _ENDS_BY_INPUT:
                    self._process.stdin.close()
                else:
                    # SIGINT is ignored where the training is a background job of a shell.
                    self._process.send_signal(signal.SIGTERM)
            self.record = self._next_document(time.monotonic() + END_SECONDS)
            self._end_process(1.0)
            if self.record is None:
                self._fail(self._why("the recording %s ended without figures" % self.run))
        except Exception as error:
            self._fail("the recording %s could not be ended (%s)" % (self.run, error))
        return self.record

    def _next_document(self, until):
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                return None
            if line is None:
                return None
            try:
                document = json.loads(line)
            except ValueError:
                continue
            if isinstance(document, dict):
                return document

    def _keep_message(self, line):
        if line is not None and line.strip():
            self._messages.append(line.decode("utf-8", "replace").strip())

    def _why(self, otherwise):
        # The messages may come a moment after the output has ended.
        if self._readers:
            self._readers[1].join(0.5)
        messages = " ".join(message[len("tonne: "):] if message.startswith("tonne: ") else message for message in self._messages)
        return "%s: %s" % (otherwise, messages[:500]) if messages else otherwise

    def _end_process(self, seconds):
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(1.0)
        for reader in self._readers:
            reader.join(0.2)

    def _fail(self, problem):
        self.problem = problem
        report(problem)


def _read(stream, put):
    try:
        with stream:
            for line in stream:
                put(line)
    except Exception:
        pass
    put(None)


def _arguments(name, project, tags, zone, region, intensity, pue, period, policy):
    arguments = []
    for option, value in [
        ("--name", name), ("--project", project), ("--zone", zone), ("--region", region), ("--intensity", intensity), ("--pue", pue),
        ("--period", "%gs" % period if isinstance(period, (int, float)) else period), ("--policy", policy),
    ]:
        if value is not None:
            arguments += [option, str(value)]
    for key, value in dict(tags or {}).items():
        arguments += ["--tag", "%s=%s" % (key, value)]
    return arguments
