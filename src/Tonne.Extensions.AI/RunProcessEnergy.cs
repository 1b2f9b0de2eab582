using Tonne.Quantities;
using Tonne.Recording;

namespace Tonne.Extensions.AI;

/// <summary>The energy of this process from the run that records it.</summary>
sealed class RunProcessEnergy(Func<RecordedRun?> find) : IProcessEnergy
{
    const double MicrojoulesPerKilowattHour = 3.6e12;

    /// <inheritdoc/>
    public ProcessEnergyReading? Read()
    {
        if (find() is not { } run)
            return null;
        var (_, footprint) = run.AccountSoFar();
        return new ProcessEnergyReading(
            (long)(footprint.Energy.Value * MicrojoulesPerKilowattHour), footprint.FacilityEnergy.Bounds, footprint.Operational.Bounds,
            footprint.Total.Bounds,
            $"measured/{footprint.Method}/{EnumWords.Format(footprint.Energy.Quality)}", footprint.Total.Boundary.ToString(),
            footprint.Factors.Grid.Intensity.Bounds.Best, footprint.Factors.Pue.Bounds.Best);
    }

    /// <inheritdoc/>
    public TimeSpan ReadWork() => Environment.CpuUsage.TotalTime;
}
