# SPDX-License-Identifier: Apache-2.0
"""Magics for notebooks: ``%load_ext tonne``, then ``%%tonne [label] [--zone FR] …`` above a cell, and ``%tonne status``."""

import ast
import math
import shlex

from ._recorder import find_executable
from .tracking import Track

_OPTIONS = ("project", "zone", "region", "intensity", "pue", "period", "policy")

_cells = []


def load_ipython_extension(ipython):
    """Registers ``%tonne`` and ``%%tonne``."""

    def tonne(line, cell=None):
        """``%%tonne [label]`` records a cell; ``%tonne status`` says what was recorded."""
        if cell is None:
            print(describe_status(line))
        else:
            run_cell(ipython, line, cell)

    ipython.register_magic_function(tonne, magic_kind="line_cell", magic_name="tonne")


def unload_ipython_extension(ipython):
    """Removes the magics."""
    for kind in ("line", "cell"):
        ipython.magics_manager.magics[kind].pop("tonne", None)


def run_cell(ipython, line, cell):
    """Runs a cell as a recorded block, and prints one line below its output. Its exceptions pass through."""
    label, options, problem = read_line(line)
    block = Track(label, options).start()
    try:
        _execute(ipython, cell)
    finally:
        block.stop()
        _cells.append(block)
        print(describe(block))
        if problem:
            print(problem)


def read_line(line):
    """Label, options, and what is wrong with the line or None."""
    words, options, problem = [], {}, None
    try:
        rest = iter(shlex.split(line))
    except ValueError as error:
        return line.strip() or "cell", {}, "%%%%tonne: %s" % error
    for word in rest:
        name, equals, value = word[2:].partition("=") if word.startswith("--") else ("", "", "")
        if not name:
            words.append(word)
        elif name in _OPTIONS:
            value = value if equals else next(rest, None)
            if value is None:
                problem = "%%%%tonne: --%s has no value" % name
            else:
                options[name] = value
        else:
            problem = "%%%%tonne has no option --%s; it has %s" % (name, ", ".join("--" + option for option in _OPTIONS))
    return " ".join(words) or "cell", options, problem


def describe(block):
    """A block in one line."""
    if math.isnan(block.energy_kwh):
        return "%s: %.3g s, no figures: %s" % (block.name, block.duration_s, block.problem)
    return "%s: %s CO2e (%s to %s), %s, %.3g s, run %s" % (
        block.name, format_mass(block.emissions_kg), format_mass(block.low), format_mass(block.high),
        format_energy(block.energy_kwh), block.duration_s, block.run)


def describe_status(line=""):
    """What was recorded in this notebook."""
    if line.strip() not in ("", "status"):
        return "%%tonne knows only status; to record a cell, write %%%%tonne %s above it" % line.strip()
    executable, problem = find_executable()
    lines = [problem or "tonne records with %s" % executable]
    known = [block for block in _cells if not math.isnan(block.energy_kwh)]
    lines += [describe(block) for block in _cells[-10:]]
    if _cells:
        lines.append("%d recorded, %d with figures: %s CO2e, %s" % (
            len(_cells), len(known), format_mass(math.fsum(block.emissions_kg for block in known)),
            format_energy(math.fsum(block.energy_kwh for block in known))))
    else:
        lines.append("no cell was recorded yet; write %%tonne above one")
    return "\n".join(lines)


def format_mass(kilograms):
    """Kilograms with a unit that fits."""
    return _format(kilograms * 1e3, [(1e6, "t"), (1e3, "kg"), (1, "g"), (1e-3, "mg"), (1e-6, "µg")])


def format_energy(kilowatt_hours):
    """Kilowatt-hours with a unit that fits."""
    return _format(kilowatt_hours * 1e3, [(1e6, "MWh"), (1e3, "kWh"), (1, "Wh"), (1e-3, "mWh"), (1e-6, "µWh")])


def _format(value, units):
    size, unit = next(((size, unit) for size, unit in units if abs(value) >= size), units[-1])
    return "%.3g %s" % (value / size, unit)


def _execute(ipython, cell):
    # As in a cell without the magic: its last expression is displayed.
    code = ipython.transform_cell(cell)
    file = ipython.compile.cache(code, getattr(ipython, "execution_count", 0))
    tree = ipython.transform_ast(ast.parse(code, file))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    names = ipython.user_ns
    exec(ipython.compile(tree, file, "exec"), names)
    if last is not None:
        exec(ipython.compile(ast.Interactive([last]), file, "single"), names)
