using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tonne.Trials;

/// <summary>A run as <c>--output</c> and <c>show --json</c> write it (schema <c>tonne.run/1</c>), read the way a script would.</summary>
sealed class RunJson(string text)
{
    internal JsonNode Root { get; } = JsonNode.Parse(text)!;

    internal string Id => (string)Root["id"]!;

    internal string Status => (string)Root["status"]!;

    internal int? ExitCode => (int?)Root["exit_code"];

    internal int Samples => (int)Root["samples"]!;

    internal double DurationSeconds => (double)Root["duration_s"]!;

    internal double PeriodSeconds => (double)Root["period_s"]!;

    internal double JobCpuSeconds => (double)Root["job_cpu_s"]!;

    internal JsonArray Gaps => Root["gaps"]!.AsArray();

    /// <summary>Codes of the warnings.</summary>
    internal string[] Warnings => [.. Root["warnings"]!.AsArray().Select(warning => (string)warning!["code"]!)];

    internal IEnumerable<JsonNode> Components => Root["components"]!.AsArray()!;

    /// <summary>An energy of a component in µJ, devices added; <c>job</c>, <c>others</c>, <c>idle</c> or <c>machine</c>.</summary>
    internal long Microjoules(string component, string part) =>
        Components.Where(each => (string)each["component"]! == component).Sum(each => (long)each[$"{part}_uj"]!);

    public override string ToString() => Root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
}
