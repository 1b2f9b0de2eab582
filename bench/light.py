#!/usr/bin/python3
"""How light tonne is: start, CPU per sample, memory. Run on an idle machine: bench/light.py DATE [ROUNDS]

DATE (2026-11-22) goes into the name of the result, which is printed and kept under bench/results/MACHINE/.
Start: `./tonne run -q -- true` against `true`, in turns; medians and ranges of the rounds (default 21), once built. CPU per sample: the sampler
thread's own CPU clock (`overhead.sampler_cpu_s`) by its samples, over runs of a sleeping child, at 1 Hz and at 10 Hz; first samples, which are
compiled as they run, included. Memory: the largest resident size (`overhead.peak_resident_mib`) of each of these runs and of a chatty one.
"""
import json, os, platform, re, statistics, subprocess, sys, tempfile, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
TONNE = os.path.join(ROOT, "tonne")
CHATTY = "for n in range(1, 201):\n for i in range(500): print(f'step {i} of epoch {n}: all is well')\n print(f'Epoch {n}/200 loss={1 / n} acc=0.9')"


def run(folder, words, *options):
    record = os.path.join(folder, "run.json")
    begin = time.perf_counter()
    subprocess.run([TONNE, "run", "-q", "--output", record, *options, "--", *words], check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - begin
    with open(record) as file:
        return took, json.load(file)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    return model, os.cpu_count(), platform.release()


def spread(values, unit=""):
    values = sorted(values)
    return f"{statistics.median(values):.3f}{unit} ({values[0]:.3f} to {values[-1]:.3f})"


def main():
    if len(sys.argv) < 2 or not re.fullmatch(r"\d{4}-\d\d-\d\d", sys.argv[1]):
        sys.exit("usage: bench/light.py YYYY-MM-DD [ROUNDS]")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 21
    version = subprocess.run([TONNE, "--version"], check=True, capture_output=True, text=True).stdout.split("\n")[0]
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    model, threads, kernel = machine()
    load = os.getloadavg()[0]
    lines = [f"# Light, {sys.argv[1]}", "", f"{version}, commit {commit} · {model}, {threads} threads, Linux {kernel} · load at the start {load:.2f}", "",
             "| what | asked for | found |", "| --- | --- | --- |"]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TONNE_HOME"] = folder
        os.environ["TONNE_ZONE"] = "FR"
        plain, wrapped, own = [], [], []
        run(folder, ["true"])
        for _ in range(rounds):
            begin = time.perf_counter()
            subprocess.run(["true"], check=True)
            plain.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            subprocess.run([TONNE, "run", "-q", "--", "true"], check=True)
            wrapped.append(time.perf_counter() - begin)
            own.append(run(folder, ["true"])[1]["overhead"]["cpu_s"])
        lines.append(f"| `true` alone, wall | | {spread(plain, ' s')} |")
        lines.append(f"| `./tonne run -- true`, wall | ≤ 0.15 s | {spread(wrapped, ' s')} |")
        lines.append(f"| the same, CPU of tonne | | {spread(own, ' s')} |")
        peaks = []
        for hertz, seconds in ((1, 40), (10, 20)):
            _, record = run(folder, ["sleep", str(seconds)], "--period", f"{1 / hertz}s")
            # The first and the last sample are taken by the main thread.
            samples, spent = record["samples"] - 2, record["overhead"]["sampler_cpu_s"]
            lines.append(f"| CPU per sample at {hertz} Hz ({samples} samples) | ≤ 0.1 ms | {spent / samples * 1000:.3f} ms |")
            peaks.append((f"{hertz} Hz for {seconds} s", record["overhead"]["peak_resident_mib"]))
        _, record = run(folder, [sys.executable, "-c", CHATTY], "--period", "10ms")
        peaks.append(("100,000 lines, 200 epochs", record["overhead"]["peak_resident_mib"]))
        for what, mebibytes in peaks:
            lines.append(f"| memory, {what} | ≤ 60 MiB | {mebibytes:.1f} MiB |")
    text = "\n".join(lines) + "\n"
    print(text)
    results = os.path.join(ROOT, "bench", "results", re.sub(r"[^a-z0-9]+", "-", f"{model} {threads} threads".lower()).strip("-"))
    os.makedirs(results, exist_ok=True)
    with open(os.path.join(results, f"light-{sys.argv[1]}.md"), "w") as file:
        file.write(text)


main()
