# SPDX-License-Identifier: Apache-2.0
"""A callback for Keras.

    from tonne.keras import TonneCallback

    model.fit(x, y, epochs=10, callbacks=[TonneCallback(zone="FR")])
"""

from ._recorder import report
from ._training import Training

try:
    from keras.callbacks import Callback as _Base
except Exception:
    try:
        from tensorflow.keras.callbacks import Callback as _Base
    except Exception:
        _Base = object

__all__ = ["TonneCallback"]


class TonneCallback(_Base):
    """Records ``fit`` and adds ``tonne/energy_kwh``, ``tonne/co2e_kg``, ``tonne/co2e_kg_low`` and ``…_high`` to the logs of each epoch.

    Put it before other loggers in the list of callbacks, so that they see the figures. Options as in ``tonne.track``.
    """

    def __init__(self, name=None, **options):
        super().__init__()
        self._training = Training(name, **options)

    @property
    def track(self):
        """The block of ``tonne.track``; None before ``fit``."""
        return self._training.track

    def on_train_begin(self, logs=None):
        """``fit`` begins."""
        self._training.start()

    def on_epoch_begin(self, epoch, logs=None):
        """An epoch begins; Keras counts from 0 and prints from 1."""
        self._training.begin_epoch(epoch + 1)

    def on_epoch_end(self, epoch, logs=None):
        """An epoch has ended."""
        self._training.end_epoch(epoch + 1, logs)
        if logs is not None and self._training.is_open:
            try:
                logs.update(self._training.get_figures())
            except Exception as error:
                report("the figures could not be added to the logs (%r)" % error)

    def on_train_end(self, logs=None):
        """``fit`` has ended."""
        self._training.stop()
