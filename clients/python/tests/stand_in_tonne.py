#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for ``tonne attach --json``: the same protocol, with 0.001 kWh for each second.

STAND_IN_MODE changes it: ``fail`` (a message and exit code 1), ``silent`` (never begins), ``no-end`` (no document at the end),
``no-marks``. STAND_IN_LOG names a file to which arguments and lines are written.
"""

import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time

BEGAN = time.monotonic()
SPANS = []
MODE = os.environ.get("STAND_IN_MODE", "")
LOG = os.environ.get("STAND_IN_LOG")


def log(text):
    if LOG:
        with open(LOG, "a") as file:
            file.write(text + "\n")


def quantity(value, boundary="it(cpu+memory+other), share"):
    return {"value": value, "low": value * 0.9, "high": value * 1.2, "boundary": boundary, "quality": "modelled", "measured_share": 0}


def figures(seconds):
    kwh = seconds * 0.001
    return {
        "energy_kwh": quantity(kwh), "facility_energy_kwh": quantity(kwh * 1.5),
        "emissions_kg": {"operational": quantity(kwh * 0.05), "embodied": None, "total": quantity(kwh * 0.06, "facility, with embodied")},
    }


def stages():
    """One for each name, as in the program itself."""
    seconds = {}
    for name, begin, end in SPANS:
        seconds[name] = seconds.get(name, 0) + (end or time.monotonic()) - begin
    return [
        {"name": name, "duration_s": duration, "energy_kwh": quantity(duration * 0.001), "emissions_kg": quantity(duration * 0.00005)}
        for name, duration in seconds.items()
    ]


def close_span():
    if SPANS and SPANS[-1][2] is None:
        SPANS[-1][2] = time.monotonic()


def answer(line):
    log(line)
    word, _, rest = line.partition(" ")
    name = json.loads(rest.split('" ')[0] + ('"' if '" ' in rest else "")) if rest.startswith('"') else rest
    if word == "stage":
        close_span()
        SPANS.append([name, time.monotonic(), None])
    elif word == "stage-end":
        close_span()
    elif word == "figures":
        seconds = time.monotonic() - BEGAN
        found = [stage for stage in stages() if stage["name"] == name]
        return "ok " + json.dumps({
            "schema": "tonne.figures/1", "run": "20261130-000000-abcdef", "name": "n", "duration_s": seconds, **figures(seconds),
            "stage": found[-1] if found else None})
    return "ok"


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall((answer(line.decode().rstrip("\n")) + "\n").encode())


def listen(server):
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


def main():
    log("arguments " + json.dumps(sys.argv[1:]))
    if sys.argv[1] == "list":
        print("No runs yet.")
        return 0
    if sys.argv[1] == "report":
        print("timestamp,run_id,emissions,country_name,country_iso_code,os,cpu_count,cpu_model,gpu_count,ram_total_size,tracking_mode,"
              "on_cloud,pue,wue,tonne_zone")
        print("2026-11-30T00:00:00,%s,99,France,FRA,Linux 6.1,2,Example CPU,,16.0,process,N,1.5,0.36,FR" % sys.argv[2])
        return 0
    arguments = sys.argv[2:]
    pid = int(arguments[arguments.index("--pid") + 1])
    name = arguments[arguments.index("--name") + 1] if "--name" in arguments else "python3"
    if MODE == "fail":
        print("tonne: there is no zone 'XX'", file=sys.stderr)
        return 2
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run")
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(path)
        server.listen(16)
        threading.Thread(target=listen, args=(server,), daemon=True).start()
        if MODE != "silent":
            print(json.dumps({"schema": "tonne.attach/1", "run": "20261130-000000-abcdef", "name": name,
                              "boot": "b", "marks": None if MODE == "no-marks" else path}), flush=True)
        while signal.sigtimedwait(ends, 0.05) is None and os.path.exists("/proc/%d" % pid):
            pass
        close_span()
        seconds = time.monotonic() - BEGAN
        if MODE != "no-end":
            print(json.dumps({
                "schema": "tonne.run/1", "id": "20261130-000000-abcdef", "name": name, "duration_s": seconds, **figures(seconds),
                "stages": stages(), "project": None, "policy": "share",
                "host": {"cpu": "Example CPU", "threads": 2, "memory_bytes": 2 ** 34, "operating_system": "Linux 6.1", "gpus": []},
                "place": {"zone": "FR", "region": None}, "facility": {"pue": 1.5},
                "grid": {"zone": "FR", "intensity_g_per_kwh": quantity(50)},
                "components": [
                    {"component": "cpu", "device": None, "job_kwh": seconds * 0.0008},
                    {"component": "memory", "device": None, "job_kwh": seconds * 0.0002}],
                "water_l": None, "epochs": [],
                "warnings": [{"code": "attached", "text": "recorded from the middle of its life", "remedy": None}]}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
