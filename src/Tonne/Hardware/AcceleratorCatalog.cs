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
        + "training_w,training_low,training_high,power_quality,source,power_source,aliases";

    // Fractions of TDP, fitted to the measured rows of the table (docs/methods/machine-model-validation.md).
    const string IdleFraction = "gpu/idle-fraction";
    const string ContextFraction = "gpu/context-fraction";
    const string TrainingFraction = "gpu/training-fraction";

    static readonly HashSet<string> IgnoredWords = new(StringComparer.Ordinal)
    {
        "nvidia", "amd", "intel", "google", "amazon", "aws", "huawei", "meta", "microsoft", "tesla", "geforce", "instinct", "radeon", "quadro", "habana", "gpu", "graphics", "card", "accelerator", "cloud",
        "hbm2", "hbm2e", "hbm3", "hbm3e", "hgx", "dgx", "oam", "mcm", "ac", "mba", "r", "tm", "generation", "corporation",
    };

    static readonly Lazy<(Accelerator[] Rows, Dictionary<string, Accelerator> ByKey)> Index = new(Read);

    /// <summary>All accelerators, by name.</summary>
    public static IReadOnlyList<Accelerator> All => Index.Value.Rows;

    /// <summary>The accelerator that a name stands for; a family's name stands for its most common variant where that is stated in the table.</summary>
    public static LookupResult<Accelerator> Find(string name)
    {
        var words = SplitWords(name);
        var key = string.Concat(words);
        if (key.Length == 0)
            return new UnknownName("accelerator", name, Ambiguous: false, []);
        if (Index.Value.ByKey.TryGetValue(key, out var exact))
            return exact;
        List<Accelerator> having = [.. Index.Value.Rows.Where(row => SplitWords(row.Name) is var own && words.All(word => own.Contains(word)))];
        if (having.Count == 1)
            return having[0];
        if (having.Count > 1)
            return new UnknownName("accelerator", name, Ambiguous: true, [.. having.Select(row => row.Name).Take(8)]);
        return new UnknownName("accelerator", name, Ambiguous: false,
            NameMatching.FindNearest(key, Index.Value.ByKey.Select(pair => (pair.Key, pair.Value.Name)).Concat(Index.Value.Rows.Select(row => (string.Concat(SplitWords(row.Name)), row.Name)))));
    }

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
        var mig = written.IndexOf(" MIG ", StringComparison.OrdinalIgnoreCase);
        if (mig > 0)
            written = written[..mig];
        if (Find(written) is { IsFound: true, Value: var known })
            return ApplyPowerLimit(known, limit);
        var words = SplitWords(written);
        return Candidates(words) is { Count: > 0 } several ? ApplyPowerLimit(MergeCandidates(written, several), limit) : Unknown(written, limit);
    }

    /// <summary>
    /// Splits a name into words of one spelling: lower case, makers left out, <c>80 GB</c> as <c>80gb</c>, <c>SXM4</c> as <c>sxm 4</c>,
    /// <c>TPUv4</c> as <c>tpu v4</c>.
    /// </summary>
    public static List<string> SplitWords(string name)
    {
        var words = new List<string>();
        var text = name.ToLowerInvariant().AsSpan();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || (text[i] == '.' && start >= 0));
            if (inside && start < 0)
                start = i;
            if (!inside && start >= 0)
            {
                Add(words, text[start..i].TrimEnd('.').ToString());
                start = -1;
            }
        }
        return words;
    }

    internal static IEnumerable<CatalogEntry> Entries() => All.SelectMany(row => new[] { row.Tdp, row.IdlePower, row.IdlePowerWithContext, row.InferencePower, row.TrainingPower }
        .OfType<Factor>().Select(factor => CatalogEntry.FromFactor(factor, null, row.Year)));

    /// <summary>
    /// Finds rows that have every word of a name, else every word but the size of its memory. A laptop part is never matched to the
    /// desktop part of that name.
    /// </summary>
    static List<Accelerator> Candidates(List<string> words)
    {
        for (var pass = 0; pass < 2; pass++)
        {
            var left = pass == 0 ? words : words.FindAll(word => !(word.EndsWith("gb", StringComparison.Ordinal) && char.IsAsciiDigit(word[0])));
            // One letter or digit is too little to identify an accelerator.
            if (string.Concat(left).Length < 3)
                continue;
            List<Accelerator> having = [.. Index.Value.Rows.Where(row => SplitWords(row.Name) is var own && left.TrueForAll(own.Contains))];
            if (having.Count > 0)
                return having;
        }
        return [];
    }

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
            var (part, whole) = (MachineFactors.Table[fraction].Bounds, tdp.Bounds);
            var best = part.Best * whole.Best;
            // Both factors are uncertain: the half-widths of their logarithms are added in quadrature.
            return new Factor($"gpu/{slug}/{what}-w/SYNTHESIS", $"{label}, {what.Replace('-', ' ')}", "W",
                new Bounds(best * Math.Exp(-Bounds.ZScore95 * LogNormal.CombineSigmas(part.SigmaLow, whole.SigmaLow)), best, best * Math.Exp(Bounds.ZScore95 * LogNormal.CombineSigmas(part.SigmaHigh, whole.SigmaHigh))), Quality.Assumed,
                SourceList.Find("SYNTHESIS"), $"not in the catalog: a fraction of "
                    + $"{(limit is null ? "any board's TDP" : "its power limit")}, from measured accelerators");
        }
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

    static void Add(List<string> words, string word)
    {
        if (word is "gb" or "gib" && words.Count > 0 && double.TryParse(words[^1], CultureInfo.InvariantCulture, out _))
        {
            words[^1] += "gb";
            return;
        }
        if (word.EndsWith("gib", StringComparison.Ordinal))
            word = string.Concat(word.AsSpan(0, word.Length - 3), "gb");
        if (word.StartsWith("sxm", StringComparison.Ordinal) && word.Length > 3)
        {
            words.Add("sxm");
            word = word[3..];
        }
        else if (word.StartsWith("tpuv", StringComparison.Ordinal) && word.Length > 4)
        {
            words.Add("tpu");
            word = word[3..];
        }
        else if (word.StartsWith("rtx", StringComparison.Ordinal) && word.Length > 3 && char.IsAsciiDigit(word[3]))
        {
            words.Add("rtx");
            word = word[3..];
        }
        if (!IgnoredWords.Contains(word))
            words.Add(word);
    }

    static (Accelerator[], Dictionary<string, Accelerator>) Read()
    {
        var all = new List<Accelerator>();
        var byKey = new Dictionary<string, Accelerator>(StringComparer.Ordinal);
        var aliases = new List<(string Alias, Accelerator Row)>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), Header);
        while (rows.Read())
        {
            var row = ReadRow(rows);
            all.Add(row);
            if (!byKey.TryAdd(string.Concat(SplitWords(row.Name)), row))
                throw rows.CreateFormatException($"the name {row.Name} is written like another");
            if (!rows[20].IsEmpty)
                aliases.AddRange(rows.GetText(20).Split(';').Select(alias => (alias, row)));
        }
        foreach (var (alias, row) in aliases)
            byKey.TryAdd(string.Concat(SplitWords(alias)), row);
        return ([.. all], byKey);
    }

    static Accelerator ReadRow(CsvReader rows)
    {
        var name = rows.GetText(0);
        var slug = NameMatching.ToSlug(name);
        var source = rows.GetText(18);
        var tdp = rows.GetNumber(3);
        if (!rows[17].IsEmpty && (rows[17].Length != 4 || rows[17].ContainsAnyExcept("ma-")))
            throw rows.CreateFormatException($"the quality \"{rows[17]}\" must be four letters of m, a and -");
        return new Accelerator(name, rows.GetText(1), rows.GetIntegerOrNull(2),
            new Factor($"gpu/{slug}/tdp-w/{CpuCatalog.JoinSourceIds(source)}", $"{name}, TDP", "W", Bounds.FromExact(tdp), Quality.Assumed, SourceList.Find(source), "a limit of the data sheet, not a measurement"),
            rows.GetNumberOrNull(4),
            Watts(rows, 5, "idle", IdleFraction), Watts(rows, 8, "idle-with-context", ContextFraction),
            rows[11].IsEmpty ? null : Watts(rows, 11, "inference", TrainingFraction), Watts(rows, 14, "training", TrainingFraction));

        Factor Watts(CsvReader row, int column, string what, string fraction) => row.GetNumberOrNull(column) is { } best
            ? new Factor($"gpu/{slug}/{what}-w/{CpuCatalog.JoinSourceIds(row.GetText(19))}", $"{name}, {what.Replace('-', ' ')}", "W", new Bounds(row.GetNumber(column + 1), best, row.GetNumber(column + 2)), row[17][(column - 5) / 3] == 'm' ? Quality.Modelled : Quality.Assumed,
                SourceList.Find(row.GetText(19)))
            : new Factor($"gpu/{slug}/{what}-w/SYNTHESIS", $"{name}, {what.Replace('-', ' ')}", "W", MachineFactors.Table[fraction].Bounds * tdp, Quality.Assumed, SourceList.Find("SYNTHESIS"),
                $"a fraction of its TDP of {tdp} W, from measured accelerators");
    }
}
