using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Reconciling;

/// <summary>Every gram between CodeCarbon's figure and ours for the same work, by cause.</summary>
/// <remarks>
/// <code>
/// emissions = PUE × (cpu + memory + gpu + undivided + other) × intensity + embodied
/// </code>
/// Each step replaces one factor of CodeCarbon by ours and keeps all others, in the order of <see cref="ReconciliationCause"/>. The emissions after a step
/// are those before the next, so the parts add up to the difference. Another order would give other parts of the same sum. See docs/methods/reconcile.md.
/// </remarks>
public sealed record Reconciliation
{
    const double Rounding = 1e-9;

    /// <summary>The run.</summary>
    public required RunRecord Record { get; init; }

    /// <summary>Its figures.</summary>
    public required Footprint Footprint { get; init; }

    /// <summary>CodeCarbon's row.</summary>
    public required RowChoice Row { get; init; }

    /// <summary>The steps, in their order.</summary>
    public required ImmutableArray<ReconciliationStep> Steps { get; init; }

    /// <summary>What makes the division less certain.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>Ours − CodeCarbon's, kg CO2e.</summary>
    public double DifferenceKg => Footprint.Total.Value - Row.Run!.EmissionsKg;

    /// <summary>Divides the difference between a row and a run.</summary>
    /// <param name="record">The run.</param>
    /// <param name="footprint">Its figures.</param>
    /// <param name="row">The row.</param>
    /// <param name="tdpWatts">The TDP with which CodeCarbon computed, W of all sockets, as its log states it; null if unknown.</param>
    public static Reconciliation Divide(RunRecord record, Footprint footprint, RowChoice row, double? tdpWatts = null)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        ArgumentNullException.ThrowIfNull(row);
        var builder = new ReconciliationBuilder(record, footprint, row, tdpWatts);
        return new Reconciliation { Record = record, Footprint = footprint, Row = row, Steps = builder.Build(), Warnings = [.. builder.Warnings] };
    }

    /// <summary>Whether a value is 0 beside another, but for rounding.</summary>
    internal static bool IsNegligible(double value, double beside) => Math.Abs(value) <= Rounding * Math.Abs(beside);
}
