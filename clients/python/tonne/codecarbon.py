# SPDX-License-Identifier: Apache-2.0
"""CodeCarbon's names for recordings by tonne: only the import of a script changes.

    from tonne.codecarbon import EmissionsTracker

    with EmissionsTracker(project_name="digits") as tracker:
        train()
    print(tracker.final_emissions)                     # kg CO2e

``EmissionsTracker``, ``OfflineEmissionsTracker`` and ``track_emissions`` take the arguments of CodeCarbon 2 and 3. An argument that
has no meaning here is accepted, and the logger ``tonne`` names it once at level debug. Settings in ``.codecarbon.config`` and in
variables ``CODECARBON_…`` are read as CodeCarbon reads them.

**Figures** are those of the recorded run. ``emissions`` is ``emissions_kg.operational`` of the run in kg CO2e: facility energy times the
intensity of the grid, without embodied emissions, as CodeCarbon means it. ``energy_consumed`` is ``facility_energy_kwh``: energy of the
job with PUE. Both include the component *other* (board, fans, power supply), which CodeCarbon does not have, so ``energy_consumed`` is
more than ``cpu_energy + gpu_energy + ram_energy``. Without ``pue`` the PUE is that of tonne's settings or its default, not 1; the column
``pue`` has it. Without ``tracking_mode`` the job's share of the machine is recorded; ``"machine"`` records the whole machine.

A task is a stage of the run. Of stages the energy by component is not known: ``cpu_energy`` and the like of a task are nan, and empty in
files. Unknown figures are nan, never None, and no call raises.
"""

import asyncio
import configparser
import copy
import csv
import dataclasses
import datetime
import functools
import io
import json
import logging
import math
import os
import platform
import subprocess
import time
import uuid

from . import marks as _marks
from ._recorder import find_executable, report
from .tracking import Track

__all__ = ["EmissionsTracker", "OfflineEmissionsTracker", "TaskEmissionsTracker", "track_emissions", "EmissionsData", "TaskEmissionsData"]

logger = logging.getLogger("tonne")

_NAN = float("nan")
_REPORT_SECONDS = 10.0
# A longer time between samples saves nothing and makes the figures of tasks coarser.
_LONGEST_PERIOD_S = 1.0
_EXPERIMENT_ID = "5b0fa12a-3dd7-45bb-9766-cc326314d9f1"

# The arguments that scripts may give by position, in CodeCarbon's order.
_POSITIONS = (
    "project_name", "measure_power_secs", "api_call_interval", "api_endpoint", "api_key", "output_dir", "output_file", "save_to_file",
    "save_to_api", "save_to_logger", "logging_logger", "save_to_prometheus")
# The arguments that have a meaning here.
_USED = {
    "project_name", "measure_power_secs", "output_dir", "output_file", "save_to_file", "output_handlers", "experiment_id",
    "experiment_name", "tracking_mode", "log_level", "on_csv_write", "pue", "wue", "country_iso_code", "country_2letter_iso_code", "region",
    "cloud_provider", "cloud_region"}

# Names of regions as CodeCarbon has them, in lower case, and tonne's zones.
_REGIONS = {
    "CAN": {
        "alberta": "CA-AB", "british columbia": "CA-BC", "manitoba": "CA-MB", "new brunswick": "CA-NB",
        "newfoundland and labrador": "CA-NL", "nova scotia": "CA-NS", "northwest territories": "CA-NT", "nunavut": "CA-NU",
        "ontario": "CA-ON", "prince edward island": "CA-PE", "quebec": "CA-QC", "saskatchewan": "CA-SK", "yukon": "CA-YT"},
    "USA": {"california": "US-EGRID-CAMX"},
}

_ignored = set()


@dataclasses.dataclass
class EmissionsData:
    """Figures of a run or a task, with CodeCarbon's names and units: s, kg CO2e, kg/s, W, kWh, GiB, L."""

    timestamp: str = ""
    project_name: str = ""
    run_id: str = ""
    experiment_id: str = ""
    duration: float = _NAN
    emissions: float = _NAN
    emissions_rate: float = _NAN
    cpu_power: float = _NAN
    gpu_power: float = _NAN
    ram_power: float = _NAN
    cpu_energy: float = _NAN
    gpu_energy: float = _NAN
    ram_energy: float = _NAN
    energy_consumed: float = _NAN
    water_consumed: float = _NAN
    country_name: str = ""
    country_iso_code: str = ""
    region: str = ""
    cloud_provider: str = ""
    cloud_region: str = ""
    os: str = ""
    python_version: str = ""
    codecarbon_version: str = ""
    cpu_count: float = _NAN
    cpu_model: str = ""
    gpu_count: float = _NAN
    gpu_model: str = ""
    longitude: float = _NAN
    latitude: float = _NAN
    ram_total_size: float = _NAN
    tracking_mode: str = ""
    cpu_utilization_percent: float = _NAN
    gpu_utilization_percent: float = _NAN
    ram_utilization_percent: float = _NAN
    ram_used_gb: float = _NAN
    on_cloud: str = "N"
    pue: float = _NAN
    wue: float = _NAN

    @property
    def values(self):
        """The figures by their names, in the order of the columns."""
        return dict(self.__dict__)

    def toJSON(self):
        """The figures as JSON; unknown ones are null."""
        return json.dumps({name: None if _is_unknown(value) else value for name, value in self.values.items()}, sort_keys=True, indent=4)


@dataclasses.dataclass
class TaskEmissionsData(EmissionsData):
    """Figures of a task."""

    task_name: str = ""

    @property
    def values(self):
        """The figures by their names, in the order of the columns: the name of the task, and those of a run that a task has."""
        run = {name: value for name, value in self.__dict__.items() if name not in ("task_name", "experiment_id", "pue", "wue")}
        return {"task_name": self.task_name, **run}


COLUMNS = tuple(field.name for field in dataclasses.fields(EmissionsData))


class _Task:
    def __init__(self, track):
        self.track = track
        self.emissions_data = None
        self.is_active = True


class EmissionsTracker:
    """Records this process from ``start()`` to ``stop()``, as a context manager, or by tasks.

    ``country_iso_code`` and the like may be given too; without them the place is found as in ``tonne run``, offline. Inside ``tonne run``
    or another recorded block the tracker is a stage of that run.
    """

    def __init__(self, *arguments, **keywords):
        self.final_emissions = _NAN
        self.final_emissions_data = EmissionsData()
        self._track = None
        self._tasks = {}
        self._active_task = None
        self._previous = None
        self._row = None
        self._settings = {}
        try:
            self._settings = _read_settings(arguments, keywords)
            level = _get_level(self._settings.get("log_level"))
            if level is not None:
                logger.setLevel(level)
        except Exception as error:
            report("the settings of the tracker could not be read (%r)" % error)

    # CodeCarbon's methods

    def start(self):
        """Begins to record."""
        try:
            if self._track is not None:
                logger.debug("the tracker has started already")
                return
            name = self._get("project_name")
            self._check_output()
            self._track = Track(name, {**self._get_place(), "project": name, "period": self._get_period(), "pue": self._get_pue(),
                                       "policy": {"machine": "machine", "process": "share"}.get(self._get("tracking_mode"))})
        except Exception as error:
            report("the tracker could not be started (%r)" % error)
            self._track = Track(None, {})
        self._track.start()

    def stop(self):
        """Ends the recording and writes the file. Returns emissions in kg CO2e; nan if they are not known."""
        try:
            if self._track is None:
                report("stop() of a tracker that was not started has no figures")
                return _NAN
            if self._track._ended is not None:
                return self.final_emissions
            for name, task in list(self._tasks.items()):
                if task.is_active:
                    self._end_task(name)
            self._track.stop()
            self._row = self._read_row()
            for name in self._tasks:
                self._tasks[name].emissions_data = self._describe_task(name)
            self.final_emissions_data = self._describe()
            self.final_emissions = self.final_emissions_data.emissions
            self._hand_out(self.final_emissions_data)
        except Exception as error:
            report("the figures of the tracker could not be read (%r)" % error)
        return self.final_emissions

    def flush(self):
        """Writes the figures so far. Returns emissions so far in kg CO2e; nan if they are not known."""
        try:
            if self._track is None:
                return _NAN
            if self._track._ended is not None:
                return self.final_emissions
            data = self._describe()
            self._hand_out(data, with_tasks=False)
            return data.emissions
        except Exception as error:
            report("the figures of the tracker could not be read (%r)" % error)
            return _NAN

    def start_task(self, task_name=None):
        """Begins a task, which is a stage of the run. Starts the tracker if it has not started."""
        try:
            if self._track is None:
                self.start()
            if self._track._ended is not None:
                report("a task of a tracker that has ended has no figures")
            if self._active_task is not None:
                report("the task %r has not ended; no other can be started" % self._active_task)
                return
            name = str(task_name) if task_name else str(uuid.uuid4())
            if name in self._tasks:
                name += "_" + uuid.uuid4().hex
            task = _Task(Track(name, {}))
            if self._track._ended is None:
                task.track.start()
            self._tasks[name] = task
            self._active_task = name
        except Exception as error:
            report("the task %r could not be started (%r)" % (task_name, error))

    def stop_task(self, task_name=None):
        """Ends a task. Returns its figures, those of its own time; nan where they are not known."""
        name = task_name or self._active_task
        try:
            if name not in self._tasks:
                report("stop_task(): there is no such task: %r" % (name,))
                return EmissionsData()
            if self._tasks[name].is_active:
                self._end_task(name)
            return self._tasks[name].emissions_data or EmissionsData()
        except Exception as error:
            report("the figures of the task %r could not be read (%r)" % (name, error))
            return EmissionsData()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    # What tonne adds

    @property
    def run_id(self):
        """Id of the run in the ledger; empty if nothing is recorded."""
        return (self._track.run if self._track is not None else None) or ""

    @property
    def track(self):
        """The block of ``tonne.track``, with bounds, warnings and embodied emissions; None before the start."""
        return self._track

    @property
    def problem(self):
        """Why there are no figures; None where there are."""
        return self._track.problem if self._track is not None else "the tracker was not started"

    # Settings

    def _get(self, name, default=None):
        value = self._settings.get(name)
        return default if value is None else value

    def _get_place(self):
        provider, cloud_region = self._get("cloud_provider"), self._get("cloud_region")
        if provider and cloud_region:
            return {"region": "%s:%s" % (str(provider).lower(), cloud_region)}
        country, region = self._get("country_iso_code"), self._get("region")
        if country:
            country = str(country).upper()
            zone = _REGIONS.get(country, {}).get(str(region or "").strip().lower())
            if region and zone is None:
                report("tonne has no electricity of the region %r of %s; that of the country is used" % (region, country))
            return {"zone": zone or country}
        return {"zone": str(self._get("country_2letter_iso_code")).upper()} if self._get("country_2letter_iso_code") else {}

    def _get_period(self):
        seconds = _to_float(self._get("measure_power_secs"))
        return max(seconds, 0.01) if 0 < seconds < _LONGEST_PERIOD_S else None

    def _get_pue(self):
        pue = _to_float(self._get("pue"))
        return None if math.isnan(pue) else pue

    # Figures

    def _describe(self):
        """The run or stage of the tracker, so far or at its end."""
        track = self._track
        data = EmissionsData(duration=track.duration_s, **self._get_common())
        record = track.record or {}
        document = record or track._ask() or {}
        data.pue = self._find_pue()
        if track._stage is not None:
            data.emissions, data.energy_consumed = track.emissions_kg, track.energy_kwh * data.pue
        else:
            data.emissions = _get_value((document.get("emissions_kg") or {}).get("operational"))
            data.energy_consumed = _get_value(document.get("facility_energy_kwh"))
        if record:
            data.duration = _to_float(record.get("duration_s"))
            parts = record.get("components") or []
            for name, component in (("cpu", "cpu"), ("gpu", "gpu"), ("ram", "memory")):
                energies = [_to_float(part.get("job_kwh")) for part in parts if part.get("component") == component]
                energy = math.fsum(energies) * data.pue if energies else (0.0 if name == "gpu" else _NAN)
                setattr(data, name + "_energy", energy)
                setattr(data, name + "_power", energy * 3.6e6 / data.duration if data.duration > 0 else _NAN)
        data.wue = _to_float(self._get("wue")) if self._get("wue") is not None else _to_float((self._row or {}).get("wue"))
        data.water_consumed = data.energy_consumed / data.pue * data.wue
        data.emissions_rate = data.emissions / data.duration if data.duration > 0 else _NAN
        return data

    def _describe_task(self, name):
        track = self._tasks[name].track
        data = TaskEmissionsData(task_name=name, duration=track.duration_s, **self._get_common())
        data.pue = self._find_pue()
        data.emissions = track.emissions_kg
        data.energy_consumed = track.energy_kwh * data.pue
        data.emissions_rate = data.emissions / data.duration if data.duration > 0 else _NAN
        return data

    def _end_task(self, name):
        task = self._tasks[name]
        task.is_active = False
        if self._active_task == name:
            self._active_task = None
        task.track.stop()
        task.emissions_data = self._describe_task(name)

    def _find_pue(self):
        record = self._track.record
        if record:
            return _to_float((record.get("facility") or {}).get("pue"))
        # The figures of an open run have energy with and without it.
        document = self._track._ask() if self._track._recorder is not None else _marks.figures()
        energy, facility = (_get_value((document or {}).get(name)) for name in ("energy_kwh", "facility_energy_kwh"))
        return facility / energy if energy > 0 else _to_float(self._get("pue"))

    def _get_common(self):
        """What is the same in every row of this tracker."""
        row = self._row or {}
        texts = ("country_name", "region", "cloud_provider", "cloud_region", "os", "cpu_model", "gpu_model")
        common = {name: row[name] for name in texts if row.get(name)}
        common.update({name: int(row[name]) for name in ("cpu_count", "gpu_count") if row.get(name, "").isdigit()})
        common["ram_total_size"] = _to_float(row.get("ram_total_size"))
        mode = self._get("tracking_mode")
        return {
            **common,
            "timestamp": datetime.datetime.now().strftime("%Y-%m-%dT%H:%M:%S"),
            "project_name": str(self._get("project_name", "codecarbon")),
            "run_id": self.run_id,
            "experiment_id": str(self._get("experiment_id", _EXPERIMENT_ID)),
            "country_iso_code": row.get("country_iso_code") or str(self._get("country_iso_code", "")).upper(),
            "os": common.get("os") or platform.platform(),
            "python_version": platform.python_version(),
            "codecarbon_version": "",
            "tracking_mode": row.get("tracking_mode") or ("machine" if mode == "machine" else "process"),
            "on_cloud": row.get("on_cloud") or "N",
        }

    def _read_row(self):
        """The run as ``tonne report RUN --csv`` writes it, for what the machine and the place are; None without it."""
        if self._track.record is None:
            return None
        try:
            executable, _ = find_executable()
            done = subprocess.run([executable, "report", self._track.run, "--csv"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, timeout=_REPORT_SECONDS, check=True)
            return next(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"))), None)
        except Exception as error:
            logger.debug("tonne report of the run %s failed (%r)", self._track.run, error)
            return None

    # Files

    def _get_folder(self):
        return os.path.expanduser(str(self._get("output_dir", ".")))

    def _get_file(self):
        return os.path.join(self._get_folder(), str(self._get("output_file", "emissions.csv")))

    def _saves_to_file(self):
        value = self._get("save_to_file", True)
        return value.strip().lower() == "true" if isinstance(value, str) else bool(value)

    def _check_output(self):
        # Known at the start, not only when hours of training have ended.
        if not self._saves_to_file():
            return
        folder, file = self._get_folder(), self._get_file()
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            report("the folder %s cannot be made (%s); %s will not be written" % (folder, error.strerror, file))
            return
        if not os.access(file if os.path.exists(file) else folder, os.W_OK):
            report("%s cannot be written" % file)

    def _hand_out(self, data, with_tasks=True):
        tasks = [task.emissions_data for task in self._tasks.values() if task.emissions_data is not None] if with_tasks else []
        experiment = str(self._get("experiment_name", "base"))
        if self._saves_to_file() and data.run_id:
            try:
                _write_row(self._get_file(), data, self._get("on_csv_write") == "update")
            except Exception as error:
                report("%s could not be written (%s)" % (self._get_file(), error))
            if tasks:
                path = os.path.join(self._get_folder(), "emissions_%s_%s.csv" % (experiment, data.run_id))
                try:
                    with open(path, "w", encoding="utf-8", newline="") as file:
                        _write_lines(file, [list(tasks[0].values), *(_format(task.values.values()) for task in tasks)])
                except Exception as error:
                    report("%s could not be written (%s)" % (path, error))
        since, self._previous = self._previous, copy.copy(data)
        for handler in self._get("output_handlers", ()):
            try:
                handler.out(data, _subtract(data, since))
                if tasks:
                    handler.task_out(tasks, experiment)
            except Exception as error:
                report("an output handler failed (%r)" % error)

    # Public scripts use it for figures so far.
    def _prepare_emissions_data(self):
        try:
            return self._describe() if self._track is not None else EmissionsData()
        except Exception:
            return EmissionsData()


class OfflineEmissionsTracker(EmissionsTracker):
    """The same; ``country_iso_code`` (three letters), or ``cloud_provider`` and ``cloud_region``, say where the electricity is from."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        if not any(self._get(name) for name in ("country_iso_code", "country_2letter_iso_code", "cloud_provider")):
            report("OfflineEmissionsTracker needs country_iso_code; without it the place is found as in tonne run")


class TaskEmissionsTracker:
    """A task as a context manager, of a tracker or of its own."""

    def __init__(self, task_name, tracker=None):
        self.task_name = task_name
        self.is_default_tracker = tracker is None
        self.tracker = EmissionsTracker() if tracker is None else tracker

    def __enter__(self):
        self.tracker.start_task(self.task_name)
        return self

    def __exit__(self, *_):
        self.tracker.stop_task()
        if self.is_default_tracker:
            self.tracker.stop()


def track_emissions(fn=None, *arguments, offline=False, **keywords):
    """Decorates a function, plain or async: each call is recorded. With and without arguments; ``offline=True`` is the offline tracker."""
    if fn is not None and not callable(fn):
        arguments, fn = (fn, *arguments), None

    def create():
        return (OfflineEmissionsTracker if offline else EmissionsTracker)(*arguments, **keywords)

    def decorate(function):
        if asyncio.iscoroutinefunction(function):
            @functools.wraps(function)
            async def tracked(*given, **named):
                with create():
                    return await function(*given, **named)
        else:
            @functools.wraps(function)
            def tracked(*given, **named):
                with create():
                    return function(*given, **named)
        return tracked

    return decorate if fn is None else decorate(fn)


def _read_settings(arguments, keywords):
    """The arguments; what is missing from variables, then the file in the current folder, then the one at home."""
    settings = {}
    for path in (os.path.join(os.path.expanduser("~"), ".codecarbon.config"), os.path.join(os.getcwd(), ".codecarbon.config")):
        try:
            parser = configparser.ConfigParser(interpolation=None)
            parser.read(path, encoding="utf-8")
            settings.update(parser["codecarbon"] if parser.has_section("codecarbon") else {})
        except Exception as error:
            report("%s could not be read (%s)" % (path, error))
    prefix = "CODECARBON_"
    settings.update({name[len(prefix):].lower(): value for name, value in os.environ.items() if name.startswith(prefix)})
    given = {**dict(zip(_POSITIONS, arguments)), **keywords}
    settings.update({name: value for name, value in given.items() if value is not None})
    for name in given:
        if name not in _USED and name not in _ignored:
            _ignored.add(name)
            logger.debug("the argument %s of CodeCarbon has no meaning in tonne and is ignored", name)
    return settings


def _get_level(value):
    if value is None:
        return None
    level = logging.getLevelName(str(value).upper()) if not isinstance(value, int) else value
    return level if isinstance(level, int) else None


def _write_row(path, data, update):
    """Appends a row, or replaces the one of the same run. A file with other columns is kept as ``NAME.bak``."""
    values = _format(data.values.values())
    with open(path, "a+", encoding="utf-8", newline="") as file:
        _lock(file)
        file.seek(0)
        rows = list(csv.reader(file)) if update else [next(csv.reader(file), None)]
        header = rows[0] if rows and rows[0] else None
        if header is not None and sorted(header) == sorted(COLUMNS):
            by_column = dict(zip(COLUMNS, values))
            values = [by_column[column] for column in header]
            same = [i for i, row in enumerate(rows) if i > 0 and len(row) == len(header) and row[header.index("run_id")] == data.run_id]
            if len(same) == 1:
                rows[same[0]] = values
                text = io.StringIO()
                _write_lines(text, rows)
                file.truncate(0)
                file.write(text.getvalue())
            else:
                _end_line(file)
                _write_lines(file, [values])
            return
        if header is not None:
            _keep_copy(path)
            file.truncate(0)
        _write_lines(file, [COLUMNS, values])


def _end_line(file):
    # A writer that was killed may have left a part of a line.
    size = os.fstat(file.fileno()).st_size
    if size and os.pread(file.fileno(), 1, size - 1) != b"\n":
        file.write("\n")


def _keep_copy(path):
    number, copied = 0, path + ".bak"
    while os.path.exists(copied):
        number += 1
        copied = "%s_%d.bak" % (path, number)
    with open(path, "rb") as source, open(copied, "wb") as target:
        target.write(source.read())
    report("%s had other columns; it was kept as %s" % (path, copied))


def _write_lines(file, rows):
    csv.writer(file, lineterminator="\n").writerows(rows)


def _lock(file):
    # Ranks and parallel jobs write one file.
    try:
        import fcntl
    except ImportError:
        return
    until = time.monotonic() + 5
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                return
            time.sleep(0.02)
        except OSError:
            return


def _format(values):
    return ["" if _is_unknown(value) else repr(value) if isinstance(value, float) else str(value) for value in values]


def _is_unknown(value):
    return value is None or isinstance(value, float) and math.isnan(value)


def _subtract(data, since):
    """What was added since the last time it was handed out."""
    if since is None:
        return data
    difference = copy.copy(data)
    for name in ("duration", "emissions", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed"):
        setattr(difference, name, getattr(data, name) - getattr(since, name))
    difference.emissions_rate = difference.emissions / difference.duration if difference.duration > 0 else 0.0
    return difference


def _get_value(quantity):
    return _to_float((quantity or {}).get("value"))


def _to_float(value):
    try:
        return _NAN if value in (None, "") else float(value)
    except (TypeError, ValueError):
        return _NAN
