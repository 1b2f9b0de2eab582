# SPDX-License-Identifier: Apache-2.0
"""``track``: records a block or a function. The first block of a process is a run, the blocks inside it are its stages."""

import bisect
import functools
import inspect
import math
import os
import socket
import threading
import time

from . import marks as _marks
from ._recorder import Recorder, report

_VARIABLE = "TONNE_RUN"
_NAN = float("nan")
# How old figures of an open block may be, how long to wait for figures that reach the end of a stage, and how often to ask, in s.
_FRESH = 0.5
_LAST_SAMPLE = 4.0
_ASK_AGAIN = 0.1
# What the marks of one block may take, in s.
_MARK_SECONDS = 0.1

_lock = threading.RLock()
# The blocks that are stages and still open, in the order in which they began.
_open_stages = []
# The stages of runs, by path of the run and name.
_totals = {}


def track(name=None, *, project=None, zone=None, region=None, intensity=None, pue=None, tags=None, period=None, policy=None):
    """Records a block of code, or a function.

        with tonne.track("train", project="digits", zone="FR", tags={"gpu": "none"}) as t:
            ...

        @tonne.track
        def train(): ...

    ``name`` of the run or stage; ``zone`` (``"FR"``), ``region`` (``"gcp:europe-west9"``) or ``intensity`` (g CO2e/kWh) of the
    electricity, ``pue`` (1 or more), ``tags`` (a dict), ``period`` between samples (seconds or ``"500ms"``), ``policy`` (how a
    shared machine is split: ``"share"``, ``"marginal"`` or ``"machine"``). Inside ``tonne run`` or another block only ``name`` has a
    meaning: the block is a stage of that run.
    """
    options = {
        "project": project, "zone": zone, "region": region, "intensity": intensity, "pue": pue, "tags": tags, "period": period,
        "policy": policy}
    if callable(name):
        return _decorate(name, None, options)
    return Track(name, options)


class Track:
    """A recorded block. A context manager, a decorator, or ``start()`` and ``stop()``.

    Figures that are not known are nan, never None, and ``problem`` says why. Before the end they are those so far.
    """

    def __init__(self, name=None, options=None):
        self._name = name
        self._options = options or {}
        self._recorder = None
        self._outer_variable = None
        self._stage = None
        self._problem = None
        self._figures = None
        self._asked = -math.inf
        self._began = None
        self._origin = None
        self._ended = None
        self._pid = None

    # Beginning and end

    def start(self):
        """Begins. Returns itself."""
        if self._began is None:
            self._pid = os.getpid()
            with _lock:
                try:
                    self._begin()
                except Exception as error:
                    self._fail("the block could not be recorded (%r)" % error)
            self._began = self._origin = time.monotonic()
        return self

    def stop(self):
        """Ends. Returns itself."""
        if self._began is None or self._ended is not None:
            return self
        self._ended = time.monotonic()
        if self._pid != os.getpid():
            # The end of a block that a forked child has inherited: the parent ends the recording.
            self._problem = "the block began in another process, which records it"
            return self
        try:
            self._end()
        except Exception as error:
            self._fail("the end of the block could not be recorded (%r)" % error)
        return self

    def _begin(self):
        path = os.environ.get(_VARIABLE)
        if path and _is_open(path):
            self._stage = _Stage(self._name or "block", path)
            if not self._stage.begin():
                self._fail("the run did not take the stage %r; it has no figures" % self._stage.name)
            return
        recorder = Recorder()
        if not recorder.start(name=self._name, **self._options):
            self._problem = recorder.problem
            return
        self._recorder = recorder
        self._outer_variable = path
        if recorder.marks:
            # Nested blocks, tonne.stage and child processes send their marks there.
            os.environ[_VARIABLE] = recorder.marks

    def _end(self):
        if self._stage is not None:
            with _lock:
                self._stage.end()
        if self._recorder is None:
            return
        if os.environ.get(_VARIABLE) == self._recorder.marks:
            if self._outer_variable is None:
                os.environ.pop(_VARIABLE, None)
            else:
                os.environ[_VARIABLE] = self._outer_variable
        record = self._recorder.finish()
        if record is None:
            self._problem = self._recorder.problem
        with _lock:
            for key in [key for key in _totals if key[0] == self._recorder.marks]:
                _totals.pop(key).finish(record)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        return False

    async def __aenter__(self):
        return self.start()

    async def __aexit__(self, *_):
        self.stop()
        return False

    def __call__(self, function):
        return _decorate(function, self._name, self._options)

    # Figures

    @property
    def name(self):
        """Name of the run or stage."""
        return self._stage.name if self._stage else (self._recorder.name if self._recorder else None) or self._name

    @property
    def run(self):
        """Id of the run; None if nothing is recorded."""
        if self._recorder is not None:
            return self._recorder.run
        return (self._ask() or {}).get("run")

    @property
    def record(self):
        """The document tonne.run/1 of an ended recording as a dict; None for a stage, and where there is none."""
        return self._recorder.record if self._recorder is not None else None

    @property
    def energy_kwh(self):
        """IT energy of the job at the plug, kWh."""
        return self._quantity("energy_kwh", "value")

    @property
    def energy_low(self):
        """Low end of the 95 % interval of ``energy_kwh``."""
        return self._quantity("energy_kwh", "low")

    @property
    def energy_high(self):
        """High end of the 95 % interval of ``energy_kwh``."""
        return self._quantity("energy_kwh", "high")

    @property
    def emissions_kg(self):
        """Emissions, kg CO2e: of a run operational and embodied, with PUE; of a stage operational, with PUE. See ``boundary``."""
        return self._quantity("emissions_kg", "value")

    @property
    def low(self):
        """Low end of the 95 % interval of ``emissions_kg``."""
        return self._quantity("emissions_kg", "low")

    @property
    def high(self):
        """High end of the 95 % interval of ``emissions_kg``."""
        return self._quantity("emissions_kg", "high")

    @property
    def boundary(self):
        """What ``emissions_kg`` includes, in words; None if it is not known."""
        return (self._find("emissions_kg") or {}).get("boundary")

    @property
    def duration_s(self):
        """Seconds since the beginning, or of the whole block."""
        if self._began is None:
            return _NAN
        return (time.monotonic() if self._ended is None else self._ended) - self._began

    @property
    def warnings(self):
        """Warnings of the recording, each a dict with ``code``, ``text`` and ``remedy``."""
        return list((self.record or {}).get("warnings") or [])

    @property
    def problem(self):
        """Why there are no figures; None where there are."""
        return self._problem or (self._stage.problem if self._stage is not None else None)

    def __repr__(self):
        return "<tonne.track %r: %.4g kWh, %.4g kg CO2e>" % (self.name, self.energy_kwh, self.emissions_kg)

    def _get_snapshot(self):
        """Energy in kWh, and emissions in kg with their low and high end; the run is asked at most once."""
        try:
            document = self.record or self._ask() or {}
            emissions = document.get("emissions_kg") or {}
            emissions = emissions.get("total") or {} if "total" in emissions else emissions
            values = ((document.get("energy_kwh") or {}).get("value"), *(emissions.get(part) for part in ("value", "low", "high")))
            return tuple(_NAN if value is None else float(value) for value in values)
        except Exception:
            return (_NAN,) * 4

    def _get_covered_time(self):
        """Until when the figures reach, as ``time.monotonic()``."""
        now = time.monotonic() if self._ended is None else self._ended
        if self._recorder is None or self.record is not None:
            return now
        seconds = (self._figures or {}).get("duration_s")
        return now if seconds is None else min(now, self._origin + seconds)

    def _quantity(self, name, part):
        try:
            value = (self._find(name) or {}).get(part)
            return _NAN if value is None else float(value)
        except Exception:
            return _NAN

    def _find(self, name):
        document = self.record
        if document is None:
            document = self._ask()
        if not isinstance(document, dict):
            return None
        quantity = document.get(name)
        # A run has emissions by kind, a stage has one quantity.
        return quantity.get("total") if isinstance(quantity, dict) and "total" in quantity else quantity

    def _ask(self):
        """What is known so far: the document of the run, or the figures of the stage. None if nothing is."""
        if self._pid != os.getpid():
            return None
        with _lock:
            try:
                if self._stage is not None:
                    return self._stage.get_figures()
                recorder = self._recorder
                if recorder is None or self._ended is not None or not recorder.marks:
                    return None
                if time.monotonic() - self._asked > _FRESH:
                    document, _ = _marks._figures(recorder.marks, None)
                    self._figures = document or self._figures
                    self._asked = time.monotonic()
                    if document:
                        # The recording began before it said so, at the latest then.
                        self._origin = min(self._origin, self._asked - document["duration_s"])
                return self._figures
            except Exception:
                return None

    def _fail(self, problem):
        self._problem = problem
        report(problem)


class _StageTotal:
    """All time of one name in a run, which is one stage there, and the energy known at some points of it.

    A block is an interval of the stage's own time. Between two points that are known, energy is divided by time.
    """

    def __init__(self, path, name):
        self.problem = None
        self._path = path
        self._name = name
        self._ended_s = 0.0
        self._began = None
        self._count = 0
        # Seconds of the record for each second of this process: a mark takes time to arrive.
        self._scale = 1.0
        self._run = None
        self._points = [(0.0, {"energy_kwh": 0.0, "emissions_kg": 0.0})]
        self._known_at = [0.0]
        self._latest = None
        self._asked = -math.inf
        self._is_over = False

    def begin(self):
        self._began = time.monotonic()
        self._count += 1

    def end(self):
        if self._began is not None:
            self._ended_s += time.monotonic() - self._began
            self._began = None

    def get_seconds(self):
        return self._ended_s + (time.monotonic() - self._began if self._began is not None else 0.0)

    def get_between(self, first, last, is_open):
        """Figures of an interval of the stage's time, or None. Waits a little for those of the end of a closed one."""
        self._update(first, last, is_open)
        first, last = first * self._scale, last * self._scale
        if self._latest is None or (self._points[-1][0] <= first and not is_open):
            return None
        figures = {"run": self._run}
        for name in ("energy_kwh", "emissions_kg"):
            value = self._get_at(last, name) - self._get_at(first, name)
            # The bounds are as wide, in proportion, as those of the whole stage.
            whole = self._latest[name]
            share = value / whole["value"] if whole["value"] else 0.0
            figures[name] = {**whole, "value": value, "low": whole["low"] * share, "high": whole["high"] * share}
        return figures

    def finish(self, record):
        """The run has ended, with this document."""
        self._is_over = True
        for stage in (record or {}).get("stages") or []:
            if stage.get("name") == self._name:
                self._add_point(record.get("id"), stage)
                # All blocks of the name are the stage. Another process may have marked time of the same name too.
                if self._ended_s > 0 and abs(stage["duration_s"] - self._ended_s) < _MARK_SECONDS * self._count:
                    self._scale = stage["duration_s"] / self._ended_s

    def _update(self, first, seconds, is_open):
        if self._is_over or time.monotonic() - self._asked < _FRESH and is_open:
            return
        until = time.monotonic() + _LAST_SAMPLE
        # However short an interval is, something of it is needed.
        while self._points[-1][0] < seconds * 0.995 - 0.02 or self._points[-1][0] <= first:
            document, problem = _marks._figures(self._path, self._name)
            self._asked = time.monotonic()
            stage = (document or {}).get("stage")
            if stage:
                self._add_point(document.get("run"), stage)
            self.problem = problem or (None if self._latest else "the run has no figures of the stage %r yet" % self._name)
            if document is None or is_open or time.monotonic() >= until:
                break
            time.sleep(_ASK_AGAIN)

    def _add_point(self, run, stage):
        energy, emissions = stage.get("energy_kwh"), stage.get("emissions_kg")
        if not energy or not emissions or stage["duration_s"] < self._points[-1][0]:
            return
        if stage["duration_s"] == self._points[-1][0]:
            # The same time, accounted with later samples.
            if len(self._points) == 1:
                return
            self._points.pop()
            self._known_at.pop()
        self._run, self._latest = run, {"energy_kwh": energy, "emissions_kg": emissions}
        self._known_at.append(stage["duration_s"])
        self._points.append((stage["duration_s"], {name: self._latest[name]["value"] for name in self._latest}))

    def _get_at(self, seconds, name):
        later = bisect.bisect_left(self._known_at, seconds)
        if later == len(self._points):
            return self._points[-1][1][name]
        if later == 0:
            return 0.0
        (before_s, before), (after_s, after) = self._points[later - 1], self._points[later]
        return before[name] + (after[name] - before[name]) * (seconds - before_s) / (after_s - before_s)


class _Stage:
    """A block that is a stage of a run. Calls are made with the lock held.

    A run is in one stage at a time. A block inside a block interrupts the outer stage, which begins again after it; the figures of
    the outer block are those of its own intervals and of the blocks inside it.
    """

    def __init__(self, name, path):
        self.name = str(name)
        self.problem = None
        self._path = path
        self._total = None
        self._intervals = []
        self._inner = []
        self._began_at = None
        self._is_open = False

    def begin(self):
        outer = self._find_outer()
        if outer is not None:
            outer._inner.append(self)
            outer._close_interval()
        self._is_open = self._begin_interval()
        if self._is_open:
            _open_stages.append(self)
        return self._is_open

    def end(self):
        if not self._is_open:
            return
        self._is_open = False
        is_current = _open_stages[-1] is self
        _open_stages.remove(self)
        if is_current:
            # In this order an interval is never longer than in the record.
            self._close_interval()
            self._mark("stage-end ")
            outer = self._find_outer()
            if outer is not None:
                outer._begin_interval()
        else:
            self._close_interval()
            report("the block %r overlaps with a later one; what it used after that began is counted there" % self.name)

    def get_figures(self):
        parts = []
        for stage in self._inner:
            inner = stage.get_figures()
            if inner is None:
                return self._explain(stage.problem)
            parts.append(inner)
        for first, last in self._intervals:
            part = self._total.get_between(first, last, is_open=False)
            if part is None:
                return self._explain(self._total.problem)
            parts.append(part)
        if self._began_at is not None:
            part = self._total.get_between(self._began_at, self._total.get_seconds(), is_open=True)
            if part is not None:
                parts.append(part)
        if not parts:
            return self._explain(self._total.problem if self._total else None)
        self.problem = None
        return _add(parts)

    def _explain(self, problem):
        self.problem = problem or "the run has no figures of the stage %r" % self.name
        report(self.problem)

    def _find_outer(self):
        return next((stage for stage in reversed(_open_stages) if stage._path == self._path), None)

    def _begin_interval(self):
        if not self._mark("stage "):
            return False
        if self._total is None:
            self._total = _totals.setdefault((self._path, self.name), _StageTotal(self._path, self.name))
        # Exactly where the interval before ended.
        self._began_at = self._total.get_seconds()
        self._total.begin()
        return True

    def _close_interval(self):
        if self._began_at is not None:
            self._total.end()
            self._intervals.append((self._began_at, self._total.get_seconds()))
            self._began_at = None

    def _mark(self, word):
        try:
            return _marks._send(self._path, word + _marks._quoted(self.name))
        except Exception:
            return False


def _add(parts):
    """The sum of figures. Their bounds add as those of parts that share their errors."""
    total = {"run": parts[0]["run"]}
    for name in ("energy_kwh", "emissions_kg"):
        total[name] = dict(parts[0][name])
        for bound in ("value", "low", "high"):
            total[name][bound] = math.fsum(part[name][bound] for part in parts)
    return total


def _is_open(path):
    """Whether a run listens there; a socket whose run was killed does not."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_marks._SECONDS)
            connection.connect(path)
        return True
    except (socket.timeout, BlockingIOError):
        return True
    except Exception:
        return False


def _decorate(function, name, options):
    name = name or getattr(function, "__name__", None)

    # Each call is a block of its own; the last one that ended is kept with the function.
    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def tracked(*arguments, **keywords):
            with Track(name, options) as block:
                try:
                    return await function(*arguments, **keywords)
                finally:
                    tracked.last = block
    else:
        @functools.wraps(function)
        def tracked(*arguments, **keywords):
            with Track(name, options) as block:
                try:
                    return function(*arguments, **keywords)
                finally:
                    tracked.last = block

    tracked.last = None
    return tracked


def _forget_after_fork():
    """A child has neither the parent's open stages nor a lock that another thread of the parent held."""
    global _lock
    _lock = threading.RLock()
    _open_stages.clear()
    _totals.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
