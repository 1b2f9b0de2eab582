# SPDX-License-Identifier: Apache-2.0
"""A callback for the Trainer of Hugging Face transformers.

    from tonne.transformers import TonneCallback

    callback = TonneCallback(zone="FR").add_to(trainer)
    trainer.train()
    print(callback.track.emissions_kg)
"""

import math

from ._recorder import report
from ._training import Training

try:
    from transformers import TrainerCallback as _Base
except Exception:
    _Base = object

__all__ = ["TonneCallback"]


class TonneCallback(_Base):
    """Records the training and adds ``tonne/energy_kwh``, ``tonne/co2e_kg``, ``tonne/co2e_kg_low`` and ``…_high`` to its logs.

    Only process zero records, with the processes it has started. Options as in ``tonne.track``. The Trainer calls its own loggers
    before callbacks that are passed to it; ``add_to(trainer)`` puts this one before them, so that they see the figures.
    """

    def __init__(self, name=None, **options):
        super().__init__()
        self._training = Training(name, **options)
        self._epoch = None
        self._has_ended = False
        self._logs = {}

    @property
    def track(self):
        """The block of ``tonne.track``; None before the training and in other processes."""
        return self._training.track

    def add_to(self, trainer):
        """Adds itself as the first callback of the trainer. Returns itself."""
        trainer.add_callback(self)
        callbacks = getattr(getattr(trainer, "callback_handler", None), "callbacks", None)
        if isinstance(callbacks, list) and self in callbacks:
            callbacks.remove(self)
            callbacks.insert(0, self)
        else:
            report("TonneCallback could not be put first; loggers of the Trainer do not see its figures")
        return self

    def on_train_begin(self, args, state, control, **kwargs):
        """The training begins."""
        if getattr(state, "is_world_process_zero", True):
            self._epoch = None
            self._training.start()

    def on_epoch_begin(self, args, state, control, **kwargs):
        """An epoch begins."""
        if self._training.is_open:
            self._logs = {}
            self._has_ended = False
            self._epoch = int(math.floor(_get_epoch(state) + 1e-6)) + 1
            self._training.begin_epoch(self._epoch)

    def on_epoch_end(self, args, state, control, **kwargs):
        """An epoch has ended."""
        if self._epoch is not None and self._training.is_open:
            self._has_ended = True
            self._training.end_epoch(self._epoch, self._logs)

    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        """An evaluation at the end of an epoch belongs to it."""
        self._add_metrics(state, metrics)

    def on_log(self, args, state, control, logs=None, **kwargs):
        """Adds the figures to what is logged."""
        if logs is None or not self._training.is_open or not getattr(state, "is_world_process_zero", True):
            return
        self._logs = {name: logs[name] for name in ("loss", "grad_norm", "learning_rate") if name in logs}
        # With logging_strategy="epoch" the losses of an epoch are logged after its end.
        self._add_metrics(state, self._logs)
        figures = self._training.get_figures()
        try:
            logs.update(figures)
            history = getattr(state, "log_history", None)
            if history:
                # The Trainer has written its copy of the logs there already.
                history[-1].update(figures)
        except Exception as error:
            report("the figures could not be added to the logs (%r)" % error)

    def on_train_end(self, args, state, control, **kwargs):
        """The training has ended."""
        self._training.stop()

    def _add_metrics(self, state, metrics):
        if metrics and self._has_ended and self._training.is_open and abs(_get_epoch(state) - self._epoch) < 1e-6:
            self._training.end_epoch(self._epoch, {name: value for name, value in metrics.items() if name != "epoch"})


def _get_epoch(state):
    return getattr(state, "epoch", None) or 0
