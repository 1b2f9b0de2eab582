using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Instruments.Polling;

/// <summary>Whether a plug's power, sampled and integrated, comes to what its own coarse counter says.</summary>
static class PowerAgainstCounter
{
    /// <summary>With fewer steps of the counter its coarseness hides what is to be compared.</summary>
    const int FewestSteps = 20;

    const double Tolerance = 0.05;

    /// <summary>A doubt if they differ by more than 5 % and one step of the counter at each end; null if they agree, or the run was too short to tell.</summary>
    internal static Doubt? Disagreement(PolledMeter power, PolledMeter counter)
    {
        if (power.Told < 2 || counter.Steps < FewestSteps || counter.Joules <= 0)
            return null;
        // The counter's first and last step may each have begun or ended outside the samples.
        var slack = 2 * counter.Joules / counter.Steps;
        var apart = Math.Abs(power.Joules - counter.Joules);
        return apart <= (Tolerance * counter.Joules) + slack ? null
            : new Doubt("power-against-counter", $"{power.Description.Id}: its power, sampled, makes {Readout.Of(power.Joules, "J")}, its own counter {Readout.Of(counter.Joules, "J")}: bursts fell between the samples, or one of the two is wrong. The power was counted.");
    }
}
