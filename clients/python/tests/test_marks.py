# SPDX-License-Identifier: Apache-2.0
"""Tests of tonne.marks against a stand-in for a run. Standard library only: python3 -m unittest"""

import contextlib
import io
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tonne import marks
from tonne.marks import epoch, figures, inside_run, note, stage, stage_end


class StandIn:
    """Listens as a run does and keeps the lines."""

    def __init__(self, answer=b"ok\n"):
        self.lines = []
        self.folder = tempfile.mkdtemp(prefix="tonne-")
        self.path = os.path.join(self.folder, "run")
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(self.path)
        self._socket.listen(64)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                with contextlib.suppress(OSError):
                    for line in lines:
                        self.lines.append(line.decode("utf-8").rstrip("\n"))
                        if self._answer is None:
                            break
                        connection.sendall(self._answer)

    def close(self):
        self._socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Shaped:
    def __init__(self, *shape):
        self.shape = shape


class Scalar:
    """As a numpy or torch scalar: a float on request."""

    def __float__(self):
        return 0.25


class InsideARun(unittest.TestCase):
    def setUp(self):
        self.run_of = StandIn()
        os.environ["TONNE_RUN"] = self.run_of.path

    def tearDown(self):
        os.environ.pop("TONNE_RUN", None)
        self.run_of.close()

    def test_a_stage_as_a_context_says_when_it_begins_and_ends(self):
        with stage("clean up", data_in=Shaped(1000, 10)) as s:
            s.out(Shaped(950, 10))
        self.assertEqual(self.run_of.lines, ['stage "clean up" in=1000x10', 'stage-end "clean up" out=950x10'])
        self.assertTrue(s.taken)

    def test_a_stage_as_a_call_begins(self):
        stage("train", "1,000x512", (3, 4))
        stage_end()
        self.assertEqual(self.run_of.lines, ['stage "train" in=1000x512 out=3x4', "stage-end"])

    def test_an_epoch_with_metrics_has_ended(self):
        kept = epoch(3, loss=0.7, acc=Scalar(), steps=None, name="x")
        self.assertEqual(self.run_of.lines, ["epoch 3 loss=0.7 acc=0.25"])
        self.assertTrue(kept.taken)
        del kept
        self.assertEqual(len(self.run_of.lines), 1)

    def test_an_epoch_without_metrics_has_ended_too(self):
        epoch(4)
        self.assertEqual(self.run_of.lines, ["epoch 4"])

    def test_an_epoch_as_a_context_says_when_it_begins_and_ends(self):
        with epoch(5) as e:
            self.assertEqual(self.run_of.lines, ["epoch-begin 5"])
            e.metrics({"val/loss": 0.5}, loss=float("nan"))
        del e
        self.assertEqual(self.run_of.lines, ["epoch-begin 5", "epoch 5 val/loss=0.5 loss=nan"])

    def test_an_exception_leaves_the_epoch_unended_and_goes_on(self):
        with self.assertRaises(KeyboardInterrupt):
            with stage("train"), epoch(6):
                raise KeyboardInterrupt
        self.assertEqual(self.run_of.lines, ['stage "train"', "epoch-begin 6", 'stage-end "train"'])

    def test_texts_of_all_kinds_stay_one_line(self):
        self.assertTrue(note('a "b" \\ c\nd\te \x00 ü 漢 \ud800'))
        self.assertEqual(self.run_of.lines, ['note "a \\"b\\" \\\\ c\\nd\\te   ü 漢 ?"'])

    def test_shapes(self):
        for data, said in [
            (Shaped(7), "7x1"), (Shaped(2, 3, 4), "2x12"), ([1, 2, 3], "3x1"), ([[1, 2], [3, 4]], "2x2"),
            ((5, 6), "5x6"), ("8×9", "8x9"), ({"a": 1}, "1x1"),
        ]:
            stage("x", data_in=data)
            self.assertEqual(self.run_of.lines.pop(), 'stage "x" in=' + said)
        for data in [Shaped(), Shaped(None, 3), 5, object(), "many", Shaped(-1, 2)]:
            stage("x", data_in=data)
            self.assertEqual(self.run_of.lines.pop(), 'stage "x"')

    def test_figures_are_a_document_or_none(self):
        self.run_of._answer = b'ok {"schema":"tonne.figures/1","stage":null}\n'
        self.assertEqual(figures("clean up"), {"schema": "tonne.figures/1", "stage": None})
        for answer in [b"ok\n", b"ok {\n", b"error: no samples\n", b"\n"]:
            self.run_of._answer = answer
            self.assertIsNone(figures())
        self.assertEqual(self.run_of.lines[:2], ['figures "clean up"', "figures"])

    def test_many_threads_and_a_fork_are_all_heard(self):
        threads = [threading.Thread(target=epoch, args=(n,), kwargs={"loss": n}) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        child = os.fork()
        if child == 0:
            os._exit(0 if note("from a child") else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual(sorted(self.run_of.lines), sorted(["epoch %d loss=%r" % (n, float(n)) for n in range(20)] + ['note "from a child"']))


class Nowhere(unittest.TestCase):
    """Whatever is wrong: no exception, no output, no waiting."""

    def tearDown(self):
        os.environ.pop("TONNE_RUN", None)
        marks._silent.clear()

    def everything(self):
        out, error = io.StringIO(), io.StringIO()
        since = time.monotonic()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            with stage("a", data_in=object()) as s:
                s.out(object())
            with epoch(1) as e:
                e.metrics(5, loss="x")
            epoch("one", loss=1)
            epoch(-1)
            taken = [s.taken, e.taken, note("x"), stage_end(), stage("b").taken, note("x" * 5000)]
        self.assertEqual((out.getvalue(), error.getvalue()), ("", ""))
        return taken, time.monotonic() - since

    def test_outside_a_run_nothing_happens(self):
        self.assertFalse(inside_run())
        self.assertEqual(set(self.everything()[0]), {False})

    def test_a_run_that_is_over(self):
        for path in ["/nonexistent/run", "/dev/null", "", "x" * 500, "/proc/1/mem"]:
            os.environ["TONNE_RUN"] = path
            self.assertEqual(set(self.everything()[0]), {False})

    def test_a_run_that_dies_between_marks(self):
        dying = StandIn()
        os.environ["TONNE_RUN"] = dying.path
        self.assertTrue(note("alive"))
        dying.close()
        self.assertEqual(set(self.everything()[0]), {False})

    def test_a_run_that_refuses(self):
        refusing = StandIn(b"error: no\n")
        os.environ["TONNE_RUN"] = refusing.path
        self.assertEqual(set(self.everything()[0]), {False})
        refusing.close()

    def test_a_run_that_hangs_costs_one_second_once(self):
        folder = tempfile.mkdtemp(prefix="tonne-")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
            deaf.bind(os.path.join(folder, "run"))
            deaf.listen(1)
            os.environ["TONNE_RUN"] = os.path.join(folder, "run")
            taken, seconds = self.everything()
        shutil.rmtree(folder)
        self.assertEqual(set(taken), {False})
        self.assertLess(seconds, 1.9)


if __name__ == "__main__":
    unittest.main()
