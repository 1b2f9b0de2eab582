using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.LifeCycles;

/// <summary>
/// Runs with the same rates and factors, combined into one use. Their amounts are added first, so that a thousand runs are one small
/// derivation.
/// </summary>
/// <param name="Use">Their energy at the plug.</param>
/// <param name="Embodied">Embodied emissions, kg CO2e; null if no factor fits.</param>
/// <param name="Factors">The factors of all of them.</param>
sealed record RunGroup(PhaseUse Use, Derivation? Embodied, AccountingFactors Factors)
{
    /// <summary>Groups runs, in the order of their first run. A run's factors are those of its newest statement.</summary>
    public static IEnumerable<RunGroup> GroupRuns(IReadOnlyList<LedgerEntry> entries)
    {
        foreach (var group in entries.GroupBy(KeyOf, StringComparer.Ordinal))
        {
            var runs = group.ToList();
            var factors = runs[0].Statements[^1].Factors;
            ImmutableArray<RunRecord> records = [.. runs.Select(run => run.Record)];
            var name = records.Length == 1 ? $"run {records[0].Opening.Id}" : string.Create(CultureInfo.InvariantCulture, $"{records.Length} runs");
            yield return new RunGroup(Accountant.CombineRuns(name, records), Accountant.DeriveEmbodied(records, factors), factors with { Warnings = [.. runs.SelectMany(run => run.Statements[^1].Factors.Warnings).Distinct()] });
        }
    }

    /// <summary>The key of a group: runs are added only if every rate, every factor and the policy are equal.</summary>
    static string KeyOf(LedgerEntry entry)
    {
        var key = new StringBuilder();
        var factors = entry.Statements[^1].Factors;
        key.Append(entry.Record.Opening.Policy).Append('|');
        foreach (var rate in entry.Record.Opening.Rates)
        {
            key.Append(rate.Id).Append(' ').Append(rate.Per).Append(' ');
            Add(key, rate.Derivation);
        }

        Add(key, factors.Grid.Intensity);
        Add(key, factors.Pue);
        Add(key, factors.Lifetime);
        Add(key, factors.Utilisation);
        Add(key, factors.WaterOnSite);
        Add(key, factors.WaterOfGrid);
        key.Append(factors.Grid.Basis).Append(factors.Grid.Zone);
        foreach (var share in factors.Embodied)
        {
            Add(key, share.Manufacturing);
            Add(key, share.HostThreads);
            key.Append(CultureInfo.InvariantCulture, $"{share.Threads}/{share.Device};");
        }

        return key.ToString();
    }

    static void Add(StringBuilder key, Derivation node)
    {
        key.Append(node.GetType().Name[0]);
        switch (node)
        {
            case Derivation.FactorNode given:
                Add(key, given.Factor);
                break;
            case Derivation.Count counted:
                key.Append(counted.Number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case Derivation.Product { Scale: not 1 } product:
                key.Append(product.Scale.ToString("R", CultureInfo.InvariantCulture));
                break;
        }

        key.Append('(');
        foreach (var child in node.Children)
            Add(key, child);
        key.Append(')');
    }

    static void Add(StringBuilder key, Factor? factor)
    {
        if (factor is null)
            key.Append("-;");
        else
            key.Append(CultureInfo.InvariantCulture, $"{factor.Id} {factor.Bounds.Low:R} {factor.Bounds.Best:R} {factor.Bounds.High:R};");
    }
}
