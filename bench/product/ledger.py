#!/usr/bin/python3
"""Measures tonne with a ledger of many runs.

Run: bench/product/ledger.py TONNE [--runs 10000] [--recorded 300] [--epochs 10000] [--rounds 5]

TONNE is a launcher (`./tonne`) or an executable (`.tonne-build/app/Tonne.Cli`), built and warm. The runs are imported from a CSV file of
CodeCarbon's columns with random energies (seed 1958); the recorded ones are of the command `true`. Wall time and processor time (user and
system, all threads) are medians of the rounds; memory is the largest resident size of any round, as the kernel counts it (ru_maxrss). A run
is closed by `list` after its record and statements were removed, as if its recorder had been killed at the end.
"""
import argparse, glob, os, random, shutil, statistics, tempfile, time

HEADER = ("timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,"
          "gpu_energy,ram_energy,energy_consumed,country_name,country_iso_code,region,cloud_provider,cloud_region,os,python_version,"
          "codecarbon_version,cpu_count,cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,on_cloud,pue")


def write_csv(path, count):
    """Rows of machines in France, one every 40 minutes, of up to 30 minutes."""
    draw = random.Random(1958)
    with open(path, "w") as file:
        print(HEADER, file=file)
        for i in range(count):
            begin = 1_735_689_600 + 2400 * i
            seconds = draw.uniform(10, 1800)
            cpu, gpu, ram = (draw.uniform(low, high) * seconds / 3.6e6 for low, high in ((20, 90), (40, 300), (3, 20)))
            energy = cpu + gpu + ram
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(begin + seconds))
            uuid = "%08x-%04x-4%03x-8%03x-%012x" % tuple(draw.getrandbits(bits) for bits in (32, 16, 12, 12, 48))
            energies = [cpu, gpu, ram]
            powers = [each * 3.6e6 / seconds for each in energies]
            print(stamp, f"project{i % 7}", uuid, "5b0fa12a-3dd7-45bb-9766-cc326314d9f1", seconds, energy * 0.056, energy * 0.056 / seconds,
                  *powers, *energies, energy, "France,FRA,ile-de-france,,,Linux-6.8,3.12.3,2.8.3,16,AMD EPYC 7763,1,1 x NVIDIA A100,2.35,48.85,64.0",
                  "machine,N,1.0", sep=",", file=file)


def start(words, environment):
    """Wall seconds, processor seconds and largest resident KiB of one run."""
    nothing = os.open(os.devnull, os.O_RDWR)
    begin = time.perf_counter()
    process = os.posix_spawn(words[0], words, environment, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)])
    _, status, usage = os.wait4(process, 0)
    took = time.perf_counter() - begin
    os.close(nothing)
    if status != 0:
        raise SystemExit(f"{' '.join(words)} failed: {os.waitstatus_to_exitcode(status)}")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def measure(what, rounds, words, environment, per=None, before=None):
    times, works, peak = [], [], 0
    for _ in range(rounds):
        if before:
            before()
        took, work, resident = start(words, environment)
        times.append(took)
        works.append(work)
        peak = max(peak, resident)
    median = statistics.median(times)
    shown = show(median)
    if per:
        count, unit = per
        shown += f", {median / count * 1000:.2f} ms a {unit}, {count / median:,.0f} {unit}s/s"
    print(f"| {what} | {shown} | {show(statistics.median(works))} | {peak / 1024:.0f} MiB |", flush=True)


def show(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    words.add_argument("tonne")
    words.add_argument("--runs", type=int, default=10_000)
    words.add_argument("--recorded", type=int, default=300)
    words.add_argument("--epochs", type=int, default=10_000)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--keep", metavar="FOLDER", help="make the ledgers here and leave them")
    options = words.parse_args()
    tonne = os.path.abspath(options.tonne)
    folder = options.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    csv = os.path.join(folder, "emissions.csv")
    write_csv(csv, options.runs)
    homes = {name: os.path.join(folder, name) for name in ("imported", "recorded", "epochs")}
    imported, recorded, epochs = ({**os.environ, "TONNE_HOME": home, "TONNE_ZONE": "FR"} for home in homes.values())
    rounds = options.rounds
    print(f"{os.cpu_count()} threads, load at the start {os.getloadavg()[0]:.1f}, {rounds} rounds\n", flush=True)
    print("| what | wall time | processor time | largest resident size |\n| --- | --- | --- | --- |", flush=True)
    measure(f"`ledger import codecarbon`, {options.runs:,} rows", rounds, [tonne, "ledger", "import", "codecarbon", csv], imported,
            (options.runs, "row"), lambda: shutil.rmtree(homes["imported"], ignore_errors=True))
    measure("the same again, all known", rounds, [tonne, "ledger", "import", "codecarbon", csv], imported, (options.runs, "row"))
    measure("`list --limit 20`", 2 * rounds + 1, [tonne, "list", "--limit", "20"], imported)
    measure("`show last`", 2 * rounds + 1, [tonne, "show", "last"], imported)
    measure("`list --project` without a match", rounds, [tonne, "list", "--project", "none"], imported)
    measure("`list --json`", rounds, [tonne, "list", "--json"], imported)
    measure(f"`ledger verify`, {options.runs:,} imported runs", rounds, [tonne, "ledger", "verify"], imported, (options.runs, "run"))
    for _ in range(options.recorded if not os.path.isdir(homes["recorded"]) else 0):
        start([tonne, "run", "-q", "--", "true"], recorded)
    measure(f"`ledger verify`, {options.recorded:,} recorded runs", rounds, [tonne, "ledger", "verify"], recorded,
            (options.recorded, "run"))
    program = f"for i in $(seq {options.epochs}); do echo Epoch $i/{options.epochs} loss=0.$i; sleep 0.0004; done"
    shutil.rmtree(homes["epochs"], ignore_errors=True)
    start([tonne, "run", "-q", "--", "sh", "-c", program], epochs)
    run = glob.glob(os.path.join(homes["epochs"], "runs/*/*"))[0]
    measure(f"`list`, closing a run of {options.epochs:,} epochs", rounds, [tonne, "list"], epochs, None,
            lambda: [os.remove(os.path.join(run, name)) for name in ("record.json", "statements.jsonl")])
    measure(f"`show --json`, {options.epochs:,} epochs", rounds, [tonne, "show", "last", "--json"], epochs)
    measure(f"`ledger verify`, {options.epochs:,} epochs", rounds, [tonne, "ledger", "verify"], epochs)
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
