# SPDX-License-Identifier: Apache-2.0
"""Tests of the middleware that reports calls of models to a recorder; replies are in the shapes that the providers document."""

import asyncio
import gzip
import http.server
import json
import os
import threading
import time
import unittest

import recording  # noqa: F401: finds the package
from tonne import asgi, wsgi
from tonne._calls import CallSender, ModelCall, ReplyUsage

CHAT = {
    "id": "chatcmpl-1", "object": "chat.completion", "model": "llama-3.1-8b",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": 'secret "usage" text'}}],
    "usage": {"prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29, "prompt_tokens_details": {"cached_tokens": 4},
              "completion_tokens_details": {"reasoning_tokens": 3}}}
EMBEDDINGS = {"object": "list", "model": "minilm", "data": [{"embedding": [0.1], "index": 0}], "usage": {"prompt_tokens": 8, "total_tokens": 8}}
STREAM = (
    b'data: {"model":"m","choices":[{"delta":{"content":"a"}}],"usage":null}\n\n'
    b'data: {"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\ndata: [DONE]\n\n')
ANTHROPIC = (
    b'event: message_start\ndata: {"type":"message_start","message":{"model":"claude","usage":{"input_tokens":25,"cache_read_input_tokens":100,"output_tokens":1}}}\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":15}}\n\n')
OLLAMA = b'{"model":"llama3","response":"a","done":false}\n{"model":"llama3","done":true,"prompt_eval_count":26,"eval_count":259}\n'


class Receiver:
    """A receiver of spans: keeps what comes while it is open, and answers 503 while it is not."""

    def __init__(self):
        self.spans, self.is_open = [], True
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if receiver.is_open and self.path == "/v1/traces":
                    receiver.spans += body["resourceSpans"][0]["scopeSpans"][0]["spans"]
                self.send_response(200 if receiver.is_open else 503)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "http://127.0.0.1:%d" % self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def get_attributes(self):
        return [{item["key"]: next(iter(item["value"].values())) for item in span["attributes"]} for span in self.spans]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def read(kind, body, size, encoding=""):
    call = ModelCall()
    usage = ReplyUsage(call, kind, encoding)
    for at in range(0, len(body), size):
        usage.add(body[at:at + size])
    usage.end()
    return call


class OfReplies(unittest.TestCase):
    def check(self, call, model, **tokens):
        self.assertEqual(call.model, model)
        self.assertEqual({name: getattr(call, name) for name in tokens}, tokens)

    def test_tokens_are_read_however_the_bytes_are_divided(self):
        for size in (1, 2, 7, 64, 10_000):
            self.check(read("application/json; charset=utf-8", json.dumps(CHAT).encode(), size), "llama-3.1-8b",
                       input_tokens=19, output_tokens=10, cached_tokens=4, reasoning_tokens=3)
            self.check(read("application/json", json.dumps(EMBEDDINGS).encode(), size), "minilm", input_tokens=8, output_tokens=None)
            self.check(read("text/event-stream", STREAM, size), "m", input_tokens=7, output_tokens=2)
            # 25 beside 100 from the cache; the last output is the whole.
            self.check(read("text/event-stream", ANTHROPIC, size), "claude", input_tokens=125, output_tokens=15, cached_tokens=100)
            self.check(read("application/x-ndjson", OLLAMA, size), "llama3", input_tokens=26, output_tokens=259)

    def test_a_reply_that_cannot_be_read_has_no_tokens(self):
        for kind, body, encoding in (
                ("text/html", json.dumps(CHAT).encode(), ""), ("application/json", b'{"usage": {"prompt_tokens": 3', ""),
                ("application/json", b'{"usage": {"prompt_tokens": -3, "completion_tokens": true}}', ""), ("application/json", b"[1]", ""),
                ("application/json", b"[" * 100_000, ""), ("application/json", gzip.compress(json.dumps(CHAT).encode()), "gzip"),
                ("application/json", b'{"usage": {"prompt_tokens": 1e9}, "model": 3, "x": "' + b"y" * 5_000_000 + b'"}', "")):
            call = read(kind, body, 50_000, encoding)
            self.assertFalse(call.is_known, body[:40])

    def test_random_bytes_never_raise(self):
        for seed in range(300):
            body = bytearray(json.dumps(CHAT).encode())
            for at in os.urandom(5):
                body[at % len(body)] = seed % 256
            read(("application/json", "text/event-stream")[seed % 2], bytes(body), 13)


class OfMiddleware(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)

    def call_asgi(self, middleware, path="/", **scope):
        sent = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run(middleware({"type": "http", "method": "POST", "path": path, **scope}, receive, send))
        return b"".join(message.get("body", b"") for message in sent)

    def test_asgi_sends_a_span_for_each_call_and_passes_the_reply_as_it_is(self):
        replies = {"/chat": (b"application/json", json.dumps(CHAT).encode()), "/stream": (b"text/event-stream", STREAM),
                   "/health": (b"application/json", b'{"status": "ok"}'), "/own": (b"text/plain", b"text")}

        async def app(scope, receive, send):
            kind, body = replies[scope["path"]]
            if scope["path"] == "/own":
                scope["tonne.call"].input_tokens, scope["tonne.call"].output_tokens = 5, 6
            await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", kind)]})
            for at in range(0, len(body), 9):
                await send({"type": "http.response.body", "body": body[at:at + 9], "more_body": True})
            await send({"type": "http.response.body", "body": b""})

        middleware = asgi.ModelCallMiddleware(app, to=self.receiver.address, model="served")
        for path, (_, body) in replies.items():
            self.assertEqual(self.call_asgi(middleware, path), body)
        middleware.close()

        self.assertEqual(
            [(found["gen_ai.response.model"], found["gen_ai.usage.input_tokens"], found["gen_ai.usage.output_tokens"])
             for found in self.receiver.get_attributes()], [("llama-3.1-8b", "19", "10"), ("m", "7", "2"), ("served", "5", "6")])
        self.assertEqual((middleware.summary()["sent"], middleware.summary()["dropped"]), (3, 0))
        self.assertNotIn("secret", json.dumps(self.receiver.spans))
        for span in self.receiver.spans:
            self.assertLess(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))

    def test_wsgi_sends_a_span_when_the_body_has_been_read(self):
        def app(environ, start_response):
            start_response("500 Error" if environ["PATH_INFO"] == "/bad" else "200 OK", [("Content-Type", "application/json")])
            return [json.dumps(EMBEDDINGS).encode()]

        middleware = wsgi.ModelCallMiddleware(app, to=self.receiver.address + "/v1/traces")
        for path in ("/good", "/bad"):
            body = middleware({"PATH_INFO": path}, lambda *_: None)
            self.assertEqual(len(body), 1)
            self.assertEqual(b"".join(body), json.dumps(EMBEDDINGS).encode())
            body.close()
        middleware.close()

        self.assertEqual([found["gen_ai.operation.name"] for found in self.receiver.get_attributes()], ["embeddings"] * 2)
        self.assertEqual([span["status"] for span in self.receiver.spans], [{}, {"code": 2}])

    def test_an_application_that_fails_is_a_failed_call_and_its_error_passes(self):
        async def app(scope, receive, send):
            scope["tonne.call"].input_tokens = 3
            raise KeyError("its own")

        middleware = asgi.ModelCallMiddleware(app, to=self.receiver.address)
        with self.assertRaises(KeyError):
            self.call_asgi(middleware)
        middleware.close()

        self.assertEqual([span["status"] for span in self.receiver.spans], [{"code": 2}])

    def test_calls_wait_until_the_receiver_takes_them_and_come_once(self):
        self.receiver.is_open = False
        sender = CallSender(self.receiver.address)
        for number in range(1200):
            call = ModelCall()
            call.input_tokens = number
            sender.add(call)
        until = time.monotonic() + 60
        while sender.summary()["waiting"] > 700:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.01)
        self.receiver.is_open = True
        sender.close()

        self.assertEqual([int(found["gen_ai.usage.input_tokens"]) for found in self.receiver.get_attributes()], list(range(1200)))
        self.assertEqual(sender.summary()["sent"], 1200)

    def test_more_than_can_wait_are_dropped_and_counted(self):
        self.receiver.is_open = False
        sender = CallSender(self.receiver.address)
        for _ in range(10_600):
            call = ModelCall()
            call.output_tokens = 1
            sender.add(call)
        sender.close()

        self.assertEqual((sender.summary()["sent"], sender.summary()["dropped"]), (0, 10_600))

    def test_an_address_that_is_none_is_refused_at_once(self):
        with self.assertRaises(ValueError):
            asgi.ModelCallMiddleware(None, to="localhost 4318")


if __name__ == "__main__":
    unittest.main()
