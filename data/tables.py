#!/usr/bin/env python3
"""Make the embedded tables of Hardware, Grids and Facilities from a folder of collected source rows.

Usage: data/tables.py FOLDER      FOLDER holds power/, grid/ and estimation/ (not part of this repository).

The tables are committed; this script says how each column came to be. Only facts with a source that may be
shipped are carried over; rows known from memory only become `assumed` or are left out. Spreads that the tables
do not print (yearly change of a grid, hours of a year, change of a PUE) are computed here, from shipped rows
and from the public-domain hourly series named in SOURCES.md, and written to intensity_spreads.csv and
facility_spreads.csv.
"""
import csv, glob, io, math, os, re, statistics, sys
from collections import defaultdict

SRC = sys.argv[1]
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "Tonne")


def rows(path):
    with open(os.path.join(SRC, path), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def write(room, name, header, body):
    path = os.path.join(ROOT, room, "Tables", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(header)
    for r in body:
        w.writerow(["" if v is None else v for v in r])
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(out.getvalue())
    print(f"{room}/Tables/{name}: {len(body)} rows, {len(out.getvalue())} bytes")


def num(x, digits=4):
    """Shortest text of a rounded number."""
    if x is None or x == "":
        return ""
    return f"{float(f'%.{digits}g' % float(x)):.10g}"


def from_memory(verification):
    v = verification.lower()
    return "from memory" in v or "weakly" in v or v.startswith("from-memory") or "assumed" in v


# ---------------------------------------------------------------- Grids
ISO3 = dict(p.split(":") for p in """AE:ARE AF:AFG AG:ATG AL:ALB AM:ARM AO:AGO AR:ARG AS:ASM AT:AUT AU:AUS AW:ABW AZ:AZE BA:BIH BB:BRB BD:BGD BE:BEL
BF:BFA BG:BGR BH:BHR BI:BDI BJ:BEN BM:BMU BN:BRN BO:BOL BR:BRA BS:BHS BT:BTN BW:BWA BY:BLR BZ:BLZ CA:CAN CD:COD CF:CAF CG:COG CH:CHE CI:CIV CK:COK CL:CHL
CM:CMR CN:CHN CO:COL CR:CRI CU:CUB CV:CPV CY:CYP CZ:CZE DE:DEU DJ:DJI DK:DNK DM:DMA DO:DOM DZ:DZA EC:ECU EE:EST EG:EGY EH:ESH ER:ERI ES:ESP ET:ETH FI:FIN
FJ:FJI FK:FLK FO:FRO FR:FRA GA:GAB GB:GBR GD:GRD GE:GEO GF:GUF GH:GHA GI:GIB GL:GRL GM:GMB GN:GIN GP:GLP GQ:GNQ GR:GRC GT:GTM GU:GUM GW:GNB GY:GUY HK:HKG
HN:HND HR:HRV HT:HTI HU:HUN ID:IDN IE:IRL IL:ISR IN:IND IQ:IRQ IR:IRN IS:ISL IT:ITA JM:JAM JO:JOR JP:JPN KE:KEN KG:KGZ KH:KHM KI:KIR KM:COM KN:KNA KP:PRK
KR:KOR KW:KWT KY:CYM KZ:KAZ LA:LAO LB:LBN LC:LCA LK:LKA LR:LBR LS:LSO LT:LTU LU:LUX LV:LVA LY:LBY MA:MAR MD:MDA ME:MNE MG:MDG MK:MKD ML:MLI MM:MMR MN:MNG
MO:MAC MQ:MTQ MR:MRT MS:MSR MT:MLT MU:MUS MV:MDV MW:MWI MX:MEX MY:MYS MZ:MOZ NA:NAM NC:NCL NE:NER NG:NGA NI:NIC NL:NLD NO:NOR NP:NPL NR:NRU NZ:NZL OM:OMN
PA:PAN PE:PER PF:PYF PG:PNG PH:PHL PK:PAK PL:POL PM:SPM PR:PRI PS:PSE PT:PRT PY:PRY QA:QAT RE:REU RO:ROU RS:SRB RU:RUS RW:RWA SA:SAU SB:SLB SC:SYC SD:SDN
SE:SWE SG:SGP SH:SHN SI:SVN SK:SVK SL:SLE SN:SEN SO:SOM SR:SUR SS:SSD ST:STP SV:SLV SY:SYR SZ:SWZ TC:TCA TD:TCD TG:TGO TH:THA TJ:TJK TL:TLS TM:TKM TN:TUN
TO:TON TR:TUR TT:TTO TW:TWN TZ:TZA UA:UKR UG:UGA US:USA UY:URY UZ:UZB VC:VCT VE:VEN VG:VGB VI:VIR VN:VNM VU:VUT WS:WSM XK:XKX YE:YEM ZA:ZAF ZM:ZMB
ZW:ZWE""".split())
NAMES = {"CD": "DR Congo", "CG": "Congo", "PS": "Palestine", "SH": "Saint Helena", "VG": "British Virgin Islands", "VI": "US Virgin Islands",
         "EU": "European Union", "RU": "Russia", "BN": "Brunei", "FK": "Falkland Islands", "US-EGRID-ALL": "US average (eGRID)"}
# Other names are kept by hand in the table itself; so is places.csv, which this script does not make.
with open(os.path.join(ROOT, "Grids", "Tables", "zones.csv"), newline="", encoding="utf-8") as zones_file:
    ALIASES = {r["code"]: r["aliases"] for r in csv.DictReader(zones_file)}


# Parts of countries whose lifecycle value is computed from generation shares, without imports. US balancing areas: mean of the hourly series; Canadian provinces: shares of 2023.
PARTS = {
    "US-CAL-CISO": ("California ISO", "CISO"), "US-MIDA-PJM": ("PJM Interconnection", "PJM"), "US-MIDW-MISO": ("Midcontinent ISO", "MISO"), "US-NW-BPAT": ("Bonneville Power Administration", "BPAT"),
    "US-NY-NYIS": ("New York ISO", "NYIS"), "US-SE-SOCO": ("Southern Company", "SOCO"), "US-SW-AZPS": ("Arizona Public Service", "AZPS"), "US-TEX-ERCO": ("ERCOT (balancing area)", "ERCO"),
    "CA-AB": ("Alberta",), "CA-BC": ("British Columbia",), "CA-MB": ("Manitoba",), "CA-NB": ("New Brunswick",), "CA-NL": ("Newfoundland and Labrador",), "CA-NS": ("Nova Scotia",),
    "CA-NT": ("Northwest Territories",), "CA-NU": ("Nunavut",), "CA-ON": ("Ontario",), "CA-PE": ("Prince Edward Island",), "CA-QC": ("Quebec",), "CA-SK": ("Saskatchewan",), "CA-YT": ("Yukon",)}


def parts():
    """Zone, year, g CO2e/kWh and source of each part."""
    for code in PARTS:
        if code.startswith("US-"):
            with open(os.path.join(SRC, f"grid/hourly/{code}_2022_eia.csv")) as h:
                v = [float(r["gco2e_per_kwh"]) for r in csv.DictReader(h) if r["gco2e_per_kwh"]]
            yield code, 2022, round(statistics.mean(v), 2), "EIA930-2022"
    for r in rows("new-2026-11/cloud_regions_fix.csv"):
        if r["provider"] == "(province)" and r["basis"] == "lifecycle":
            yield r["region"], int(r["year"]), float(r["g_per_kwh"]), "CODECARBON-CANADA"


# Regions between two areas: best is the geometric mean of two published values, which are its low and high end. Oregon: Bonneville's own generation and eGRID's Northwest (Google's own figure for
# The Dalles, 97.85, lies between). Arizona: eGRID's Southwest and Arizona Public Service. Wyoming: the country and PacifiCorp East as Google publishes it for Salt Lake City.
BETWEEN = {"US-NW": ("US-NW-BPAT", "US-EGRID-NWPP"), "US-SW-AZPS": ("US-EGRID-AZNM", "US-SW-AZPS"), "US-NW-PACE": ("US", ("gcp", "us-west3"))}
# Where the data centre's grid is another than in the collected table, or the table has the country only.
GRID = {("aws", "us-west-2"): "US-NW", ("aws", "us-gov-west-1"): "US-NW", ("azure", "westus2"): "US-NW", ("ovh", "us-hillsboro"): "US-NW", ("gcp", "us-west1"): "US-NW-BPAT", ("gcp", "us-east2"): "US-SE-SOCO"}
GRID_OF_EGRID = {"US-EGRID-SRVC": "US-MIDA-PJM", "US-EGRID-RFCW": "US-MIDA-PJM", "US-EGRID-AZNM": "US-SW-AZPS", "US-EGRID-CAMX": "US-CAL-CISO", "US-EGRID-ERCT": "US-TEX-ERCO", "US-EGRID-MROW": "US-MIDW-MISO"}
LOCATIONS = {("azure", "westus"): "California: West US", ("azure", "westus2"): "Washington: West US 2", ("azure", "westus3"): "Arizona: West US 3", ("aws", "mx-central-1"): "Mexico (Central)"}


def regions():
    """Cloud regions. Google: its own figures, direct. All others: lifecycle, of the smallest zone with one; a second zone gives the direct value where it is asked for."""
    with open(os.path.join(ROOT, "Grids", "Tables", "annual_intensities.csv"), newline="", encoding="utf-8") as f:
        newest = {}
        for r in csv.DictReader(f):
            if r["zone"] not in newest or (r["basis"] == "lifecycle", int(r["year"])) >= (newest[r["zone"]]["basis"] == "lifecycle", int(newest[r["zone"]]["year"])):
                newest[r["zone"]] = r
    found = {}
    for r in rows("grid/cloud_regions.csv"):
        _, _, subregion = r["source_id"].partition(":")
        country = r["zone"].split("-")[0] or ("US" if r["region"].startswith("us-") else "")
        found[r["provider"], r["region"]] = [r["location"], country, r["zone"], f"US-EGRID-{subregion}" if subregion else "", (r["gco2e_per_kwh"], r["year"]) if r["granularity"] == "provider" else None]
    for r in rows("new-2026-11/cloud_regions_fix.csv"):
        key = (r["provider"], r["region"])
        if r["may_ship"] != "yes" or r["location"] == "N/A" or r["provider"] == "(province)":
            continue
        if r["provider"] == "gcp" and r["year"] == "2025":
            zone = r["zone"] if " or " not in r["zone"] else ""
            old = found.get(key)
            found[key] = [r["location"], (zone or (old[2] if old else "")).split("-")[0] or "US", zone or (old[2] if old else ""), "", (r["g_per_kwh"], 2025)]
        elif key not in found:
            egrid = r["zone"] if r["zone"].startswith("US-EGRID-") else ""
            found[key] = [r["location"], r["zone"].split("-")[0], GRID_OF_EGRID.get(egrid, r["zone"]), egrid, None]
    out = []
    for (provider, region), (location, country, grid, egrid, own) in sorted(found.items()):
        location, grid = LOCATIONS.get((provider, region), location), GRID.get((provider, region), grid)
        zone = grid if grid in newest else country
        if own:
            out.append([provider, region, location, country, grid, "" if zone == country else zone, num(own[0], 7), "", "", own[1], "direct", "provider", "GCP-REGION"])
        elif grid in BETWEEN:
            ends = [newest[e] if isinstance(e, str) else {"g_per_kwh": found[e][4][0], "year": found[e][4][1], "source": "GCP-REGION"} for e in BETWEEN[grid]]
            low, high = (float(e["g_per_kwh"]) for e in ends)
            direct = egrid or next((e for e in BETWEEN[grid] if isinstance(e, str) and e.startswith("US-EGRID-")), "")
            out.append([provider, region, location, country, grid, direct, num(math.sqrt(low * high)), num(low, 7), num(high, 7), min(int(e["year"]) for e in ends), "lifecycle", "production",
                        ";".join(e["source"] for e in ends)])
        else:
            v = newest[zone]
            out.append([provider, region, location, country, grid, " ".join(z for z in (zone, egrid) if z), v["g_per_kwh"], "", "", v["year"], v["basis"], v["scope"], v["source"]])
    write("Grids", "cloud_regions.csv", ["provider", "region", "location", "country", "grid", "zones", "g_per_kwh", "low", "high", "year", "basis", "scope", "source"], out)


def provider_changes():
    """How a provider's own direct figure of a region changes from one year to the next: sd of ln = sqrt(relative² + (absolute ÷ (g + offset))²), by greatest likelihood; a change shared by several regions counts once."""
    figures = defaultdict(dict)
    for r in rows("grid/gcp_region_history.csv"):
        if r["ci_basis"] == "direct" and r["gco2e_per_kwh"]:
            figures[r["region"]][int(r["year"])] = float(r["gco2e_per_kwh"])
    for r in rows("new-2026-11/cloud_regions_fix.csv"):
        if r["provider"] == "gcp" and r["year"] == "2025":
            figures[r["region"]][2025] = float(r["g_per_kwh"])
    pairs = {(a, y[a], y[a + 1]) for y in figures.values() for a in y if y[a] > 0 and y.get(a + 1, 0) > 0}

    def likelihood(relative, absolute, offset):
        total = 0
        for _, g, after in sorted(pairs):
            v = relative ** 2 + (absolute / (g + offset)) ** 2
            total -= math.log(v) / 2 + math.log(after / g) ** 2 / (2 * v)
        return total
    best = max(((b / 100, c, o) for b in range(2, 20) for c in range(5, 100) for o in range(0, 100, 5)), key=lambda p: likelihood(*p))
    return *best, len(pairs)


def grids():
    annual = rows("grid/zones_annual.csv")
    zones = {}
    series = defaultdict(dict)
    for r in annual:
        code = r["zone"]
        zones.setdefault(code, NAMES.get(code, r["name"]))
        if r["basis"] == "lifecycle":
            series[code][int(r["year"])] = float(r["gco2e_per_kwh"])
    kind = lambda c: "world" if c == "WORLD" else "union" if c == "EU" else "subregion" if "-" in c else "country"
    for code, (name, *_) in PARTS.items():
        zones[code] = name
    for r in parts():
        annual.append({"zone": r[0], "year": r[1], "gco2e_per_kwh": r[2], "basis": "lifecycle", "scope": "production", "source_id": r[3]})
    write("Grids", "zones.csv", ["code", "name", "kind", "iso3", "aliases"],
          [[c, n, kind(c), ISO3.get(c, ""), ALIASES.get(c, "")] for c, n in sorted(zones.items())])
    write("Grids", "annual_intensities.csv", ["zone", "year", "g_per_kwh", "basis", "scope", "source"],
          sorted([r["zone"], int(r["year"]), num(r["gco2e_per_kwh"], 7), r["basis"], r["scope"], r["source_id"]] for r in annual))

    regions()

    # Spreads, as standard deviations of natural logarithms.
    changes = {}
    for code, y in series.items():
        ks = sorted(y)
        d = [math.log(y[b] / y[a]) for a, b in zip(ks, ks[1:]) if b == a + 1 and y[a] > 0 and y[b] > 0]
        if len(d) >= 3:
            changes[code] = math.sqrt(sum(x * x for x in d) / len(d))
    typical = statistics.median(v for c, v in changes.items() if c not in ("EU", "WORLD"))

    def grid_country(zone):  # one grid zone = the whole country
        return zone if zone and "-" not in zone else None
    pairs = []
    for r in rows("grid/gcp_region_history.csv"):
        if r["ci_basis"] != "lifecycle" or not r["gco2e_per_kwh"]:
            continue
        region = next((c for c in rows("grid/cloud_regions.csv") if c["provider"] == "gcp" and c["region"] == r["region"]), None)
        code = grid_country(region["zone"]) if region else None
        if code and int(r["year"]) in series[code]:
            pairs.append((code, int(r["year"]), math.log(float(r["gco2e_per_kwh"]) / series[code][int(r["year"])])))
    pairs = sorted(set(pairs))
    publishers = math.sqrt(sum(p[2] ** 2 for p in pairs) / len(pairs))
    for p in pairs:
        print("   publishers", p[0], p[1], f"{p[2]:+.3f}")

    hours = {}
    for span in (1, 24, 168):
        per = []
        for f in sorted(glob.glob(os.path.join(SRC, "grid/hourly/US-*.csv"))):
            with open(f) as h:
                v = [float(r["gco2e_per_kwh"]) for r in csv.DictReader(h) if r["gco2e_per_kwh"]]
            mean = sum(v) / len(v)
            w = [math.log(sum(v[i:i + span]) / span / mean) for i in range(0, len(v) - span + 1, max(1, span // 2))]
            per.append(math.sqrt(sum(x * x for x in w) / len(w)))
            print(f"   hours {span:4d} {os.path.basename(f):32s} {per[-1]:.3f}")
        hours[span] = (math.sqrt(sum(s * s for s in per) / len(per)), len(per))
    newest = [y[max(y)] for c, y in series.items() if c not in ("EU", "WORLD") and y[max(y)] > 0 and max(y) >= 2020]
    logs = [math.log(x) for x in newest]
    between = statistics.pstdev(logs)
    newest.sort()
    q = lambda p: newest[round(p * (len(newest) - 1))]
    relative, absolute, offset, provider_pairs = provider_changes()
    write("Grids", "intensity_spreads.csv", ["name", "value", "unit", "count", "source", "what"], [
        ["between-countries", num(between, 3), "sd ln", len(newest), "OWID-EMBER-2026", "newest annual intensities of all countries"],
        ["countries-high", num(q(.975)), "g CO2e/kWh", len(newest), "OWID-EMBER-2026", "97.5 % quantile over countries"],
        ["countries-low", num(q(.025)), "g CO2e/kWh", len(newest), "OWID-EMBER-2026", "2.5 % quantile over countries"],
        ["day-of-year", num(hours[24][0], 3), "sd ln", hours[24][1], "EIA930-2022", "24 h mean against the year's mean"],
        ["hour-of-year", num(hours[1][0], 3), "sd ln", hours[1][1], "EIA930-2022", "hour against the year's mean"],
        ["newest-year", max(int(r["year"]) for r in annual), "year", len(annual), "OWID-EMBER-2026", "newest year of any zone"],
        ["provider-change", num(relative, 3), "sd ln", provider_pairs, "GCP-REGION", "change of a provider's own direct figure of a region in one year, the relative part"],
        ["provider-change-absolute", num(absolute, 3), "g CO2e/kWh", provider_pairs, "GCP-REGION", "the same, the absolute part: this over the sum of the figure and the offset"],
        ["provider-change-offset", num(offset, 3), "g CO2e/kWh", provider_pairs, "GCP-REGION", "the same, the offset"],
        ["publishers", num(publishers, 3), "sd ln", len(pairs), "GCP-REGION;OWID-EMBER-2026", "two publishers' lifecycle values of one country and year"],
        ["week-of-year", num(hours[168][0], 3), "sd ln", hours[168][1], "EIA930-2022", "week's mean against the year's mean"],
        ["yearly-change", num(typical, 3), "sd ln", len(changes), "OWID-EMBER-2026", "median over countries of the root mean square yearly change"],
    ])

    # Time zones: zone.tab names one country per zone; links of tzdata.zi add the old names.
    info = "/usr/share/zoneinfo"
    tz = {}
    for line in open(f"{info}/zone.tab"):
        if not line.startswith("#"):
            f = line.rstrip("\n").split("\t")
            tz[f[2]] = f[0]
    fixed = {"Africa/Asmera": "ER", "Africa/Timbuktu": "ML", "America/Virgin": "VI", "Atlantic/Faeroe": "FO", "Atlantic/Jan_Mayen": "SJ", "Iceland": "IS", "Antarctica/South_Pole": "AQ",
             "Pacific/Ponape": "FM", "Pacific/Truk": "FM", "Pacific/Yap": "FM", "America/Coral_Harbour": "CA", "Pacific/Johnston": "US", "Pacific/Samoa": "AS", "US/Samoa": "AS",
             "Europe/Mariehamn": "FI", "Canada/East-Saskatchewan": "CA", "US/Pacific-New": "US"}  # Åland is in Finland's statistics; the last two are in no present link
    for name in ("Europe/Mariehamn", "Canada/East-Saskatchewan", "US/Pacific-New"):
        tz[name] = fixed[name]
    target = {}
    for line in open(f"{info}/tzdata.zi"):
        if line.startswith("L "):
            _, t, name = line.split()
            target[name] = t
    for name in target:
        if name in tz or name.startswith("Etc/") or name in ("UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Universal", "Zulu", "EST", "MST", "HST", "CET", "EET", "MET", "WET", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT"):
            continue
        t = target[name]
        code = fixed.get(name) or tz.get(t) or tz.get(target.get(t, ""))
        if code:
            tz[name] = code
    keep = sorted((n, c) for n, c in tz.items() if c in zones)
    by_country = defaultdict(list)
    for n, c in keep:
        by_country[c].append(n)
    write("Grids", "time_zones.csv", ["zone", "time_zones"], [[c, " ".join(sorted(v))] for c, v in sorted(by_country.items())])


# ---------------------------------------------------------------- Facilities
def facilities():
    history = defaultdict(dict)
    out = {}
    for r in rows("grid/pue.csv"):
        level, name = r["level"], r["name"]
        if r["provider"] == "industry":
            key = {"global survey average": "unknown-room", "public cloud average (IDC)": "unknown-cloud", "US data centers average (LBNL)": "us-average",
                   "on-premises enterprise (IDC)": "on-premises"}.get(name)
            if not key:
                continue
        elif level == "fleet":
            key = "fleet"
        elif level in ("region", "zone"):
            key = name.split(" (")[0]
        elif level == "site":
            key = name
        else:
            continue
        if key == "Ireland":
            continue  # the region northeurope has a newer value
        if name.startswith(("best site", "as low as")):
            continue
        y = int(r["year"])
        memory = from_memory(r["verification"])
        history[(r["provider"], key, level)][y] = (float(r["pue"]), r["kind"], r["source_id"], memory)
    body = []
    drift = []
    for (p, k, level), y in sorted(history.items()):
        measured = {a: v for a, v in y.items() if v[1] == "measured" and not v[3]}
        ks = sorted(measured)
        if level in ("region", "fleet") and p != "industry":
            drift += [math.log((measured[b][0] - 1) / (measured[a][0] - 1)) for a, b in zip(ks, ks[1:]) if b == a + 1]
        # newest row that was read; else newest from memory
        read = [a for a in y if not y[a][3]]
        best = max(read) if read else max(y)
        v = y[best]
        kind = "assumed" if v[3] else "estimate" if v[1] in ("estimate", "model") else v[1]
        body.append([p, k, level, best, num(v[0], 7), kind, v[2]])
    write("Facilities", "pue.csv", ["provider", "place", "level", "year", "pue", "kind", "source"], body)
    regions = [r for r in body if r[2] in ("region", "zone") and r[5] in ("measured", "reported")]
    over = [math.log(float(r[4]) - 1) for r in regions]
    per = defaultdict(list)
    for r in regions:
        per[r[0]].append(math.log(float(r[4]) - 1))
    within = math.sqrt(sum(sum((x - statistics.mean(v)) ** 2 for x in v) for v in per.values()) / sum(len(v) - 1 for v in per.values()))

    whist, wbody = defaultdict(dict), []
    for r in rows("grid/wue.csv"):
        if r["level"] == "fuel":
            continue
        if r["provider"] == "industry":
            key = "us-average"
        elif r["level"] == "fleet":
            if "buildings completed" in r["name"] or "derived" in r["name"]:
                continue
            key = "fleet"
        elif r["level"] == "grid":
            if not r["name"].startswith("US average water consumption"):
                continue
            key = "US"
        else:
            key = r["name"].split(" (")[0]
        provider = "grid" if r["provider"].startswith("grid:") else r["provider"]
        whist[(provider, key, r["level"])][int(r["year"])] = (float(r["wue_l_per_kwh"]), r["kind"], r["source_id"], from_memory(r["verification"]))
    for (p, k, level), y in sorted(whist.items()):
        read = [a for a in y if not y[a][3]]
        best = max(read) if read else max(y)
        v = y[best]
        kind = "assumed" if v[3] else "estimate" if v[1] in ("estimate", "model") or p == "industry" else v[1]
        wbody.append([p, k, level, best, num(v[0], 7), kind, v[2]])
    write("Facilities", "wue.csv", ["provider", "place", "level", "year", "l_per_kwh", "kind", "source"], wbody)
    wreg = [r for r in wbody if r[2] in ("region", "zone") and float(r[4]) > 0 and r[5] != "design"]
    wper = defaultdict(list)
    for r in wreg:
        wper[r[0]].append(math.log(float(r[4])))
    wwithin = math.sqrt(sum(sum((x - statistics.mean(v)) ** 2 for x in v) for v in wper.values()) / sum(len(v) - 1 for v in wper.values()))
    fleets = defaultdict(dict)
    for r in rows("grid/wue.csv"):
        if r["level"] == "fleet" and r["kind"] == "measured" and not from_memory(r["verification"]) and "derived" not in r["name"] and "buildings" not in r["name"]:
            fleets[r["provider"]][int(r["year"])] = float(r["wue_l_per_kwh"])
    wdrift = [math.log(y[b] / y[a]) / math.sqrt(b - a) for y in fleets.values() for a, b in zip(sorted(y), sorted(y)[1:])]
    rms = lambda d: math.sqrt(sum(x * x for x in d) / len(d))
    write("Facilities", "facility_spreads.csv", ["name", "value", "unit", "count", "source", "what"], [
        ["pue-between-regions", num(within, 3), "sd ln (PUE - 1)", len(regions), "GSF-RTC;SCALEWAY-DOCS", "regions of one provider around their mean"],
        ["pue-yearly-change", num(rms(drift), 3), "sd ln (PUE - 1)", len(drift), "GSF-RTC;AWS-SUST;GOOGLE-ENV", "change of a published figure from one year to the next"],
        ["wue-between-regions", num(wwithin, 3), "sd ln", len(wreg), "GSF-RTC;SCALEWAY-DOCS", "regions of one provider around their mean"],
        ["wue-yearly-change", num(rms(wdrift), 3), "sd ln", len(wdrift), "AWS-SUST;MS-EFF;OVH-URD;GSF-RTC", "change of a fleet figure per year"],
    ])


# ---------------------------------------------------------------- Hardware
DDR5 = {"Zen 4 (Genoa)", "Zen 4c (Bergamo)", "Zen 4c (Siena)", "Zen 4 (client socket)", "Zen 5 (Turin)", "Zen 5c (Turin Dense)", "Zen 5 (client socket)", "Emerald Rapids",
        "Sapphire Rapids", "Granite Rapids", "Sierra Forest", "Clearwater Forest", "Arrow Lake", "Raptor Lake", "Neoverse V1 (Graviton3)", "Neoverse V2 (Graviton4, Axion)",
        "Neoverse N2 (Cobalt 100)", "Neoverse V3 (Cobalt 200, Graviton5)"}
BOTH = {"Raptor Lake", "Alder Lake"}
# Hidden by cpuid: the same family and model (or implementer and part) covers several.
# Numbers that the collected list lacks. 21/2 to 21/15 replaces its 21/2 to 21/31.
MORE_IDS = [
    "AuthenticAMD,20,1,2,0,255,Bobcat,client,,LINUX-FACT",
    "AuthenticAMD,21,2,15,0,255,Piledriver,server,,GOOGLE-CPU-FEATURES",
    "AuthenticAMD,21,16,31,0,255,Piledriver,client,,LINUX-FACT",
    "AuthenticAMD,21,48,63,0,255,Steamroller,client,,LINUX-FACT",
    "AuthenticAMD,21,96,127,0,255,Excavator,client,,LINUX-FACT",
    "AuthenticAMD,22,0,15,0,255,Jaguar,client,,LINUX-FACT",
    "AuthenticAMD,22,48,63,0,255,Puma,client,,LINUX-FACT",
    "GenuineIntel,6,28,28,0,255,Bonnell,client,,LINUX-FACT",
    "GenuineIntel,6,55,55,0,255,Silvermont,client,,LINUX-FACT",
    "GenuineIntel,6,76,76,0,255,Airmont,client,,LINUX-FACT",
    "GenuineIntel,6,77,77,0,255,Silvermont,edge,,LINUX-FACT",
    "GenuineIntel,6,92,92,0,255,Goldmont,client,,LINUX-FACT",
    "GenuineIntel,6,122,122,0,255,Goldmont Plus,client,,LINUX-FACT",
    "GenuineIntel,6,150,150,0,255,Tremont,client,,LINUX-FACT",
    "GenuineIntel,6,156,156,0,255,Tremont,client,,LINUX-FACT",
    "GenuineIntel/hypervisor,6,134,134,0,255,Ice Lake (server),server,,QEMU-CPUS",
]
ALSO = {("AuthenticAMD", "25", "160"): "Zen 4c (Siena)", ("ARM", "0x41", "0xD0C"): "Neoverse N1 (Altra);Neoverse N1 (Altra Max)", ("ARM", "0x41", "0xD4F"): "Neoverse V2 (Grace)"}
# Whole boards measured at their own supply: idle W, full W, sd of ln, threads, year.
BOARDS = [("Cortex-A53", "Raspberry Pi 3B", 1.8, 5.5, 4, 2016, "WEB-RPI"), ("Cortex-A72", "Raspberry Pi 4B", 2.5, 5.0, 4, 2019, "WEB-RPI"), ("Cortex-A76", "Raspberry Pi 5", 2.9, 8.8, 4, 2023, "ASSUMED")]


def segment(r):
    n, arch = r["pattern"], r["microarchitecture"]
    if r["vendor"] == "AMD":
        if "EPYC" in n:
            return "entry" if "client socket" in arch else "edge/server" if "Siena" in arch else "server"
        if "Opteron" in n:
            return "server"
        if "Threadripper" in n:
            return "desktop"
        m = re.search(r"\d{3,4}\s?([A-Z]+\d?)?$|\d{3,4}([A-Z]+)", n)
        s = (m.group(1) or m.group(2) or "") if m else ""
        return "mobile" if s in ("U", "H", "HS", "HX", "C", "HX3D") or "Ryzen AI" in n or "Z1" in n else "desktop"
    if r["vendor"] == "Intel":
        if re.search(r"Xeon\(R\) (CPU )?(E3|E-|W-1|X3\d\d\d|L3\d\d\d|3\d\d\d)|Xeon\(R\) E ", n):
            return "entry"
        if re.search(r"Xeon\(R\) (CPU )?D-|Xeon\(R\) D-", n):
            return "edge"
        if "Xeon" in n or "XEON" in n:
            return "server"
        if re.search(r"CPU D1\d\d\d", n):
            return "edge"
        if re.search(r"\d(U|Y|H|HQ|HK|HX|M|MQ|MX|QM|XM|UM|LM|UE|HE|HL|UL|ULT|G\d|G1|G4|G7|P|V|E?Q)\b", n) or re.search(r"N\d{2,4}\b|Atom", n):
            return "mobile"
        return "desktop"
    if r["vendor"] == "Apple":
        return "mobile"
    return "server"


def settled(r):
    s = segment(r)
    tdp = float(r["tdp_w"] or r["tdp_high"] or 0)
    if s == "desktop" and 0 < tdp <= 30:
        return "mobile"
    if s == "mobile" and tdp >= 65 and not re.search(r"\dH[XKQS]?\d?D?$", r["pattern"]):
        return "desktop"
    return s


def cpu_models():
    """Rows of the processor table by lower-case name."""
    body = {}
    for r in rows("power/cpu_models.csv"):
        name = re.sub(r"\s+", " ", r["pattern"]).strip()
        source = "ASSUMED" if r["source"] == "ASSUMED" else r["source"].replace("+", ";")
        low, high, tdp = r["tdp_low"], r["tdp_high"], r["tdp_w"]
        if low and low == tdp == high:
            low = high = ""
        key = name.lower()
        # The Xeon D of 2022 have rows of their own.
        arch = "Ice Lake-D" if re.match(r"Intel\(R\) Xeon\(R\) (CPU )?D-[12]7", name) else r["microarchitecture"]
        row = [name, arch, settled(r), r["cores"], r["threads"], num(tdp), num(low), num(high), r["year"], "1" if re.search(r"EPYC 9R(14|45|05)", name) else "", source]
        if key in body:
            print("   duplicate name", name, body[key][1], row[1])
            continue
        body[key] = row
    return body


# Spread of watts between machines of one micro-architecture where few were measured: idle and full per thread; idle per socket, full over TDP.
TYPICAL = {"idle": .30, "full": .15, "socket": .25, "tdp": .125}


def spread(variance, n, typical):
    """Predictive sd of ln of a further machine: the variance of n machines and the typical one with the weight of four, times 1 + 1/n. Checked by leaving machines out: docs/methods/machine-model-validation.md."""
    return math.sqrt(((n - 1) * variance + 4 * typical ** 2) / (n + 3) * (1 + 1 / n))


def published(models):
    """Machines of data/published_machines.csv by micro-architecture, each with threads per socket and the TDP of its processor where known."""
    found = defaultdict(list)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "published_machines.csv"), newline="", encoding="utf-8") as f:
        for r in csv.DictReader(f):
            chips, threads = int(r["chips"]), int(r["threads"])
            model = models.get(r["cpu"].lower())
            tdp = float(model[5]) if model and model[5] and model[1] == r["microarchitecture"] else None
            found[r["microarchitecture"]].append((float(r["idle_w"]) / threads, float(r["full_w"]) / threads, threads / chips, tdp))
    return found


def centre(values, typical):
    """Median and predictive spread of positive figures."""
    logs = [math.log(v) for v in values]
    return math.exp(statistics.median(logs)), spread(statistics.variance(logs) if len(logs) > 1 else 0, len(logs), typical)


def hardware():
    models = cpu_models()
    machines = published(models)
    micro = rows("power/cpu_microarchitectures.csv")
    body = []
    for r in micro:
        analogue = r["source"] == "ANALOGUE"
        t = r["threads_per_socket_range"].split("-") if r["threads_per_socket_range"] else ["", ""]
        arch, year = r["microarchitecture"], int(r["year"])
        mem = "" if arch in BOTH else "DDR5" if arch in DDR5 else "LPDDR5X" if "Grace" in arch else "DDR4" if 2017 <= year <= 2023 and "Arrow" not in arch else "DDR3" if 2009 <= year <= 2013 else ""
        n = int(r["n_machines"])
        sd = [r["sd_ln_min"], r["sd_ln_max"]] if analogue else [spread(float(r["sd_ln_min"]) ** 2, n, TYPICAL["idle"]), spread(float(r["sd_ln_max"]) ** 2, n, TYPICAL["full"])]
        own, scaled = machines.get(arch, []) if year > 2016 and not analogue else [], [""] * 4
        if own:
            if len(own) != n:
                print("   machines differ", arch, len(own), n)
            sd = [centre([m[0] for m in own], TYPICAL["idle"])[1], centre([m[1] for m in own], TYPICAL["full"])[1]]
            socket = centre([m[0] * m[2] for m in own], TYPICAL["socket"])
            limits = [m[1] * m[2] / m[3] for m in own if m[3]]
            over = centre(limits, TYPICAL["tdp"]) if limits else ("", "")
            scaled = [num(socket[0]), num(socket[1], 3), num(over[0]), num(over[1], 3)]
        body.append([r["vendor"], arch, r["segment"], year, num(r["min_w_per_thread"]), num(sd[0], 3), num(r["max_w_per_thread"]), num(sd[1], 3), r["n_machines"],
                     r["median_gb_per_thread"], t[0], t[-1], mem, *scaled, "ANALOGUE" if analogue else r["source"]])
    for arch, board, idle, full, threads, year, source in BOARDS:
        body.append(["Arm", arch, "board", year, num(idle / threads), "0.3", num(full / threads), "0.3", "0" if source == "ASSUMED" else "1", "", threads, threads, "LPDDR", *[""] * 4, source])
    write("Hardware", "cpu_microarchitectures.csv", ["vendor", "microarchitecture", "segment", "year", "idle_w_per_thread", "sd_ln_idle", "full_w_per_thread", "sd_ln_full", "machines",
          "gb_per_thread", "socket_threads_low", "socket_threads_high", "memory", "idle_w_per_socket", "sd_ln_idle_per_socket", "full_w_over_tdp", "sd_ln_full_over_tdp", "source"], sorted(body, key=lambda b: (b[0], b[3], b[1], b[2])))

    body = []
    for r in rows("power/cpuid_microarchitectures.csv"):
        also = ALSO.get((r["vendor_id"], r["family"], r["model_from"]), "")
        arm = r["vendor_id"] == "ARM"
        body.append([r["vendor_id"], int(r["family"], 0), int(r["model_from"], 0), int(r["model_to"], 0), r["stepping_from"] or 0, r["stepping_to"] or 255, r["microarchitecture"],
                     r["segment"], also, r["source"]])
    body = [b for b in body if (b[0], b[1], b[2]) != ("AuthenticAMD", 21, 2)] + [[int(c) if c.isdigit() else c for c in r] for r in csv.reader(MORE_IDS)]
    write("Hardware", "cpuid.csv", ["vendor_id", "family", "model_from", "model_to", "stepping_from", "stepping_to", "microarchitecture", "segment", "also", "source"],
          sorted(body, key=lambda b: (b[0], b[1], b[2], int(b[4]))))

    write("Hardware", "cpu_models.csv", ["name", "microarchitecture", "segment", "cores", "threads", "tdp_w", "tdp_low", "tdp_high", "year", "one_thread_per_core", "source"],
          [models[k] for k in sorted(models)])
    embodied()


def embodied():
    """Vendor and paper footprints, kg CO2e of making one piece; bounds are stated per row in `note`."""
    body = []

    def row(id, label, kg, low, high, quality, source, note):
        body.append([f"embodied/{id}", label, "kg CO2e", num(low), num(kg, 5), num(high), quality, source, note])
    pcf = "the publisher's error of about 100 % is read as a factor of two either way"
    servers = [("dell-poweredge-c4140", "Dell PowerEdge C4140", 1244, "DELL-PCF", pcf), ("dell-poweredge-r740", "Dell PowerEdge R740", 1313, "DELL-PCF", pcf),
               ("dell-poweredge-r740xd", "Dell PowerEdge R740XD", 1322, "DELL-PCF", pcf),
               ("hpe-proliant-dl345-gen10-plus", "HPE ProLiant DL345 Gen10 Plus", 2500, "BLOOM-2022", "production footprint quoted by the paper; a factor of two either way"),
               ("hpe-proliant-dl380-gen10", "HPE ProLiant DL380 Gen10", 559, "HPE-PCF", "total less use, so transport and end of life are inside; " + pcf),
               ("hpe-proliant-dl385-gen10", "HPE ProLiant DL385 Gen10", 740, "HPE-PCF", "total less use, so transport and end of life are inside; " + pcf)]
    for slug, label, kg, source, note in servers:
        row("server/" + slug, label, kg, kg / 2, kg * 2, "modelled", source, note)

    def spread(values):
        logs = [math.log(v) for v in values]
        sd = math.sqrt(statistics.variance(logs) + (math.log(2) / 1.96) ** 2)
        mean = math.exp(statistics.mean(logs))
        return mean, mean * math.exp(-1.96 * sd), mean * math.exp(1.96 * sd)
    kg, low, high = spread([v for _, _, v, _, _ in servers])
    row("server/unknown", "unknown server", kg, low, high, "assumed", "DELL-PCF;HPE-PCF;BLOOM-2022", "geometric mean of six servers, their spread and a factor of two of each")
    kg, low, high = spread([1244, 2500, 5700, 6000])
    row("gpu-server/unknown", "unknown GPU server without its GPUs", kg, low, high, "assumed", "DELL-PCF;BLOOM-2022;ECOLOGITS", "geometric mean of two vendor and two modelled footprints, their spread and a factor of two of each")
    acc = "low x 0.6; high x 2, because other published figures of the same part are 1.7 to 3.5 times as high"
    row("accelerator/nvidia-a100", "NVIDIA A100", 127.6, 127.6 * .6, 127.6 * 2.5, "modelled", "MORE-THAN-CARBON-2025", "teardown of the 40 GB part; low x 0.6, high x 2.5: another study has 318 with its share of the instance")
    row("accelerator/nvidia-b200", "NVIDIA B200", 284.25, 284.25 * .6, 284.25 * 2, "modelled", "NVIDIA-PCF-B200", "an eighth of the baseboard; " + acc)
    row("accelerator/nvidia-h100", "NVIDIA H100", 164, 164 * .6, 164 * 2, "modelled", "NVIDIA-PCF-H100", "an eighth of the baseboard; " + acc)
    kg, low, high = spread([127.6, 150, 164, 284.25, 318])
    row("accelerator/unknown", "unknown accelerator", kg, low, high, "assumed", "MORE-THAN-CARBON-2025;NVIDIA-PCF-H100;NVIDIA-PCF-B200;BLOOM-2022", "geometric mean of five figures for data-centre GPUs, their spread and a factor of two of each")
    write("Hardware", "embodied.csv", ["id", "label", "unit", "low", "best", "high", "quality", "source", "note"], sorted(body))


grids()
facilities()
hardware()
