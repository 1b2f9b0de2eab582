"""An ASGI application of a model behind tonne's middleware, and its caller: 20 requests of 50 ms, whole replies and streams in turn.

asgi_calls.py PORT: the port at which the recorder takes spans.
"""
import asyncio, json, sys, time, urllib.error, urllib.request

from tonne.asgi import ModelCallMiddleware

ADDRESS = "http://127.0.0.1:" + sys.argv[1]


async def app(scope, receive, send):
    number = int(scope["path"].strip("/"))
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    reply = json.dumps({"model": "m", "usage": {"prompt_tokens": 10, "completion_tokens": number}}).encode()
    kind = b"text/event-stream" if number % 2 else b"application/json"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    await send({"type": "http.response.body", "body": b"data: " + reply + b"\n\ndata: [DONE]\n\n" if number % 2 else reply})


def is_receiver_up():
    try:
        request = urllib.request.Request(ADDRESS + "/v1/traces", b"{}", {"Content-Type": "application/json"})
        return urllib.request.urlopen(request, timeout=5).status == 200
    except urllib.error.URLError:
        return False


async def ignore(message):
    pass


async def main():
    middleware = ModelCallMiddleware(app, to=ADDRESS)
    for number in range(1, 21):
        await middleware({"type": "http", "method": "POST", "path": "/%d" % number}, None, ignore)
        # The recorder's looks are a second apart: the calls lie in more than one.
        await asyncio.sleep(0.1)
    middleware.close()
    print(json.dumps(middleware.summary()))


while not is_receiver_up():
    time.sleep(0.1)
asyncio.run(main())
