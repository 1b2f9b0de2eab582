# SPDX-License-Identifier: Apache-2.0
"""Energy of requests to a web application: the process's energy between two looks, shared by the requests' time in between."""

import atexit
import math
import os
import threading
import time
import weakref

from ._recorder import report
from .tracking import Track

_MAX_ROUTES = 200
_OTHER = "(other)"
_OPEN = "(open)"
JOULES_PER_KWH = 3.6e6

_meters = weakref.WeakSet()


class Request:
    """A request, and what it has used as far as the figures reach."""

    __slots__ = ("began", "energy", "emissions")

    def __init__(self):
        self.began = time.monotonic()
        self.energy = self.emissions = 0.0


class RequestMeter:
    """Counts requests and shares the energy of the process among them. Safe with threads; no method raises.

    The recording begins with the first request, which does not wait for it, and ends with ``close()`` or the process. Of a time in which
    requests were open, all energy of the process belongs to them, in proportion to their time; of a time without any it is idle energy.
    So requests and idle time together are the energy of the run. A process that a server forks has its own recording.
    """

    def __init__(self, name="serve", look_s=1.0, **options):
        self._name = name
        self._look_s = look_s
        self._options = options
        self._clear()
        _meters.add(self)

    def _clear(self):
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._thread = None
        self._end = threading.Event()
        self.track = None
        self._open = set()
        # Requests that have ended, as (route, from, to), until the figures reach their end.
        self._ended = []
        self._covered = math.inf
        self._requests = 0
        # By route: number, energy in kWh, emissions in kg.
        self._routes = {}
        self._seen = (0.0, 0.0)
        self._is_known = False
        self._idle = [0.0, 0.0]
        self._shared = [0.0, 0.0]
        self._shared_s = 0.0

    def begin(self):
        """A request begins. Returns what ``end`` and ``describe`` take."""
        request = Request()
        with self._lock:
            self._open.add(request)
            begins = self._thread is None
            if begins:
                self._thread = threading.Thread(target=self._watch, name="tonne-requests", daemon=True)
        if begins:
            try:
                self._thread.start()
                atexit.register(self.close)
            except Exception as error:
                report("the energy of requests is not recorded (%r)" % error)
        return request

    def end(self, request, route):
        """A request has ended. Once is enough; again does nothing."""
        now = time.monotonic()
        with self._lock:
            if request not in self._open:
                return
            self._open.remove(request)
            route = route if route in self._routes or len(self._routes) < _MAX_ROUTES else _OTHER
            figures = self._routes.setdefault(route, [0, 0.0, 0.0])
            figures[0] += 1
            figures[1] += request.energy
            figures[2] += request.emissions
            self._requests += 1
            self._ended.append((route, request.began, now))

    def describe(self, request):
        """Value of the header Server-Timing for a request that answers now; None where nothing is known yet."""
        try:
            seconds = time.monotonic() - request.began
            with self._lock:
                if not self._shared_s:
                    return None
                joules = self._shared[0] * JOULES_PER_KWH / self._shared_s * seconds
                milligrams = self._shared[1] * 1e6 / self._shared_s * seconds
            return 'tonne;dur=%.1f;desc="%.3g J, %.3g mg CO2e"' % (seconds * 1000, joules, milligrams)
        except Exception:
            return None

    def look(self):
        """Shares the energy since the last look among the requests of that time."""
        track = self.track
        if track is None:
            return
        with self._looking:
            energy, emissions, _, _ = track._get_snapshot()
            if math.isnan(energy) or math.isnan(emissions):
                return
            covered = track._get_covered_time()
            with self._lock:
                self._share(energy, emissions, covered)

    def _share(self, energy, emissions, covered):
        # The figures reach from the time of the last look to this one, which may be some seconds before now.
        since, self._covered = self._covered, covered
        used = (energy - self._seen[0], emissions - self._seen[1])
        self._seen, self._is_known = (energy, emissions), True
        seconds, left = {}, []
        for route, begin, end in self._ended:
            seconds[route] = seconds.get(route, 0.0) + max(0.0, min(end, covered) - max(begin, since))
            if end > covered:
                left.append((route, begin, end))
        self._ended = left
        of_open = {request: max(0.0, covered - max(request.began, since)) for request in self._open}
        total = math.fsum(seconds.values()) + math.fsum(of_open.values())
        if total <= 0:
            self._idle = [self._idle[0] + used[0], self._idle[1] + used[1]]
            return
        self._shared_s += total
        self._shared = [self._shared[0] + used[0], self._shared[1] + used[1]]
        for route, of_route in seconds.items():
            figures = self._routes[route]
            figures[1] += used[0] * of_route / total
            figures[2] += used[1] * of_route / total
        for request, of_request in of_open.items():
            request.energy += used[0] * of_request / total
            request.emissions += used[1] * of_request / total

    def summary(self):
        """What the requests used so far, as a dict. Unknown figures are nan."""
        try:
            self.look()
        except Exception as error:
            report("the energy of requests is not known (%r)" % error)
        with self._lock:
            routes = {
                route: {"requests": count, "energy_kwh": energy, "emissions_kg": emissions}
                for route, (count, energy, emissions) in self._routes.items()}
            if self._open:
                routes[_OPEN] = {
                    "requests": len(self._open), "energy_kwh": math.fsum(request.energy for request in self._open),
                    "emissions_kg": math.fsum(request.emissions for request in self._open)}
            known = self._is_known
            return {
                "requests": self._requests,
                "energy_kwh": self._shared[0] if known else math.nan,
                "emissions_kg": self._shared[1] if known else math.nan,
                "energy_j_per_request": self._shared[0] * JOULES_PER_KWH / self._requests if known and self._requests else math.nan,
                "idle_energy_kwh": self._idle[0] if known else math.nan,
                "idle_emissions_kg": self._idle[1] if known else math.nan,
                "routes": routes,
                "run": self.track.run if self.track else None,
                "problem": self.track.problem if self.track else None,
            }

    def close(self):
        """Ends the recording; the figures are final then. Requests after that have none."""
        try:
            self._end.set()
            thread = self._thread
            if thread is None:
                return
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(10)
            if self.track is not None:
                self.track.stop()
                self.look()
        except Exception as error:
            report("the energy of requests is not known (%r)" % error)

    def _watch(self):
        # The recording begins here, so that the first request does not wait for it.
        try:
            track = Track(self._name, self._options).start()
            self._covered = track._began
            self.track = track
            while not self._end.wait(self._look_s):
                self.look()
        except Exception as error:
            report("the energy of requests is not known (%r)" % error)


def _forget_after_fork():
    for meter in list(_meters):
        meter._clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
