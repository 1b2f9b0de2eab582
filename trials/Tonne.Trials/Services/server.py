"""A server of language models in small: real requests that take CPU time, counted as vLLM counts them. server.py CONTROL_PORT METRICS_PORT [CLOCK PIDFILE]

On the first port: /work?model=&prompt=&output=&ms=, /mode?is=, /restart?announced=, /truth, /stop?code=. On the second: /metrics, in the mode that was
asked for: ok, 500, html, garbage, huge, hang, redirect, renamed, down. With CLOCK it moves the clock of scripted GPUs and names itself in PIDFILE.
"""
import http.server, json, mmap, os, signal, sys, threading, time, urllib.parse

lock = threading.Lock()
counters, truth, running = {}, {"requests": 0, "prompt": 0, "output": 0, "models": {}}, {}
state = {"mode": "ok", "asked": 0, "start": 1_790_000_000}
metrics_port = int(sys.argv[2])
metrics_server = None


def work(model, prompt, output, milliseconds):
    with lock:
        running[model] = running.get(model, 0) + 1
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        sum(range(1000))
    with lock:
        running[model] -= 1
        for counts in (counters.setdefault(model, {"requests": 0, "prompt": 0, "output": 0}), truth,
                       truth["models"].setdefault(model, {"requests": 0, "prompt": 0, "output": 0})):
            counts["requests"] += 1
            counts["prompt"] += prompt
            counts["output"] += output


def page():
    lines = ["# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.", "# TYPE process_start_time_seconds gauge"]
    prompt = "vllm:prompt_tokens_of_tomorrow_total" if state["mode"] == "renamed" else "vllm:prompt_tokens_total"
    with lock:
        if state["start"]:
            lines.append("process_start_time_seconds %d" % state["start"])
        for model, counts in counters.items():
            labels = 'engine="0",model_name="%s"' % model
            lines += [
                '%s{%s} %.1f' % (prompt, labels, counts["prompt"]), 'vllm:generation_tokens_total{%s} %.1f' % (labels, counts["output"]),
                'vllm:request_success_total{%s,finished_reason="stop"} %.1f' % (labels, counts["requests"]),
                'vllm:request_success_total{%s,finished_reason="abort"} 0.0' % labels,
                'vllm:num_requests_running{%s} %d' % (labels, running.get(model, 0)), 'vllm:num_requests_waiting{%s} 0' % labels]
    return ("\n".join(lines) + "\n").encode()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, body, status=200, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass


class Metrics(Handler):
    def do_GET(self):
        with lock:
            state["asked"] += 1
        mode = state["mode"]
        if mode == "hang":
            time.sleep(60)
        elif mode == "500":
            self.answer(b"internal error", 500)
        elif mode == "redirect":
            self.answer(b"", 302, [("Location", "http://127.0.0.1:%d/metrics" % metrics_port)])
        elif mode == "html":
            self.answer(b"<!DOCTYPE html>\n<html><body><h1>It works!</h1>\n</body></html>\n")
        elif mode == "garbage":
            self.answer(bytes(range(256)) * 40)
        elif mode == "huge":
            self.answer(page() + b"# filler filler filler filler filler filler filler filler filler\n" * 640_000)
        else:
            self.answer(page())


def listen():
    global metrics_server
    metrics_server = http.server.ThreadingHTTPServer(("127.0.0.1", metrics_port), Metrics)
    metrics_server.daemon_threads = True
    threading.Thread(target=metrics_server.serve_forever, args=(0.02,), daemon=True).start()


class Control(Handler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/work":
            work(query["model"], int(query["prompt"]), int(query["output"]), int(query.get("ms", 1)))
        elif url.path == "/mode":
            if query["is"] == "down":
                metrics_server.shutdown()
                metrics_server.server_close()
            elif state["mode"] == "down":
                listen()
            state["mode"] = query["is"]
        elif url.path == "/restart":
            with lock:
                counters.clear()
                state["start"] = state["start"] + 100 if query["announced"] == "1" else None
        elif url.path == "/stop":
            self.answer(b"{}")
            os._exit(int(query["code"]))
        with lock:
            body = json.dumps({**truth, "asked": state["asked"], "pid": os.getpid()}).encode()
        self.answer(body)


def move_clock(clock_path, pid_path):
    with open(pid_path, "w") as file:
        file.write(str(os.getpid()))
    with open(clock_path, "r+b") as file:
        clock = memoryview(mmap.mmap(file.fileno(), 8)).cast("q")
        begin = time.monotonic()
        while True:
            clock[0] = int((time.monotonic() - begin) * 1e6)
            time.sleep(0.005)


signal.signal(signal.SIGTERM, lambda *_: os._exit(9))
if len(sys.argv) > 3:
    threading.Thread(target=move_clock, args=sys.argv[3:5], daemon=True).start()
listen()
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Control).serve_forever(0.02)
