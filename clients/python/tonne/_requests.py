# SPDX-License-Identifier: Apache-2.0
"""Energy of requests to a web application: the process's energy between two looks, shared by the requests' time in between."""

import atexit
import math
import os
import threading
import time

from .tracking import Track

_MAX_ROUTES = 200
JOULES_PER_KWH = 3.6e6


class RequestMeter:
    """Counts requests and shares the energy of the process among them. Safe with threads; no method raises."""

    def __init__(self, name="serve", look_s=1.0, **options):
        self._name = name
        self._look_s = look_s
        self._options = options
        self._clear()

    def _clear(self):
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._thread = None
        self._end = threading.Event()
        self.track = None
        self._open = {}
        self._busy = {}
        self._requests = 0
        self._routes = {}
        self._seen = None
        self._idle = [0.0, 0.0]
        self._shared = [0.0, 0.0]
        self._shared_s = 0.0

    def begin(self):
        """A request begins. Returns what ``end`` and ``describe`` take."""
        if self._pid != os.getpid():
            # A worker forked by its server has a recording of its own.
            self._clear()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="tonne-requests", daemon=True)
                self._thread.start()
                atexit.register(self.close)
            request = [time.monotonic(), time.monotonic(), None]
            self._open[id(request)] = request
        return request

    def end(self, request, route):
        """A request has ended."""
        with self._lock:
            if self._open.pop(id(request), None) is None:
                return
            route = route if route in self._routes or len(self._routes) < _MAX_ROUTES else "(other)"
            self._routes.setdefault(route, [0, 0.0, 0.0])[0] += 1
            self._requests += 1
            self._busy[route] = self._busy.get(route, 0.0) + time.monotonic() - request[1]

    def describe(self, request):
        """Value of the header Server-Timing for a request that answers now; None where nothing is known yet."""
        try:
            seconds = time.monotonic() - request[0]
            with self._lock:
                if not self._shared_s:
                    return None
                joules, kilograms = (value / self._shared_s * seconds for value in (self._shared[0] * JOULES_PER_KWH, self._shared[1]))
            return 'tonne;dur=%.1f;desc="%.3g J, %.3g mg CO2e"' % (seconds * 1000, joules, kilograms * 1e6)
        except Exception:
            return None

    def look(self):
        """Shares the energy since the last look among the requests of that time."""
        track = self.track
        if track is None:
            return
        energy, emissions = track.energy_kwh, track.emissions_kg
        if math.isnan(energy) or math.isnan(emissions):
            return
        with self._lock:
            now = time.monotonic()
            busy, self._busy = self._busy, {}
            for request in self._open.values():
                busy["(open)"] = busy.get("(open)", 0.0) + now - request[1]
                request[1] = now
            since = (energy, emissions) if self._seen is None else (energy - self._seen[0], emissions - self._seen[1])
            self._seen = (energy, emissions)
            total = math.fsum(busy.values())
            if total <= 0:
                self._idle = [self._idle[0] + since[0], self._idle[1] + since[1]]
                return
            self._shared_s += total
            self._shared = [self._shared[0] + since[0], self._shared[1] + since[1]]
            for route, seconds in busy.items():
                figures = self._routes.setdefault(route, [0, 0.0, 0.0])
                figures[1] += since[0] * seconds / total
                figures[2] += since[1] * seconds / total

    def summary(self):
        """What the requests used so far, as a dict."""
        self.look()
        with self._lock:
            return {
                "requests": self._requests,
                "energy_kwh": self._shared[0] if self._seen else math.nan,
                "emissions_kg": self._shared[1] if self._seen else math.nan,
                "energy_j_per_request": self._shared[0] * JOULES_PER_KWH / self._requests if self._seen and self._requests else math.nan,
                "idle_energy_kwh": self._idle[0] if self._seen else math.nan,
                "idle_emissions_kg": self._idle[1] if self._seen else math.nan,
                "routes": {
                    route: {"requests": count, "energy_kwh": energy, "emissions_kg": emissions}
                    for route, (count, energy, emissions) in self._routes.items()},
                "run": self.track.run if self.track else None,
                "problem": self.track.problem if self.track else None,
            }

    def close(self):
        """Ends the recording. A later request begins another."""
        if self._pid != os.getpid():
            return
        self._end.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(10)
        if self.track is not None:
            self.look()
            self.track.stop()

    def _watch(self):
        # The recording begins here, so that the first request does not wait for it.
        try:
            self.track = Track(self._name, self._options).start()
            while not self._end.wait(self._look_s):
                self.look()
        except Exception:
            pass
