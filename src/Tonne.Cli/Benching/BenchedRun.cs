using Tonne.Accounting;
using Tonne.Comparing;
using Tonne.Runs;

namespace Tonne.Cli.Benching;

/// <summary>One run of a bench.</summary>
/// <param name="Record">The record of the run.</param>
/// <param name="Footprint">The footprint of the run.</param>
sealed record BenchedRun(RunRecord Record, Footprint Footprint)
{
    /// <summary>Creates the values that are compared.</summary>
    public VariantRun VariantRun => new(
        Quantities.Energy.FromKilowattHours(Footprint.Energy.Value),
        TimeSpan.FromSeconds(Record.DurationSeconds),
        Quantities.Emissions.FromKilograms(Footprint.Total.Value));
}
