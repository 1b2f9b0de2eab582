"""Plays scripted GPUs by moving their clock: gpu_clock.py CLOCK PIDFILE SECONDS. Names itself in PIDFILE as the process that the script calls the job's.

The clock stands at 0 before this starts and at SECONDS after it has ended, so a run's first sample is at the script's beginning and its last at the end: the truth is known.
"""
import mmap, os, sys, time


def main():
    seconds = float(sys.argv[3])
    with open(sys.argv[2], "w") as file:
        file.write(str(os.getpid()))
    with open(sys.argv[1], "r+b") as file:
        clock = memoryview(mmap.mmap(file.fileno(), 8)).cast("q")
        begin = time.monotonic()
        while (now := time.monotonic() - begin) < seconds:
            clock[0] = int(now * 1e6)
            time.sleep(0.002)
        clock[0] = int(seconds * 1e6)


main()
