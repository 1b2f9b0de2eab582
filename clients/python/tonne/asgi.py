# SPDX-License-Identifier: Apache-2.0
"""Middleware for ASGI applications (Starlette, FastAPI, Django, Quart): energy of each request, and calls of models for a service.

    from tonne.asgi import TonneMiddleware

    app = TonneMiddleware(app, zone="FR")          # or app.add_middleware(TonneMiddleware, zone="FR")
    app.summary()

    from tonne.asgi import ModelCallMiddleware

    app = ModelCallMiddleware(app)                  # beside: tonne service observe --name chat --pid PID --otlp 4318
"""

from ._calls import CallMiddleware, ReplyUsage
from ._requests import RequestMeter

__all__ = ["ModelCallMiddleware", "TonneMiddleware"]


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


class ModelCallMiddleware(CallMiddleware):
    """Reports each call of a model to a recorder of a deployed service (``tonne service observe --otlp``): when, which model, which tokens.

    ``to`` is the recorder's address (default: the variable TONNE_OTLP, else ``http://127.0.0.1:4318``), ``model`` the name where replies
    have none. Tokens are read from replies that have them, as those of OpenAI's interface do; an application may set what they lack:
    ``scope["tonne.call"].output_tokens = 12``. Requests without tokens are not sent. Nothing is measured here, no text is kept or sent, and
    the reply passes as it is. Raises ValueError for an address that is none.
    """

    async def __call__(self, scope, receive, send):
        if scope.get("type") != "http":
            await self.app(scope, receive, send)
            return
        call = self._begin()
        scope["tonne.call"] = call
        usage = None

        async def send_and_read(message):
            nonlocal usage
            if message.get("type") == "http.response.start":
                headers = {bytes(name).lower(): bytes(value).decode("latin-1") for name, value in message.get("headers", [])}
                call.failed = call.failed or message.get("status", 200) >= 400
                usage = ReplyUsage(call, headers.get(b"content-type", ""), headers.get(b"content-encoding", ""))
            elif message.get("type") == "http.response.body" and usage is not None:
                usage.add(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_and_read)
        except BaseException:
            call.failed = True
            raise
        finally:
            self._end(call, usage)
