using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Reconciling;

/// <summary>Energy of one kind of component in a record, in kWh at the plug: the job's, and that of the whole machine.</summary>
/// <param name="JobKwh">The job's.</param>
/// <param name="MachineKwh">The machine's.</param>
/// <param name="Quality">The worst of its devices; null if the record has none.</param>
/// <param name="Origin">How it is determined, in a sentence; null if the record has none.</param>
readonly record struct JobEnergy(double JobKwh, double MachineKwh, Quality? Quality, string? Origin)
{
    /// <summary>The job's share of the machine's; 1 where the machine's is 0.</summary>
    public double Share => MachineKwh > 0 ? JobKwh / MachineKwh : 1;

    public static JobEnergy Of(RunRecord record, params Component[] components)
    {
        var rates = record.Opening.Rates.ToDictionary(rate => rate.Id, rate => rate.Derivation.Value, StringComparer.Ordinal);
        var parts = record.Components.Where(part => components.Contains(part.Component)).ToList();
        var bases = record.Opening.Bases.Where(basis => components.Contains(basis.Component)).Select(basis => basis.Why).Distinct(StringComparer.Ordinal);
        return new JobEnergy(
            parts.Sum(part => Sum(part.Job)), parts.Sum(part => Sum(part.Machine)), parts.Count == 0 ? null : parts.Max(part => part.Quality),
            parts.Count == 0 ? null : string.Join("; ", bases));

        double Sum(IEnumerable<RatedAmount> amounts) => amounts.Sum(amount => amount.Amount * rates[amount.Rate]) / Energy.JoulesPerKilowattHour;
    }
}
