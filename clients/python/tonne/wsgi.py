# SPDX-License-Identifier: Apache-2.0
"""Middleware for WSGI applications (Flask, Django, Bottle): energy of each request, and calls of models for a service.

    from tonne.wsgi import TonneMiddleware

    app.wsgi_app = TonneMiddleware(app.wsgi_app, zone="FR")
    app.wsgi_app.summary()

    from tonne.wsgi import ModelCallMiddleware

    app.wsgi_app = ModelCallMiddleware(app.wsgi_app)      # beside: tonne service observe --name chat --pid PID --otlp 4318
"""

from ._calls import CallMiddleware, ReplyUsage
from ._requests import RequestMeter

__all__ = ["ModelCallMiddleware", "TonneMiddleware"]


class TonneMiddleware:
    """Shares the energy of the process among its requests, and adds the header ``Server-Timing``.

    ``name`` of the run, ``look_s`` seconds between two looks, ``header=False`` for no header; other options as in ``tonne.track``.
    A request lasts until its body has been read or closed.
    """

    def __init__(self, app, name="serve", look_s=1.0, header=True, **options):
        self.app = app
        self._header = header
        self.meter = RequestMeter(name, look_s, **options)

    def summary(self):
        """What the requests used so far, as a dict."""
        return self.meter.summary()

    def close(self):
        """Ends the recording; without it, it ends with the process."""
        self.meter.close()

    def __call__(self, environ, start_response):
        request = self.meter.begin()

        def end():
            # Flask knows the pattern of the path: one route for all its parameters.
            rule = getattr(getattr(environ.get("werkzeug.request"), "url_rule", None), "rule", None)
            self.meter.end(request, "%s %s" % (environ.get("REQUEST_METHOD", ""), rule or environ.get("PATH_INFO", "")))

        def start_with_header(status, headers, *rest):
            value = self.meter.describe(request) if self._header else None
            return start_response(status, [*headers, ("Server-Timing", value)] if value else headers, *rest)

        try:
            body = self.app(environ, start_with_header)
        except BaseException:
            end()
            raise
        return _SizedBody(body, end) if hasattr(body, "__len__") else _Body(body, end)


class ModelCallMiddleware(CallMiddleware):
    """As the class of this name in ``tonne.asgi``; an application sets what replies lack in ``environ["tonne.call"]``."""

    def __call__(self, environ, start_response):
        call = self._begin()
        environ["tonne.call"] = call
        usage = None
        has_ended = False

        def start_and_read(status, headers, *rest):
            nonlocal usage
            known = {name.lower(): value for name, value in headers}
            call.failed = call.failed or status[:1] in ("4", "5")
            usage = ReplyUsage(call, known.get("content-type", ""), known.get("content-encoding", ""))
            return start_response(status, headers, *rest)

        def read(part):
            if usage is not None:
                usage.add(part)

        def end():
            nonlocal has_ended
            if has_ended:
                return
            has_ended = True
            self._end(call, usage)

        try:
            body = self.app(environ, start_and_read)
        except BaseException:
            call.failed = True
            end()
            raise
        return _SizedBody(body, end, read) if hasattr(body, "__len__") else _Body(body, end, read)


class _Body:
    """The body of a response; the request ends when it is read or closed."""

    def __init__(self, body, end, read=None):
        self._body = body
        self._end = end
        self._read = read

    def __iter__(self):
        try:
            for part in self._body:
                if self._read:
                    self._read(part)
                yield part
        finally:
            self._end()

    def close(self):
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._end()


class _SizedBody(_Body):
    """A body whose number of parts is known; servers compute the length of a body of one part."""

    def __len__(self):
        return len(self._body)
