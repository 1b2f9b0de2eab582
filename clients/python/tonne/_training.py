# SPDX-License-Identifier: Apache-2.0
"""What the callbacks of the training frameworks share."""

import math
import numbers

from . import marks
from ._recorder import report
from .tracking import Track

_NAMES = ("tonne/energy_kwh", "tonne/co2e_kg", "tonne/co2e_kg_low", "tonne/co2e_kg_high")


class Training:
    """The recording of one training: figures for the log, marks of epochs. No method raises."""

    def __init__(self, name=None, **options):
        self._name = name or "train"
        self._options = options
        self.track = None

    def start(self):
        """Begins, if it has not begun."""
        try:
            if not self.is_open:
                self.track = Track(self._name, self._options).start()
        except Exception as error:
            report("the training could not be recorded (%r)" % error)

    def stop(self):
        """Ends, if it has begun."""
        if self.track is not None:
            self.track.stop()

    @property
    def is_open(self):
        """Whether it has begun and not ended."""
        return self.track is not None and self.track._ended is None

    def get_figures(self):
        """The figures so far by the names of the log; empty where nothing is known. The run is asked at most once."""
        if self.track is None:
            return {}
        return {name: value for name, value in zip(_NAMES, self.track._get_snapshot()) if not math.isnan(value)}

    def begin_epoch(self, number):
        """An epoch begins."""
        if self.is_open:
            marks._say(lambda: "epoch-begin " + marks._whole(number))

    def end_epoch(self, number, metrics=None):
        """An epoch has ended; repeated, it adds metrics."""
        if self.is_open:
            marks._say(lambda: " ".join(["epoch", marks._whole(number)] + marks._pairs(_select(metrics))[:64]))


def _select(metrics):
    """The metrics that say something of the model: not tonne's, and not how fast the framework was."""
    return {
        name: value for name, value in dict(metrics or {}).items()
        if not str(name).startswith("tonne/") and not str(name).endswith(("_runtime", "_per_second", "_time"))
        and not isinstance(value, (str, bytes, bool)) and (isinstance(value, numbers.Number) or hasattr(value, "__float__"))
    }
