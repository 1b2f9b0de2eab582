# SPDX-License-Identifier: Apache-2.0
"""Calls of models that a web application answers, sent as spans to ``tonne service observe --otlp``."""

import atexit
import json
import os
import queue
import re
import threading
import time
import urllib.request
import weakref

from ._recorder import report

# Beyond these the reply of a call is not looked at, and a span is dropped.
_MAX_REPLY_BYTES = 4 * 1024 * 1024
_MAX_WAITING = 10_000
_MAX_IN_EXPORT = 500
_SECONDS_BETWEEN_EXPORTS = 1.0
_TIMEOUT_S = 5.0
_DEFAULT_ADDRESS = "http://127.0.0.1:4318"
_PATH = "/v1/traces"

_senders = weakref.WeakSet()


class ModelCall:
    """A request that a model answers. An application may set what its reply does not say; of texts nothing is kept.

    ``model`` the model's name, ``operation`` one of chat, text_completion, generate_content and embeddings; ``input_tokens``,
    ``output_tokens``, ``cached_tokens`` (part of the input) and ``reasoning_tokens`` (part of the output) are numbers; None is unknown.
    """

    __slots__ = ("model", "operation", "input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "failed", "_began", "_clock", "_first")

    def __init__(self):
        self.model = self.operation = None
        self.input_tokens = self.output_tokens = self.cached_tokens = self.reasoning_tokens = None
        self.failed = False
        self._began = time.time_ns()
        self._clock = time.monotonic_ns()
        self._first = None

    @property
    def is_known(self):
        """Whether it has tokens: without, the request was none of a model."""
        return self.input_tokens is not None or self.output_tokens is not None

    def note_first_part(self):
        """The first part of a streamed reply has come."""
        if self._first is None:
            self._first = time.monotonic_ns()

    def to_span(self):
        """The span of a call that ends now."""
        # The clock of the day gives the begin, the other one the length: the first may be set in between.
        now = time.monotonic_ns()
        attributes = {
            "gen_ai.operation.name": self.operation or ("embeddings" if self.output_tokens is None else "chat"),
            "gen_ai.response.model": self.model,
            "gen_ai.usage.input_tokens": self.input_tokens,
            "gen_ai.usage.output_tokens": self.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": self.cached_tokens,
            "gen_ai.usage.reasoning.output_tokens": self.reasoning_tokens,
            "gen_ai.server.time_to_first_token": (self._first - self._clock) / 1e9 if self._first else None,
        }
        return {
            "traceId": os.urandom(16).hex(),
            "spanId": os.urandom(8).hex(),
            "name": attributes["gen_ai.operation.name"],
            "kind": 2,
            "startTimeUnixNano": str(self._began),
            "endTimeUnixNano": str(self._began + now - self._clock),
            "attributes": [{"key": key, "value": _to_value(value)} for key, value in attributes.items() if value is not None],
            "status": {"code": 2} if self.failed else {},
        }


def _to_value(value):
    if isinstance(value, str):
        return {"stringValue": value}
    return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}


class ReplyUsage:
    """Reads the tokens of a reply while its bytes pass: JSON or events, as OpenAI, vLLM, Ollama and Anthropic write them.

    A reply of JSON above 4 MiB, and a compressed one, are not read.
    """

    def __init__(self, call, kind, encoding=""):
        self._call = call
        encoded = encoding.strip().lower() not in ("", "identity")
        kind = kind.split(";")[0].strip().lower()
        self._is_stream = kind in ("text/event-stream", "application/x-ndjson")
        self._is_read = not encoded and (self._is_stream or kind == "application/json" or kind.endswith("+json"))
        self._bytes = bytearray()

    def add(self, part):
        """A part of the body has been sent. Does not raise: the reply must pass."""
        try:
            self._add(part)
        except Exception as error:
            self._is_read = False
            report("the tokens of a reply are not known (%r)" % error)

    def _add(self, part):
        if not part or not self._is_read:
            return
        if self._is_stream:
            self._call.note_first_part()
        self._bytes += part
        if self._is_stream and b"\n" in part:
            *lines, rest = bytes(self._bytes).split(b"\n")
            self._bytes = bytearray(rest)
            for line in lines:
                self._read_line(line)
        if len(self._bytes) > _MAX_REPLY_BYTES:
            self._is_read, self._bytes = False, bytearray()

    def end(self):
        """The body is complete."""
        if not self._is_read:
            return
        if self._is_stream:
            self._read_line(bytes(self._bytes))
        else:
            self._read(bytes(self._bytes))
        self._is_read, self._bytes = False, bytearray()

    def _read_line(self, line):
        line = line.strip()
        if line.startswith(b"data:"):
            line = line[5:].strip()
        # Most lines of a stream have a piece of text and no tokens.
        if b'"usage"' in line or b"eval_count" in line:
            self._read(line)

    def _read(self, text):
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(document, dict):
            # Events of Anthropic have the model and the input in "message".
            for part in (document.get("message"), document):
                if isinstance(part, dict):
                    self._read_document(part)

    def _read_document(self, document):
        call = self._call
        if isinstance(document.get("model"), str) and document["model"]:
            call.model = document["model"]
        usage = document.get("usage")
        if isinstance(usage, dict):
            cached = _get(usage, "prompt_tokens_details", "cached_tokens")
            reasoning = _get(usage, "completion_tokens_details", "reasoning_tokens")
            _set(call, "input_tokens", usage.get("prompt_tokens"), usage.get("input_tokens"))
            _set(call, "output_tokens", usage.get("completion_tokens"), usage.get("output_tokens"))
            _set(call, "cached_tokens", cached, _get(usage, "input_tokens_details", "cached_tokens"))
            _set(call, "reasoning_tokens", reasoning, _get(usage, "output_tokens_details", "reasoning_tokens"))
            # An embedding has no output, though some servers write 0.
            if isinstance(document.get("data"), list) and not call.output_tokens:
                call.operation, call.output_tokens = call.operation or "embeddings", None
            # Anthropic counts what it read from its cache beside the other input.
            read, made = usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")
            if _is_count(usage.get("input_tokens")) and (_is_count(read) or _is_count(made)):
                call.input_tokens = usage["input_tokens"] + (read if _is_count(read) else 0) + (made if _is_count(made) else 0)
                _set(call, "cached_tokens", read)
        _set(call, "input_tokens", document.get("prompt_eval_count"))
        _set(call, "output_tokens", document.get("eval_count"))


def _get(usage, group, name):
    return usage[group].get(name) if isinstance(usage.get(group), dict) else None


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000_000


def _set(call, name, *values):
    for value in values:
        if _is_count(value):
            setattr(call, name, value)


class CallSender:
    """Sends spans in the background, at most once a second. Safe with threads; no method raises or waits.

    While nobody takes them, up to 10,000 calls wait; of more the newest are dropped, counted and reported. A process that a server forks has
    its own sender.
    """

    def __init__(self, to=None):
        to = to or os.environ.get("TONNE_OTLP") or _DEFAULT_ADDRESS
        if not re.match(r"https?://[^/]+", to):
            raise ValueError("to=%r is no address such as %s" % (to, _DEFAULT_ADDRESS))
        self.address = to if to.rstrip("/").endswith(_PATH) else to.rstrip("/") + _PATH
        self._clear()
        _senders.add(self)

    def _clear(self):
        self._waiting = queue.Queue(_MAX_WAITING)
        self._lock = threading.Lock()
        self._thread = None
        self._end = threading.Event()
        self.sent = self.dropped = 0

    def add(self, call):
        """A call has ended."""
        try:
            span = call.to_span()
            with self._lock:
                begins = self._thread is None and not self._end.is_set()
                if begins:
                    self._thread = threading.Thread(target=self._run, name="tonne-calls", daemon=True)
            try:
                self._waiting.put_nowait(span)
            except queue.Full:
                self.dropped += 1
                report("%s takes no spans: calls are dropped (summary() counts them)" % self.address)
            if begins:
                self._thread.start()
                atexit.register(self.close)
        except Exception as error:
            report("calls of models are not sent (%r)" % error)

    def summary(self):
        """How many calls were sent, wait, and were dropped, as a dict."""
        return {"sent": self.sent, "waiting": self._waiting.qsize(), "dropped": self.dropped, "to": self.address}

    def close(self):
        """Sends what waits, for 5 s at most; later calls are not sent."""
        try:
            self._end.set()
            thread = self._thread
            if thread is not None and thread.is_alive() and thread is not threading.current_thread():
                thread.join(_TIMEOUT_S)
        except Exception as error:
            report("calls of models are not sent (%r)" % error)

    def _run(self):
        kept = []
        while True:
            ends = self._end.wait(_SECONDS_BETWEEN_EXPORTS)
            while True:
                while len(kept) < _MAX_IN_EXPORT:
                    try:
                        kept.append(self._waiting.get_nowait())
                    except queue.Empty:
                        break
                if not kept or not self._send(kept):
                    break
                self.sent += len(kept)
                kept = []
            if ends:
                self.dropped += len(kept) + self._waiting.qsize()
                return

    def _send(self, spans):
        body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()
        try:
            request = urllib.request.Request(self.address, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                answer.read()
            return True
        except Exception as error:
            report("%s does not take spans (%s); is 'tonne service observe --otlp' running there? They wait" % (self.address, error))
            return False


class CallMiddleware:
    """What the middleware for ASGI and that for WSGI share. Raises ValueError for an address that is none."""

    def __init__(self, app, to=None, model=None):
        self.app = app
        self._model = model
        self.sender = CallSender(to)

    def summary(self):
        """How many calls were sent, wait, and were dropped, as a dict."""
        return self.sender.summary()

    def close(self):
        """Sends what waits; without it, that is done when the process ends."""
        self.sender.close()

    def _begin(self):
        call = ModelCall()
        call.model = self._model
        return call

    def _end(self, call, usage):
        if usage is not None:
            usage.end()
        if call.is_known:
            self.sender.add(call)


def _forget_after_fork():
    for sender in list(_senders):
        sender._clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
