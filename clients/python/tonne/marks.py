# SPDX-License-Identifier: Apache-2.0
"""Marks for ``tonne run``, from Python: stages, epochs and notes of the program that runs.

Part of the package ``tonne``, and usable without it: one file, standard library only, Python 3.9 or newer. Copied
beside a script as ``marks.py``, it is ``from marks import stage, epoch, note``.

    from tonne.marks import stage, epoch, note

    with stage("clean", data_in=raw) as s:        # raw.shape says rows and columns
        table = clean(raw)
        s.out(table)

    stage("train", data_in=table)                 # or as a plain call: lasts until the next stage
    for n in range(1, 11):
        loss, accuracy = train_one_epoch()
        epoch(n, loss=loss, accuracy=accuracy)    # says that epoch n has ended

Outside a recording every call does nothing. Inside, no call raises, prints, or takes longer than a
second, whatever happens to tonne: what cannot be sent is dropped. Every call returns or keeps in
``.taken`` whether the run has it. Safe with threads and after a fork: nothing is kept between calls.
"""

import json
import os
import socket
import sys
import time

__all__ = ["stage", "stage_end", "epoch", "note", "figures", "inside_run"]
__version__ = "0.1.0"

_VARIABLE = "TONNE_RUN"
_SECONDS = 0.9
_PAUSE = 30.0
_LONGEST = 4096
_LONGEST_ANSWER = 64 * 1024

# Runs that did not answer in time, and until when they are left alone: {(path, kind of line): monotonic time}.
_silent = {}


def inside_run():
    """Whether this process is being recorded: started by ``tonne run``, or inside ``tonne.track``."""
    return bool(os.environ.get(_VARIABLE))


def note(text):
    """Keeps a remark with the run. Returns whether the run has it."""
    return _say(lambda: "note " + _quoted(text))


def figures(stage=None):
    """What the run has used so far, and its last stage of that name.

    Returns the document ``tonne.figures/1`` as a dict, or None outside a recording or without an answer.
    """
    return _quietly(lambda: _figures(os.environ.get(_VARIABLE), stage)[0])


def stage(name, data_in=None, data_out=None):
    """Begins a stage; the one before ends. As a context manager it also ends.

    ``data_in`` and ``data_out`` are what the stage takes in and gives out: anything with a ``shape``
    (numpy, torch, pandas, scipy), a pair of rows and columns, ``"1000x10"``, or a sequence.
    """
    return _Stage(name, data_in, data_out)


def stage_end(name=None, data_out=None):
    """Ends the open stage. Returns whether the run has it."""
    return _say(lambda: " ".join(["stage-end"] + ([_quoted(name)] if name is not None else []) + _shapes(None, data_out)))


def epoch(number, **metrics):
    """Says that an epoch has ended, with its metrics; or, as a context manager, when it begins and ends.

        epoch(3, loss=0.7, accuracy=0.72)

        with epoch(3) as e:
            ...
            e.metrics(loss=0.7, val_loss=0.8)

    Values may be numbers or scalars of numpy or torch. An exception leaves the epoch unended.
    """
    return _Epoch(number, metrics)


class _Stage:
    def __init__(self, name, data_in, data_out):
        self._name = name
        self._out = None
        self.taken = _say(lambda: " ".join(["stage", _quoted(name)] + _shapes(data_in, data_out)))

    def out(self, data):
        """Says what the stage gives out; sent when it ends."""
        # Only the shape is kept, never the data.
        self._out = _quietly(lambda: _shape(data)) or self._out
        return self

    def end(self):
        """Ends the stage."""
        self.taken = stage_end(self._name, self._out)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        return False


class _Epoch:
    def __init__(self, number, metrics):
        self._number = number
        self._metrics = {}
        self._open = False
        self.taken = False
        self.metrics(**metrics)
        # A plain call with metrics says at once that the epoch is over. Without any it could still become a
        # context manager; if it does not, the end of the statement says so.
        self._over = bool(metrics)
        if self._over:
            self._end()

    def metrics(self, *mappings, **metrics):
        """Adds metrics, said when the epoch ends; later values replace earlier ones of the same name."""
        for mapping in mappings:
            _quietly(lambda: self._metrics.update(mapping))
        self._metrics.update(metrics)
        return self

    def _end(self):
        self.taken = _say(lambda: " ".join(["epoch", _whole(self._number)] + _pairs(self._metrics)))

    def __enter__(self):
        self._open = True
        if not self._over:
            self.taken = _say(lambda: "epoch-begin " + _whole(self._number))
        return self

    def __exit__(self, kind, *_):
        self._over = True
        if kind is None:
            self._end()
        return False

    def __del__(self):
        try:
            if not self._over and not self._open and not sys.is_finalizing():
                self._over = True
                self._end()
        except Exception:
            pass


def _quietly(act):
    try:
        return act()
    except Exception:
        return None


def _say(write):
    """Sends one line and waits for the answer. Never raises."""
    try:
        path = os.environ.get(_VARIABLE)
        if not path:
            return False
        line = write()
        return _send(path, line)
    except Exception:
        return False


def _send(path, line):
    return (_ask(path, line) or "").startswith("ok")


def _figures(path, stage):
    """The document and None, or None and why there is none."""
    if not path:
        return None, "the program is not being recorded"
    answer = _ask(path, "figures" if stage is None else "figures " + _quoted(stage), "figures")
    if answer is None:
        return None, "the recording did not answer"
    if answer.startswith("ok "):
        return json.loads(answer[3:]), None
    return None, answer[len("error:"):].strip() if answer.startswith("error:") else "the answer is not understood: %.80r" % answer


def _ask(path, line, kind="mark"):
    """Sends one line and returns the answer without its end; None if there is none."""
    if time.monotonic() < _silent.get((path, kind), 0.0):
        return None
    data = line.encode("utf-8", "replace")
    if len(data) > _LONGEST:
        return None
    until = time.monotonic() + _SECONDS
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.settimeout(_SECONDS)
            connection.connect(path)
            connection.sendall(data + b"\n")
            answer = b""
            while b"\n" not in answer and len(answer) < _LONGEST_ANSWER:
                connection.settimeout(max(0.001, until - time.monotonic()))
                part = connection.recv(8192)
                if not part:
                    break
                answer += part
            return answer.decode("utf-8", "replace").split("\n")[0]
        except (socket.timeout, BlockingIOError):
            # It hangs: do not let every epoch of the training wait for it.
            _silent[(path, kind)] = time.monotonic() + _PAUSE
            return None


def _quoted(text):
    text = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(letter if letter >= " " else " " for letter in text) + '"'


def _whole(number):
    whole = int(number)
    if whole < 0:
        raise ValueError(number)
    return str(whole)


def _pairs(metrics):
    pairs = []
    for name, value in metrics.items():
        number = _quietly(lambda: float(value))
        if number is not None:
            word = "".join(letter if letter.isalnum() or letter in "._/@-" else "_" for letter in str(name))
            pairs.append("%s=%r" % (word, number))
    return pairs


def _shapes(data_in, data_out):
    words = []
    for word, data in (("in", data_in), ("out", data_out)):
        shape = _quietly(lambda: _shape(data))
        if shape is not None:
            words.append("%s=%dx%d" % (word, shape[0], shape[1]))
    return words


def _shape(data):
    """Rows and columns of almost anything; None if they are unknown."""
    if data is None:
        return None
    if isinstance(data, str):
        rows, columns = data.lower().replace("×", "x").replace(",", "").replace("_", "").split("x")
        return int(rows), int(columns)
    shape = getattr(data, "shape", None)
    if shape is not None:
        sizes = [int(size) for size in shape]
    elif isinstance(data, tuple) and len(data) == 2 and all(isinstance(size, int) for size in data):
        return data
    else:
        sizes = [len(data)]
        first = data[0] if isinstance(data, (list, tuple)) and data else None
        if isinstance(first, (list, tuple)):
            sizes.append(len(first))
    if not sizes or min(sizes) < 0:
        return None
    columns = 1
    for size in sizes[1:]:
        columns *= size
    return sizes[0], columns
