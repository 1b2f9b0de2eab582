#!/usr/bin/python3
"""How fast the lab trains: against PyTorch, and against the processor. Run on an idle machine: bench/lab_training.py DATE [ROUNDS]

DATE (2026-11-22) goes into the name of the result, which is printed and kept under bench/results/MACHINE/.
Training: the same network (512 inputs, 12 layers, residual, normalised before each; LayerNorm without gain and shift), mini-batches of 256 rows,
AdamW, 32-bit floats; an epoch of the lab and an epoch of PyTorch in turns, of which the first pair is warm-up. PyTorch is Debian's (python3-torch,
libopenblas0-pthread); its optimizer is the faster of its two loops here.
Product: N x N by N x N as a share of the greatest speed of a loop of independent fused multiply-adds that runs before and after each in the same
process; numpy's product (OpenBLAS) in turns with it.
Each ratio twice: by wall time, and by CPU time of the process, which other programs on the machine disturb less but which counts the threads that
OpenMP and OpenBLAS let spin. Median and range of the rounds' ratios.
"""
import os, platform, re, statistics, subprocess, sys, tempfile, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
INPUTS, CLASSES, LAYERS, BATCH = 512, 13, 12, 256


class Worker:
    """A process that answers a line of words with a line of numbers."""

    def __init__(self, threads, *command):
        environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
        self.process = subprocess.Popen([*map(str, command)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline().split()

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def pytorch(width, rows, threads):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(1)

    class Deep(nn.Module):
        def __init__(self):
            super().__init__()
            self.dense = nn.ModuleList([nn.Linear(INPUTS if layer == 0 else width, width) for layer in range(LAYERS)])
            self.norm = nn.LayerNorm(width, elementwise_affine=False)
            self.output = nn.Linear(width, CLASSES)

        def forward(self, x):
            h = torch.relu(self.dense[0](x))
            for layer in self.dense[1:]:
                h = h + torch.relu(layer(self.norm(h)))
            return self.output(self.norm(h))

    x, y = torch.rand(rows, INPUTS) * 2 - 1, torch.randint(CLASSES, (rows,))
    loss_of = nn.CrossEntropyLoss()

    def trainer(foreach):
        net = Deep()
        adam = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.01, foreach=foreach)

        def epoch():
            begin, used = time.perf_counter(), time.process_time()
            order, total = torch.randperm(rows), 0.0
            for at in range(0, rows, BATCH):
                chosen = order[at:at + BATCH]
                loss = loss_of(net(x[chosen]), y[chosen])
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()
                total += loss.item() * len(chosen)
            return time.perf_counter() - begin, time.process_time() - used, total / rows
        return net, epoch
    (net, plain), (_, each) = trainer(False), trainer(True)
    faster = min((min(epoch()[1] for _ in range(2)), index) for index, epoch in enumerate((plain, each)))[1]
    print(sum(parameter.numel() for parameter in net.parameters()), ("loop", "foreach")[faster], torch.__version__, flush=True)
    for _ in sys.stdin:
        print(*(plain, each)[faster](), flush=True)


def product(threads):
    import numpy
    print(numpy.__version__, flush=True)
    for line in sys.stdin:
        size = int(line)
        a, b = (numpy.random.default_rng(seed).random((size, size), dtype=numpy.float32) for seed in (1, 2))
        numpy.matmul(a, b)
        repetitions, best, used = int(max(4, 1e10 / (2 * size ** 3))), float("inf"), time.process_time()
        for _ in range(repetitions):
            begin = time.perf_counter()
            numpy.matmul(a, b)
            best = min(best, time.perf_counter() - begin)
        print(2 * size ** 3 / best, 2 * size ** 3 * threads * repetitions / (time.process_time() - used), flush=True)


def spread(values):
    values = sorted(values)
    return f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"


def train(program, width, rows, threads, rounds):
    theirs = Worker(threads, sys.executable, os.path.abspath(__file__), "--pytorch", width, rows, threads)
    ours = Worker(threads, "dotnet", program, "LabTraining", width, LAYERS, BATCH, rows, INPUTS, CLASSES, threads)
    assert ours.first[0] == theirs.first[0], (ours.first, theirs.first)
    ours.ask("epoch"), theirs.ask("epoch")
    pairs = [(ours.ask("epoch"), theirs.ask("epoch")) for _ in range(rounds)]
    ours.end(), theirs.end()
    wall, processor = ([b[index] / a[index] for a, b in pairs] for index in (0, 1))
    speed = [statistics.median(rows / one[0] for one in side) for side in zip(*pairs)]
    return f"| {width} ({int(ours.first[0]):,}) | {threads} | {speed[0]:,.0f} | {speed[1]:,.0f} | **{spread(wall)}** | {spread(processor)} |", theirs.first[1:]


def multiply(program, size, threads, rounds):
    ours, theirs = Worker(threads, "dotnet", program, "LabTraining"), Worker(threads, sys.executable, os.path.abspath(__file__), "--product", threads)
    rates, peak = ([], [], [], []), 0
    for turn in range(rounds + 1):
        before, mine, after, other = ours.ask("peak", threads), ours.ask("product", size, threads), ours.ask("peak", threads), theirs.ask(size)
        peak = max([peak, *before, *after])
        if turn > 0:
            for index in (0, 1):
                rates[index].append(mine[index])
                rates[2 + index].append(other[index])
    ours.end(), theirs.end()
    shares = [spread([rate / peak for rate in one]) for one in rates]
    return f"| {size} | {threads} | {peak / 1e9:.0f} | **{shares[0]}** | **{shares[1]}** | {shares[2]} | {shares[3]} |", ours.first[0], theirs.first[0]


def main():
    if sys.argv[1:2] == ["--pytorch"]:
        return pytorch(*map(int, sys.argv[2:]))
    if sys.argv[1:2] == ["--product"]:
        return product(int(sys.argv[2]))
    if len(sys.argv) < 2 or not re.fullmatch(r"\d{4}-\d\d-\d\d", sys.argv[1]):
        sys.exit("usage: bench/lab_training.py YYYY-MM-DD [ROUNDS]")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "q", "-o", folder, os.path.join(ROOT, "bench", "Tonne.Bench.csproj")], check=True, stdout=subprocess.DEVNULL)
        program = os.path.join(folder, "Tonne.Bench.dll")
        commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
        model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
        load, counts = os.getloadavg()[0], sorted({1, min(2, os.cpu_count())})
        trained, multiplied = [], []
        for threads in counts:
            for width, rows in ((128, 16384), (512, 4096)):
                line, (loop, version) = train(program, width, rows, threads, rounds)
                trained.append(f"{line} {loop} |")
                print(trained[-1], flush=True)
        for threads in counts:
            for size in (512, 1024, 2048):
                line, bits, numpy = multiply(program, size, threads, rounds)
                multiplied.append(line)
                print(line, flush=True)
    text = "\n".join([
        f"# The lab's training and its matrix product, {sys.argv[1]}", "",
        f"commit {commit} · {model}, {os.cpu_count()} threads, vectors of {bits} bits, Linux {platform.release()} · load {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end · {rounds} rounds, in turns",
        f"PyTorch {version}, numpy {numpy}, OpenBLAS of libopenblas0-pthread · asked for: lab ÷ PyTorch ≥ 1.0, lab ÷ peak ≥ 0.70", "",
        *([f"The machine was busy: more wanted to run than it has threads. What waits at barriers (PyTorch's and OpenBLAS's threads, which spin) suffers most; trust one thread and CPU time.", ""] if max(load, os.getloadavg()[0]) > os.cpu_count() else []),
        "| width (parameters), 12 layers | threads | lab, rows/s | PyTorch, rows/s | lab ÷ PyTorch, wall | by CPU time | its optimizer |", "| --- | --- | --- | --- | --- | --- | --- |", *trained, "",
        "| product | threads | peak of FMA, GFLOP/s | lab ÷ peak, wall | by CPU time | numpy ÷ peak, wall | by CPU time |", "| --- | --- | --- | --- | --- | --- | --- |", *multiplied]) + "\n"
    folder = os.path.join(ROOT, "bench", "results", f"{re.sub(r'[^a-z0-9]+', '-', model.lower()).strip('-')}-{os.cpu_count()}-threads")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"lab-training-{sys.argv[1]}.md"), "w") as file:
        file.write(text)


main()
