#!/usr/bin/python3
"""CPU time of one sample. Run: bench/product/sampling.py [TONNE] [--rounds N] [--samples N]

TONNE is an executable (default `.tonne-build/app/Tonne.Cli`, built by `./tonne`). Every round runs, one after another: a bare program in C that wakes as often and reads and
writes the same files (bare_sample.c), tonne with `sleep` as its command, and tonne with a command of 20 processes beside 500 other processes. Printed are the medians.
Aim: a plain sample costs at most 0.05 ms, or twice the bare one, whichever is larger; the large one at most 0.5 ms.
"""
import argparse, json, os, statistics, subprocess, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# The files of a plain sample where no meter is read: the busy time of the machine, and the CPU time of a control group.
GROUPS = ["/sys/fs/cgroup/cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpu.stat"]


def tonne(program, period, seconds, command, folder):
    """CPU ms of the sampling thread per sample."""
    output = os.path.join(folder, "run.json")
    subprocess.run([program, "run", "-q", "--zone", "FR", "--period", f"{period}ms", "--output", output, "--", *command], check=True,
                   env={**os.environ, "TONNE_HOME": os.path.join(folder, "home")}, stdout=subprocess.DEVNULL)
    with open(output) as file:
        run = json.load(file)
    return run["overhead"]["sampler_cpu_s"] * 1000 / (seconds * 1000 / period)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tonne", nargs="?", default=os.path.join(HERE, "../../.tonne-build/app/Tonne.Cli"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=100)
    options = parser.parse_args()
    period = 100
    seconds = options.samples * period / 1000
    found = {"bare": [], "plain": [], "many": []}
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, "bare")
        subprocess.run(["cc", "-O2", "-o", bare, os.path.join(HERE, "bare_sample.c")], check=True)
        files = ["/proc/stat", *[group for group in GROUPS if os.path.exists(group)][:1]]
        tree = ["sh", "-c", f"for i in $(seq 19); do sleep {seconds} & done; sleep {seconds}"]
        for _ in range(options.rounds):
            reply = subprocess.run([bare, str(options.samples), str(period), os.path.join(folder, "out"), *files], check=True, capture_output=True, text=True)
            found["bare"].append(float(reply.stdout))
            found["plain"].append(tonne(options.tonne, period, seconds, ["sleep", str(seconds)], folder))
            others = [subprocess.Popen(["sleep", "1000"]) for _ in range(500)]
            try:
                found["many"].append(tonne(options.tonne, period, seconds, tree, folder))
            finally:
                for other in others:
                    other.kill()
                for other in others:
                    other.wait()
    median = {name: statistics.median(values) for name, values in found.items()}
    print(f"CPU of the sampling thread, ms a sample, medians of {options.rounds} interleaved rounds of {options.samples} samples at {period} ms:")
    print(f"bare wake and read {median['bare']:.3f}; tonne with `sleep` {median['plain']:.3f} ({median['plain'] / median['bare']:.2f} x); "
          f"20 own and 500 other processes {median['many']:.3f}")


main()
