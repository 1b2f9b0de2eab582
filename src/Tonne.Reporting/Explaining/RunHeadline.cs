using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Explaining;

/// <summary>The figures that come first wherever a run is shown: total emissions, the facility energy that they follow from, duration,
/// quality, outcome.</summary>
/// <remarks>
/// Emissions and energy have one boundary: the job's part of the facility, PUE included. Embodied emissions are in the total where they
/// are known; no energy figure corresponds to them.
/// </remarks>
public sealed record RunHeadline
{
    /// <summary>Label of the energy figure in a headline.</summary>
    public const string EnergyName = "facility energy";

    // Thread safe. It keeps the draws of the PUE for all rows of a table.
    static readonly UncertaintyPropagator _propagator = new();

    /// <summary>Total emissions with their interval; null if the run has no figures yet.</summary>
    public DisplayValue? Emissions { get; init; }

    /// <summary>Facility energy; null if the run has no figures yet.</summary>
    public DisplayValue? Energy { get; init; }

    /// <summary>Duration in s; null while it runs.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>The worst quality of a part of the energy above 5 %; null if the run has no figures yet.</summary>
    public Quality? Quality { get; init; }

    /// <summary>Measured ÷ total energy, 0 to 1.</summary>
    public double MeasuredShare { get; init; }

    /// <summary>How the run ended; null if that is not known.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Exit code of the command; null if there is none.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Whether the emissions include the manufacturing of the hardware.</summary>
    public bool HasEmbodied { get; init; }

    /// <summary>The headline of a run with its figures.</summary>
    public static RunHeadline From(RunRecord record, Footprint footprint)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        return new RunHeadline
        {
            Emissions = DisplayValue.Format(footprint.Total),
            Energy = DisplayValue.Format(footprint.FacilityEnergy),
            DurationSeconds = record.DurationSeconds,
            Quality = footprint.Energy.Quality,
            MeasuredShare = footprint.Energy.MeasuredShare,
            Status = record.Status,
            ExitCode = record.ExitCode,
            HasEmbodied = footprint.Embodied is not null,
        };
    }

    /// <summary>The headline of a run in a list.</summary>
    public static RunHeadline From(RunSummary run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new RunHeadline
        {
            Emissions = Format(run.Total),
            Energy = Format(run.FacilityEnergy),
            DurationSeconds = run.DurationSeconds,
            Quality = run.Energy?.Quality,
            MeasuredShare = run.Energy?.MeasuredShare ?? 0,
            Status = run.Status,
            ExitCode = run.ExitCode,
            HasEmbodied = run.Embodied is not null,
        };

        static DisplayValue? Format(StatedFigure? figure) => figure is null ? null : DisplayValue.Format(figure.Bounds, figure.Unit);
    }

    /// <summary>The facility energy of a stage or an epoch in kWh: its IT energy × PUE, the boundary of its emissions.</summary>
    public static double GetFacilityEnergy(StageFigures part, Footprint footprint)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(footprint);
        return part.Energy.Value * footprint.Factors.Pue.Bounds.Best;
    }

    /// <summary>The facility energy of a stage or an epoch in kWh with its bounds, which include those of the PUE.</summary>
    public static Bounds ComputeFacilityEnergyBounds(StageFigures part, Footprint footprint)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(footprint);
        var pue = new Derivation.FactorNode(footprint.Factors.Pue);
        return _propagator.ComputeBounds(new Derivation.Product("facility energy of " + part.Name, "kWh", [part.Energy.Derivation, pue]));
    }

    /// <summary>The quality in words: <c>measured</c>, <c>modelled</c>, <c>assumed</c>, or <c>83 % measured</c> where a part is.</summary>
    public string FormatQuality() => Quality is not { } quality ? "-"
        : quality != Quantities.Quality.Measured && MeasuredShare >= 0.005 ? DisplayValue.FormatPercent(MeasuredShare) + " measured"
        : EnumWords.Format(quality);

    /// <summary>The outcome in words if the run did not end well: <c>failed, exit code 137</c>; else null.</summary>
    /// <param name="isShort">Whether the exit code stands for the failure: <c>exit 137</c>.</param>
    public string? FormatFailure(bool isShort = false) => (Status, ExitCode) switch
    {
        (null or RunStatus.Completed, _) => null,
        (RunStatus.Failed, { } code) => string.Create(CultureInfo.InvariantCulture, $"{(isShort ? "exit" : "failed, exit code")} {code}"),
        ({ } status, _) => EnumWords.Format(status),
    };
}
