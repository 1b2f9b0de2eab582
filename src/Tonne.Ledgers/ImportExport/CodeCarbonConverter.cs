using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.ImportExport;

/// <summary>
/// Converts a row of CodeCarbon to an entry: its energies, accounted with its intensity, and marked as another tool's figures.
/// </summary>
/// <remarks>
/// energy at the plug = energy_consumed ÷ pue, split by <see cref="CodeCarbonSplit"/>; intensity = emissions ÷ energy_consumed. So facility
/// energy and operational emissions are those that CodeCarbon stated. The boundary is CPU, GPU and memory, without embodied emissions.
/// </remarks>
static class CodeCarbonConverter
{
    const double BytesPerGibibyte = 1024d * 1024 * 1024;
    const string RateId = "codecarbon/stated";

    /// <summary>Replaces the hash of factor tables: none was used.</summary>
    const string NoTables = "none";

    static readonly Source Validation = new(
        "FISCHER-2025", "R. Fischer, Ground-Truthing AI Energy Consumption: Validating CodeCarbon Against External Measurements, arXiv:2509.22092", 2025, null, "https://arxiv.org/abs/2509.22092");

    /// <summary>Creates the entry of a row.</summary>
    /// <exception cref="OverflowException">An energy exceeds 64 bits of microjoules.</exception>
    internal static LedgerEntry ToEntry(CodeCarbonRow row, string file, DateTimeOffset at, Accountant accountant)
    {
        var record = BuildRecord(row);
        return new LedgerEntry(record, [accountant.Account(record, BuildFactors(row, file)).CreateStatement(at)]);
    }

    /// <summary>Whether a record has the values that CodeCarbon stated.</summary>
    internal static bool IsCodeCarbonRun(RunRecord record) => record.Opening.Rates.Any(rate => rate.Id == RateId);

    /// <summary>The id of the run of a row: its start, and a digest of its content.</summary>
    internal static string CreateId(CodeCarbonRow row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Start:yyyyMMdd-HHmmss}-{row.Digest}");

    /// <summary>Creates the record of a row.</summary>
    /// <exception cref="OverflowException">An energy exceeds 64 bits of microjoules.</exception>
    internal static RunRecord BuildRecord(CodeCarbonRow row)
    {
        var parts = CodeCarbonSplit.Split(row);
        var components = parts.Select(part => new ComponentEnergy(part.Component, null, Quality.Assumed, Count(part.Joules), 0, 0, Count(part.Joules), Amounts(part.Joules), Amounts(part.Joules))).ToImmutableArray();
        return new RunRecord
        {
            Opening = BuildOpening(row, parts),
            Status = RunStatus.Completed,
            DurationSeconds = row.Duration,
            JobCpuSeconds = 0,
            Samples = 0,
            Components = components,
            Stages = [new StageRecord(StageRecord.Outside, 0, row.Duration, null, null, [.. components.Select(use => new EnergyUse(use.Component, null, use.JobMicrojoules, use.Job))])],
            Epochs = [],
            QuarterHours = QuarterHours(row, components),
            Gaps = [],
            Notes = [.. row.NonEmptyFields.Where(pair => !CodeCarbonColumn.MappedColumns.Contains(pair.Column)).Select(pair => $"{CodeCarbonColumn.Prefix}{pair.Column} = {pair.Text}")],
            Warnings = [.. CollectWarnings(row)],
        };
    }

    static long Count(double joules) => Microjoules.FromJoules(joules).Value;

    static ImmutableArray<RatedAmount> Amounts(double joules) => [new RatedAmount(RateId, joules)];

    static RunOpening BuildOpening(CodeCarbonRow row, List<CodeCarbonPart> parts)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        tags["imported"] = row[CodeCarbonColumn.Version] is { } version ? "codecarbon " + version : "codecarbon";
        foreach (var (tag, column) in new[] { (CodeCarbonColumn.RunIdTag, CodeCarbonColumn.RunId), (CodeCarbonColumn.ExperimentTag, CodeCarbonColumn.ExperimentId), (CodeCarbonColumn.TaskTag, CodeCarbonColumn.TaskName) })
        {
            if (row[column] is { } text)
                tags[tag] = text;
        }

        var cloud = row[CodeCarbonColumn.OnCloud] is { } on && on.Equals("Y", StringComparison.OrdinalIgnoreCase);
        var region = cloud && row[CodeCarbonColumn.CloudProvider] is { } provider && row[CodeCarbonColumn.CloudRegion] is { } name ? $"{provider}:{name}" : null;
        var threads = (int)Math.Clamp(ParseWholeNumber(row[CodeCarbonColumn.CpuCount]), 0, int.MaxValue);
        var memory = (long)Math.Clamp(ParseWholeNumber(row[CodeCarbonColumn.RamTotalSize]) * BytesPerGibibyte, 0, 1e18);
        var project = row[CodeCarbonColumn.ProjectName];
        var stated = new Factor("codecarbon/stated/" + NameMatching.ToSlug($"{row[CodeCarbonColumn.CpuModel]} {row[CodeCarbonColumn.GpuModel]}"), "true energy ÷ energy stated by CodeCarbon", "J/J",
            new Bounds(1 / 1.4, 1, 1 / 0.6), Quality.Assumed, Validation, "Errors of up to 40 % of what meters at the wall showed; taken as the 95 % interval of every stated joule.");
        return new RunOpening
        {
            Id = CreateId(row),
            Name = row[CodeCarbonColumn.TaskName] ?? project ?? "codecarbon",
            Project = project,
            Tags = tags.ToImmutable(),
            StartedAt = row.Start,
            Machine = new Machine(cloud ? HostKind.Vm : HostKind.Unknown, row[CodeCarbonColumn.CpuModel] ?? "unknown", null, threads, 1, memory, row[CodeCarbonColumn.OperatingSystem] ?? "unknown", cloud, "", region,
                row[CodeCarbonColumn.GpuModel] is { } gpus ? [.. HardwareName.ExpandCounted(gpus)] : null),
            Place = new Place(FindZone(row), region, Intensity(row), row.Pue, PlaceOrigin.Given, "by CodeCarbon: " + DescribePlace(row)),
            Policy = row[CodeCarbonColumn.TrackingMode] is "process" ? SharePolicy.Share : SharePolicy.Machine,
            Meters = [],
            Bases = [.. parts.Select(part => new ComponentBasis(part.Component, Quality.Assumed, [], RateId, null, null, part.Component == Component.Memory ? memory / 1e9 : threads, part.Origin))],
            Rates = [new Rate(RateId, "J", new Derivation.FactorNode(stated))],
            Holder = new RunHolder("", 0, 0),
        };
    }

    static double ParseWholeNumber(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : 0;

    /// <summary>The zone of the country that the row states; null if it states none or an unknown one.</summary>
    static string? FindZone(CodeCarbonRow row) => row[CodeCarbonColumn.CountryIsoCode] is { } country && ZoneCatalog.Find(country).Value is { } zone ? zone.Code : null;

    static string DescribePlace(CodeCarbonRow row) =>
        string.Join(", ", new[] { row[CodeCarbonColumn.CountryName], row[CodeCarbonColumn.CountryIsoCode], row[CodeCarbonColumn.Region], row[CodeCarbonColumn.CloudProvider], row[CodeCarbonColumn.CloudRegion] }
            .Where(part => part is not null).DefaultIfEmpty("place not stated"));

    /// <summary>g CO2e/kWh; null if there was no energy.</summary>
    static double? Intensity(CodeCarbonRow row) => row.EnergyConsumed > 0 ? row.Emissions * 1000 / row.EnergyConsumed : null;

    /// <summary>
    /// The file has only the sum. It is spread evenly over time, so that the run can be recounted with an hourly grid, and a warning is
    /// added.
    /// </summary>
    static ImmutableArray<QuarterHour> QuarterHours(CodeCarbonRow row, ImmutableArray<ComponentEnergy> components)
    {
        var quarter = TimeSpan.FromMinutes(15).Ticks;
        var (from, to) = (row.Start.UtcTicks, row.End.UtcTicks);
        var first = from - (from % quarter);
        var count = (int)Math.Max(1, (to - first + quarter - 1) / quarter);
        var weights = new double[count];
        for (var i = 0; i < count; i++)
            weights[i] = Math.Max(0, Math.Min(to, first + ((i + 1) * quarter)) - Math.Max(from, first + (i * quarter)));
        var total = weights.Sum();
        var split = components.Select(component =>
        {
            var energies = new Microjoules[count];
            new Microjoules(component.JobMicrojoules).Split(weights, energies);
            return energies;
        }).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => new QuarterHour(new DateTimeOffset(first + (i * quarter), TimeSpan.Zero),
            [.. components.Select((component, c) => new EnergyUse(component.Component, null, split[c][i].Value, Amounts(component.Job[0].Amount * (total > 0 ? weights[i] / total : 1d / count))))]))];
    }

    static IEnumerable<Warning> CollectWarnings(CodeCarbonRow row)
    {
        yield return new("boundary-of-another-tool", "CodeCarbon counts CPU, GPU and memory, without supply losses, fans, board, network, disks and embodied emissions. Runs recorded by tonne include these.");
        if (!row.HasTimeZone)
            yield return new("local-time", $"CodeCarbon wrote the end, {row[CodeCarbonColumn.Timestamp]}, in local time without its zone; it is taken as UTC and may be off by up to 14 h.");
        if (row.Duration > 0)
            yield return new("spread-evenly", "The file states one sum; within the run its energy is spread evenly over time.");
        if (row[CodeCarbonColumn.TrackingMode] is "process")
            yield return new("machine-not-stated", "CodeCarbon followed the process only; the energy of the machine is unknown, and the job's energy is used for it.");
        if (row[CodeCarbonColumn.TaskName] is not null)
            yield return new("task-of-a-run", "This is a task; if its run is in the ledger too, its energy is counted twice.");
        if (Intensity(row) is null)
            yield return new("no-energy-stated", "CodeCarbon stated no energy, so the intensity is unknown and the emissions are 0.");
        if (CodeCarbonSplit.DescribeDifference(row) is { } difference)
            yield return new(CodeCarbonSplit.WarningCode, difference);
    }

    static AccountingFactors BuildFactors(CodeCarbonRow row, string file)
    {
        var tool = row[CodeCarbonColumn.Version] is { } version ? "CodeCarbon " + version : "CodeCarbon";
        var source = new Source("CODECARBON-" + NameMatching.ToSlug(file).ToUpperInvariant(), $"{file} of {tool}, run {row[CodeCarbonColumn.RunId] ?? row[CodeCarbonColumn.ExperimentId] ?? "without id"}", row.End.Year);
        var grams = Intensity(row) ?? 0;
        var intensity = new Factor(string.Create(CultureInfo.InvariantCulture, $"codecarbon/intensity/{NameMatching.ToSlug(DescribePlace(row))}/{grams:R}"), "intensity stated by " + tool, "g CO2e/kWh", Bounds.FromExact(grams), Quality.Assumed, source,
            "emissions ÷ energy_consumed. Stated without basis, scope or bounds.");
        var pue = new Factor(string.Create(CultureInfo.InvariantCulture, $"codecarbon/pue/{row.Pue:R}"), "PUE set in " + tool, "1", Bounds.FromExact(row.Pue), Quality.Assumed, source);
        var water = row.Wue is { } wue ? new Factor(string.Create(CultureInfo.InvariantCulture, $"codecarbon/wue/{wue:R}"), "WUE set in " + tool, "L/kWh", Bounds.FromExact(wue), Quality.Assumed, source) : null;
        return new AccountingFactors(
            new GridFactor(intensity, null, IntensityBasis.Unstated, IntensityScope.Unstated, null, $"stated by {tool} for {DescribePlace(row)}"), pue, "given", [], EmbodiedCatalog.Lifetime, EmbodiedCatalog.Utilisation, water, null, NoTables,
            [new Warning("intensity-without-bounds", $"The intensity is {tool}'s own, without bounds: the interval of the emissions is that of the energy only.")]);
    }
}
