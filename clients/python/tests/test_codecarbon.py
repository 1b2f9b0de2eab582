# SPDX-License-Identifier: Apache-2.0
"""Tests of tonne.codecarbon against the stand-in of the executable: 0.001 kWh a second, PUE 1.5, 0.05 kg for a kWh."""

import asyncio
import csv
import logging
import math
import os
import subprocess
import sys
import time
from unittest import mock

from recording import PACKAGE, RecordingTestCase

import tonne
from tonne import codecarbon
from tonne.codecarbon import EmissionsData, EmissionsTracker, OfflineEmissionsTracker, TaskEmissionsTracker, track_emissions

# The columns of CodeCarbon 3, from its page "Output" and codecarbon/output_methods/emissions_data.py; as in CarbonCsvRow.SharedColumns.
COLUMNS_3 = (
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_energy,"
    "ram_energy,energy_consumed,water_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
    "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,cpu_utilization_percent,"
    "gpu_utilization_percent,ram_utilization_percent,ram_used_gb,on_cloud,pue,wue").split(",")

# Every keyword argument of the trackers of CodeCarbon 2.8 and 3.x.
ALL_KEYWORDS = {
    "project_name": "p", "measure_power_secs": 15, "api_call_interval": 8, "api_endpoint": "https://example.org", "api_key": "k",
    "output_dir": None, "output_file": "e.csv", "save_to_file": True, "save_to_api": False, "save_to_logger": False, "logging_logger": None,
    "save_to_prometheus": False, "save_to_logfire": False, "prometheus_url": "localhost:9091", "output_handlers": [], "gpu_ids": [0],
    "emissions_endpoint": "https://example.org", "experiment_id": "x", "experiment_name": "e", "co2_signal_api_token": "t",
    "electricitymaps_api_token": "t", "tracking_mode": "process", "log_level": "error", "on_csv_write": "append", "logger_preamble": "",
    "default_cpu_power": 40, "force_cpu_power": 40, "force_ram_power": 5, "pue": 1.2, "wue": 0.5, "force_mode_cpu_load": False,
    "force_mode_constant": False, "allow_multiple_runs": True, "rapl_include_dram": True, "rapl_prefer_psys": False,
    "telemetry_level": "disabled"}


class TrackerTestCase(RecordingTestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        os.environ["HOME"] = self.folder
        codecarbon._ignored.clear()
        level = codecarbon.logger.level
        self.addCleanup(codecarbon.logger.setLevel, level)

    def read(self, name="emissions.csv"):
        with open(os.path.join(self.folder, name), newline="") as file:
            return list(csv.DictReader(file))

    def check_run(self, value):
        """The stand-in's run: emissions in kg are operational, 0.00005 a second."""
        self.assertIsInstance(value, float)
        self.assertGreater(value, 0)


class ATracker(TrackerTestCase):
    def test_returns_the_operational_emissions_of_the_run_and_writes_the_file(self):
        tracker = EmissionsTracker(project_name="digits", measure_power_secs=0.5, pue=1.5, experiment_id="e1")
        tracker.start()
        time.sleep(0.1)
        emissions = tracker.stop()

        record = tracker.track.record
        self.assertEqual(emissions, record["emissions_kg"]["operational"]["value"])
        self.assertEqual((tracker.final_emissions, tracker.final_emissions_data.emissions), (emissions, emissions))
        data = tracker.final_emissions_data
        self.assertEqual(data.energy_consumed, record["facility_energy_kwh"]["value"])
        # The stand-in's processor has 0.0008 kWh a second before PUE: 0.0008 * 3.6e6 * 1.5 = 4320 W.
        self.assertAlmostEqual(data.cpu_energy, data.duration * 0.0008 * 1.5)
        self.assertAlmostEqual(data.cpu_power, 4320)
        self.assertAlmostEqual(data.ram_energy, data.duration * 0.0002 * 1.5)
        self.assertEqual(data.gpu_energy, 0)
        self.assertAlmostEqual(data.emissions_rate, 0.00005)
        # Water on site has no PUE: 0.001 kWh a second times 0.36 L/kWh.
        self.assertAlmostEqual(data.water_consumed, data.duration * 0.001 * 0.36)
        [row] = self.read()
        with open("emissions.csv") as file:
            self.assertEqual(file.readline().rstrip("\n").split(","), COLUMNS_3)
        self.assertEqual(
            tuple(row[name] for name in ("project_name", "run_id", "experiment_id", "country_iso_code", "cpu_count", "pue", "longitude")),
            ("digits", tracker.run_id, "e1", "FRA", "2", "1.5", ""))
        self.assertEqual(float(row["emissions"]), emissions)
        self.assertEqual(
            self.arguments()[0][4:], ["--name", "digits", "--project", "digits", "--pue", "1.5", "--period", "0.5s"])
        self.assertEqual(self.warnings.texts, [])

    def test_is_a_context_manager(self):
        with self.assertRaises(KeyError):
            with EmissionsTracker(save_to_file=False) as tracker:
                time.sleep(0.05)
                raise KeyError("x")
        self.check_run(tracker.final_emissions)
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".csv")], [])

    def test_accepts_every_argument_and_names_the_ignored_ones_once(self):
        with self.assertLogs("tonne", logging.DEBUG) as logs:
            for _ in range(2):
                with EmissionsTracker(**{**ALL_KEYWORDS, "log_level": "debug", "argument_of_tomorrow": 1}) as tracker:
                    pass
        self.check_run(tracker.final_emissions)
        texts = [text for text in logs.output if "has no meaning" in text]
        self.assertEqual(len(texts), len(set(texts)))
        self.assertEqual(sum("gpu_ids" in text for text in texts), 1)
        self.assertEqual(sum("argument_of_tomorrow" in text for text in texts), 1)
        self.assertFalse(any("project_name" in text for text in texts))
        self.assertEqual(len(self.read("e.csv")), 2)

    def test_takes_arguments_by_position(self):
        with EmissionsTracker("p", 15, 8, "https://example.org", "key", self.folder, "by-position.csv"):
            pass
        self.assertEqual(self.read("by-position.csv")[0]["project_name"], "p")

    def test_appends_rows_and_in_mode_update_replaces_the_row_of_the_run(self):
        for mode, rows in (("append", 3), ("update", 1)):
            tracker = EmissionsTracker(output_file=mode + ".csv", on_csv_write=mode)
            tracker.start()
            time.sleep(0.02)
            first = tracker.flush()
            self.check_run(tracker.flush())
            last = tracker.stop()
            self.assertGreater(last, first)
            written = self.read(mode + ".csv")
            self.assertEqual(len(written), rows)
            self.assertEqual(float(written[-1]["emissions"]), last)

    def test_writes_by_the_header_of_the_file_and_keeps_one_with_other_columns(self):
        with open("emissions.csv", "w") as file:
            file.write(",".join(reversed(COLUMNS_3)) + "\n" + "1" + "," * (len(COLUMNS_3) - 1) + "\nbroken")
        with EmissionsTracker() as tracker:
            pass
        self.assertEqual([row["run_id"] for row in self.read()][-1], tracker.run_id)
        self.assertEqual(len(self.read()), 3)
        with open("old.csv", "w") as file:
            file.write("timestamp,emissions\n1,2\n")
        with EmissionsTracker(output_file="old.csv"):
            pass
        self.assertEqual(len(self.read("old.csv")), 1)
        with open("old.csv.bak") as file:
            self.assertEqual(file.read(), "timestamp,emissions\n1,2\n")

    def test_many_processes_write_one_file(self):
        script = (
            "from tonne.codecarbon import EmissionsData, _write_row\n"
            "for i in range(20):\n"
            "    _write_row('shared.csv', EmissionsData(run_id='r', emissions=0.5), False)\n")
        processes = [subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": PACKAGE}) for _ in range(4)]
        self.assertEqual([process.wait() for process in processes], [0, 0, 0, 0])
        rows = self.read("shared.csv")
        self.assertEqual(len(rows), 80)
        self.assertEqual({row["emissions"] for row in rows}, {"0.5"})

    def test_reads_the_settings_of_codecarbon(self):
        with open(".codecarbon.config", "w") as file:
            file.write("[codecarbon]\nproject_name = from file\noutput_file = of-file.csv\nsave_to_file = true\n")
        os.environ["CODECARBON_PROJECT_NAME"] = "from variable"
        with OfflineEmissionsTracker(country_iso_code="FRA"):
            pass
        self.assertEqual(self.read("of-file.csv")[0]["project_name"], "from variable")
        with EmissionsTracker(project_name="given", save_to_file="False"):
            pass
        self.assertEqual(len(self.read("of-file.csv")), 1)

    def test_says_at_the_start_that_the_file_cannot_be_written(self):
        with open("file", "w"):
            pass
        tracker = EmissionsTracker(output_dir="file/folder")
        tracker.start()
        self.assertIn("will not be written", self.warnings.texts[0])
        self.check_run(tracker.stop())

    def test_makes_the_folder(self):
        with EmissionsTracker(output_dir="a/b"):
            pass
        self.assertEqual(len(self.read("a/b/emissions.csv")), 1)

    def test_hands_the_figures_to_output_handlers(self):
        class Handler:
            totals, deltas, tasks = [], [], []

            def out(self, total, delta):
                self.totals.append(total.emissions)
                self.deltas.append(delta.emissions)

            def task_out(self, data, experiment_name):
                self.tasks.append((experiment_name, [task.task_name for task in data]))

        with EmissionsTracker(output_handlers=[object(), Handler()], experiment_name="e") as tracker:
            tracker.start_task("a")
            tracker.flush()
            tracker.stop_task()
        self.assertEqual(len(Handler.totals), 2)
        self.assertAlmostEqual(math.fsum(Handler.deltas), tracker.final_emissions)
        self.assertEqual(Handler.tasks, [("e", ["a"])])

    def test_places(self):
        for keywords, expected in [
            ({"country_iso_code": "FRA"}, ["--zone", "FRA"]), ({"country_iso_code": "can", "region": "Quebec"}, ["--zone", "CA-QC"]),
            ({"country_iso_code": "USA", "region": "california"}, ["--zone", "US-EGRID-CAMX"]),
            ({"country_iso_code": "USA", "region": "georgia"}, ["--zone", "USA"]),
            ({"country_iso_code": "FRA", "cloud_provider": "gcp", "cloud_region": "europe-west9"}, ["--region", "gcp:europe-west9"]),
            ({"country_2letter_iso_code": "de"}, ["--zone", "DE"]), ({}, []),
        ]:
            with OfflineEmissionsTracker(save_to_file=False, **keywords):
                pass
            self.assertEqual(self.arguments()[-1][4:], expected)
        self.assertEqual(len(self.warnings.texts), 2)
        self.assertIn("georgia", self.warnings.texts[0])
        self.assertIn("needs country_iso_code", self.warnings.texts[1])

    def test_modes(self):
        for mode, expected in (("machine", ["--policy", "machine"]), ("process", ["--policy", "share"]), ("other", [])):
            with EmissionsTracker(save_to_file=False, tracking_mode=mode):
                pass
            self.assertEqual(self.arguments()[-1][4:], expected)


class Tasks(TrackerTestCase):
    def test_are_stages_with_figures_of_their_own(self):
        tracker = EmissionsTracker(project_name="p", experiment_name="exp")
        tracker.start_task("load")
        time.sleep(0.1)
        load = tracker.stop_task()
        tracker.start_task("fit")
        time.sleep(0.2)
        fit = tracker.stop_task("fit")
        total = tracker.stop()

        # 0.001 kWh a second with PUE 1.5, and 0.00005 kg a second.
        self.assertAlmostEqual(load.energy_consumed, 0.00015, delta=0.00005)
        self.assertAlmostEqual(fit.energy_consumed, 0.0003, delta=0.00006)
        self.assertAlmostEqual(fit.emissions, 0.00001, delta=0.000002)
        self.assertGreaterEqual(fit.duration, 0.2)
        self.assertTrue(math.isnan(fit.cpu_energy))
        self.assertGreater(total, load.emissions + fit.emissions)
        self.assertEqual(self.marks_sent(), ['stage "load"', 'stage-end "load"', 'stage "fit"', 'stage-end "fit"'])
        rows = self.read("emissions_exp_%s.csv" % tracker.run_id)
        self.assertEqual([row["task_name"] for row in rows], ["load", "fit"])
        self.assertEqual(list(rows[0])[:3], ["task_name", "timestamp", "project_name"])
        self.assertEqual({name for name in COLUMNS_3} - set(rows[0]), {"experiment_id", "pue", "wue"})
        stages = {stage["name"]: stage for stage in tracker.track.record["stages"]}
        self.assertAlmostEqual(float(rows[1]["emissions"]), stages["fit"]["emissions_kg"]["value"])
        self.assertAlmostEqual(float(rows[1]["energy_consumed"]), stages["fit"]["energy_kwh"]["value"] * 1.5)
        self.assertEqual(self.warnings.texts, [])

    def test_of_one_name_twice_and_without_a_name(self):
        with EmissionsTracker(save_to_file=False) as tracker:
            for name in ("a", "a", None):
                tracker.start_task(name)
                self.assertIsInstance(tracker.stop_task(), EmissionsData)
        self.assertEqual(len(tracker._tasks), 3)

    def test_one_at_a_time_and_an_open_one_ends_with_the_tracker(self):
        with EmissionsTracker() as tracker:
            tracker.start_task("a")
            tracker.start_task("b")
        self.assertIn("has not ended", self.warnings.texts[0])
        self.assertEqual(list(tracker._tasks), ["a"])
        self.assertEqual(len(self.read("emissions_base_%s.csv" % tracker.run_id)), 1)

    def test_that_were_not_started(self):
        tracker = EmissionsTracker(save_to_file=False)
        self.assertTrue(math.isnan(tracker.stop_task("x").emissions))
        self.assertTrue(math.isnan(tracker.stop()))
        self.assertTrue(math.isnan(tracker.flush()))
        with tracker:
            pass
        tracker.start_task("late")
        self.assertTrue(math.isnan(tracker.stop_task().emissions))

    def test_as_context_managers(self):
        tracker = EmissionsTracker(save_to_file=False)
        with TaskEmissionsTracker("a", tracker=tracker):
            time.sleep(0.02)
        self.check_run(tracker._tasks["a"].emissions_data.emissions)
        tracker.stop()
        with TaskEmissionsTracker("b") as own:
            pass
        self.check_run(own.tracker.final_emissions)


class TheDecorator(TrackerTestCase):
    def test_with_and_without_arguments(self):
        @track_emissions
        def plain(a, b=2):
            """Its doc."""
            return a + b

        @track_emissions(project_name="named", output_file="named.csv")
        def named():
            raise ValueError("x")

        @track_emissions(offline=True, country_iso_code="FRA", save_to_file=False)
        def offline():
            return 5

        self.assertEqual((plain(1), plain.__name__, plain.__doc__), (3, "plain", "Its doc."))
        with self.assertRaises(ValueError):
            named()
        self.assertEqual(offline(), 5)
        self.assertEqual((len(self.read()), len(self.read("named.csv"))), (1, 1))
        self.assertEqual(self.arguments()[-1][4:], ["--zone", "FRA"])

    def test_of_an_async_function(self):
        @track_emissions(output_file="a.csv")
        async def wait():
            await asyncio.sleep(0.02)
            return 1

        self.assertEqual(asyncio.run(wait()), 1)
        self.assertGreater(float(self.read("a.csv")[0]["duration"]), 0.02)


class InsideAnotherRecording(TrackerTestCase):
    def test_is_a_stage(self):
        with tonne.track("outer"):
            with EmissionsTracker(project_name="inner") as tracker:
                time.sleep(0.1)
        self.assertAlmostEqual(tracker.final_emissions, 0.000005, delta=0.000002)
        self.assertAlmostEqual(tracker.final_emissions_data.energy_consumed, 0.00015, delta=0.00005)
        self.assertEqual(self.marks_sent(), ['stage "inner"', 'stage-end "inner"'])
        self.assertEqual(self.read()[0]["run_id"], "20261130-000000-abcdef")


class WithoutARecording(TrackerTestCase):
    def test_figures_are_nan_and_the_script_goes_on(self):
        os.environ["TONNE_EXECUTABLE"] = "/nonexistent/tonne"
        with EmissionsTracker() as tracker:
            tracker.start_task("a")
            self.assertTrue(math.isnan(tracker.stop_task().energy_consumed))
            self.assertTrue(math.isnan(tracker.flush()))
        self.assertTrue(math.isnan(tracker.final_emissions))
        self.assertIn("cannot be executed", tracker.problem)
        self.assertIn('"emissions": null', tracker.final_emissions_data.toJSON())
        self.assertFalse(os.path.exists("emissions.csv"))
        self.assertEqual(len(self.warnings.texts), 1, self.warnings.texts)

    def test_without_the_row_of_the_report(self):
        with mock.patch.object(codecarbon, "_REPORT_SECONDS", 0.0001):
            with EmissionsTracker(country_iso_code="fra") as tracker:
                pass
        self.check_run(tracker.final_emissions)
        self.assertEqual(self.read()[0]["country_iso_code"], "FRA")


if __name__ == "__main__":
    import unittest
    unittest.main()
