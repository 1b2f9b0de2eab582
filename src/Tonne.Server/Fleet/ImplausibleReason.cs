using System.Globalization;
using Tonne.Ledgers.Pushing;

namespace Tonne.Server.Fleet;

/// <summary>Why a node is implausible, in words, with what to do.</summary>
static class ImplausibleReason
{
    /// <summary>All reasons of a node.</summary>
    public static IEnumerable<string> Describe(FleetNode node, IReadOnlyList<NodeDeviation> far)
    {
        if (node.Report is { } report && NodeState.IsClockWrong(report))
            yield return string.Create(CultureInfo.InvariantCulture,
                $"Its clock is {Math.Abs(report.ClockAheadSeconds!.Value) / 60:0} min {(report.ClockAheadSeconds > 0 ? "ahead of" : "behind")} the server's: set it.");
        foreach (var one in far)
            yield return Describe(one);
    }

    static string Describe(NodeDeviation one) => one.Measure switch
    {
        "idle_w" => Compare(one, "Draws", "at idle", "W", 1)
            + " Compare it with a plug; 'tonne doctor' there shows its meters, 'tonne calibrate' corrects its model.",
        "load_w" => Compare(one, "Draws", "in its busiest quarter hour", "W", 1) + " Compare it with a plug; 'tonne doctor' there shows its meters.",
        "busy_hour_kwh" => Compare(one, "Uses", "for a busy hour", "kWh", 1) + " Its meters or its account of processor time are wrong: 'tonne doctor' there.",
        "gap_share" => Compare(one, "Has no readings for", "of the time", "%", 100) + " 'tonne agent status' there says which meter is not read.",
        _ => Compare(one, "Has a PUE of", "", "", 1) + " Check 'pue:' and 'region:' in its tonne.yaml.",
    };

    static string Compare(NodeDeviation one, string verb, string when, string unit, double scale)
    {
        var (value, median) = (Format(one.Value * scale) + Unit(unit), Format(one.Median * scale) + Unit(unit));
        var peers = string.Create(CultureInfo.InvariantCulture, $"its {one.Peers} peers of the same hardware");
        var than = one.Median > 0 && verb is "Draws" or "Uses"
            ? string.Create(CultureInfo.InvariantCulture, $"{verb} {one.Value / one.Median:0.0} x {peers} {when} ({value}; median {median}).")
            : $"{verb} {value}{(when.Length == 0 ? "" : " " + when)}, {peers} {median}.";
        return than;
    }

    static string Unit(string unit) => unit.Length == 0 ? "" : " " + unit;

    static string Format(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
