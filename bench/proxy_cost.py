#!/usr/bin/python3
"""What `tonne proxy` adds to a request, and what it takes of the throughput. Run: bench/proxy_cost.py [ROUNDS [TONNE]]

A model server that sleeps 20 ms is asked directly and through the proxy, in turns that alternate: by 8 clients that each keep a connection
and wait for their reply, whole replies, then streams of 20 parts; then by requests that come independently of each other (Poisson), 50, 150 and
300 a second. Clients that wait fall into step and send all at once, so that the last of them also waits for the work of the others: their
throughput is of interest, and the 99 % of independent requests. Printed: median and 99 % of the time to the complete reply, requests per
second, the CPU time of the proxy for each request, and whether the bytes of the bodies were identical. The parts of a stream are 10 ms apart.
If socat is there, a relay of bytes without any HTTP is measured beside: what any program in between costs on this machine.
TONNE is the command to start; default: ./tonne of this clone. The server is recorded (--pid) unless TONNE_BENCH_ESTIMATE is set.
"""
import asyncio, json, os, random, re, shutil, socket, statistics, subprocess, sys, tempfile, time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SLEEP, CLIENTS, SECONDS = 0.020, 8, 4
RATES = 50, 150, 300
WHOLE = json.dumps({"id": "chatcmpl-1", "model": "llama-3.1-8b", "choices": [{"message": {"role": "assistant", "content": "word " * 200}}],
                    "usage": {"prompt_tokens": 300, "completion_tokens": 200}}).encode()
PARTS = [b"data: " + json.dumps({"choices": [{"delta": {"content": f"word{i} "}}]}).encode() + b"\n\n" for i in range(20)]
PARTS += [b'data: {"choices":[],"usage":{"prompt_tokens":300,"completion_tokens":20}}\n\n', b"data: [DONE]\n\n"]


async def read_head(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return head, int(length[1]) if length else None


async def answer(reader, writer):
    try:
        while True:
            _, length = await read_head(reader)
            body = await reader.readexactly(length or 0)
            if b'"stream": true' in body:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                for part in PARTS:
                    await asyncio.sleep(SLEEP / 2)
                    writer.write(b"%x\r\n%s\r\n" % (len(part), part))
                writer.write(b"0\r\n\r\n")
            else:
                await asyncio.sleep(SLEEP)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(WHOLE), WHOLE))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def write_request(streams):
    body = json.dumps({"model": "llama-3.1-8b", "stream": streams, "messages": [{"role": "user", "content": "word " * 250}]}).encode()
    return b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


async def ask_once(reader, writer, request, expected, times):
    begin = time.perf_counter()
    writer.write(request)
    _, length = await read_head(reader)
    if length is not None:
        reply = await reader.readexactly(length)
    else:
        reply = b""
        while size := int(await reader.readline(), 16):
            reply += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    times.append(time.perf_counter() - begin)
    assert reply == expected, "the bytes differ"


async def ask(port, streams, until, times):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        await ask_once(reader, writer, write_request(streams), b"".join(PARTS) if streams else WHOLE, times)
    writer.close()


async def ask_independently(port, rate, seed):
    """Whole replies to requests at random instants, whether earlier ones have been answered or not, over connections that are kept."""
    instants, free, times, asked = random.Random(seed), [], [], []

    async def ask_any():
        connection = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
        await ask_once(*connection, write_request(False), WHOLE, times)
        free.append(connection)

    at = begin = time.perf_counter()
    while (at := at + instants.expovariate(rate)) < begin + SECONDS:
        if (wait := at - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        asked.append(asyncio.create_task(ask_any()))
    await asyncio.gather(*asked)
    for _, writer in free:
        writer.close()
    return times


async def load(port, streams):
    times, begin = [], time.perf_counter()
    await asyncio.gather(*(ask(port, streams, begin + SECONDS, times) for _ in range(CLIENTS)))
    return times, len(times) / (time.perf_counter() - begin)


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(times, part):
    return sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1e3


def main(rounds, tonne):
    upstream = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    direct = int(upstream.stdout.readline())
    with tempfile.TemporaryDirectory() as home:
        proxy = subprocess.Popen(
            [*tonne, "proxy", "--to", f"http://127.0.0.1:{direct}", "--name", "bench", "--listen", "127.0.0.1:0", "--model", "llama-3.1-8b",
             *([] if "TONNE_BENCH_ESTIMATE" in os.environ else ["--pid", str(upstream.pid)])], stdout=subprocess.PIPE, text=True, env={**os.environ, "TONNE_HOME": home})
        through = int(re.search(r"from http://127.0.0.1:(\d+)", proxy.stdout.readline())[1])
        try:
            for streams in (False, True):
                asyncio.run(load(through, streams))
                cpu, count = cpu_seconds(proxy.pid), 0
                figures = {"direct": [], "proxy": []}
                for turn in range(rounds):
                    for name in ("direct", "proxy") if turn % 2 == 0 else ("proxy", "direct"):
                        times, rate = asyncio.run(load(direct if name == "direct" else through, streams))
                        count += len(times) if name == "proxy" else 0
                        figures[name].append((percentile(times, 0.5), percentile(times, 0.99), rate))
                medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in figures.items()}
                print("streams" if streams else "whole replies", f"({rounds} rounds of {SECONDS} s, {CLIENTS} clients; medians of the rounds)")
                for name, (p50, p99, rate) in medians.items():
                    print(f"  {name:7} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   {rate:7.1f} requests/s")
                added = [medians["proxy"][i] - medians["direct"][i] for i in (0, 1)]
                print(f"  added   p50 {added[0]:+6.2f} ms   p99 {added[1]:+6.2f} ms   throughput x {medians['proxy'][2] / medians['direct'][2]:.3f}; bytes identical")
                print(f"  the proxy's CPU time, recording included: {(cpu_seconds(proxy.pid) - cpu) / count * 1e3:.3f} ms for each request")
            measure_independent({"direct": direct, "proxy": through}, rounds)
        finally:
            proxy.terminate()
            upstream.terminate()
            proxy.wait()


def measure_independent(ports, rounds):
    relay = None
    if shutil.which("socat"):
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports = {**ports, "relay": free.getsockname()[1]}
        relay = subprocess.Popen(["socat", f"TCP-LISTEN:{ports['relay']},bind=127.0.0.1,fork,reuseaddr,nodelay", f"TCP:127.0.0.1:{ports['direct']},nodelay"])
        time.sleep(0.5)
    try:
        for rate in RATES:
            figures = {name: [] for name in ports}
            for turn in range(rounds):
                for name in sorted(ports, reverse=turn % 2 == 1):
                    times = asyncio.run(ask_independently(ports[name], rate, turn))
                    figures[name].append((percentile(times, 0.5), percentile(times, 0.99)))
            medians = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in figures.items()}
            print(f"independent requests, {rate} a second ({rounds} rounds of {SECONDS} s; medians of the rounds)")
            for name, (p50, p99) in medians.items():
                added = "" if name == "direct" else f"   added {p50 - medians['direct'][0]:+.2f} and {p99 - medians['direct'][1]:+.2f} ms"
                print(f"  {name:7} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms{added}")
    finally:
        if relay:
            relay.terminate()


if sys.argv[1:] == ["--serve"]:
    asyncio.run(serve())
else:
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2:] or [os.path.join(ROOT, "tonne")])
