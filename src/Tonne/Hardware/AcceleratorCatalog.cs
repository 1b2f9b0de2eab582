using System.Globalization;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Hardware;

/// <summary>Accelerators, found as people write them: <c>a100</c>, <c>A100 80GB</c>, <c>NVIDIA H100 80GB HBM3</c>, <c>TPU v4</c>.</summary>
/// <remarks>Where a part has no measured power, idle, context and training watts are fractions of its TDP with wide bounds, assumed.</remarks>
public static class AcceleratorCatalog
{
    const string Table = "accelerators.csv";
    const string Header = "name,vendor,year,tdp_w,memory_gb,idle_w,idle_low,idle_high,context_w,context_low,context_high,inference_w,inference_low,inference_high,"
        + "training_w,training_low,training_high,power_quality,source,power_source,aliases,tdp_low,tdp_high,note";

    // Fractions of TDP, fitted to the measured rows of the table (docs/methods/machine-model-validation.md).
    const string IdleFraction = "gpu/idle-fraction";
    const string ContextFraction = "gpu/context-fraction";
    const string TrainingFraction = "gpu/training-fraction";

    static readonly Lazy<(Accelerator[] Rows, AcceleratorIndex Index, (string Name, Accelerator Row)[] Names)> Contents = new(Read);

    /// <summary>All names and aliases, each with its accelerator.</summary>
    internal static IReadOnlyList<(string Name, Accelerator Row)> Names => Contents.Value.Names;

    /// <summary>All accelerators, by name.</summary>
    public static IReadOnlyList<Accelerator> All => Contents.Value.Rows;

    /// <summary>
    /// The accelerator that a name stands for; a family's name stands for its most common variant where that is stated in the table.
    /// </summary>
    /// <remarks>
    /// Maker and product line must agree, and every word that distinguishes must be in the row's name or alias. Accepted besides:
    /// slices of multi-instance GPUs (<c>MIG 1g.10gb</c>), virtual GPUs (<c>GRID A100D-80C</c>), lists of <c>lspci</c>
    /// (<c>GA100 [A100 PCIe 40GB]</c>) and lists of boards of like power and rate (<c>MI250X/MI250</c>).
    /// </remarks>
    public static LookupResult<Accelerator> Find(string name) => Contents.Value.Index.Find(name);

    /// <summary>
    /// The accelerator that a name stands for, or a slice of it where the name has one: <c>A100 1g.10gb</c>, <c>H100 MIG 3g.40gb</c>. For
    /// estimates; <see cref="Find"/> takes the whole board, as meters do.
    /// </summary>
    /// <remarks>A profile that the board does not have is refused with those that it has.</remarks>
    public static LookupResult<Accelerator> FindWithSlice(string name) => MigProfileTable.Find(name);

    /// <summary>The rows that a name leaves open; empty if none.</summary>
    internal static IReadOnlyList<Accelerator> FindPossible(string name) => Contents.Value.Index.FindPossible(name);

    /// <summary>Whether two names mean the same chip in the same form, with any size of memory.</summary>
    public static bool AreVariants(string first, string second) => AcceleratorIndex.AreVariants(first, second);

    /// <summary>
    /// Finds the accelerator for the name that a driver reports. Never fails: unknown properties widen the bounds, and the notes name
    /// them.
    /// </summary>
    /// <remarks>
    /// A known name has its own figures. If several accelerators match (<c>NVIDIA A100-SXM-64GB</c>: its size is not in the table), the
    /// bounds cover them all, assumed. If none matches, the figures are fractions of the power limit, else of any board's TDP.
    /// The power limit caps all figures.
    /// </remarks>
    /// <param name="name">Name as NVML, amdgpu or a person writes it; null if unknown.</param>
    /// <param name="powerLimitWatts">The limit that the device enforces, W; null if unknown. Anything but a positive number is
    /// ignored.</param>
    public static Accelerator Recognise(string? name, double? powerLimitWatts = null)
    {
        var limit = powerLimitWatts is > 0 and < 1e5 ? powerLimitWatts : null;
        var written = (name ?? "").Trim();
        if (Find(written) is { IsFound: true, Value: var known })
            return ApplyPowerLimit(known, limit);
        // CodeCarbon writes "2 x NVIDIA A100": each device is one of them.
        if (written.Length < 100 && AcceleratorName.SplitCount(written) is { Name: { Length: > 0 } single } && single.Length < written.Length)
            return Recognise(single, powerLimitWatts);
        return Contents.Value.Index.FindPossible(written) is { Count: > 0 } several ? ApplyPowerLimit(MergeCandidates(written, several), limit) : Unknown(written, limit);
    }

    internal static IEnumerable<CatalogEntry> Entries() => All.SelectMany(row => new[] { row.Tdp, row.IdlePower, row.IdlePowerWithContext, row.InferencePower, row.TrainingPower }
        .OfType<Factor>().Select(factor => CatalogEntry.FromFactor(factor, null, row.Year)));

    /// <summary>Combines several candidates: the best value is the geometric mean of the bounds.</summary>
    static Accelerator MergeCandidates(string name, List<Accelerator> several)
    {
        var slug = NameMatching.ToSlug(name);
        var names = string.Join(", ", several.Take(4).Select(row => row.Name)) + (several.Count > 4 ? " …" : "");
        return new Accelerator(name, several[0].Vendor, null, Cover("tdp", row => row.Tdp), null, Cover("idle", row => row.IdlePower), Cover("idle-with-context", row => row.IdlePowerWithContext), null,
            Cover("training", row => row.TrainingPower));

        Factor Cover(string what, Func<Accelerator, Factor> watts)
        {
            var best = Math.Exp(several.Average(row => Math.Log(watts(row).Bounds.Best)));
            return new Factor($"gpu/{slug}~several/{what}-w/SYNTHESIS", $"{name}, {what.Replace('-', ' ')}", "W",
                new Bounds(Math.Min(best, several.Min(row => watts(row).Bounds.Low)), best, Math.Max(best, several.Max(row => watts(row).Bounds.High))), Quality.Assumed, SourceList.Find("SYNTHESIS"),
                $"indistinguishable from {names}: bounds cover them all");
        }
    }

    static Accelerator Unknown(string name, double? limit)
    {
        var label = name.Length > 0 ? name : "GPU of unknown name";
        // Cards of different limits are different unknowns.
        var slug = (name.Length > 0 ? NameMatching.ToSlug(name) : "unknown") + (limit is { } held ? string.Create(CultureInfo.InvariantCulture, $"~{held:0}-w") : "");
        var any = MachineFactors.Table["gpu/tdp/unknown"];
        var tdp = limit is { } watts
            ? new Factor($"gpu/{slug}/tdp-w/limit", $"{label}, power limit", "W", Bounds.FromExact(watts), Quality.Assumed, SourceList.Find("TONNE-METHOD-1"), "the limit that the device enforces, not a measurement")
            : any with { Label = $"{label}, TDP" };
        return new Accelerator(label, "unknown", null, tdp, null, Watts("idle", IdleFraction), Watts("idle-with-context", ContextFraction), null, Watts("training", TrainingFraction));

        Factor Watts(string what, string fraction)
        {
            return new Factor($"gpu/{slug}/{what}-w/SYNTHESIS", $"{label}, {what.Replace('-', ' ')}", "W",
                MultiplyBounds(MachineFactors.Table[fraction].Bounds, tdp.Bounds), Quality.Assumed,
                SourceList.Find("SYNTHESIS"), $"not in the catalog: a fraction of "
                    + $"{(limit is null ? "any board's TDP" : "its power limit")}, from measured accelerators");
        }
    }

    /// <summary>The product of two uncertain factors: the half-widths of their logarithms are added in quadrature.</summary>
    static Bounds MultiplyBounds(Bounds part, Bounds whole)
    {
        if (whole.IsExact)
            return part * whole.Best;
        var best = part.Best * whole.Best;
        return new Bounds(best * Math.Exp(-Bounds.ZScore95 * LogNormal.CombineSigmas(part.SigmaLow, whole.SigmaLow)), best, best * Math.Exp(Bounds.ZScore95 * LogNormal.CombineSigmas(part.SigmaHigh, whole.SigmaHigh)));
    }

    /// <summary>Caps the power of a board at the limit in force.</summary>
    static Accelerator ApplyPowerLimit(Accelerator known, double? limit)
    {
        if (limit is not { } watts || watts >= known.TrainingPower.Bounds.High)
            return known;
        var bounds = known.TrainingPower.Bounds;
        return known with
        {
            TrainingPower = known.TrainingPower with
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{known.TrainingPower.Id}/limited-to-{watts:0}-w"),
                Bounds = new Bounds(Math.Min(bounds.Low, watts), Math.Min(bounds.Best, watts), watts),
                Note = string.Create(CultureInfo.InvariantCulture, $"{(known.TrainingPower.Note is { } note ? note + "; " : "")}no more than its power limit of {watts:0} W"),
            },
        };
    }

    static (Accelerator[], AcceleratorIndex, (string, Accelerator)[]) Read()
    {
        var all = new List<Accelerator>();
        var names = new List<(string Name, Accelerator Row)>();
        var entries = new List<AcceleratorNameEntry>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), Header);
        while (rows.Read())
        {
            var row = ReadRow(rows);
            all.Add(row);
            if (names.Exists(other => string.Equals(other.Name, row.Name, StringComparison.Ordinal)))
                throw rows.CreateFormatException($"the name {row.Name} is used twice");
            Add(row.Name, row, isOwnName: true);
            foreach (var alias in rows.GetText(20).Split(';', StringSplitOptions.RemoveEmptyEntries))
                Add(alias, row, isOwnName: false);
        }
        return ([.. all], new AcceleratorIndex(entries), [.. names]);

        void Add(string name, Accelerator row, bool isOwnName)
        {
            names.Add((name, row));
            entries.Add(new AcceleratorNameEntry(row, AcceleratorName.Parse(name), isOwnName));
        }
    }

    static Accelerator ReadRow(CsvReader rows)
    {
        var name = rows.GetText(0);
        var slug = NameMatching.ToSlug(name);
        var source = rows.GetText(18);
        var tdp = rows.GetNumber(3);
        if (!rows[17].IsEmpty && (rows[17].Length != 4 || rows[17].ContainsAnyExcept("ma-")))
            throw rows.CreateFormatException($"the quality \"{rows[17]}\" must be four letters of m, a and -");
        var (low, high) = (rows.GetNumberOrNull(21) ?? tdp, rows.GetNumberOrNull(22) ?? tdp);
        if (!(low > 0 && low <= tdp && tdp <= high))
            throw rows.CreateFormatException("the bounds of the TDP must satisfy 0 < low ≤ tdp ≤ high");
        var limit = new Bounds(low, tdp, high);
        var note = rows[23].IsEmpty ? "a limit of the data sheet, not a measurement" : $"a limit, not a measurement; {rows.GetText(23)}";
        return new Accelerator(name, rows.GetText(1), rows.GetIntegerOrNull(2),
            new Factor($"gpu/{slug}/tdp-w/{CpuCatalog.JoinSourceIds(source)}", $"{name}, TDP", "W", limit, Quality.Assumed, SourceList.Find(source), note),
            rows.GetNumberOrNull(4),
            Watts(rows, 5, "idle", IdleFraction), Watts(rows, 8, "idle-with-context", ContextFraction),
            rows[11].IsEmpty ? null : Watts(rows, 11, "inference", TrainingFraction), Watts(rows, 14, "training", TrainingFraction));

        Factor Watts(CsvReader row, int column, string what, string fraction) => row.GetNumberOrNull(column) is { } best
            ? new Factor($"gpu/{slug}/{what}-w/{CpuCatalog.JoinSourceIds(row.GetText(19))}", $"{name}, {what.Replace('-', ' ')}", "W", new Bounds(row.GetNumber(column + 1), best, row.GetNumber(column + 2)), row[17][(column - 5) / 3] == 'm' ? Quality.Modelled : Quality.Assumed,
                SourceList.Find(row.GetText(19)))
            : new Factor($"gpu/{slug}/{what}-w/SYNTHESIS", $"{name}, {what.Replace('-', ' ')}", "W", MultiplyBounds(MachineFactors.Table[fraction].Bounds, limit), Quality.Assumed, SourceList.Find("SYNTHESIS"),
                $"a fraction of its TDP of {tdp} W, from measured accelerators");
    }
}
