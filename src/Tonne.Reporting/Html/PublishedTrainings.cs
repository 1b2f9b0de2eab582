using Tonne.Accounting;
using Tonne.Estimation.Training;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>Published trainings as pages show them.</summary>
/// <remarks>
/// Where no emissions were published, but the energy or the accelerator-hours of a large model, the range is what these come to on a grid
/// that is not known: energy × intensity, or the estimate of a training of so many hours. It has no value of its own.
/// </remarks>
static class PublishedTrainings
{
    // Smaller ones are many, and few readers compare with them.
    const double LeastParameters = 10e9;

    static readonly Lazy<IReadOnlyList<ReportPublished>> _all = new(() =>
    [
        .. TrainingCatalog.All.Select(training => training.EmissionsKg is { Value: > 0 } emissions
                ? Create(training, emissions.Value, null, DisplayValue.Format(emissions.Value, "kg CO2e"), training.EnergyBasis,
                    emissions.Contradiction)
                : ComputeRange(training) is { } range
                    ? Create(training, null, range.Bounds, DescribeRange(range.Bounds), range.Basis, null)
                : null)
            .OfType<ReportPublished>().OrderBy(one => one.Kg ?? one.Low),
    ]);

    /// <summary>The trainings, the least emissions first.</summary>
    public static IReadOnlyList<ReportPublished> All => _all.Value;

    static ReportPublished Create(
        PublishedTraining training, double? kilograms, Bounds? range, string text, string basis, string? contradiction) => new(
        training.Name, training.Organisation, training.Year, kilograms, range is { } low ? SixDigitRounding.RoundLow(low) : null,
        range is { } high ? SixDigitRounding.RoundHigh(high) : null, text, basis, training.Boundary, contradiction, training.Source.Title);

    static string DescribeRange(Bounds range)
    {
        var (low, high) = (DisplayValue.Format(range.Low, "kg CO2e", 2), DisplayValue.Format(range.High, "kg CO2e", 2));
        return $"{low} to {high}";
    }

    static (Bounds Bounds, string Basis)? ComputeRange(PublishedTraining training)
    {
        var nowhere = new Place();
        if (training.EnergyKwh is { Value: > 0, Contradiction: null } energy)
        {
            var intensity = FactorSelector.SelectFactors(nowhere).Grid.Intensity.Bounds;
            return (intensity * (energy.Value / 1000), "not published; the published energy on any grid");
        }

        if (training is not
            { HoursBasis: "published", Parameters: >= LeastParameters, ChipHours: { Value: > 0, Contradiction: null } hours }
            || AcceleratorCatalog.Find(training.Hardware).Value is not { } hardware)
        {
            return null;
        }

        var task = new TrainingTask(hardware) { Chips = 1, Hours = hours.Value };
        return (TrainingRanking.Rank([task], nowhere).Best.Footprint.Total.Bounds, "not published; the published hours on any grid");
    }
}
