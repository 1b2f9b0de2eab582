# SPDX-License-Identifier: Apache-2.0
"""What the callbacks of the training frameworks share."""

import math

from . import marks
from .tracking import Track


class Training:
    """The recording of one training: figures for the log, marks of epochs. No method raises."""

    def __init__(self, name=None, **options):
        self._name = name or "train"
        self._options = options
        self.track = None

    def start(self):
        """Begins, if it has not begun."""
        if self.track is None or self.track._ended is not None:
            self.track = Track(self._name, self._options).start()

    def stop(self):
        """Ends, if it has begun."""
        if self.track is not None:
            self.track.stop()

    @property
    def is_open(self):
        """Whether it has begun and not ended."""
        return self.track is not None and self.track._ended is None

    def figures(self):
        """The figures so far by the names of the log; empty where nothing is known. The run is asked at most once."""
        if self.track is None:
            return {}
        figures = {
            "tonne/energy_kwh": self.track.energy_kwh, "tonne/co2e_kg": self.track.emissions_kg,
            "tonne/co2e_kg_low": self.track.low, "tonne/co2e_kg_high": self.track.high,
        }
        return {name: value for name, value in figures.items() if not math.isnan(value)}

    def begin_epoch(self, number):
        """An epoch begins."""
        if self.is_open:
            marks._say(lambda: "epoch-begin " + marks._whole(number))

    def end_epoch(self, number, metrics=None):
        """An epoch has ended; repeated, it adds metrics."""
        if self.is_open:
            values = {name: value for name, value in dict(metrics or {}).items() if not str(name).startswith("tonne/")}
            marks._say(lambda: " ".join(["epoch", marks._whole(number)] + marks._pairs(values)[:64]))
