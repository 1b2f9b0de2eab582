#!/usr/bin/python3
"""How fast the lab trains: against PyTorch, and against the processor. Run on an idle machine: bench/lab_training.py DATE [ROUNDS]

DATE (2026-11-22) goes into the name of the result, which is printed and kept under bench/results/MACHINE/.
Training: the same network (512 inputs, 12 layers, residual, normalised before each; LayerNorm without gain and shift), the same mini-batches of
256 rows, AdamW, 32-bit floats, as many threads as the machine has (at most 2); an epoch of the lab and an epoch of PyTorch in turns, of which the
first pair is warm-up. PyTorch is Debian's (python3-torch, libopenblas0-pthread); its optimizer is the faster of its two loops here (`foreach`).
Product: N x N by N x N, the best time of a round, as a share of a loop of independent fused multiply-adds that runs right before and after
in the same process; numpy's product (OpenBLAS) beside it. Ratios of each round; their median and range are the result.
"""
import os, platform, re, statistics, subprocess, sys, tempfile, time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
THREADS = min(2, os.cpu_count())
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = str(THREADS)
INPUTS, CLASSES, LAYERS, BATCH = 512, 13, 12, 256


class Lab:
    def __init__(self, program, *arguments):
        self.process = subprocess.Popen(["dotnet", program, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline().strip()

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return [float(word) for word in self.process.stdout.readline().split()]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def pytorch(width, rows):
    import torch
    from torch import nn

    torch.set_num_threads(THREADS)
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
            begin = time.perf_counter()
            order, total = torch.randperm(rows), 0.0
            for at in range(0, rows, BATCH):
                chosen = order[at:at + BATCH]
                loss = loss_of(net(x[chosen]), y[chosen])
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()
                total += loss.item() * len(chosen)
            return time.perf_counter() - begin
        return sum(parameter.numel() for parameter in net.parameters()), epoch
    count, plain = trainer(False)
    _, each = trainer(True)
    plain(), each()
    faster = min((min(epoch() for _ in range(2)), index) for index, epoch in enumerate((plain, each)))[1]
    return count, (plain, each)[faster], ("a loop", "foreach")[faster], torch.__version__


def spread(values, digits=2):
    values = sorted(values)
    return f"{statistics.median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"


def main():
    if len(sys.argv) < 2 or not re.fullmatch(r"\d{4}-\d\d-\d\d", sys.argv[1]):
        sys.exit("usage: bench/lab_training.py YYYY-MM-DD [ROUNDS]")
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    import numpy
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "q", "-o", folder, os.path.join(ROOT, "bench", "LabTraining.cs")], check=True, stdout=subprocess.DEVNULL)
        program = os.path.join(folder, "LabTraining.dll")
        commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
        model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
        load = os.getloadavg()[0]
        lines = [f"# The lab's training and its matrix product, {sys.argv[1]}", "",
                 f"commit {commit} · {model}, {os.cpu_count()} threads, Linux {platform.release()} · load at the start {load:.2f} · {rounds} rounds, interleaved; medians and ranges", ""]
        lines += ["| training, batch 256 | parameters | lab, rows/s | PyTorch, rows/s | lab ÷ PyTorch, asked for ≥ 1.0 |", "| --- | --- | --- | --- | --- |"]
        for width, rows in ((128, 16384), (256, 8192), (512, 4096)):
            count, theirs, loop, version = pytorch(width, rows)
            lab = Lab(program, width, LAYERS, BATCH, rows, INPUTS, CLASSES, THREADS)
            assert int(lab.first) == count, (lab.first, count)
            lab.ask("epoch"), theirs()
            ours, other = [], []
            for _ in range(rounds):
                ours.append(rows / lab.ask("epoch")[0])
                other.append(rows / theirs())
            lab.end()
            lines.append(f"| 12 layers of {width}, optimizer {loop} | {count:,} | {statistics.median(ours):,.0f} | {statistics.median(other):,.0f} | **{spread([a / b for a, b in zip(ours, other)])}** |")
            print(lines[-1], flush=True)
        lines += ["", f"PyTorch {version}, numpy {numpy.__version__}, {THREADS} threads.", ""]
        lines += ["| product | threads | peak of FMA, GFLOP/s | lab, GFLOP/s | lab ÷ peak, asked for ≥ 0.70 | numpy ÷ peak |", "| --- | --- | --- | --- | --- | --- |"]
        lab = Lab(program)
        for size in (512, 1024, 2048):
            a, b = (numpy.random.default_rng(seed).random((size, size), dtype=numpy.float32) for seed in (1, 2))
            for threads in sorted({1, THREADS}):
                peaks, shares, others = [], [], []
                for turn in range(rounds + 1):
                    before, = lab.ask("peak", threads)
                    took, = lab.ask("product", size, threads)
                    after, = lab.ask("peak", threads)
                    theirs = numpy_time(numpy, a, b) if threads == THREADS else float("nan")
                    if turn > 0:
                        peaks.append(max(before, after))
                        shares.append(2 * size ** 3 / took / peaks[-1])
                        others.append(2 * size ** 3 / theirs / peaks[-1])
                beside = spread(others) if threads == THREADS else ""
                lines.append(f"| {size} | {threads} | {statistics.median(peaks) / 1e9:.0f} | {statistics.median([p * s for p, s in zip(peaks, shares)]) / 1e9:.0f} | **{spread(shares)}** | {beside} |")
                print(lines[-1], flush=True)
        lab.end()
        lines += ["", f"Vectors of {lab.first} bits."]
    text = "\n".join(lines) + "\n"
    folder = os.path.join(ROOT, "bench", "results", f"{re.sub(r'[^a-z0-9]+', '-', model.lower()).strip('-')}-{os.cpu_count()}-threads")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"lab-training-{sys.argv[1]}.md"), "w") as file:
        file.write(text)
    print(text)


def numpy_time(numpy, a, b):
    best = float("inf")
    for _ in range(max(3, int(2e10 / (2 * len(a) ** 3)))):
        begin = time.perf_counter()
        numpy.matmul(a, b)
        best = min(best, time.perf_counter() - begin)
    return best


main()
