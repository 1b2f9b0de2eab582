using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Reporting.Planning;

/// <summary>One run, and the emissions of its energy at other times and places, all by one method.</summary>
/// <param name="Id">Id of the run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Zone">Code of its zone.</param>
/// <param name="Signal">How the intensities are known: observed, or profile.</param>
/// <param name="Immediate">As it ran.</param>
/// <param name="Waiting">At the best time without a pause.</param>
/// <param name="Pausing">At the best times with pauses.</param>
public sealed record ReplayedRun(string Id, string Name, string Zone, IntensitySignal Signal, Emissions Immediate, Emissions Waiting, Emissions Pausing)
{
    /// <summary>At the best place at once; null if there was no other place with intensities of the same method.</summary>
    public Emissions? Moving { get; init; }

    /// <summary>At the best times and place; null if there was no other place.</summary>
    public Emissions? All { get; init; }

    /// <summary>
    /// On the best other accelerator at the same start; null if the run had none that the catalog knows, or no rates to compare are
    /// published.
    /// </summary>
    public ReplayedHardware? Hardware { get; init; }

    /// <summary>The zone of the best option.</summary>
    public required string BestZone { get; init; }

    /// <summary>The start of the best option.</summary>
    public required DateTimeOffset BestStart { get; init; }

    /// <summary>The least of all options.</summary>
    public Emissions Best => All ?? Pausing;
}
