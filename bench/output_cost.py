#!/usr/bin/python3
"""What passing a program's output on costs us, in ms of our own CPU per MB. Run: bench/output_cost.py [ROUNDS]

Each case runs `./tonne run` on a writer of 100 MB (per stream) and on the same writer of nothing, in turns; the difference of
`overhead.cpu_s` (all our threads, user and system) by the megabytes written is the figure. Median of the rounds, and their range.
The reader at our other end is a pipe that throws everything away. The last case is a terminal, whose line discipline we pay for.
"""
import json, os, pty, statistics, subprocess, sys, tempfile, threading

TONNE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tonne")
LINE = "step 000123/100000 loss=0.1234 lr=1e-4 it/s=3.2 tokens=1234567 grad_norm=0.123\\n"
BLOCKS = f"import os,sys; b=b'{LINE}'*SIZE; n=int(sys.argv[1])\nwhile n>0: n-=os.write(1,b[:n])"
CASES = {
    "big blocks (head)": (["head", "-c", "{n}", "/dev/zero"], 100),
    "lines in blocks of 8 kB (print)": ([sys.executable, "-c", BLOCKS.replace("SIZE", "100"), "{n}"], 100),
    "a write per line of 80 bytes": ([sys.executable, "-c", BLOCKS.replace("SIZE", "1"), "{n}"], 100),
    "both streams at once": (["/bin/sh", "-c", "head -c {n} /dev/zero & head -c {n} /dev/zero >&2; wait"], 200),
    "a terminal, lines in blocks of 8 kB": ([sys.executable, "-c", BLOCKS.replace("SIZE", "100"), "{n}"], 10),
}


def own_seconds(command, patterns, terminal):
    with tempfile.TemporaryDirectory() as folder:
        record = os.path.join(folder, "run.json")
        words = [TONNE, "run", "--quiet", "--epoch-pattern", patterns, "--output", record, "--", *command]
        environment = {**os.environ, "TONNE_HOME": folder}
        if terminal:
            master, slave = pty.openpty()
            process = subprocess.Popen(words, stdout=slave, env=environment)
            os.close(slave)
            readers = [threading.Thread(target=swallow, args=(master,))]
        else:
            process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
            readers = [threading.Thread(target=swallow, args=(s.fileno(),)) for s in (process.stdout, process.stderr)]
        [r.start() for r in readers]
        [r.join() for r in readers]
        assert process.wait() == 0
        return json.load(open(record))["overhead"]["cpu_s"]


def swallow(descriptor):
    try:
        while os.read(descriptor, 1 << 20):
            pass
    except OSError:
        pass


rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
for name, (command, megabytes) in CASES.items():
    terminal = "terminal" in name
    each = megabytes // (2 if "both" in name else 1) * 1_000_000
    for patterns in ("auto", "none"):
        costs = []
        for _ in range(rounds):
            much, nothing = (own_seconds([w.replace("{n}", str(n)) for w in command], patterns, terminal) for n in (each, 0))
            costs.append((much - nothing) * 1000 / megabytes)
        print(f"{name:38} patterns {patterns:5} {statistics.median(costs):7.3f} ms/MB ({min(costs):.3f} to {max(costs):.3f})", flush=True)
