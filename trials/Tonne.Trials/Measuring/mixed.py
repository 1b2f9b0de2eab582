"""Works, forks and sleeps in turn for a time, and says how much CPU time it used: mixed.py REPORT SEED SECONDS

Phases of 1 to 5 s at random: busy without a pause, half busy, children of 5 ms each, idle. The report is one number in s: this process and all children that it
waited for, start of the interpreter included.
"""
import os, random, resource, sys, time


def used():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def child():
    if os.fork() == 0:
        burn(0.005)
        os._exit(0)
    os.wait()


def main():
    report, draw, end = sys.argv[1], random.Random(int(sys.argv[2])), time.monotonic() + float(sys.argv[3])
    while time.monotonic() < end:
        phase, until = draw.choice(["busy", "busy", "half", "children", "idle"]), min(end, time.monotonic() + draw.uniform(1, 5))
        while time.monotonic() < until:
            if phase == "busy":
                burn(0.05)
            elif phase == "half":
                burn(0.02)
                time.sleep(0.02)
            elif phase == "children":
                child()
            else:
                time.sleep(0.1)
    with open(report, "w") as file:
        file.write(f"{used():.6f}\n")
    os._exit(0)


main()
