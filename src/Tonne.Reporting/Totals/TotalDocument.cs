using System.Text.Json;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Totals;

/// <summary>A total as JSON, schema <c>tonne.total/1</c>; see docs/formats/total.md.</summary>
public sealed record TotalDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.total/1";

    /// <summary>What the runs are grouped by.</summary>
    public required IReadOnlyList<string> By { get; init; }

    /// <summary>Start of the period, UTC; null if all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>End of the period, UTC, not included; null if all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The groups.</summary>
    public required IReadOnlyList<RowPart> Rows { get; init; }

    /// <summary>The sum of all runs.</summary>
    public required RowPart Total { get; init; }

    /// <summary>The same a year before; null unless asked for.</summary>
    public TotalDocument? YearBefore { get; init; }

    /// <summary>Runs that are counted with another one.</summary>
    public required IReadOnlyList<IncludedPart> CountedWithOthers { get; init; }

    /// <summary>Ids of runs without figures: running, not closed, or damaged.</summary>
    public required IReadOnlyList<string> WithoutFigures { get; init; }

    /// <summary>Nodes of jobs of which no run is there.</summary>
    public required IReadOnlyList<MissingNodesPart> MissingNodes { get; init; }

    /// <summary>Warnings.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>A total, and that of the year before.</summary>
    public static TotalDocument From(LedgerTotal total, LedgerTotal? yearBefore = null)
    {
        ArgumentNullException.ThrowIfNull(total);
        return new TotalDocument
        {
            By = [.. total.Query.By.Select(key => key.ToString())],
            Since = total.Query.Runs.Since,
            Until = total.Query.Runs.Until,
            Rows = [.. total.Rows.Select(row => RowPart.From(row, total.Query.By))],
            Total = RowPart.From(total.Sum, []),
            YearBefore = yearBefore is null ? null : From(yearBefore),
            CountedWithOthers = [.. total.CountedWithOthers.Select(run => new IncludedPart(run.Id, run.In, JsonNamingPolicy.KebabCaseLower.ConvertName(run.Reason.ToString())))],
            WithoutFigures = total.WithoutFigures,
            MissingNodes = [.. total.MissingNodes.Select(job => new MissingNodesPart(job.JobKey, job.Restarts, job.Nodes))],
            Warnings = total.Warnings,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.TotalDocument);

    /// <summary>Names of a boundary, with the number of runs of each if there are several.</summary>
    internal static string FormatBoundaries(TotalRow row) => row.Boundaries.Count switch
    {
        0 => "no run",
        1 => row.Boundaries.First().Key,
        _ => "mixed: " + string.Join("; ", row.Boundaries.Select(boundary => $"{boundary.Key} ({boundary.Value})")),
    };

    /// <summary>A group, or all.</summary>
    public sealed record RowPart
    {
        /// <summary>The group: a value for each word of <c>by</c>, null where the runs have none.</summary>
        public required IReadOnlyDictionary<string, string?> Group { get; init; }

        /// <summary>Runs.</summary>
        public required int Runs { get; init; }

        /// <summary>Jobs of a scheduler or launcher.</summary>
        public required int Jobs { get; init; }

        /// <summary>Runs that completed.</summary>
        public required int Completed { get; init; }

        /// <summary>Runs that failed.</summary>
        public required int Failed { get; init; }

        /// <summary>Runs that were interrupted.</summary>
        public required int Interrupted { get; init; }

        /// <summary>Durations, added, in s.</summary>
        public required double DurationS { get; init; }

        /// <summary>IT energy.</summary>
        public required QuantityDocument EnergyKwh { get; init; }

        /// <summary>Facility energy.</summary>
        public required QuantityDocument FacilityEnergyKwh { get; init; }

        /// <summary>Emissions.</summary>
        public required RunDocument.EmissionsPart EmissionsKg { get; init; }

        /// <summary>Facility energy that no job held while the runs ran; in no other figure.</summary>
        public required QuantityDocument IdleEnergyKwh { get; init; }

        /// <summary>Operational emissions of the idle energy.</summary>
        public required QuantityDocument IdleEmissionsKg { get; init; }

        internal static RowPart From(TotalRow row, IReadOnlyList<TotalKey> by) => FromWords(row, [.. by.Select(static key =>
            key.ToString())]);

        internal static RowPart FromWords(TotalRow row, string[] by)
        {
            var boundary = FormatBoundaries(row);
            // "facility, share, location, …": the policy is the second word.
            var policies = row.Boundaries.Keys.Select(text => text.Split(", ")).Where(words => words.Length > 1).Select(words => words[1]).Distinct(StringComparer.Ordinal).ToList();
            var policy = policies.Count == 1 ? policies[0] : "mixed: " + string.Join("; ", policies);
            return new RowPart
            {
                Group = by.Select((key, i) => (Key: key, Value: row.Group[i])).ToDictionary(pair => pair.Key, pair => pair.Value,
                    StringComparer.Ordinal),
                Runs = row.Runs,
                Jobs = row.Jobs,
                Completed = row.Completed,
                Failed = row.Failed,
                Interrupted = row.Interrupted,
                DurationS = row.Seconds,
                EnergyKwh = Quantity(row.Energy, "it, " + policy),
                FacilityEnergyKwh = Quantity(row.FacilityEnergy, "facility, " + policy),
                EmissionsKg = new RunDocument.EmissionsPart(
                    Quantity(row.Operational, boundary.Replace(", with embodied", "", StringComparison.Ordinal)),
                    row.Embodied is { } embodied ? Quantity(embodied, $"hardware, {policy}, embodied") : null,
                    Quantity(row.Emissions, boundary)),
                IdleEnergyKwh = Quantity(row.IdleEnergy, "facility, idle energy held by no job"),
                IdleEmissionsKg = Quantity(row.IdleEmissions, "facility, idle energy held by no job, location"),
            };

            QuantityDocument Quantity(Bounds bounds, string what) => QuantityDocument.From(bounds, what, row.Quality, row.MeasuredShare);
        }
    }

    /// <summary>Nodes of a job of which no run is there.</summary>
    /// <param name="Job">Launcher, cluster and job, and the step if only its nodes are known.</param>
    /// <param name="Restarts">How often the job was started again before.</param>
    /// <param name="Nodes">The nodes.</param>
    public sealed record MissingNodesPart(string Job, int Restarts, IReadOnlyList<string> Nodes);

    /// <summary>A run that is counted with another one.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="In">Id of the run that includes its energy.</param>
    /// <param name="Reason"><c>nested</c>, <c>own-export</c> or <c>same-time</c>.</param>
    public sealed record IncludedPart(string Id, string In, string Reason);
}
