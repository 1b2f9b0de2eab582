"""Moves the counters of stand-in nodes by a known power: power.py ROOT NODE=WATTS...

Each node is a folder with the files of a machine of its own. Its package counter grows by WATTS, and one of its four processors is busy.
"""
import os
import sys
import time

START = 1_000_000_000
PROCESSORS = 4
TICKS = 100

root = sys.argv[1]
nodes = [(name, float(watts)) for name, watts in (word.split("=") for word in sys.argv[2:])]


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


files = []
for number, (name, watts) in enumerate(nodes):
    tree = os.path.join(root, name)
    write(tree + "/proc/cpuinfo", "".join(
        f"processor\t: {cpu}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n"
        "model name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz\nphysical id\t: 0\n"
        f"siblings\t: {PROCESSORS}\ncore id\t\t: {cpu}\ncpu cores\t: {PROCESSORS}\n\n" for cpu in range(PROCESSORS)))
    write(tree + "/proc/meminfo", "MemTotal:       16000000 kB\nMemAvailable:   16000000 kB\n")
    write(tree + "/proc/sys/kernel/random/boot_id", f"{number + 1}1111111-2222-3333-4444-555555555555\n")
    write(tree + "/proc/sys/kernel/ostype", "Linux\n")
    write(tree + "/proc/sys/kernel/osrelease", "6.1.0\n")
    zone = tree + "/sys/class/powercap/intel-rapl:0"
    write(zone + "/name", "package-0\n")
    write(zone + "/max_energy_range_uj", "262143328850\n")
    write(zone + "/energy_uj", f"{START}\n")
    write(tree + "/proc/stat", f"cpu  {START} 0 0 {START} 0 0 0 0 0 0\n")
    files.append((watts, os.open(zone + "/energy_uj", os.O_WRONLY), os.open(tree + "/proc/stat", os.O_WRONLY)))

write(os.path.join(root, "ready"), "")
begin = time.monotonic()
while True:
    seconds = time.monotonic() - begin
    busy, idle = int(TICKS * seconds), int(TICKS * seconds * (PROCESSORS - 1))
    for watts, energy, stat in files:
        # The same length each time, so that a reader never sees a part of a longer number.
        os.pwrite(energy, f"{START + int(watts * 1e6 * seconds):010d}\n".encode(), 0)
        os.pwrite(stat, f"cpu  {START + busy:010d} 0 0 {START + idle:010d} 0 0 0 0 0 0\n".encode(), 0)
    time.sleep(0.01)
