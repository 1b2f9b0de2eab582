using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>A published training: model, hardware, time, energy, and which of these were measured.</summary>
/// <param name="Name">The model, with the stage of training if several were published.</param>
/// <param name="Organisation">Who trained it.</param>
/// <param name="Year">Year of publication.</param>
/// <param name="Parameters">All parameters; null if not published.</param>
/// <param name="ActiveParameters">Active parameters per token; fewer than all for a mixture of experts.</param>
/// <param name="Tokens">Tokens trained on; null if not published.</param>
/// <param name="Operations">Floating-point operations; null if not published.</param>
/// <param name="Hardware">Name as in <see cref="Hardware.AcceleratorCatalog"/>, or words where several kinds were used.</param>
/// <param name="Chips">Accelerators; null if not published.</param>
/// <param name="ChipHours">Accelerator-hours; null if not published.</param>
/// <param name="Watts">W per accelerator as published; see <paramref name="PowerKind"/>.</param>
/// <param name="PowerKind">Kind of the power, such as <c>TDP</c> or <c>measured system</c>; empty if none.</param>
/// <param name="Pue">PUE as published.</param>
/// <param name="Intensity">g CO2e/kWh as published or implied.</param>
/// <param name="EnergyKwh">kWh as published.</param>
/// <param name="EmissionsKg">kg CO2e as published.</param>
/// <param name="HoursBasis"><c>published</c>, <c>assumed</c>, <c>upper bound</c>, <c>lower bound</c>; empty without hours.</param>
/// <param name="EnergyBasis">Basis of energy and emissions: <c>measured</c>, <c>hours x TDP</c> (not a measurement) and others.</param>
/// <param name="Boundary">Boundary of the energy.</param>
/// <param name="CalibratesHours">Whether the fit uses its chip-hours, because they were published independently.</param>
/// <param name="CalibratesPower">Whether its power was measured.</param>
/// <param name="HoursSpread">Spread of the hours as printed (rounding, not read in the source), natural logarithm.</param>
/// <param name="Distilled">Whether it learned from the outputs of a larger model.</param>
/// <param name="Series">The publisher's own name of the series with its generation, such as <c>Llama 3</c>: one setup of software and
/// team. The name of the training if it has none.</param>
/// <param name="Verified">Whether the figures were read in the source or a transcription; else they are assumed.</param>
/// <param name="Source">Source of the figures.</param>
/// <param name="Note">Note for the reader, including errors in the source; empty if none.</param>
public sealed record PublishedTraining(
    string Name,
    string Organisation,
    int Year,
    double? Parameters,
    double? ActiveParameters,
    double? Tokens,
    double? Operations,
    string Hardware,
    int? Chips,
    PublishedValue? ChipHours,
    double? Watts,
    string PowerKind,
    double? Pue,
    double? Intensity,
    PublishedValue? EnergyKwh,
    PublishedValue? EmissionsKg,
    string HoursBasis,
    string EnergyBasis,
    string Boundary,
    bool CalibratesHours,
    bool CalibratesPower,
    double HoursSpread,
    bool Distilled,
    string Series,
    bool Verified,
    Source Source,
    string Note)
{
    // Between the lowest life-cycle figure of a source of electricity (nuclear, 5.1 g/kWh, UNECE 2021) and above the highest of coal (1,095
    // g/kWh, the same study). A figure outside is no grid.
    const double LowestIntensity = 5;
    const double HighestIntensity = 1100;

    // Published values are rounded to two digits or more.
    const double RoundingTolerance = 0.06;

    // Dense 16-bit trainings of this table that were logged reach at most 52 % of the peak.
    const double HighestUtilisation = 0.65;

    /// <summary>A published value by its quantity: <c>chip-hours</c>, <c>energy</c> or <c>emissions</c>; null if not published.</summary>
    internal PublishedValue? GetValue(string quantity) => quantity switch
    {
        "chip-hours" => ChipHours,
        "energy" => EnergyKwh,
        _ => EmissionsKg,
    };

    /// <summary>Whether the chip-hours are those that it took, or a bound.</summary>
    public HoursBound HoursBound => HoursBasis switch
    {
        "upper bound" => HoursBound.Upper,
        "lower bound" => HoursBound.Lower,
        _ => HoursBound.None,
    };

    /// <summary>
    /// Checks the published values against each other: hours × power × PUE against energy, energy × intensity against emissions, operations
    /// over hours against the peak of the chip. Returns the quantity that does not fit (<c>chip-hours</c>, <c>energy</c> or
    /// <c>emissions</c>) and why; empty if all agree.
    /// </summary>
    public IEnumerable<(string Quantity, string Reason)> FindContradictions()
    {
        if (ChipHours is { } hours && Watts is { } watts && EnergyKwh is { } energy)
        {
            var board = hours.Value * watts / 1000;
            if (!IsWithinRounding(energy.Value / board) && !IsWithinRounding(energy.Value / board / (Pue ?? 1)))
                yield return ("energy", Text($"{hours.Value:N0} h at {watts} W are {board:N0} kWh"));
        }

        // Emissions that include hardware are not those of the energy alone.
        if (EnergyKwh is { } used && EmissionsKg is { } emissions && !Boundary.Contains("embodied", StringComparison.Ordinal))
        {
            var implied = emissions.Value / used.Value * 1000;
            if (Intensity is { } stated && !IsWithinRounding(implied / stated))
                yield return ("emissions", Text($"implies {implied:0.#} g/kWh where {stated} are stated"));
            else if (implied is < LowestIntensity or > HighestIntensity)
                yield return ("emissions", Text($"implies {implied:0.#} g/kWh"));
        }

        if (UtilisationCase.FromPublishedTraining(this) is { IsPoint: true, Utilisation: > HighestUtilisation and var utilisation })
            yield return ("chip-hours", Text($"implies {utilisation * 100:0} % of the peak"));

        static bool IsWithinRounding(double ratio) => Math.Abs(ratio - 1) <= RoundingTolerance;

        static string Text(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
