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
/// <param name="HoursBasis"><c>published</c>, <c>assumed</c>, <c>upper bound</c>; empty without hours.</param>
/// <param name="EnergyBasis">Basis of energy and emissions: <c>measured</c>, <c>hours x TDP</c> (not a measurement) and others.</param>
/// <param name="Boundary">Boundary of the energy.</param>
/// <param name="CalibratesHours">Whether the fit uses its chip-hours, because they were published independently.</param>
/// <param name="CalibratesPower">Whether its power was measured.</param>
/// <param name="HoursSpread">Spread of the hours as printed (rounding, an upper bound), natural logarithm.</param>
/// <param name="Distilled">Whether it learned from the outputs of a larger model.</param>
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
    double? ChipHours,
    double? Watts,
    string PowerKind,
    double? Pue,
    double? Intensity,
    double? EnergyKwh,
    double? EmissionsKg,
    string HoursBasis,
    string EnergyBasis,
    string Boundary,
    bool CalibratesHours,
    bool CalibratesPower,
    double HoursSpread,
    bool Distilled,
    bool Verified,
    Source Source,
    string Note)
{
    /// <summary>The first word of the name, which identifies related models: <c>Llama</c>, <c>Pythia</c>.</summary>
    public string Family => Name.Split(' ', '-')[0].ToUpperInvariant();
}
