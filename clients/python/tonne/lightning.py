# SPDX-License-Identifier: Apache-2.0
"""A callback for Lightning.

    from tonne.lightning import TonneCallback

    trainer = Trainer(callbacks=[TonneCallback(zone="FR")])
"""

from ._recorder import report
from ._training import Training

try:
    from lightning.pytorch.callbacks import Callback as _Base
except Exception:
    try:
        from pytorch_lightning.callbacks import Callback as _Base
    except Exception:
        _Base = object

__all__ = ["TonneCallback"]


class TonneCallback(_Base):
    """Records ``fit`` and logs ``tonne/energy_kwh``, ``tonne/co2e_kg``, ``tonne/co2e_kg_low`` and ``…_high`` after each epoch.

    Only the process of ``trainer.is_global_zero`` records, with the processes it has started. Options as in ``tonne.track``.
    """

    def __init__(self, name=None, **options):
        super().__init__()
        self._training = Training(name, **options)

    @property
    def track(self):
        """The block of ``tonne.track``; None before ``fit`` and in other processes."""
        return self._training.track

    def setup(self, trainer, pl_module, stage=None):
        """``fit`` begins."""
        if stage in (None, "fit") and getattr(trainer, "is_global_zero", True):
            self._training.start()

    def on_train_epoch_start(self, trainer, pl_module):
        """An epoch begins."""
        self._training.begin_epoch(trainer.current_epoch + 1)

    def on_train_epoch_end(self, trainer, pl_module):
        """An epoch has ended, with its validation."""
        if not self._training.is_open:
            return
        self._training.end_epoch(trainer.current_epoch + 1, getattr(trainer, "callback_metrics", None))
        for name, value in self._training.get_figures().items():
            try:
                # Only this process logs them, so nothing may wait for the others.
                pl_module.log(name, value, rank_zero_only=True)
            except Exception as error:
                report("the figures could not be logged (%r)" % error)
                break

    def on_fit_end(self, trainer, pl_module):
        """``fit`` has ended."""
        self._training.stop()

    def on_exception(self, trainer, pl_module, exception):
        """``fit`` has failed or was interrupted."""
        self._training.stop()

    def teardown(self, trainer, pl_module, stage=None):
        """The end in any case."""
        self._training.stop()
