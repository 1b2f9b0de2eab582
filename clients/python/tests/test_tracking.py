# SPDX-License-Identifier: Apache-2.0
"""Tests of tonne.track against the stand-in of the executable."""

import asyncio
import contextlib
import io
import math
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

from recording import PACKAGE, STAND_IN, RecordingTestCase

import tonne
from tonne import _recorder


class ABlock(RecordingTestCase):
    def test_has_figures_when_it_has_ended(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            with tonne.track("train", project="digits", zone="FR", tags={"gpu": "none"}, pue=1.2, period=0.5) as t:
                time.sleep(0.1)
        self.assertEqual(out.getvalue(), "")
        self.assertGreater(t.energy_kwh, 0.0001)
        self.assertTrue(t.energy_low < t.energy_kwh < t.energy_high)
        self.assertTrue(t.low < t.emissions_kg < t.high)
        self.assertEqual((t.run, t.record["schema"], t.name), ("20261130-000000-abcdef", "tonne.run/1", "train"))
        self.assertEqual([warning["code"] for warning in t.warnings], ["attached"])
        self.assertIsNone(t.problem)
        self.assertEqual(t.boundary, "facility, with embodied")
        self.assertEqual(self.arguments(), [[
            "attach", "--pid", str(os.getpid()), "--json", "--name", "train", "--project", "digits", "--zone", "FR", "--pue", "1.2",
            "--period", "0.5s", "--tag", "gpu=none"]])
        self.assertNotIn("TONNE_RUN", os.environ)
        self.assertEqual(self.warnings.texts, [])

    def test_has_figures_so_far(self):
        with tonne.track("train") as t:
            time.sleep(0.05)
            first = t.energy_kwh
            self.assertGreater(first, 0)
            self.assertTrue(tonne.inside_run())
        self.assertGreater(t.energy_kwh, first)

    def test_lets_exceptions_of_the_program_through(self):
        for kind in (ValueError, KeyboardInterrupt, SystemExit):
            with self.assertRaises(kind):
                with tonne.track("train") as t:
                    raise kind("x")
            self.assertGreater(t.energy_kwh, 0)

    def test_inside_another_is_a_stage(self):
        with tonne.track("all") as t:
            with tonne.track("clean") as a:
                time.sleep(0.05)
            with tonne.track("fit") as b:
                time.sleep(0.15)
            self.assertAlmostEqual(a.energy_kwh, 0.00005, delta=0.00002)
            self.assertAlmostEqual(b.energy_kwh, 0.00015, delta=0.00003)
            self.assertTrue(b.low < b.emissions_kg < b.high)
            self.assertEqual(b.run, t.run)
            self.assertIsNone(b.record)
        self.assertEqual(self.marks_sent(), ['stage "clean"', 'stage-end "clean"', 'stage "fit"', 'stage-end "fit"'])
        self.assertEqual(len(self.arguments()), 1)
        self.assertGreater(t.energy_kwh, a.energy_kwh + b.energy_kwh)

    def test_inside_a_stage_interrupts_it_and_both_have_their_figures(self):
        with tonne.track("all"):
            with tonne.track("outer") as outer:
                time.sleep(0.05)
                with tonne.track("inner") as inner:
                    time.sleep(0.1)
                time.sleep(0.05)
            self.assertAlmostEqual(inner.energy_kwh, 0.0001, delta=0.00003)
            self.assertAlmostEqual(outer.energy_kwh, 0.0002, delta=0.00005)
        self.assertEqual(self.marks_sent(), [
            'stage "outer"', 'stage "inner"', 'stage-end "inner"', 'stage "outer"', 'stage-end "outer"'])

    def test_figures_of_stages_are_known_after_the_run(self):
        with tonne.track("all"):
            blocks = []
            for seconds in (0.05, 0.1, 0.15):
                with tonne.track("epoch") as block:
                    time.sleep(seconds)
                blocks.append(block)
        for block, seconds in zip(blocks, (0.05, 0.1, 0.15)):
            self.assertAlmostEqual(block.energy_kwh, seconds / 1000, delta=0.00003)
        self.assertEqual(self.warnings.texts, [])

    def test_very_short_stages_have_figures(self):
        with tonne.track("all"):
            blocks = []
            for _ in range(3):
                with tonne.track("short") as block:
                    pass
                self.assertGreater(block.energy_kwh, 0)
                blocks.append(block)
        self.assertEqual(self.warnings.texts, [])

    def test_blocks_of_one_name_together_have_the_energy_of_their_stage(self):
        with tonne.track("all") as t:
            blocks = []
            for _ in range(3):
                with tonne.track("part") as block:
                    time.sleep(0.02)
                blocks.append(block)
        [stage] = t.record["stages"]
        self.assertAlmostEqual(math.fsum(block.energy_kwh for block in blocks), stage["energy_kwh"]["value"], places=12)

    def test_is_a_decorator_with_and_without_arguments(self):
        @tonne.track
        def plain(value):
            """Its doc."""
            return value + 1

        @tonne.track("named", zone="FR")
        def named():
            return plain(2)

        @tonne.track(project="p")
        def failing():
            raise ValueError("x")

        self.assertEqual((plain(1), plain.__doc__, plain.__name__), (2, "Its doc.", "plain"))
        self.assertGreater(plain.last.energy_kwh, 0)
        self.assertEqual(named(), 3)
        with self.assertRaises(ValueError):
            failing()
        self.assertEqual([a[a.index("--name") + 1] for a in self.arguments()], ["plain", "named", "failing"])
        self.assertEqual(self.marks_sent(), ['stage "plain"', 'stage-end "plain"'])

    def test_decorates_async_functions(self):
        @tonne.track
        async def wait():
            await asyncio.sleep(0.05)
            return 7

        async def main():
            async with tonne.track("outer"):
                return await wait()

        self.assertEqual(asyncio.run(main()), 7)
        self.assertGreater(wait.last.energy_kwh, 0)
        self.assertEqual(self.marks_sent(), ['stage "wait"', 'stage-end "wait"'])

    def test_a_forked_child_neither_ends_nor_repeats_the_recording(self):
        with tonne.track("all") as t:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    with tonne.track("child") as c:
                        time.sleep(0.02)
                    code = 0 if c.energy_kwh > 0 else 2
                    t.stop()
                    code = code or (0 if math.isnan(t.energy_kwh) and t.problem else 3)
                finally:
                    os._exit(code)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            self.assertGreater(t.energy_kwh, 0)
        self.assertGreater(t.energy_kwh, 0)
        self.assertEqual(self.marks_sent(), ['stage "child"', 'stage-end "child"'])
        self.assertEqual(len(self.arguments()), 1)

    def test_threads_share_one_recording(self):
        def work(n):
            with tonne.track("part %d" % n) as block:
                time.sleep(0.02)
                blocks.append(block)

        blocks = []
        with tonne.track("all") as t:
            threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(len(self.arguments()), 1)
        self.assertEqual(len(blocks), 6)
        self.assertGreater(t.energy_kwh, 0)

    def test_begins_only_once_where_threads_begin_at_the_same_time(self):
        blocks = [tonne.track("part %d" % n) for n in range(4)]
        threads = [threading.Thread(target=block.start) for block in blocks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.arguments()), 1)
        for block in sorted(blocks, key=lambda block: block._recorder is not None):
            block.stop()

    def test_ends_normally_with_ctrl_c_in_the_terminal(self):
        script = (
            "import tonne, time\n"
            "try:\n"
            "    with tonne.track('train') as t:\n"
            "        print('ready', flush=True)\n"
            "        time.sleep(30)\n"
            "except KeyboardInterrupt:\n"
            "    print(t.energy_kwh > 0, flush=True)\n")
        process = subprocess.Popen([sys.executable, "-c", script], cwd=PACKAGE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.communicate(timeout=20)[0], "True\n")


class WithoutARecording(RecordingTestCase):
    def check(self, expected, seconds=2.0):
        since = time.monotonic()
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            for _ in range(2):
                with tonne.track("train") as t:
                    pass
                self.assertIn(expected, t.problem)
                for value in (t.energy_kwh, t.energy_low, t.energy_high, t.emissions_kg, t.low, t.high):
                    self.assertTrue(math.isnan(value))
                self.assertEqual(t.warnings, [])
                self.assertIn("nan kWh", repr(t))
        self.assertEqual(out.getvalue(), "")
        self.assertEqual(len(self.warnings.texts), 1, self.warnings.texts)
        self.assertLess(time.monotonic() - since, seconds)

    def test_the_executable_is_missing(self):
        os.environ["TONNE_EXECUTABLE"] = "/nonexistent/tonne"
        self.check("/nonexistent/tonne")
        del os.environ["TONNE_EXECUTABLE"]
        _recorder._reported.clear()
        self.warnings.texts.clear()
        with mock.patch.dict(os.environ, {"PATH": self.folder}):
            self.check("was not found")

    def test_the_executable_refuses(self):
        os.environ["STAND_IN_MODE"] = "fail"
        self.check("there is no zone 'XX'")

    def test_the_executable_never_begins(self):
        os.environ["STAND_IN_MODE"] = "silent"
        with mock.patch.object(_recorder, "START_SECONDS", 0.3):
            self.check("did not begin to record within 0.3 s", 4)

    def test_the_executable_ends_without_figures(self):
        os.environ["STAND_IN_MODE"] = "no-end"
        self.check("ended without figures", 4)

    def test_another_operating_system(self):
        with mock.patch.object(sys, "platform", "freebsd14"):
            self.check("on freebsd14 nothing is recorded")

    def test_options_of_a_wrong_kind(self):
        with tonne.track("train", tags=5) as t:
            pass
        self.assertIn("could not be", t.problem)

    def test_no_marks(self):
        os.environ["STAND_IN_MODE"] = "no-marks"
        with tonne.track("train") as t:
            self.assertTrue(math.isnan(t.energy_kwh))
        self.assertGreater(t.energy_kwh, 0)

    def test_a_run_that_was_killed_is_not_the_outer_run(self):
        path = os.path.join(self.folder, "stale")
        import socket
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            server.bind(path)
        os.environ["TONNE_RUN"] = path
        with tonne.track("train") as t:
            self.assertNotEqual(os.environ["TONNE_RUN"], path)
        self.assertEqual(os.environ["TONNE_RUN"], path)
        self.assertGreater(t.energy_kwh, 0)


class InsideTonneRun(RecordingTestCase):
    def test_a_block_is_a_stage(self):
        process = subprocess.Popen([STAND_IN, "attach", "--pid", str(os.getpid()), "--json"], stdout=subprocess.PIPE, text=True)
        try:
            import json
            os.environ["TONNE_RUN"] = json.loads(process.stdout.readline())["marks"]
            with tonne.track("fit", zone="FR") as t:
                time.sleep(0.1)
            self.assertAlmostEqual(t.energy_kwh, 0.0001, delta=0.00003)
            self.assertEqual(t.run, "20261130-000000-abcdef")
            self.assertEqual(self.marks_sent(), ['stage "fit"', 'stage-end "fit"'])
        finally:
            process.terminate()
            process.communicate()
        with tonne.track("alone") as t:
            pass
        self.assertIsNotNone(t.record)


if __name__ == "__main__":
    unittest.main()
