# SPDX-License-Identifier: Apache-2.0
"""Middleware for ASGI applications (Starlette, FastAPI, Django, Quart): energy of each request.

    from tonne.asgi import TonneMiddleware

    app = TonneMiddleware(app, zone="FR")          # or app.add_middleware(TonneMiddleware, zone="FR")
    app.summary()
"""

from ._requests import RequestMeter

__all__ = ["TonneMiddleware"]


class TonneMiddleware:
    """Shares the energy of the process among its HTTP requests, and adds the header ``Server-Timing``.

    ``name`` of the run, ``look_s`` seconds between two looks, ``header=False`` for no header; other options as in ``tonne.track``.
    Web sockets and the messages of the lifespan pass through; their energy is shared among the requests of the time, or is idle energy.
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

    async def __call__(self, scope, receive, send):
        if scope.get("type") != "http":
            await self.app(scope, receive, send)
            return
        request = self.meter.begin()

        async def send_with_header(message):
            if self._header and message.get("type") == "http.response.start":
                value = self.meter.describe(request)
                if value:
                    message = {**message, "headers": [*message.get("headers", []), (b"server-timing", value.encode("ascii"))]}
            await send(message)

        try:
            await self.app(scope, receive, send_with_header)
        finally:
            # A framework that routes writes its pattern into the scope: one route for all its parameters.
            route = getattr(scope.get("route"), "path", None) or scope.get("path", "")
            self.meter.end(request, "%s %s" % (scope.get("method", ""), route))
