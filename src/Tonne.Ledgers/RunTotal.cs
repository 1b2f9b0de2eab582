using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>The total of several runs, in which a run that was started inside another one of them counts only with that one.</summary>
/// <remarks>
/// The bounds of the runs are added: what makes one run's figure wrong (the grid, a modelled processor) mostly makes the others' wrong too, so
/// the interval of a sum of independent errors would be too narrow.
/// </remarks>
public sealed record RunTotal
{
    /// <summary>Runs that are counted: those with figures that are not part of another one.</summary>
    public required int Runs { get; init; }

    /// <summary>Ids of the runs with figures that are part of another run of the total.</summary>
    public required IReadOnlySet<string> Nested { get; init; }

    /// <summary>Facility energy in kWh; null if no run has figures.</summary>
    public Bounds? FacilityEnergy { get; init; }

    /// <summary>Emissions in kg CO2e, operational and embodied; null if no run has figures.</summary>
    public Bounds? Emissions { get; init; }

    /// <summary>Adds up runs. Those without figures, running or damaged, are left out.</summary>
    /// <param name="runs">The runs, in any order.</param>
    public static RunTotal Of(IReadOnlyCollection<RunSummary> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var nested = NestedRuns.Find(runs.Where(run => run.HasFigures).Select(run => (run.Id, run.Parent, run.StartedAt, run.DurationSeconds)))
            .Keys.ToHashSet(StringComparer.Ordinal);
        var counted = runs.Where(run => run.HasFigures && !nested.Contains(run.Id)).ToList();
        return new RunTotal
        {
            Runs = counted.Count,
            Nested = nested,
            FacilityEnergy = Add(counted.Select(run => run.FacilityEnergy?.Bounds)),
            Emissions = Add(counted.Select(run => run.Total?.Bounds)),
        };
    }

    static Bounds? Add(IEnumerable<Bounds?> bounds)
    {
        Bounds? sum = null;
        foreach (var one in bounds.OfType<Bounds>())
            sum = sum is { } before ? new Bounds(Limit(before.Low + one.Low), Limit(before.Best + one.Best), Limit(before.High + one.High)) : one;
        return sum;

        // An imported run may have any value.
        static double Limit(double value) => Math.Min(value, double.MaxValue);
    }
}
