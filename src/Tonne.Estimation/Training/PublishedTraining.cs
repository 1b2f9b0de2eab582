using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>A training as it was published: what was done, what it took, what of that was measured.</summary>
/// <param name="Name">The model, with the part of its life where several are told.</param>
/// <param name="Organisation">Who trained it.</param>
/// <param name="Year">Year of publication.</param>
/// <param name="Parameters">All parameters; null if not published.</param>
/// <param name="ActiveParameters">Parameters that a token passes; those of a mixture of experts are fewer than all.</param>
/// <param name="Tokens">Tokens trained on; null if not published.</param>
/// <param name="Operations">Floating-point operations; null if not published.</param>
/// <param name="Hardware">Name as in <see cref="Hardware.AcceleratorCatalog"/>, or words where several kinds were used.</param>
/// <param name="Chips">Accelerators; null if not published.</param>
/// <param name="ChipHours">Accelerator-hours; null if not published.</param>
/// <param name="Watts">W per accelerator as published; <paramref name="PowerKind"/> says what it is.</param>
/// <param name="PowerKind">Such as <c>TDP</c>, <c>measured system</c>; empty if none.</param>
/// <param name="Pue">PUE as published.</param>
/// <param name="Intensity">g CO2e/kWh as published or implied.</param>
/// <param name="EnergyKwh">kWh as published.</param>
/// <param name="EmissionsKg">kg CO2e as published.</param>
/// <param name="HoursBasis"><c>published</c>, <c>assumed</c>, <c>upper bound</c>; empty without hours.</param>
/// <param name="EnergyBasis">What energy and emissions stand on: <c>measured</c>, or <c>hours x TDP</c>, which is no measurement, …</param>
/// <param name="Boundary">What the energy includes.</param>
/// <param name="CalibratesHours">Whether its chip-hours stand on their own, so that the fit may learn from them.</param>
/// <param name="CalibratesPower">Whether its power was measured.</param>
/// <param name="HoursSpread">Spread of the hours as printed (rounding, an upper bound), natural logarithm.</param>
/// <param name="Distilled">Whether it learned from the outputs of a larger model.</param>
/// <param name="Verified">Whether the figures were read in the source or a transcription; else they are assumed.</param>
/// <param name="Source">Where it was published.</param>
/// <param name="Note">Anything a reader must know, slips included; empty if nothing.</param>
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
    /// <summary>The first word of the name, by which siblings are known: <c>Llama</c>, <c>Pythia</c>.</summary>
    public string Family => Name.Split(' ', '-')[0].ToUpperInvariant();
}
