using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Teaching;
using Tonne.Runs;

namespace Tonne.Reporting.Json;

/// <summary>One run as JSON, schema <c>tonne.run/1</c>: what <c>tonne run --output</c>, <c>show --json</c> and <c>list --json</c> write.</summary>
/// <remarks>
/// Quantities with bounds are objects, exact numbers plain; the unit is in the name. What is unknown is null, never 0.
/// Described field by field in <c>docs/formats/run.md</c> and <c>docs/formats/tonne.run.schema.json</c>.
/// </remarks>
public sealed record RunDocument
{
    /// <summary>Name and version of the schema.</summary>
    public const string SchemaName = "tonne.run/1";

    const double MicrojoulesPerKilowattHour = 3.6e12;

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>Who accounted the run again with these factors in place of its node: <c>server</c>. Null, and not written: its own ledger.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RecountedBy { get; init; }

    /// <summary>Id of the run.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>Project; null if none.</summary>
    public string? Project { get; init; }

    /// <summary>Tags.</summary>
    public required ImmutableSortedDictionary<string, string> Tags { get; init; }

    /// <summary>Rank in a distributed job; null if alone.</summary>
    public int? Rank { get; init; }

    /// <summary>Id of the run inside which it was started, whose energy includes its own; null if none.</summary>
    public string? Parent { get; init; }

    /// <summary>The job of a scheduler or launcher; null if none.</summary>
    public JobPart? Job { get; init; }

    /// <summary>User; null if unknown.</summary>
    public string? User { get; init; }

    /// <summary>Name of the machine; null if unknown.</summary>
    public string? Node { get; init; }

    /// <summary>The container; null if none.</summary>
    public ContainerPart? Container { get; init; }

    /// <summary>completed, failed, interrupted or running.</summary>
    public required string Status { get; init; }

    /// <summary>Exit code of the command; null if it was not seen.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Duration in s.</summary>
    public required double DurationS { get; init; }

    /// <summary>The command and its arguments.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>How a shared machine is split: share, marginal or machine.</summary>
    public required string Policy { get; init; }

    /// <summary>The machine.</summary>
    public required HostPart Host { get; init; }

    /// <summary>The place of the run, and how that is known.</summary>
    public required PlacePart Place { get; init; }

    /// <summary>The meters that were read.</summary>
    public required ImmutableArray<MeterPart> Meters { get; init; }

    /// <summary>The job's IT energy.</summary>
    public required QuantityDocument EnergyKwh { get; init; }

    /// <summary>The whole machine's IT energy.</summary>
    public required QuantityDocument MachineEnergyKwh { get; init; }

    /// <summary>Energy by component, from the microjoule counts; absent in a list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ComponentPart>? Components { get; init; }

    /// <summary>The facility: its PUE.</summary>
    public required FacilityPart Facility { get; init; }

    /// <summary>Facility energy of the job (PUE included).</summary>
    public required QuantityDocument FacilityEnergyKwh { get; init; }

    /// <summary>The grid.</summary>
    public required GridPart Grid { get; init; }

    /// <summary>When a run that waited for clean hours was planned to work, and when it did; absent for any other run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimingPart? Timing { get; init; }

    /// <summary>Emissions.</summary>
    public required EmissionsPart EmissionsKg { get; init; }

    /// <summary>Everyday equivalents of the total emissions: at most three, none if nothing fits.</summary>
    public required IReadOnlyList<EquivalentDocument> Equivalents { get; init; }

    /// <summary>Water on site and in generation; null if unknown.</summary>
    public QuantityDocument? WaterL { get; init; }

    /// <summary>Stages, and the time outside any stage; absent in a list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StagePart>? Stages { get; init; }

    /// <summary>Epochs; absent in a list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EpochPart>? Epochs { get; init; }

    /// <summary>Ranks on this node, by rank; null if the run has none. In a list, without figures.</summary>
    public IReadOnlyList<RankPart>? Ranks { get; init; }

    /// <summary>Series of epochs and of steps, in order; null if there are none. In a list, steps have no figures.</summary>
    public IReadOnlyList<SeriesPart>? Series { get; init; }

    /// <summary>Data that moved during the run, with energy of its own; in no sum. Absent if it was not counted, and in a list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MovedDataPart>? Data { get; init; }

    /// <summary>Samples taken.</summary>
    public required int Samples { get; init; }

    /// <summary>Configured time between samples in s.</summary>
    public required double PeriodS { get; init; }

    /// <summary>CPU time of the job in s.</summary>
    public required double JobCpuS { get; init; }

    /// <summary>Gaps: times in which a meter returned nothing, in s from the start.</summary>
    public required ImmutableArray<GapPart> Gaps { get; init; }

    /// <summary>Cost of measuring; null if it is unknown.</summary>
    public OverheadPart? Overhead { get; init; }

    /// <summary>Notes that the program wrote.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Warnings: what makes the figures less certain.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>How each component is known, and why; absent in a list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BasisPart>? Bases { get; init; }

    /// <summary>A run with its figures.</summary>
    public static RunDocument From(RunRecord record, Footprint footprint)
    {
        var started = record.Opening.StartedAt;
        var observations = Observations.Describe(record);
        int[] seriesOfEpochs = [.. EpochSeries.Split(record.Epochs).SelectMany((series, i) => Enumerable.Repeat(i + 1, series.Count))];
        ComputeBoundsOfEpochs(footprint);
        var figures = footprint.GetRunFigures().Select(figure =>
            new StatedFigure(figure.Name, figure.Unit, figure.Boundary.ToString(), figure.Bounds, figure.Quality, figure.MeasuredShare));
        return Create(record, footprint.Method, footprint.Factors, figures, footprint.Warnings, footprint.GetSources()) with
        {
            Components = [.. record.Components.Select(ComponentPart.From)],
            Stages = [.. record.Stages.Zip(footprint.Stages, (stage, figure) => new StagePart(
                stage.Name, Known(stage.IsLate, started.AddSeconds(stage.StartSeconds)), Known(stage.IsLate, stage.DurationSeconds), ShapePart.From(stage.DataIn),
                ShapePart.From(stage.DataOut), figure.IsWithheld ? null : QuantityDocument.From(figure.Energy), figure.IsWithheld ? null : QuantityDocument.From(figure.Emissions)))],
            Epochs = [.. record.Epochs.Zip(footprint.Epochs).Select((pair, i) => new EpochPart(
                pair.First.Number, pair.First.Stage, Known(pair.First.IsLate, started.AddSeconds(pair.First.StartSeconds)), Known(pair.First.IsLate, pair.First.DurationSeconds),
                SeriesPart.Finite(pair.First.Metrics), pair.Second.IsWithheld ? null : QuantityDocument.From(pair.Second.Energy),
                pair.Second.IsWithheld ? null : QuantityDocument.From(pair.Second.Emissions), observations[i], seriesOfEpochs[i]))],
            Ranks = RankPart.CreateAll(record, footprint),
            Series = SeriesPart.CreateAll(record, footprint),
            Data = footprint.Data.IsEmpty ? null : [.. footprint.Data.Select(MovedDataPart.From)],
            Bases = [.. record.Opening.Bases.Select(basis => new BasisPart(EnumWords.Format(basis.Component), basis.Device, EnumWords.Format(basis.Quality), basis.Meters, basis.Why))],
        };
    }

    /// <summary>
    /// A run with its figures as they were stored, without stages, epochs and components: a line of a list. Nothing is computed again.
    /// </summary>
    public static RunDocument FromStatement(RunRecord record, FootprintStatement statement) =>
        Create(record, statement.Method, statement.Factors, statement.Figures, [.. statement.Factors.Warnings], CollectSources(record, statement.Factors));

    /// <summary>Computes the bounds of many epochs on all processors, which else would follow one after another.</summary>
    static void ComputeBoundsOfEpochs(Footprint footprint)
    {
        const int fewEpochs = 200;
        if (footprint.Epochs.Length <= fewEpochs)
            return;
        Parallel.ForEach(Partitioner.Create(0, footprint.Epochs.Length, fewEpochs), range =>
        {
            for (var i = range.Item1; i < range.Item2; i++)
            {
                if (!footprint.Epochs[i].IsWithheld)
                    _ = footprint.Epochs[i].Energy.Bounds;
            }
        });
    }

    static T? Known<T>(bool isLate, T value)
        where T : struct => isLate ? null : value;

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.RunDocument);

    static RunDocument Create(
        RunRecord record, string method, AccountingFactors factors, IEnumerable<StatedFigure> figures, ImmutableArray<Warning> accounting, IReadOnlyList<Source> sources)
    {
        var opening = record.Opening;
        var machine = opening.Machine;
        var stated = figures.ToDictionary(figure => figure.Name, StringComparer.Ordinal);
        var byName = stated.ToDictionary(figure => figure.Key, figure => QuantityDocument.From(figure.Value), StringComparer.Ordinal);
        var total = stated["emissions_kg.total"];
        return new RunDocument
        {
            Method = method,
            FactorsHash = factors.FactorsHash,
            Id = opening.Id,
            Name = opening.Name,
            Project = opening.Project,
            Tags = opening.Tags,
            Rank = opening.Rank,
            Parent = opening.Parent,
            Job = opening.Job is { } job ? JobPart.From(job) : null,
            User = opening.User,
            Node = opening.Node,
            Container = opening.Container is { } container
                ? new ContainerPart(container.Runtime, container.Id, container.Pod, container.PodUid, container.Namespace) : null,
            Status = EnumWords.Format(record.Status),
            ExitCode = record.ExitCode,
            StartedAt = opening.StartedAt,
            DurationS = record.DurationSeconds,
            Command = opening.Command,
            Policy = EnumWords.Format(opening.Policy),
            Host = new HostPart(EnumWords.Format(machine.Kind), machine.Cpu, machine.Microarchitecture, machine.Threads, machine.Sockets, machine.MemoryBytes,
                machine.OperatingSystem, machine.Virtual, machine.BootId, machine.CloudRegion, [.. machine.Gpus ?? []]),
            Place = new PlacePart(opening.Place.Zone, opening.Place.Region, EnumWords.Format(opening.Place.How), opening.Place.Detail, opening.Place.Guessed),
            Meters = [.. opening.Meters.Select(meter => new MeterPart(
                meter.Id, EnumWords.Format(meter.Component), EnumWords.Format(meter.Quality), Kebab(meter.Kind), Kebab(meter.Role), meter.Device, meter.Note,
                record.Counts.FirstOrDefault(count => count.Meter == meter.Id)?.Joules))],
            EnergyKwh = byName["energy_kwh"],
            MachineEnergyKwh = byName["machine_energy_kwh"],
            Facility = new FacilityPart(factors.Pue.Bounds.Best, factors.Pue.Bounds.Low, factors.Pue.Bounds.High, factors.PueHow,
                EnumWords.Format(factors.Pue.Quality), factors.Pue.Source.Id),
            FacilityEnergyKwh = byName["facility_energy_kwh"],
            Grid = new GridPart(factors.Grid.Zone, QuantityDocument.From(factors.Grid.Intensity, BoundaryText.FormatBasis(factors.Grid)),
                EnumWords.Format(factors.Grid.Basis), EnumWords.Format(factors.Grid.Scope), factors.Grid.Year, factors.Grid.Intensity.Source.Id, factors.Grid.How, factors.Grid.Intensity.Note)
            {
                Hours = factors.Grid.Spans is { } spans ? [.. spans.Select(GridHoursPart.Create)] : null,
            },
            Timing = record.Timing is { } timing ? TimingPart.From(timing) : null,
            EmissionsKg = new EmissionsPart(byName["emissions_kg.operational"], byName.GetValueOrDefault("emissions_kg.embodied"), byName["emissions_kg.total"]),
            Equivalents = EquivalentDocument.From(Teaching.Equivalents.Choose(total.Bounds, total.Unit)),
            WaterL = byName.GetValueOrDefault("water_l"),
            Ranks = RankPart.CreateAll(record, footprint: null),
            Series = SeriesPart.CreateAll(record, footprint: null),
            Samples = record.Samples,
            PeriodS = opening.PeriodSeconds,
            JobCpuS = record.JobCpuSeconds,
            Gaps = [.. record.Gaps.Select(gap => new GapPart(gap.Meter, gap.From, gap.To, gap.Reason))],
            Overhead = record.Overhead is { } overhead
                ? new OverheadPart(overhead.CpuSeconds, overhead.SamplerCpuSeconds, overhead.PeakResidentBytes / 1048576d)
                : null,
            Notes = record.Notes,
            Warnings = [.. CollectWarnings(record, accounting)],
            Sources = sources,
        };
    }

    /// <summary>Warnings of the start, of the run and of the accounting, each once.</summary>
    internal static IEnumerable<Warning> CollectWarnings(RunRecord record, IEnumerable<Warning> accounting) =>
        record.Opening.Warnings.Concat(record.Warnings).Concat(accounting).Distinct();

    static List<Source> CollectSources(RunRecord record, AccountingFactors factors)
    {
        var used = record.Opening.Rates.SelectMany(rate => rate.Derivation.GetFactors()).ToList();
        used.Add(factors.Pue);
        used.Add(factors.Grid.Intensity);
        if (factors.Embodied.Count > 0)
        {
            used.AddRange(factors.Embodied.SelectMany(share => share.HostThreads is { } host ? new[] { share.Manufacturing, host } : [share.Manufacturing]));
            used.AddRange([factors.Lifetime, factors.Utilisation]);
        }

        if (factors is { WaterOnSite: { } site, WaterOfGrid: { } grid })
            used.AddRange([site, grid]);
        return [.. used.Select(factor => factor.Source).DistinctBy(source => source.Id)];
    }

    static string Kebab<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    /// <summary>The machine.</summary>
    public sealed record HostPart(
        string Kind, string Cpu, string? Microarchitecture, int Threads, int Sockets, long MemoryBytes, string OperatingSystem,
        bool Virtual, string BootId, string? CloudRegion, ImmutableArray<string> Gpus);

    /// <summary>The place of the run, and how that is known.</summary>
    public sealed record PlacePart(string? Zone, string? Region, string How, string? Detail, bool Guessed);

    /// <summary>A meter, and the energy that it counted in J; null for a meter that counts no energy.</summary>
    public sealed record MeterPart(string Id, string Component, string Quality, string Kind, string Role, string? Device, string? Note, double? CountedJ);

    /// <summary>One component's energy in kWh, from its µJ: job + others + idle + unexplained = machine.</summary>
    public sealed record ComponentPart(
        string Component, string? Device, string Quality, double JobKwh, double OthersKwh, double IdleKwh, double MachineKwh, long JobUj, long OthersUj, long IdleUj, long MachineUj)
    {
        /// <summary>Energy of busy time that no process was counted for; may be negative. Null if other processes were not counted by themselves.</summary>
        public double? UnexplainedKwh { get; init; }

        /// <summary>The same in µJ.</summary>
        public long? UnexplainedUj { get; init; }

        internal static ComponentPart From(ComponentEnergy energy) => new(
            EnumWords.Format(energy.Component), energy.Device, EnumWords.Format(energy.Quality),
            energy.JobMicrojoules / MicrojoulesPerKilowattHour, energy.OthersMicrojoules / MicrojoulesPerKilowattHour,
            energy.IdleMicrojoules / MicrojoulesPerKilowattHour, energy.MachineMicrojoules / MicrojoulesPerKilowattHour,
            energy.JobMicrojoules, energy.OthersMicrojoules, energy.IdleMicrojoules, energy.MachineMicrojoules)
        {
            UnexplainedKwh = energy.UnexplainedMicrojoules / MicrojoulesPerKilowattHour,
            UnexplainedUj = energy.UnexplainedMicrojoules,
        };
    }

    /// <summary>The facility: its PUE.</summary>
    public sealed record FacilityPart(double Pue, double PueLow, double PueHigh, string How, string Quality, string Source);

    /// <summary>The grid.</summary>
    public sealed record GridPart(
        string? Zone, QuantityDocument IntensityGPerKwh, string Basis, string Scope, int? Year, string Source, string How, string? Note)
    {
        /// <summary>Of an account by the hour: how the intensity of each quarter hour is known. Absent if one annual mean holds for all.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<GridHoursPart>? Hours { get; init; }
    }

    /// <summary>Quarter hours whose intensity is known in the same way: their mean in g CO2e/kWh, and their part of the run's energy, 0 to 1.</summary>
    public sealed record GridHoursPart(DateTimeOffset From, DateTimeOffset To, string Signal, double IntensityGPerKwh, double EnergyShare, string Source)
    {
        internal static GridHoursPart Create(IntensitySpan span) =>
            new(span.From, span.To, EnumWords.Format(span.Signal), span.GramsPerKwh, span.EnergyShare, span.Source);
    }

    /// <summary>The timing of a run that waited for clean hours. Emissions are operational, in kg CO2e, of its energy by the intensity it was planned with.</summary>
    public sealed record TimingPart(
        DateTimeOffset SubmittedAt, DateTimeOffset FinishBy, string Zone, string Signal, IReadOnlyList<TimingSpan> Planned, IReadOnlyList<TimingSpan> Achieved,
        double? PlannedKg, double? AchievedKg, double? ImmediateKg, double? SavingShare)
    {
        internal static TimingPart From(RunTiming timing) => new(
            timing.SubmittedAt, timing.FinishBy, timing.Zone, timing.Signal, timing.Planned, timing.Achieved, timing.PlannedKilograms, timing.AchievedKilograms, timing.ImmediateKilograms, timing.Saving);
    }

    /// <summary>Emissions in kg CO2e.</summary>
    public sealed record EmissionsPart(QuantityDocument Operational, QuantityDocument? Embodied, QuantityDocument Total);

    /// <summary>Size of a table.</summary>
    public sealed record ShapePart(long Rows, long Columns)
    {
        internal static ShapePart? From(DataShape? shape) => shape is null ? null : new(shape.Rows, shape.Columns);
    }

    /// <summary>A stage; times and figures are null if its line was read late from a buffer.</summary>
    public sealed record StagePart(
        string Name, DateTimeOffset? StartedAt, double? DurationS, ShapePart? DataIn, ShapePart? DataOut, QuantityDocument? EnergyKwh, QuantityDocument? EmissionsKg);

    /// <summary>An epoch, and the number of its series from 1; times and figures are null if its line was read late from a buffer.</summary>
    public sealed record EpochPart(
        int Number, string Stage, DateTimeOffset? StartedAt, double? DurationS, ImmutableSortedDictionary<string, double?> Metrics,
        QuantityDocument? EnergyKwh, QuantityDocument? EmissionsKg, string Observation, int Series);

    /// <summary>A rank of the run: its part of the job's energy.</summary>
    /// <param name="Rank">Rank in the whole job, from 0.</param>
    /// <param name="LocalRank">Rank on this node; null if unknown.</param>
    /// <param name="Node">Name of the node; null if unknown.</param>
    /// <param name="ExitCode">Exit code of its command; null if nobody saw it.</param>
    /// <param name="StartedAt">Start, UTC.</param>
    /// <param name="DurationS">Duration, s.</param>
    /// <param name="CpuS">CPU time, s.</param>
    /// <param name="JobUj">Its energy by component, µJ; all ranks together have the job's.</param>
    /// <param name="EnergyKwh">Its IT energy; null in a list.</param>
    /// <param name="EmissionsKg">Its operational emissions; null in a list.</param>
    public sealed record RankPart(
        int Rank, int? LocalRank, string? Node, int? ExitCode, DateTimeOffset StartedAt, double DurationS, double CpuS,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RankEnergyPart>? JobUj,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] QuantityDocument? EnergyKwh,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] QuantityDocument? EmissionsKg)
    {
        internal static IReadOnlyList<RankPart>? CreateAll(RunRecord record, Footprint? footprint) => record.Ranks is null ? null :
            [.. record.Ranks.Select((rank, i) => new RankPart(
                rank.Rank, rank.LocalRank, record.Opening.Node, rank.ExitCode, record.Opening.StartedAt.AddSeconds(rank.StartSeconds), rank.DurationSeconds, rank.CpuSeconds,
                footprint is null ? null : [.. rank.Energy.Select(use => new RankEnergyPart(EnumWords.Format(use.Component), use.Device, use.Microjoules))],
                footprint is null ? null : QuantityDocument.From(footprint.Ranks[i].Energy),
                footprint is null ? null : QuantityDocument.From(footprint.Ranks[i].Emissions)))];
    }

    /// <summary>Energy of one component, µJ.</summary>
    public sealed record RankEnergyPart(string Component, string? Device, long Uj);

    /// <summary>A gap: a time in which a meter returned nothing, in s from the start.</summary>
    public sealed record GapPart(string Meter, double From, double To, string Reason);

    /// <summary>The job of a scheduler or launcher.</summary>
    public sealed record JobPart(
        string Launcher, string Id, string? Step, string? Array, string? ArrayTask, string? Name, string? Account, string? Partition, string? Qos, string? Cluster,
        int? Nodes, int? Ranks, int? LocalRank, int? Restarts,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NodeList,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool CoversJob)
    {
        internal static JobPart From(JobIdentity job) => new(
            EnumWords.Format(job.Launcher), job.Id, job.Step, job.Array, job.ArrayTask, job.Name, job.Account, job.Partition, job.Qos, job.Cluster,
            job.Nodes, job.Ranks, job.LocalRank, job.Restarts, job.NodeList, job.CoversJob);
    }

    /// <summary>The container that the run was recorded in.</summary>
    public sealed record ContainerPart(string Runtime, string? Id, string? Pod, string? PodUid, string? Namespace);

    /// <summary>Data that moved during the run: what its processes wrote, kept for a year, or what the machine transferred.</summary>
    /// <param name="Name"><c>storage</c> or <c>network</c>.</param>
    /// <param name="Bytes">The data, B.</param>
    /// <param name="EnergyKwh">Facility energy.</param>
    /// <param name="EmissionsKg">Operational emissions.</param>
    public sealed record MovedDataPart(string Name, long Bytes, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg)
    {
        internal static MovedDataPart From(DataFigures data) => new(data.Name, data.Bytes, QuantityDocument.From(data.Energy), QuantityDocument.From(data.Emissions));
    }

    /// <summary>Cost of measuring.</summary>
    public sealed record OverheadPart(double CpuS, double SamplerCpuS, double PeakResidentMib);

    /// <summary>How a component is known.</summary>
    public sealed record BasisPart(string Component, string? Device, string Quality, ImmutableArray<string> Meters, string Why);
}
