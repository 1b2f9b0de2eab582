# SPDX-License-Identifier: Apache-2.0
"""Energy and emissions of Python programs, recorded by the executable ``tonne``.

    import tonne

    with tonne.track("train", zone="FR") as t:
        train()
    print(f"{t.energy_kwh:.3g} kWh, {t.emissions_kg:.3g} kg CO2e ({t.low:.3g} to {t.high:.3g})")

No call raises because of tonne, and none prints. What goes wrong is logged once as a warning of the logger ``tonne``,
``.problem`` says it too, and the figures are nan.
"""

from .marks import epoch, inside_run, note, stage, stage_end
from .tracking import track

__all__ = ["track", "stage", "stage_end", "epoch", "note", "inside_run", "__version__"]
__version__ = "0.1.0"


def load_ipython_extension(ipython):
    """``%load_ext tonne``: the magics ``%%tonne`` and ``%tonne``."""
    from . import jupyter

    jupyter.load_ipython_extension(ipython)


def unload_ipython_extension(ipython):
    """``%unload_ext tonne``."""
    from . import jupyter

    jupyter.unload_ipython_extension(ipython)
