"""Runs a command between two readings of the driver's counters: watch.py COMMAND…. Prints its last line, a JSON object, with what was counted."""
import json, os, subprocess, sys, time

from counter import Counters

counters = Counters(os.environ.get("TONNE_NVML"))
before, began = counters.all(), time.monotonic()
ended = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
after, took = counters.all(), time.monotonic() - began
if ended.returncode:
    sys.exit(ended.returncode)
said = json.loads(ended.stdout.strip().splitlines()[-1])
said["watched_s"] = took
said["joules"] = [b - a if a is not None and b is not None else None for a, b in zip(before, after)]
print(json.dumps(said), flush=True)
