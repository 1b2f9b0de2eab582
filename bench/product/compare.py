#!/usr/bin/python3
"""Compares two builds of tonne: start-up, memory, speed of the lab. Run: bench/product/compare.py BEFORE AFTER [--rounds N] [--lab PAIRS]

BEFORE and AFTER are launchers (`./tonne`) or executables (`.tonne-build/app/Tonne.Cli`), both built and warm. Every round runs both, in changing
order, so load on the machine meets both alike. Start-up: wall time of `--version`, of `list` on a ledger of 30 runs, and of `run -q -- true`; median
of the rounds, and the median over the rounds of the ratio AFTER ÷ BEFORE. Memory: the largest resident size of any of these runs, as the kernel counts it.
Lab: the sum of the epochs' durations of one `lab run`; speed is BEFORE's time ÷ AFTER's in each pair. Its mean over the pairs is geometric, and the
lower bound is that of the one-sided 95 % interval (Student's t on the logarithms).
"""
import argparse, json, math, os, platform, statistics, subprocess, tempfile, time

RUNS = 30
LAB = ["lab", "run", "--json", "--epochs", "5", "--limit", "10000"]
CASES = [
    ("`--version`", ["--version"], 0.35),
    (f"`list`, {RUNS} runs", ["list"], 0.25),
    ("`run -q -- true`", ["run", "-q", "--", "true"], 0.35),
]
# Student's t, one-sided 95 %, for 1 to 30 degrees of freedom (any table); beyond, the normal distribution.
T95 = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725,
       1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697]


def start(program, words, home):
    """Wall seconds and largest resident KiB of one run."""
    environment = {**os.environ, "TONNE_HOME": home, "TONNE_ZONE": "FR"}
    nothing = os.open(os.devnull, os.O_RDWR)
    begin = time.perf_counter()
    process = os.posix_spawn(program, [program, *words], environment, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)])
    _, status, usage = os.wait4(process, 0)
    took = time.perf_counter() - begin
    os.close(nothing)
    if status != 0:
        raise SystemExit(f"{program} {' '.join(words)} failed: {os.waitstatus_to_exitcode(status)}")
    return took, usage.ru_maxrss


def lab(program, home):
    """Seconds of all epochs of one training."""
    environment = {**os.environ, "TONNE_HOME": home, "TONNE_ZONE": "FR"}
    document = json.loads(subprocess.run([program, *LAB], env=environment, check=True, capture_output=True).stdout)
    return sum(epoch["duration_s"] for epoch in document["epochs"])


def both(before, after, homes, turn):
    pairs = list(zip((before, after), homes))
    order = [0, 1] if turn % 2 == 0 else [1, 0]
    return pairs, order


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} threads, Linux {platform.release()}"


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("before")
    words.add_argument("after")
    words.add_argument("--rounds", type=int, default=31)
    words.add_argument("--lab", type=int, default=0, metavar="PAIRS")
    options = words.parse_args()
    before, after = (os.path.abspath(program) for program in (options.before, options.after))
    print(f"{machine()} · load at the start {os.getloadavg()[0]:.1f} · {options.rounds} rounds\n")
    print("| what | before, median | after, median | after ÷ before | at most |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        homes = [os.path.join(folder, name) for name in ("before", "after")]
        for program, home in zip((before, after), homes):
            for _ in range(RUNS):
                start(program, ["run", "-q", "--", "true"], home)
            start(program, ["list"], home)
        peaks = [0, 0]
        for name, case, limit in CASES:
            times = [[], []]
            for turn in range(options.rounds):
                pairs, order = both(before, after, homes, turn)
                for which in order:
                    took, resident = start(pairs[which][0], case, pairs[which][1])
                    times[which].append(took)
                    peaks[which] = max(peaks[which], resident)
            ratio = statistics.median(b / a for a, b in zip(*times))
            print(f"| {name} | {statistics.median(times[0]) * 1000:.1f} ms | {statistics.median(times[1]) * 1000:.1f} ms | {ratio:.2f} | {limit} |", flush=True)
        print(f"| peak resident size | {peaks[0] / 1024:.1f} MiB | {peaks[1] / 1024:.1f} MiB | {peaks[1] / peaks[0]:.2f} | 45 MiB |", flush=True)
        if options.lab > 1:
            times = [[], []]
            for turn in range(options.lab):
                pairs, order = both(before, after, homes, turn)
                for which in order:
                    times[which].append(lab(*pairs[which]))
            logs = [math.log(a / b) for a, b in zip(*times)]
            degrees = len(logs) - 1
            margin = (T95[degrees - 1] if degrees <= len(T95) else 1.645) * statistics.stdev(logs) / math.sqrt(len(logs))
            mean = statistics.mean(logs)
            print(f"\n`{' '.join(LAB)}`, {options.lab} pairs: epochs {statistics.median(times[0]):.2f} s before, {statistics.median(times[1]):.2f} s after (medians); "
                  f"speed after ÷ before {math.exp(mean):.3f}, lower bound {math.exp(mean - margin):.3f} (at least 0.95)")


if __name__ == "__main__":
    main()
