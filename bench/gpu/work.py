"""Work for a GPU: work.py KIND AMOUNT [PIDFILE]. Prints one JSON line.

KIND: idle SECONDS, matmul SECONDS, bursts SECONDS (5 to 500 ms of work, rests of 50 to 400 ms), fixed COUNT (a fixed number of products, timed).
With torch and CUDA the work is a product of two 8192 x 8192 bfloat16 matrices on GPU 0; the stand-in plays the GPU by itself.
"""
import json, os, random, sys, time

STAND_IN = os.environ.get("TONNE_BENCH_STAND_IN")


def product(kind):
    """One piece of work, waited for: always the same, whoever watches."""
    if STAND_IN:
        return (lambda: sum(i * i for i in range(20_000))) if kind == "fixed" else lambda: time.sleep(0.001), "none: the card is scripted"
    import torch

    a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))

    def work():
        torch.matmul(a, b)
        torch.cuda.synchronize()

    work()
    return work, f"8192³ bfloat16 product, torch {torch.__version__}, {torch.cuda.get_device_name(0)}"


def main():
    kind, amount = sys.argv[1], float(sys.argv[2])
    if len(sys.argv) > 3:
        with open(sys.argv[3], "w") as file:
            file.write(str(os.getpid()))
    work, what = (None, "rest") if kind == "idle" else product(kind)
    chance, done, begin = random.Random(7), 0, time.perf_counter()
    if kind == "idle":
        time.sleep(amount)
    elif kind == "fixed":
        for done in range(1, int(amount) + 1):
            work()
    else:
        end = begin + amount
        while (now := time.perf_counter()) < end:
            until = end if kind == "matmul" else min(end, now + 0.005 * 100 ** chance.random())
            while time.perf_counter() < until:
                work()
                done += 1
            if kind == "bursts":
                time.sleep(chance.uniform(0.05, 0.4))
    print(json.dumps({"what": what, "done": done, "seconds": time.perf_counter() - begin}))


main()
