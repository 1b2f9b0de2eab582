#!/usr/bin/env python3
"""Writes src/Tonne/Grids/Tables/hourly_profiles.csv: the intensity of each month and hour of the day (UTC), with its spread.

Input: a folder of hourly series, one file for each zone and year, with the columns zone,timestamp_utc,gco2e_per_kwh,basis. The shipped
table is made from eight series of 2022 (EIA930-2022: net generation by source of the US Energy Information Administration, public domain,
times the lifecycle medians of IPCC AR5; see src/Tonne/Grids/Tables/SOURCES.md).

    data/profiles.py FOLDER > src/Tonne/Grids/Tables/hourly_profiles.csv

Each row is the mean, the 2.5 % and the 97.5 % quantile (linear between order statistics) of all days of that month. Left out: empty
values, and values below a fifth of the zone's median, which are reports with missing power stations. Timestamps are used as the series
has them.
"""
import csv
import glob
import os
import statistics
import sys
from collections import defaultdict


def quantile(values, share):
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def main(folder):
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["zone", "month", "hour_utc", "g_per_kwh", "low", "high", "days", "source"])
    for path in sorted(glob.glob(os.path.join(folder, "US-*_eia.csv"))):
        with open(path, newline="") as file:
            rows = [(row["zone"], row["timestamp_utc"], float(row["gco2e_per_kwh"])) for row in csv.DictReader(file) if row["gco2e_per_kwh"]]
        floor = statistics.median(value for _, _, value in rows) / 5
        cells = defaultdict(list)
        for zone, time, value in rows:
            if value >= floor:
                cells[zone, int(time[5:7]), int(time[11:13])].append(value)
        for (zone, month, hour), values in sorted(cells.items()):
            out.writerow([zone, month, hour, f"{statistics.fmean(values):.1f}", f"{quantile(values, 0.025):.1f}", f"{quantile(values, 0.975):.1f}",
                          len(values), "EIA930-2022"])


if __name__ == "__main__":
    main(sys.argv[1])
