using System.Text.Json;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Planning;

/// <summary>A replay of the ledger as JSON, schema <c>tonne.plan-replay/1</c>. Emissions are operational, in kg CO2e; shares are those of the emissions as the runs ran.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="SlackS">How much later each run could have been finished, in s.</param>
/// <param name="MaxPauses">How often each could have been paused; null for any number.</param>
/// <param name="Zones">Other places.</param>
/// <param name="Runs">Number of runs replayed.</param>
/// <param name="ImmediateKg">Emissions as they ran.</param>
/// <param name="WaitingSavingShare">Saved by waiting.</param>
/// <param name="PausingSavingShare">Saved by waiting with pauses.</param>
/// <param name="MovingSavingShare">Saved by running at the best place at once; null without other places.</param>
/// <param name="AllSavingShare">Saved by all of these; null without other places.</param>
/// <param name="LeftOut">Number of runs left out, by reason.</param>
/// <param name="Details">The runs, most saved first.</param>
public sealed record ReplayDocument(
    string Schema, double SlackS, int? MaxPauses, IReadOnlyList<string> Zones, int Runs, double ImmediateKg, double WaitingSavingShare, double PausingSavingShare, double? MovingSavingShare,
    double? AllSavingShare, IReadOnlyDictionary<string, int> LeftOut, IReadOnlyList<ReplayDocument.ReplayPart> Details)
{
    /// <summary>
    /// Saved by running on the best other accelerator, of the runs on one that the catalog knows; modelled, embodied emissions of
    /// accelerators included.
    /// Null without such runs.
    /// </summary>
    public PlanDocument.SharePart? HardwareSavingShare { get; init; }

    /// <summary>Number of runs on an accelerator that the catalog knows.</summary>
    public int HardwareRuns { get; init; }

    /// <summary>A replay as a document.</summary>
    public static ReplayDocument From(PlanReplay replay)
    {
        ArgumentNullException.ThrowIfNull(replay);
        return new ReplayDocument(
            "tonne.plan-replay/1", replay.Options.Slack.TotalSeconds, replay.Options.MaxPauses, [.. replay.Options.Zones.Select(zone => zone.Code)], replay.Runs.Count, replay.Immediate.Kilograms,
            replay.Waiting, replay.Pausing, replay.Moving, replay.All, replay.Skipped,
            [.. replay.Runs.Select(run => new ReplayPart(
                run.Id, run.Name, run.Zone, EnumWords.Format(run.Signal), run.Immediate.Kilograms, run.Waiting.Kilograms,
                    run.Pausing.Kilograms, run.Moving?.Kilograms, run.All?.Kilograms, run.BestZone, run.BestStart)
            {
                Hardware = run.Hardware is { } other ? new HardwarePart(
                    other.Present, other.Other, other.PresentGrams / 1000,
                    QuantityDocument.From(
                        new Bounds(other.OtherGrams.Low / 1000, other.OtherGrams.Best / 1000, other.OtherGrams.High / 1000),
                            "operational, and embodied of accelerators", Quality.Modelled, 0)) : null,
            })])
        {
            HardwareSavingShare = replay.Hardware is { } share ? PlanDocument.SharePart.From(share) : null,
            HardwareRuns = replay.RunsWithHardware,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ReplayDocument);

    /// <summary>One run.</summary>
    public sealed record ReplayPart(
        string Id, string Name, string Zone, string Signal, double ImmediateKg, double WaitingKg, double PausingKg, double? MovingKg,
            double? AllKg, string BestZone, DateTimeOffset BestStart)
    {
        /// <summary>On another accelerator; null if the run had none that the catalog knows.</summary>
        public HardwarePart? Hardware { get; init; }
    }

    /// <summary>A run on the best other accelerator.</summary>
    /// <param name="Present">The accelerator that it ran on.</param>
    /// <param name="Other">The other one.</param>
    /// <param name="PresentKg">As it ran, embodied emissions of its accelerators included.</param>
    /// <param name="OtherKg">On the other one.</param>
    public sealed record HardwarePart(string Present, string Other, double PresentKg, QuantityDocument OtherKg);
}
