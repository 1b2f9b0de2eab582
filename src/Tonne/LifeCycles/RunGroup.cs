using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.LifeCycles;

/// <summary>
/// Runs with the same rates and factors, combined into one use. Their amounts are added, so that the derivation of a thousand runs is as
/// small as that of one.
/// </summary>
/// <param name="Use">Energy of all runs at the plug.</param>
/// <param name="Embodied">Embodied emissions of all runs, kg CO2e; null if no factor fits.</param>
/// <param name="Factors">The factors, which are the same for all runs.</param>
sealed record RunGroup(PhaseUse Use, Derivation? Embodied, AccountingFactors Factors)
{
    /// <summary>
    /// Groups runs with equal rates and factors; the groups are in the order of their first runs. The factors of a run are those of its
    /// newest statement.
    /// </summary>
    public static IEnumerable<RunGroup> GroupRuns(IReadOnlyList<LedgerEntry> entries)
    {
        foreach (var group in entries.GroupBy(CreateKey, StringComparer.Ordinal))
        {
            var runs = group.ToList();
            var factors = runs[0].Statements[^1].Factors;
            ImmutableArray<RunRecord> records = [.. runs.Select(run => run.Record)];
            var name = records.Length == 1
                ? $"run {records[0].Opening.Id}"
                : string.Create(CultureInfo.InvariantCulture, $"{records.Length} runs");
            yield return new RunGroup(
                Accountant.CombineRuns(name, records),
                Accountant.DeriveEmbodied(records, factors),
                factors with { Warnings = [.. runs.SelectMany(run => run.Statements[^1].Factors.Warnings).Distinct()] });
        }
    }

    /// <summary>The key of a group: two runs have the same key only if every rate, every factor and the policy are equal.</summary>
    static string CreateKey(LedgerEntry entry)
    {
        var key = new StringBuilder();
        var factors = entry.Statements[^1].Factors;
        key.Append(entry.Record.Opening.Policy).Append('|');
        foreach (var rate in entry.Record.Opening.Rates)
        {
            key.Append(rate.Id).Append(' ').Append(rate.Per).Append(' ');
            Append(key, rate.Derivation);
        }

        Append(key, factors.Grid.Intensity);
        Append(key, factors.Pue);
        Append(key, factors.Lifetime);
        Append(key, factors.Utilisation);
        Append(key, factors.WaterOnSite);
        Append(key, factors.WaterOfGrid);
        key.Append(factors.Grid.Basis).Append(factors.Grid.Zone);
        foreach (var share in factors.Embodied)
        {
            Append(key, share.Manufacturing);
            Append(key, share.HostThreads);
            key.Append(CultureInfo.InvariantCulture, $"{share.Threads}/{share.Device};");
        }

        return key.ToString();
    }

    static void Append(StringBuilder key, Derivation node)
    {
        key.Append(node.GetType().Name[0]);
        switch (node)
        {
            case Derivation.FactorNode leaf:
                Append(key, leaf.Factor);
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
            Append(key, child);
        key.Append(')');
    }

    static void Append(StringBuilder key, Factor? factor)
    {
        if (factor is null)
            key.Append("-;");
        else
            key.Append(CultureInfo.InvariantCulture, $"{factor.Id} {factor.Bounds.Low:R} {factor.Bounds.Best:R} {factor.Bounds.High:R};");
    }
}
