# SPDX-License-Identifier: Apache-2.0
"""Middleware for WSGI applications (Flask, Django, Bottle): energy of each request.

    from tonne.wsgi import TonneMiddleware

    app.wsgi_app = TonneMiddleware(app.wsgi_app, zone="FR")
    app.wsgi_app.summary()
"""

from ._requests import RequestMeter

__all__ = ["TonneMiddleware"]


class TonneMiddleware:
    """Shares the energy of the process among its requests, and adds the header ``Server-Timing``.

    ``name`` of the run, ``look_s`` seconds between two looks, ``header=False`` for no header; other options as in ``tonne.track``.
    A request lasts until its body is closed.
    """

    def __init__(self, app, name="serve", look_s=1.0, header=True, **options):
        self.app = app
        self._header = header
        self.meter = RequestMeter(name, look_s, **options)

    def summary(self):
        """What the requests used so far, as a dict."""
        return self.meter.summary()

    def __call__(self, environ, start_response):
        request = self.meter.begin()
        route = "%s %s" % (environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", ""))

        def start_with_header(status, headers, *rest):
            value = self.meter.describe(request) if self._header else None
            return start_response(status, [*headers, ("Server-Timing", value)] if value else headers, *rest)

        try:
            body = self.app(environ, start_with_header)
        except BaseException:
            self.meter.end(request, route)
            raise
        return _Body(body, lambda: self.meter.end(request, route))


class _Body:
    """The body of a response; the request ends when it is closed."""

    def __init__(self, body, end):
        self._body = body
        self._end = end

    def __iter__(self):
        return iter(self._body)

    def __len__(self):
        return len(self._body)

    def close(self):
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._end()
