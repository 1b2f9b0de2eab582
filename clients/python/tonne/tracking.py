# SPDX-License-Identifier: Apache-2.0
"""``track``: records a block or a function. The first block of a process is a run, the blocks inside it are its stages."""

import functools
import inspect
import math
import os
import socket
import threading
import time
import weakref

from . import marks as _marks
from ._recorder import Recorder, report

_VARIABLE = "TONNE_RUN"
_NAN = float("nan")
# How old figures of an open block may be, how long to wait for the sample after the end of a stage, and how often to ask, in s.
_FRESH = 0.5
_LAST_SAMPLE = 2.5
_ASK_AGAIN = 0.1

_lock = threading.RLock()
# The blocks that are stages and still open, in the order in which they began.
_open_stages = []
# By path of the run: how many spans of each name this process has begun, and the blocks that somebody still holds.
_spans = {}
_known_stages = weakref.WeakSet()


def track(name=None, *, project=None, zone=None, region=None, intensity=None, pue=None, tags=None, period=None):
    """Records a block of code, or a function.

        with tonne.track("train", project="digits", zone="FR", tags={"gpu": "none"}) as t:
            ...

        @tonne.track
        def train(): ...

    ``name`` of the run or stage; ``zone`` (``"FR"``), ``region`` (``"gcp:europe-west9"``) or ``intensity`` (g CO2e/kWh) of the
    electricity, ``pue`` (1 or more), ``tags`` (a dict), ``period`` between samples (seconds or ``"500ms"``). Inside ``tonne run`` or
    another block only ``name`` has a meaning: the block is a stage of that run.
    """
    options = {"project": project, "zone": zone, "region": region, "intensity": intensity, "pue": pue, "tags": tags, "period": period}
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
            self._began = time.monotonic()
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
            for stage in list(_known_stages):
                if stage._path == self._recorder.marks:
                    stage.finish(record)
            _spans.pop(self._recorder.marks, None)

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
                return self._figures
            except Exception:
                return None

    def _fail(self, problem):
        self._problem = problem
        report(problem)


class _Stage:
    """A block that is a stage of a run. Calls are made with the lock held.

    A run is in one stage at a time. A block inside a block interrupts the outer stage, which begins again after it; the figures of
    the outer block are those of its own spans and of the blocks inside it.
    """

    def __init__(self, name, path):
        self.name = str(name)
        self.problem = None
        self._path = path
        self._parts = []
        self._inner = []
        self._outer = None
        self._span_began = None
        self._span_s = 0.0
        self._span_number = 0
        self._is_open = False
        self._final = None
        self._latest = None
        self._asked = -math.inf

    def begin(self):
        self._outer = next((stage for stage in reversed(_open_stages) if stage._path == self._path), None)
        if self._outer is not None:
            self._outer._inner.append(self)
            self._outer._pause()
        # Afterwards the last span of this name is another.
        for stage in list(_known_stages):
            if stage._path == self._path and stage.name == self.name and stage._final is None and not stage._is_open:
                stage.get_figures(wait=0.0)
        if not self._begin_span():
            return False
        self._is_open = True
        _open_stages.append(self)
        _known_stages.add(self)
        return True

    def end(self):
        if not self._is_open:
            return
        self._is_open = False
        is_current = _open_stages[-1] is self
        _open_stages.remove(self)
        if is_current:
            self._mark("stage-end ")
            self._close_span()
            outer = next((stage for stage in reversed(_open_stages) if stage._path == self._path), None)
            if outer is not None:
                if outer._span_s > 0:
                    outer._keep_span()
                outer._begin_span()
        else:
            self._note("the block %r overlaps with a later one; what it used after that began is counted there" % self.name)

    def finish(self, record):
        """The run has ended."""
        if self._final is not None:
            return
        spans = [stage for stage in (record or {}).get("stages") or [] if stage.get("name") == self.name]
        own = list(self._parts)
        if self._span_number and len(spans) == _spans.get(self._path, {}).get(self.name) and spans[self._span_number - 1]["energy_kwh"]:
            own.append({"run": record.get("id"), **spans[self._span_number - 1]})
            for stage in self._inner:
                stage.finish(record)
            inner = [stage._final for stage in self._inner]
            if None not in inner:
                self._final, self.problem = _add(own + inner), None
                return
        self._final = self._latest
        if self._final is None:
            self._note("the run has no figures of the block %r" % self.name)

    def get_figures(self, wait=_LAST_SAMPLE):
        if self._final is not None:
            return self._final
        if time.monotonic() - self._asked <= _FRESH and (self._is_open or self.problem):
            return self._latest
        own = list(self._parts)
        if self._span_began is not None or self._span_s > 0:
            span = self._ask_span(0.0 if self._is_open else wait)
            if span is not None:
                own.append(span)
            elif not self._is_open:
                own = None
        inner = [stage.get_figures() for stage in self._inner]
        self._asked = time.monotonic()
        self._latest = None if not own and not inner or own is None or None in inner else _add(own + inner)
        if self._latest is not None and not self._is_open and not any(stage._is_open for stage in self._inner):
            self._final = self._latest
        if self._latest is not None:
            self.problem = None
        return self._latest

    def _begin_span(self):
        if not self._mark("stage "):
            return False
        counts = _spans.setdefault(self._path, {})
        counts[self.name] = self._span_number = counts.get(self.name, 0) + 1
        self._span_began, self._span_s = time.monotonic(), 0.0
        return True

    def _pause(self):
        """Another stage begins."""
        self._close_span()

    def _close_span(self):
        if self._span_began is not None:
            self._span_s = time.monotonic() - self._span_began
            self._span_began = None

    def _keep_span(self):
        span = self._ask_span(0.0)
        if span is not None:
            self._parts.append(span)
        self._span_s = 0.0

    def _ask_span(self, wait):
        """Figures of the last span; for a span that has ended, those that reach its end, if they come in time."""
        if _spans.get(self._path, {}).get(self.name) != self._span_number:
            self._note("another block named %r has begun; the figures of this one are known when the run has ended" % self.name)
            return None
        until = time.monotonic() + wait
        while True:
            document, problem = _marks._figures(self._path, self.name)
            stage = (document or {}).get("stage")
            if document is None or time.monotonic() >= until or (stage and stage["duration_s"] >= self._span_s * 0.99 - 0.01):
                break
            time.sleep(_ASK_AGAIN)
        if not stage:
            self._note(problem or "no sample was taken in the block %r yet" % self.name)
            return None
        return {"run": document.get("run"), "energy_kwh": stage["energy_kwh"], "emissions_kg": stage["emissions_kg"]}

    def _mark(self, word):
        try:
            return _marks._send(self._path, word + _marks._quoted(self.name))
        except Exception:
            return False

    def _note(self, problem):
        self.problem = problem
        report(problem)


def _add(parts):
    """The sum of figures. Their bounds add as those of parts that share their errors."""
    total = {"run": parts[0]["run"]}
    for name in ("energy_kwh", "emissions_kg"):
        total[name] = dict(parts[0][name])
        for bound in ("value", "low", "high"):
            values = [part[name].get(bound) for part in parts]
            total[name][bound] = None if None in values else math.fsum(values)
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
    _known_stages.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
