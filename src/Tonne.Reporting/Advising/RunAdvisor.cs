using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Runs;
using Tonne.Stopping;

namespace Tonne.Reporting.Advising;

/// <summary>Advice on a recorded run.</summary>
public static class RunAdvisor
{
    const string Part = "run";
    const double MicrojoulesPerKilowattHour = 3.6e12;

    /// <summary>Finds every way to reduce that applies to a run.</summary>
    /// <param name="entry">The run.</param>
    /// <param name="plan">Makes the plan of a command <c>tonne plan …</c>, given word by word; null if nothing is known of a place.</param>
    public static Advice Advise(LedgerEntry entry, Func<IReadOnlyList<string>, Plan?> plan)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(plan);
        var (record, footprint) = (entry.Record, entry.Account());
        var id = record.Opening.Id;
        var levers = new List<Lever>();
        var unknown = new List<UnknownLever>();
        if (footprint.Operational.Value > 0)
        {
            var uncertainty = new UncertaintyPropagator();
            var places = new PlaceLevers(uncertainty, plan);
            var subject = new PlaceLevers.Subject(
                Part, 1, footprint.Operational.Derivation, footprint.Factors, ["--like", id], TimeSpan.FromSeconds(record.DurationSeconds),
                record.Opening.Place is { IntensityGramsPerKwh: null } place ? place.Region : null);
            var hours = places.FindHours(subject);
            levers.AddRange(hours ?? []);
            levers.AddRange(places.FindPlaces(subject));
            levers.AddRange(places.FindFacility(subject));
            levers.AddRange(FindStop(record, footprint, uncertainty));
            levers.AddRange(FindIdle(record));
            levers.AddRange(RecordedLevers.FindRows(record, footprint, Part, IsLab(record), uncertainty));
            levers.AddRange(RecordedLevers.FindHardware(record, Part, uncertainty));
            levers.AddRange(RecordedLevers.FindReservation(record, footprint, Part, uncertainty));
            if (subject.Place is not { } zone)
                unknown.Add(new("another hour or place", "the intensity is a number, and no zone is known: name the zone", ["tonne", "plan",
                    "--like", id, "--zones", "FR,SE"]));
            else if (hours is null)
                unknown.Add(new("another hour", $"no hours of {zone} are known here; files or publishers have them", ["tonne", "plan",
                    "--like", id, subject.Region is null ? "--zone" : "--region", zone, "--series", "FILE.csv"]));
        }

        if (record.Epochs.IsEmpty && RecordedLevers.FindAccelerator(record) is { } chip)
        {
            unknown.Add(new("another accelerator", "how much of its peak the run used is not known; the plan takes the same share of each",
                ["tonne", "plan", "--like", id, "--zone", footprint.Factors.Grid.Zone ?? "FR", "--hardware",
                    string.Join(',', AcceleratorChoices.List(chip).Take(2).Select(other => other.Name).Prepend(chip.Name))]));
        }

        AddUnknown(record, unknown, hasRows: levers.Exists(lever => lever.Kind == LeverKind.Rows));
        return Advice.Create(id, footprint.Operational, levers, unknown,
            ["A contract or renewables on the site change the market-based figure, not this one: describe them under 'market:' of a life cycle (tonne footprint --schema)."]);
    }

    /// <summary>The epochs after the best one: they gained nothing.</summary>
    static IEnumerable<Lever> FindStop(RunRecord record, Footprint footprint, UncertaintyPropagator uncertainty)
    {
        if (StoppingAdvice.FromRun(record, footprint, 0) is not { EpochsAfter: > 0 } stop
            || EpochSeries.FindLongest(EpochSeries.Split(record.Epochs).Where(series => !series.IsLate)) is not { } series)
        {
            yield break;
        }

        Derivation[] after = [.. footprint.Epochs.Skip(series.From + stop.StopIndex + 1).Take(stop.EpochsAfter).Select(epoch =>
            epoch.Emissions.Derivation)];
        if (after.Sum(epoch => epoch.Value) is not > 0)
            yield break;
        var whole = footprint.Operational.Derivation;
        var (low, best, high) = uncertainty.ComputeRatio(new Derivation.Sum("epochs that gained nothing", whole.Unit, [.. after]), whole);
        var isMeasured = footprint.Energy.Quality == Quality.Measured;
        yield return new Lever
        {
            Kind = LeverKind.StoppingEarlier,
            Name = string.Create(CultureInfo.InvariantCulture, $"stop after epoch {stop.Stop.Epoch}"),
            Part = Part,
            PartShare = 1,
            SavingOfPart = new(low, best, high),
            Basis = isMeasured ? LeverBasis.Measured : LeverBasis.Modelled,
            BasisText = string.Create(CultureInfo.InvariantCulture,
                $"{(isMeasured ? "measured" : "modelled")} energy of the {stop.EpochsAfter} epochs of this run after its best {stop.Metric.Replace('_', ' ')}"),
            Effort = LeverEffort.Low,
            Command = ["tonne", "lab", "stop", record.Opening.Id, "--gain", "0"],
            Group = LeverGroup.Amount,
            Sentence = "The saving is that of this run; the next one needs a rule of early stopping, whose patience costs epochs of its own.",
        };
    }

    /// <summary>Idle energy, where the run is charged for the whole machine: at most that, if other work uses the machine.</summary>
    static IEnumerable<Lever> FindIdle(RunRecord record)
    {
        double idle = record.Components.Sum(component => component.IdleMicrojoules);
        double charged = record.Components.Sum(component => component.JobMicrojoules);
        if (record.Opening.Policy != SharePolicy.Machine || idle <= 0 || charged <= 0 || idle >= charged)
            yield break;
        var isMeasured = record.Components.Where(component => component.IdleMicrojoules > 0).All(component =>
            component.Quality == Quality.Measured);
        yield return new Lever
        {
            Kind = LeverKind.MachineShare,
            Name = "a larger share of the machine",
            Part = Part,
            PartShare = 1,
            SavingOfPart = new(0, idle / charged, idle / charged),
            Basis = isMeasured ? LeverBasis.Measured : LeverBasis.Modelled,
            BasisText = string.Create(CultureInfo.InvariantCulture,
                $"idle energy {idle / MicrojoulesPerKilowattHour:0.######} kWh of {charged / MicrojoulesPerKilowattHour:0.######} kWh charged"),
            Effort = LeverEffort.Medium,
            Command = ["tonne", "show", record.Opening.Id],
            Group = LeverGroup.Idle,
            Sentence = "At most this: if other work used all that was idle, and carried it.",
        };
    }

    static void AddUnknown(RunRecord record, List<UnknownLever> unknown, bool hasRows)
    {
        ImmutableArray<string> command = record.Opening.Command.IsDefaultOrEmpty ? ["COMMAND"] : record.Opening.Command;
        if (record.Opening.Policy != SharePolicy.Machine && record.Components.Sum(component =>
            component.IdleMicrojoules) is > 0 and var idle)
        {
            unknown.Add(new("a larger share of the machine", string.Create(CultureInfo.InvariantCulture,
                $"{idle / MicrojoulesPerKilowattHour:0.######} kWh were idle beside the run and are in no run's figure"), ["tonne", "show",
                    record.Opening.Id]));
        }

        if (IsLab(record))
        {
            unknown.Add(new("pruning", "not measured for this model", ["tonne", "lab", "prune"]));
            unknown.Add(new("quantization", "not measured for this model", ["tonne", "lab", "quantize"]));
            unknown.Add(new("distillation", "not measured for this model", ["tonne", "lab", "distill"]));
            unknown.Add(new(hasRows ? "the accuracy with fewer rows" : "fewer rows", "not measured for these data", ["tonne", "lab", "select"]));
        }
        else
        {
            if (record.Components.Any(component => component.Component == Component.Gpu
                || (component.Component == Component.Cpu && component.Quality == Quality.Measured)))
            {
                unknown.Add(new("a power limit", "not measured for this work; setting it takes root",
                    ["tonne", "bench", "--power-limit", "80%,60%",
                    "--", .. command]));
            }

            unknown.Add(new("another version of the work", "measure both: a batch, fewer rows, a cache", ["tonne", "bench",
                "--", .. command, ":::", .. command]));
        }
    }

    /// <summary>Whether it is work of the lab: <c>tonne lab work …</c>.</summary>
    static bool IsLab(RunRecord record) =>
        !record.Opening.Command.IsDefaultOrEmpty && record.Opening.Command.Zip(record.Opening.Command.Skip(1)).Contains(("lab", "work"));
}
