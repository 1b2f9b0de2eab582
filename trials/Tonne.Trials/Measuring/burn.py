"""Burns CPU time and says how much it was, by the kernel's own account of these processes: burn.py REPORT SHAPE SECONDS

Shapes: direct (this process), brood (children of 60 ms, two at a time), shell (a shell that forks subshells), orphans (children whose
parent is gone), unreaped (children of a parent that ignores SIGCHLD). The report is one number in s: what this process, what it
waited for and what reported itself have used, start of the interpreter included. Nothing is printed.
"""
import os, resource, signal, subprocess, sys, time

SHORT = 0.06


def burn(until):
    while time.process_time() < until:
        pass


def used():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def brood(seconds):
    alive = 0
    while used() + alive * SHORT < seconds:
        if os.fork() == 0:
            burn(SHORT)
            os._exit(0)
        alive += 1
        if alive == 2:
            os.wait()
            alive -= 1
    while alive:
        os.wait()
        alive -= 1
    return 0


def shell(seconds):
    while used() < seconds:
        subprocess.run(["/bin/sh", "-c", "for i in 1 2 3 4 5; do ( j=0; while [ $j -lt 9000 ]; do j=$((j+1)); done ); done"], check=True)
    return 0


def telling(seconds, start):
    """Children that nobody here waits for tell their own time as their last act."""
    total = 0
    while used() + total < seconds:
        reader, writer = os.pipe()
        for _ in range(2):
            start(writer)
        os.close(writer)
        with os.fdopen(reader) as lines:
            total += sum(float(line) for line in lines)
    return total


def tell(writer):
    burn(SHORT * 2)
    os.write(writer, b"%.6f\n" % time.process_time())
    os._exit(0)


def orphan(writer):
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork() == 0:
            tell(writer)
        os._exit(0)
    os.waitpid(child, 0)


def unreaped(writer):
    if os.fork() == 0:
        tell(writer)


def main():
    report, shape, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    reported = 0
    if shape == "direct":
        burn(seconds)
    elif shape == "brood":
        reported = brood(seconds)
    elif shape == "shell":
        reported = shell(seconds)
    elif shape == "orphans":
        reported = telling(seconds, orphan)
    else:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        reported = telling(seconds, unreaped)
    with open(report, "w") as file:
        file.write(f"{used() + reported:.6f}\n")
    os._exit(0)


main()
