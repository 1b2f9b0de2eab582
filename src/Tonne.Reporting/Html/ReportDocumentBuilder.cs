using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Recording.Traces;
using Tonne.Reporting.Advising;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Html.Predictions;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>Makes the document of a page from a run.</summary>
static class ReportDocumentBuilder
{
    const double MicrojoulesPerKilowattHour = 3.6e12;

    /// <summary>Creates the document.</summary>
    public static ReportDocument Create(RunRecord record, Footprint footprint, HtmlReportOptions options)
    {
        var clean = PageText.GetCleaner(options.WithDetails);
        var (power, missing) = ReadPower(record, options.OpenTrace);
        return new ReportDocument
        {
            Method = footprint.Method,
            FactorsHash = footprint.Factors.FactorsHash,
            Run = CreateRun(record, options.WithDetails, clean),
            Answer = CreateAnswer(record, footprint, clean),
            Stages = StageRows.Create(record, footprint),
            Epochs = EpochRows.Create(record, footprint),
            Power = power,
            PowerMissing = missing,
            Prediction = PredictionSection.Create(options.Prediction, options.WithDetails),
            Advice = options.Advice is { } advice ? AdviceDocument.From(Keep(advice, options.WithDetails)) : null,
            Boundaries = BoundaryLadder.Create(record, footprint),
            Derivation = DerivationGraph.Create(footprint),
            Choices = CreateChoices(footprint.Factors, footprint.Embodied is null ? null : footprint.Factors.Lifetime.Id),
            Published = PublishedTrainings.All,
            Lesson = CreateLesson(record, footprint),
            Warnings = CreateWarnings(RunDocument.CollectWarnings(record, footprint.Warnings), clean),
            Sources = footprint.GetSources(),
        };
    }

    /// <summary>What of an advice is on a page: no start that was best at another time and, without details, no command of the run.</summary>
    static Advice Keep(Advice advice, bool withDetails) => advice with
    {
        Levers = [.. advice.Levers.Where(IsTimeless)],
        Uncertain = [.. advice.Uncertain.Where(IsTimeless)],
        Unknown =
        [
            .. advice.Unknown.Select(one => withDetails || one.Command is not [_, "bench", ..] ? one
                : one with { Command = ["tonne", "bench", "--", "COMMAND", ":::", "COMMAND"] }),
        ],
    };

    static bool IsTimeless(Lever lever) => lever.Kind is not (LeverKind.Hour or LeverKind.Pauses);

    /// <summary>Warnings, the most important first, with clean texts.</summary>
    internal static IReadOnlyList<Warning> CreateWarnings(IEnumerable<Warning> warnings, Func<string, string> clean) =>
        [.. WarningImportance.Sort(warnings).Select(warning => new Warning(warning.Code, clean(warning.Text),
            warning.Remedy is { } remedy ? clean(remedy) : null))];

    static ReportRun CreateRun(RunRecord record, bool withDetails, Func<string, string> clean)
    {
        var opening = record.Opening;
        return new ReportRun(
            opening.Id, clean(opening.Name), opening.Project is { } project ? clean(project) : null, EnumWords.Format(record.Status),
            record.Status == RunStatus.Completed ? null
                : record.ExitCode is { } code
                    ? string.Create(CultureInfo.InvariantCulture, $"{EnumWords.Format(record.Status)}, exit code {code}")
                : EnumWords.Format(record.Status),
            opening.StartedAt, record.DurationSeconds, DisplayValue.FormatDuration(record.DurationSeconds), record.Samples,
            [.. record.Gaps.Select(gap => new ReportGap(clean(gap.Meter), gap.From, gap.To, clean(gap.Reason)))],
            withDetails ? CreateDetails(record) : null);
    }

    internal static ReportDetails CreateDetails(RunRecord record)
    {
        var (opening, machine) = (record.Opening, record.Opening.Machine);
        return new ReportDetails(
            TextSanitizer.ToOneLine(string.Join(' ', opening.Command)), opening.User is { } user ? TextSanitizer.ToOneLine(user) : null,
            opening.Node is { } node ? TextSanitizer.ToOneLine(node) : null,
            TextSanitizer.ToOneLine(string.Join(", ", (machine.Gpus ?? []).Prepend($"{machine.Cpu} ({machine.Threads} threads)"))),
            TextSanitizer.ToOneLine(machine.OperatingSystem),
            [.. opening.Tags.Select(tag => TextSanitizer.ToOneLine($"{tag.Key}={tag.Value}"))],
            [.. record.Notes.Select(note => TextSanitizer.ToOneLine(note))]);
    }

    static ReportAnswer CreateAnswer(RunRecord record, Footprint footprint, Func<string, string> clean)
    {
        var (energy, total) = (DisplayValue.Format(footprint.FacilityEnergy), DisplayValue.Format(footprint.Total));
        var origin = FactorOrigin.Describe(record.Opening.Place, footprint.Factors);
        var ended = record.Status switch
        {
            RunStatus.Failed => "This run failed; it",
            RunStatus.Interrupted => "This run was interrupted; it",
            RunStatus.Running => "So far this run",
            _ => "This run",
        };
        return new ReportAnswer(
            $"{ended} used {energy.FormatWithInterval()} and emitted {total.FormatWithInterval()}.",
            DescribeBoundary(footprint),
            ReportFigure.From(footprint.FacilityEnergy),
            ReportFigure.From(footprint.Energy, footprint.FacilityEnergy.Value),
            ReportFigure.From(footprint.MachineEnergy),
            ReportFigure.From(footprint.Operational, footprint.Total.Value),
            footprint.Embodied is { } embodied ? ReportFigure.From(embodied, footprint.Total.Value) : null,
            ReportFigure.From(footprint.Total),
            footprint.Water is { } water ? ReportFigure.From(water) : null,
            CreateComponents(record),
            ReportPlace.FromGrid(footprint.Factors, PlaceName.Format(record.Opening.Place, footprint.Factors.Grid), clean),
            ReportPlace.FromPue(footprint.Factors, clean))
        {
            Boundary = $"{DescribeBoundary(footprint)}; {RunHeadline.From(record, footprint).FormatQuality()}; grid: {origin.Grid}",
        };
    }

    static string DescribeBoundary(Footprint footprint) =>
        $"At the facility (PUE included), {BoundaryText.DescribePolicy(footprint.Total.Boundary)}, location-based, "
        + (footprint.Embodied is null ? "without hardware manufacturing (unknown)" : "emissions with hardware manufacturing");

    internal static IReadOnlyList<ReportComponent> CreateComponents(RunRecord record)
    {
        double total = record.Components.Sum(part => part.JobMicrojoules);
        return [.. RunReport.GroupParts(record).Select(part => new ReportComponent(
            EnumWords.Format(part.Component), part.Name, part.JobMicrojoules / MicrojoulesPerKilowattHour,
            DisplayValue.Format(part.JobMicrojoules / MicrojoulesPerKilowattHour, "kWh", 2, total / MicrojoulesPerKilowattHour),
            total > 0 ? part.JobMicrojoules / total : 0, EnumWords.Format(part.Quality)))];
    }

    static (ReportPower? Power, string? Missing) ReadPower(RunRecord record, Func<Stream>? open)
    {
        const string none = "This run has no trace: it was imported, or its trace was thinned out. "
            + "Its energy is known, its power over time is not.";
        if (open is null)
            return (null, none);
        try
        {
            return PowerTimeline.Read(open, record.DurationSeconds, record.Components.Length) is { } timeline
                ? (PowerChart.Create(timeline, record), null)
                : (null, "The run was so short that its trace has one sample.");
        }
        catch (TraceDamagedException error)
        {
            return (null, PageText.RemovePaths($"The trace cannot be read: {error.Message}"));
        }
    }

    /// <summary>The factors that may be put in the place of those of a figure.</summary>
    internal static ReportChoices CreateChoices(AccountingFactors factors, string? lifetime) => new(
        factors.Grid.Intensity.Id, factors.Pue.Id, lifetime,
        [
            .. ZoneCatalog.All.Select(zone => (Zone: zone, Signal: AnnualIntensityCatalog.Find(zone))).Where(one => one.Signal is not null)
                .Select(one => new ReportChoice(one.Zone.Name, one.Zone.Code, one.Signal!.Intensity.Id, one.Signal.Intensity.Bounds.Best,
                    one.Signal.Intensity.Bounds.Low, one.Signal.Intensity.Bounds.High, one.Signal.Year))
                .OrderBy(choice => choice.Name, StringComparer.Ordinal),
        ],
        [.. FacilityCatalog.Search().Where(IsPue).Select(entry => new ReportChoice(
            entry.Name, entry.Id, entry.Id, entry.Bounds!.Value.Best, entry.Bounds.Value.Low, entry.Bounds.Value.High, entry.Year))]);

    static bool IsPue(CatalogEntry entry) => entry.Bounds is not null && entry.Id.StartsWith("pue/", StringComparison.Ordinal);

    static ReportLesson CreateLesson(RunRecord record, Footprint footprint) => new(
        TextSanitizer.ToOneLine(Insight.Describe(record, footprint)), [.. Equivalents.Choose(footprint.Total).Select(ReportEquivalent.From)],
        [.. Quiz.Create(record, footprint).Select(item => new ReportQuestion(item.Question, item.Options, item.CorrectOption,
            item.Reason))]);
}
