using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Instruments.HttpPolling;

/// <summary>Compares a plug's integrated power with its own coarse counter.</summary>
static class PowerCounterComparison
{
    /// <summary>With fewer steps of the counter its coarseness hides what is to be compared.</summary>
    const int MinSteps = 20;

    const double Tolerance = 0.05;

    /// <summary>
    /// A warning if they differ by more than 5 % and one step of the counter at each end; null if they agree, or the run was too short to
    /// compare them.
    /// </summary>
    internal static Warning? GetWarning(PolledMeter power, PolledMeter counter)
    {
        if (power.ReadingCount < 2 || counter.Steps < MinSteps || counter.SampledJoules <= 0)
            return null;
        // The counter's first and last step may each have begun or ended outside the samples.
        var slack = 2 * counter.SampledJoules / counter.Steps;
        var difference = Math.Abs(power.SampledJoules - counter.SampledJoules);
        return difference <= (Tolerance * counter.SampledJoules) + slack ? null
            : new Warning("power-against-counter", $"{power.Description.Id}: its power, sampled, makes {DisplayValue.Format(power.SampledJoules, "J")}, its own counter {DisplayValue.Format(counter.SampledJoules, "J")}: bursts fell between the samples, or one of the two is wrong. The power was counted.");
    }
}
