using Tonne.Cli.PowerLimits;
using Tonne.Formatting;
using Tonne.Instruments.PowerLimits;
using Tonne.Quantities;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Statistics;

namespace Tonne.Cli.Benching;

/// <summary>Writes the result of a bench as a document.</summary>
static class BenchReport
{
    /// <summary>Lists the limits of the verdict that a reader must know.</summary>
    public static IReadOnlyList<string> CreateNotes(BenchSession session, BenchRequest request, PowerLimitSession? limits)
    {
        var notes = new List<string>();
        if (limits is not null)
        {
            var devices = limits.Devices.Select((device, i) => $"{device.Name}, found at {PowerLimitDevice.Format(limits.Found[i])}");
            notes.Add($"Limited: {string.Join("; ", devices)}.");
            notes.AddRange(limits.Notes);
        }

        if (session.ReferenceRun is { } run)
        {
            var energy = run.Footprint.Energy;
            notes.Add(energy.MeasuredShare >= 1 ? "Energy is measured."
                : energy.MeasuredShare > 0 ? $"Energy is measured to {DisplayValue.FormatPercent(energy.MeasuredShare)}; the rest is modelled ('tonne doctor' says which meters are missing)."
                : "Energy is modelled, by CPU time and the memory held ('tonne doctor' says which meters are missing): what the model does not see, such as the kind of instructions, is in no ratio.");
            notes.Add(run.Footprint.Embodied is null
                ? "Emissions are energy × PUE × intensity of the grid: the last two cancel in the ratio, so it equals the ratio of energy."
                : "Emissions are energy × PUE × intensity of the grid, plus embodied emissions by the time the hardware is held: shared factors cancel as far as both parts change in proportion.");
        }

        notes.Add(request.KeepInLedger && session.ReferenceRun is not null
            ? $"Each run is in the ledger with tag bench={session.Id}. Order of the runs: seed {request.Seed}."
            : $"Order of the runs: seed {request.Seed}.");
        return notes;
    }

    /// <summary>The document.</summary>
    public static BenchDocument CreateDocument(BenchSession session, BenchRequest request, BenchOutcome end, string stopped,
        PowerLimitSession? limits) => new()
    {
        Id = session.Id,
        Seed = request.Seed,
        Rounds = session.Rounds.Count,
        MaximumRounds = request.Plan.Rounds,
        WarmupRounds = request.Warmup,
        Risk = request.Plan.Risk,
        Margin = request.Plan.Margin,
        DecidedBy = VariantText.GetFigureName(request.Plan.DecisionFigure),
        Stopped = end switch { BenchOutcome.Decided => "decided", BenchOutcome.RoundsExhausted => "used_up", BenchOutcome.Interrupted => "interrupted", _ => "failed" },
        Failure = session.Failure is { } failure ? new(session.Labels[failure.Variant], failure.ExitCode, failure.Text) : null,
        Boundary = session.ReferenceRun?.Footprint.Energy.Boundary.ToString(),
        Quality = session.ReferenceRun is { } reference ? EnumWords.Format(reference.Footprint.Energy.Quality) : null,
        MeasuredShare = session.ReferenceRun?.Footprint.Energy.MeasuredShare,
        Commands = [.. request.Commands.Select((command, i) => new BenchDocument.CommandPart(
            session.Labels[i], command,
            Median(session, i, run => run.Footprint.Energy.Value), Median(session, i, run => run.Record.DurationSeconds), Median(session, i, run => run.Footprint.Total.Value),
            [.. session.Rounds.Select(round => round.Runs[i]).Select(run => new BenchDocument.VariantRunPart(
                run.Record.Opening.Id, run.Footprint.Energy.Value, run.Record.DurationSeconds, run.Record.JobCpuSeconds,
                    run.Footprint.Total.Value))])
        {
            PowerLimitW = limits?.Variants[i].Watts,
        })],
        PowerLimits = limits is null ? null : CreatePowerLimits(session, request, limits),
        Orders = [.. session.Rounds.Select(round => string.Concat(round.Order.Select(variant => session.Labels[variant])))],
        Pairs = BenchDocument.CreatePairs(session.Comparison),
        Notes = [stopped, .. CreateNotes(session, request, limits)],
    };

    /// <summary>The limits with the least of each figure.</summary>
    public static IReadOnlyList<LeastLimit> FindLeast(BenchSession session, BenchRequest request) =>
        PowerLimitSummary.Find(session.Comparison.Rounds, request.Plan);

    static BenchDocument.PowerLimitsPart CreatePowerLimits(BenchSession session, BenchRequest request, PowerLimitSession limits) => new(
        [.. limits.Devices.Select((device, i) => new BenchDocument.LimitedDevicePart(
            device.Id, device.Name, limits.Found[i] / 1e6, device.MinMicrowatts / 1e6, device.MaxMicrowatts / 1e6,
                device.DefaultMicrowatts / 1e6))],
        session.Labels[0],
        [.. FindLeast(session, request).Select(least => new BenchDocument.LeastPart(
            least.Figure, session.Labels[least.Variant], limits.Variants[least.Variant].Watts,
                BenchDocument.RatioPart.From(least.RatioToFound)))]);

    static double? Median(BenchSession session, int variant, Func<BenchedRun, double> figure)
    {
        var values = session.Rounds.Select(round => figure(round.Runs[variant])).ToArray();
        return values.Length == 0 ? null : OrderStatistic.Median(values);
    }
}
