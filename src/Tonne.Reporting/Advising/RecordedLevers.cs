using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Advising;

/// <summary>Levers that are modelled from the record of a run: fewer rows, another accelerator, a smaller reservation.</summary>
static class RecordedLevers
{
    /// <summary>The part of the rows that is left out.</summary>
    const double RowsLeftOut = 0.1;

    /// <summary>
    /// The least share of an epoch that goes with its rows, if it validates on as many rows as it trains on: forward and backward are three
    /// passes forward, of 2 and 4 operations for each parameter, and validation is one.
    /// </summary>
    const double LeastShareOfRows = 3d / 4;

    /// <summary>A tenth fewer rows, for a training whose rows are in the record: the energy of its epochs is proportional to them.</summary>
    public static IEnumerable<Lever> FindRows(
        RunRecord record, Footprint footprint, string part, bool isLab, UncertaintyPropagator uncertainty)
    {
        if (EpochSeries.FindLongest(EpochSeries.Split(record.Epochs).Where(series => !series.IsLate)) is not { } series
            || record.Stages.FirstOrDefault(stage => stage.Name == record.Epochs[series.From].Stage)?.DataIn is not
                { Rows: >= 10 and var rows })
        {
            yield break;
        }

        Derivation[] epochs = [.. footprint.Epochs.Skip(series.From).Take(series.Count).Select(epoch => epoch.Emissions.Derivation)];
        if (epochs.Sum(epoch => epoch.Value) is not > 0)
            yield break;
        var whole = footprint.Operational.Derivation;
        var (low, best, high) = uncertainty.ComputeRatio(new Derivation.Sum("epochs", whole.Unit, [.. epochs]), whole);
        yield return new Lever
        {
            Kind = LeverKind.Rows,
            Name = string.Create(CultureInfo.InvariantCulture, $"a tenth fewer rows: {rows - (long)(rows * RowsLeftOut):N0} instead of {rows:N0}"),
            Part = part,
            PartShare = 1,
            SavingOfPart = new(RowsLeftOut * low * LeastShareOfRows, RowsLeftOut * best, RowsLeftOut * high),
            Basis = LeverBasis.Modelled,
            BasisText = string.Create(CultureInfo.InvariantCulture,
                $"a tenth of the energy of the {series.Count} epochs of this run, {best * 100:0.#} % of it; at the low end each epoch validates on as many rows, at a third of the operations, and that stays"),
            Effort = LeverEffort.Medium,
            Command = ["tonne", "show", record.Opening.Id],
            Group = LeverGroup.Amount,
            Sentence = string.Create(CultureInfo.InvariantCulture,
                $"In proportion: half of the rows saves {best * 50:0.#} %. The accuracy is then not known: {(isLab ? "tonne lab select measures it" : "train on both and compare")}. The command has the energy of the epochs."),
        };
    }

    /// <summary>Another accelerator, for a training on accelerators of one kind: the same operations there.</summary>
    public static IEnumerable<Lever> FindHardware(RunRecord record, string part, UncertaintyPropagator uncertainty)
    {
        if (record.Epochs.IsEmpty || FindAccelerator(record) is not { } chip)
            return [];
        var used = record.Components.Where(component => component.Component == Component.Gpu && component.JobMicrojoules > 0).ToList();
        var hours = TimeSpan.FromSeconds(used.Sum(component => component.HeldShare ?? 1) * record.DurationSeconds).TotalHours;
        var share = used.Sum(component => (double)component.JobMicrojoules)
            / record.Components.Sum(component => (double)component.JobMicrojoules);
        if (!(hours > 0) || !(share > 0) || FindOperations(chip, hours) is not { } operations)
            return [];
        return TrainingLevers.FindHardware(
            new TrainingTask(chip) { Operations = operations },
            ["tonne", "estimate", "training", "--flops", CommandWords.FormatNumber(operations)],
            new(part, 1, share, string.Create(CultureInfo.InvariantCulture,
                $"it acts on the energy of the accelerators, {share * 100:0.#} % of the run; the operations are those of {hours:0.####} accelerator-hours at the utilisation of published trainings, as that of this run is not known")),
            uncertainty);
    }

    /// <summary>The accelerator of a run; null if it has none, several kinds, or one whose peak is not published.</summary>
    public static Accelerator? FindAccelerator(RunRecord record) =>
        record.Opening.Machine.Gpus is [var name, ..] gpus && gpus.All(other => other == name)
            && AcceleratorCatalog.Find(name) is { IsFound: true } found
            && record.Components.Any(component => component.Component == Component.Gpu && component.JobMicrojoules > 0)
            && new TrainingTask(found.Value!) { Operations = 1 }.Validate().Count == 0 ? found.Value : null;

    /// <summary>The operations that are estimated to take these accelerator-hours, to two digits.</summary>
    static double? FindOperations(Accelerator chip, double hours)
    {
        const int steps = 4;
        const double first = 1e17;
        var estimator = new TrainingEstimator();
        var place = new Place("WORLD", How: PlaceOrigin.Given);
        var operations = first * hours;
        for (var i = 0; i < steps; i++)
            operations *= hours / estimator.Estimate(new TrainingTask(chip) { Operations = operations }, place).ChipHours.Value;
        var rounded = double.Parse(operations.ToString("0.0e0", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return double.IsFinite(rounded) && rounded > 0 ? rounded : null;
    }

    /// <summary>
    /// Threads that were reserved and did not work, whose idle energy the run is charged: at most that is saved by a reservation of what is
    /// used. Only where the processors are modelled, whose amounts are in the record.
    /// </summary>
    public static IEnumerable<Lever> FindReservation(
        RunRecord record, Footprint footprint, string part, UncertaintyPropagator uncertainty)
    {
        if (record.Opening is not { Policy: SharePolicy.Share, ReservedShare: { } reserved } opening
            || opening.Bases.FirstOrDefault(basis => basis is { Component: Component.Cpu, IdleRate: not null, BusyRate: not null }) is not
                { } basis)
        {
            yield break;
        }

        string[] idle = [basis.IdleRate!, Rate.GetOtherRateId(basis.IdleRate!)];
        var used = record with
        {
            Components =
            [
                .. record.Components.Select(component => component with
                {
                    Job = [.. component.Job.Where(amount => !idle.Contains(amount.Rate, StringComparer.Ordinal))],
                }),
            ],
        };
        var saving = LeverMath.ComputeSaving(
            uncertainty, new Accountant().Account(used, footprint.Factors).Operational.Derivation, footprint.Operational.Derivation);
        if (saving.Value <= 0)
            yield break;
        yield return new Lever
        {
            Kind = LeverKind.Reservation,
            Name = "a smaller reservation",
            Part = part,
            PartShare = 1,
            SavingOfPart = new(0, saving.Value, saving.High),
            Basis = LeverBasis.Modelled,
            BasisText = string.Create(CultureInfo.InvariantCulture,
                $"idle energy of threads that were reserved and did not work: {reserved * 100:0.#} % of the machine were reserved, {record.JobCpuSeconds / (opening.Machine.Threads * record.DurationSeconds) * 100:0.#} % of its threads' time was used"),
            Sources =
            [
                .. opening.Rates.Where(rate => idle.Contains(rate.Id, StringComparer.Ordinal))
                    .SelectMany(rate => rate.Derivation.GetFactors()).Select(factor => factor.Source).DistinctBy(source => source.Id),
            ],
            Effort = LeverEffort.Low,
            Command = ["tonne", "explain", opening.Id, "energy"],
            Group = LeverGroup.Idle,
            Sentence = "At most this: if only what is used on average were reserved, and other work took the rest. The command has the idle amounts.",
        };
    }
}
