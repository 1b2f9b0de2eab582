# SPDX-License-Identifier: Apache-2.0
"""Tests of the middleware for ASGI and WSGI, called as PEP 3333 and the ASGI specification 3.0 say."""

import asyncio
import math
import os
import threading
import time
import wsgiref.util
from wsgiref.handlers import SimpleHandler

from recording import RecordingTestCase

from tonne import asgi, wsgi
from tonne._requests import RequestMeter


class MiddlewareTestCase(RecordingTestCase):
    def check_sum(self, middleware, is_shared=True):
        """Requests and idle time have the energy of the run, exactly."""
        middleware.close()
        summary = middleware.summary()
        record = middleware.meter.track.record
        routes = summary["routes"].values()
        for name, idle, total in (
            ("energy_kwh", "idle_energy_kwh", record["energy_kwh"]["value"]),
            ("emissions_kg", "idle_emissions_kg", record["emissions_kg"]["total"]["value"]),
        ):
            self.assertAlmostEqual(math.fsum(route[name] for route in routes), summary[name], delta=total * 1e-9)
            self.assertAlmostEqual(summary[name] + summary[idle], total, delta=total * 1e-9)
            self.assertEqual(summary[name] > 0, is_shared)
        self.assertEqual(summary["run"], record["id"])
        return summary

    def wait_for(self, condition):
        until = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)


class OfAsgi(MiddlewareTestCase):
    def make(self, app, **options):
        middleware = asgi.TonneMiddleware(app, look_s=0.02, **options)
        self.addCleanup(middleware.close)
        return middleware

    async def request(self, app, path, **scope):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        await app({"type": "http", "method": "GET", "path": path, **scope}, receive, send)
        return sent

    def test_shares_the_energy_of_the_process_among_concurrent_requests(self):
        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
            for _ in range(4):
                await asyncio.sleep(0.3 / 4 if scope["path"] == "/slow" else 0.1 / 4)
                await send({"type": "http.response.body", "body": b"part", "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        middleware = self.make(app, zone="FR")

        async def main():
            # The header needs a request with figures before it.
            while not middleware.meter._shared_s:
                await self.request(middleware, "/warm")
            return await asyncio.gather(*(self.request(middleware, path) for path in ["/slow", "/fast", "/slow", "/fast"]))

        answers = asyncio.run(main())

        self.assertEqual(b"".join(message.get("body", b"") for message in answers[0]), b"part" * 4)
        self.assertEqual(len(answers[0]), 6)
        summary = self.check_sum(middleware)
        numbers = {route: figures["requests"] for route, figures in summary["routes"].items()}
        self.assertEqual((numbers["GET /slow"], numbers["GET /fast"]), (2, 2))
        self.assertEqual(summary["requests"], math.fsum(numbers.values()))
        # Two of four for 0.1 s, then two of two for 0.2 s: 0.05 + 0.2 to 0.05.
        self.assertGreater(summary["routes"]["GET /slow"]["energy_kwh"], 2 * summary["routes"]["GET /fast"]["energy_kwh"])
        self.assertEqual(self.arguments()[0][4:], ["--name", "serve", "--zone", "FR"])
        header = dict(answers[0][0]["headers"])
        self.assertEqual(header[b"content-type"], b"text/plain")
        self.assertRegex(header[b"server-timing"].decode(), r'^tonne;dur=[0-9.]+;desc="[0-9.e+-]+ J, [0-9.e+-]+ mg CO2e"$')

    def test_lets_exceptions_through(self):
        async def app(scope, receive, send):
            raise ValueError("x")

        middleware = self.make(app)
        with self.assertRaises(ValueError):
            asyncio.run(self.request(middleware, "/"))
        self.wait_for(lambda: middleware.meter.track is not None)
        # It had ended before the recording began.
        self.assertEqual(self.check_sum(middleware, is_shared=False)["requests"], 1)

    def test_lets_lifespan_and_websockets_through_unchanged(self):
        seen = []

        async def app(scope, receive, send):
            seen.append((scope, receive, send))

        middleware = self.make(app)
        for kind in ("lifespan", "websocket"):
            call = ({"type": kind}, object(), object())
            asyncio.run(middleware(*call))
            self.assertEqual(seen.pop(), call)
        self.assertIsNone(middleware.meter._thread)
        self.assertEqual(self.read_log(), [])

    def test_routes_are_those_of_the_framework(self):
        class Route:
            path = "/items/{id}"

        async def app(scope, receive, send):
            scope["route"] = Route

        middleware = self.make(app, header=False)
        for number in range(3):
            asyncio.run(self.request(middleware, "/items/%d" % number))
        self.assertEqual(list(middleware.summary()["routes"]), ["GET /items/{id}"])


class OfWsgi(MiddlewareTestCase):
    def make(self, app, **options):
        middleware = wsgi.TonneMiddleware(app, look_s=0.02, **options)
        self.addCleanup(middleware.close)
        return middleware

    def request(self, app, path="/", close=True):
        environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET"}
        wsgiref.util.setup_testing_defaults(environ)
        started = []

        def start_response(status, headers, exc_info=None):
            started.append((status, headers))
            return lambda data: None

        body = app(environ, start_response)
        data = b"".join(body)
        if close:
            body.close()
        return started, data

    def test_shares_the_energy_of_the_process_among_requests_of_threads(self):
        def app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            for _ in range(4):
                time.sleep(0.02)
                yield b"part"

        middleware = self.make(app)
        while not middleware.meter._shared_s:
            self.request(middleware, "/warm")
        answers = []
        threads = [threading.Thread(target=lambda n=n: answers.append(self.request(middleware, "/%d" % (n % 2)))) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        summary = self.check_sum(middleware)
        numbers = {route: figures["requests"] for route, figures in summary["routes"].items()}
        self.assertEqual((numbers["GET /0"], numbers["GET /1"]), (4, 4))
        for started, data in answers:
            self.assertEqual(data, b"part" * 4)
            self.assertEqual(started[0][0], "200 OK")
            self.assertIn("mg CO2e", dict(started[0][1])["Server-Timing"])

    def test_an_open_request_has_what_it_used_so_far(self):
        go_on = threading.Event()

        def app(environ, start_response):
            start_response("200 OK", [])
            yield b""
            go_on.wait(60)

        middleware = self.make(app)
        thread = threading.Thread(target=self.request, args=(middleware, "/stream"))
        thread.start()
        self.wait_for(lambda: middleware.summary()["routes"].get("(open)", {}).get("energy_kwh", 0) > 0)
        self.assertEqual(middleware.summary()["requests"], 0)
        go_on.set()
        thread.join()
        self.assertEqual(list(self.check_sum(middleware)["routes"]), ["GET /stream"])

    def test_a_request_ends_once_by_reading_closing_or_failing(self):
        def failing(environ, start_response):
            raise ValueError("x")

        def failing_later(environ, start_response):
            start_response("200 OK", [])
            yield b"a"
            raise KeyError("y")

        middleware = self.make(failing)
        with self.assertRaises(ValueError):
            self.request(middleware)
        middleware.app = failing_later
        with self.assertRaises(KeyError):
            self.request(middleware)
        closed = []

        class Body(list):
            def close(self):
                closed.append(1)

        middleware.app = lambda environ, start_response: Body([b"a"])
        self.request(middleware, close=False)
        self.request(middleware)
        self.assertEqual(closed, [1])
        # A body that nobody reads, as with HEAD.
        environ = {"REQUEST_METHOD": "HEAD"}
        body = middleware(environ, lambda *_: None)
        self.assertEqual(len(body), 1)
        body.close()
        self.assertEqual(middleware.summary()["requests"], 5)
        self.assertEqual(middleware.meter._open, set())

    def test_a_server_of_the_standard_library_takes_it(self):
        import io

        def app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"hello"]

        output = io.BytesIO()
        environ = {"REQUEST_METHOD": "GET"}
        wsgiref.util.setup_testing_defaults(environ)
        SimpleHandler(io.BytesIO(), output, io.StringIO(), environ).run(self.make(app, header=False))
        self.assertIn(b"Content-Length: 5", output.getvalue())
        self.assertTrue(output.getvalue().endswith(b"hello"))


class AMeter(MiddlewareTestCase):
    def test_time_without_requests_is_idle(self):
        meter = RequestMeter(look_s=0.01)
        meter.end(meter.begin(), "a")
        self.wait_for(lambda: meter.summary()["idle_energy_kwh"] > 0)
        meter.close()
        summary = meter.summary()
        self.assertAlmostEqual(summary["energy_kwh"] + summary["idle_energy_kwh"], meter.track.record["energy_kwh"]["value"], places=12)
        meter.end(meter.begin(), "late")
        self.assertEqual(meter.summary()["requests"], 2)

    def test_energy_belongs_to_the_requests_of_the_time_that_the_figures_cover(self):
        meter = RequestMeter()
        meter._thread = threading.current_thread()
        meter._covered = 10.0
        meter._routes.update({"a": [1, 0.0, 0.0], "b": [1, 0.0, 0.0]})
        # a had ended before the recording began at 10 s, and came again from 10 s to 13 s; b from 12 s to 14 s.
        meter._ended = [("a", 8.0, 9.0), ("a", 9.5, 13.0), ("b", 12.0, 14.0)]

        # Figures up to 12.5 s, though it is later now: 2.5 s of a and 0.5 s of b.
        meter._share(6.0, 0.6, 12.5)
        self.assertAlmostEqual(meter._routes["a"][1], 5.0)
        self.assertAlmostEqual(meter._routes["b"][1], 1.0)
        # Then 0.5 s of a and 1.5 s of b have 4 kWh.
        meter._share(10.0, 1.0, 14.0)
        self.assertAlmostEqual(meter._routes["a"][1], 6.0)
        self.assertAlmostEqual(meter._routes["b"][1], 4.0)
        meter._share(11.0, 1.1, 15.0)
        self.assertEqual((meter._idle[0], meter._ended), (1.0, []))

    def test_many_routes_become_one(self):
        meter = RequestMeter()
        meter._thread = threading.current_thread()
        for number in range(300):
            meter.end(meter.begin(), "/%d" % number)
        routes = meter.summary()["routes"]
        self.assertEqual((len(routes), routes["(other)"]["requests"]), (201, 100))

    def test_a_forked_worker_has_its_own(self):
        meter = RequestMeter(look_s=0.01)
        meter.end(meter.begin(), "a")
        self.wait_for(lambda: meter._is_known)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                clean = meter.summary()["requests"] == 0 and meter.track is None
                meter.end(meter.begin(), "b")
                code = 0 if clean and meter.summary()["requests"] == 1 else 2
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        meter.close()
        self.assertIsNotNone(meter.track.record)

    def test_without_a_recording_requests_are_counted(self):
        os.environ["TONNE_EXECUTABLE"] = "/nonexistent"
        meter = RequestMeter(look_s=0.01)
        meter.end(meter.begin(), "a")
        meter.close()
        summary = meter.summary()
        self.assertEqual(summary["requests"], 1)
        self.assertTrue(math.isnan(summary["energy_kwh"]))
        self.assertIn("/nonexistent", summary["problem"])
        self.assertIsNone(meter.describe(meter.begin()))


if __name__ == "__main__":
    import unittest
    unittest.main()
