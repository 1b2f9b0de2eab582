using Tonne.Quantities;

namespace Tonne.Comparing;

/// <summary>What one run of a variant used.</summary>
/// <param name="Energy">Energy of the job at the plug.</param>
/// <param name="Time">Time from start to end.</param>
/// <param name="Emissions">Operational and embodied emissions.</param>
public readonly record struct VariantRun(Energy Energy, TimeSpan Time, Emissions Emissions)
{
    /// <summary>A figure in its stored unit: J, s or g CO2e.</summary>
    public double this[ComparedFigure figure] => figure switch
    {
        ComparedFigure.Energy => Energy.Joules,
        ComparedFigure.Time => Time.TotalSeconds,
        _ => Emissions.Grams,
    };
}
