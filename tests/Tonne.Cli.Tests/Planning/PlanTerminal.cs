using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Cli.Tests.Planning;

/// <summary>A command line at a fixed time, and files of intensities whose hours are made by hand.</summary>
sealed class PlanTerminal : IDisposable
{
    public static readonly DateTime Start = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    readonly Terminal _terminal = new();

    public string Folder => _terminal.Folder;

    public void Dispose() => _terminal.Dispose();

    /// <summary>Hours from midnight on; null is a row without a value.</summary>
    public string WriteHours(string name, IEnumerable<double?> grams, string zone = "FR", string basis = "lifecycle")
    {
        var text = new StringBuilder("zone,timestamp_utc,gco2e_per_kwh,basis,scope\n");
        foreach (var (i, value) in grams.Index())
            text.Append(CultureInfo.InvariantCulture, $"{zone},{Start.AddHours(i):yyyy-MM-dd'T'HH:mm'Z'},{value},{basis},production\n");
        return Write(name, text.ToString());
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Types a plan at midnight, with a PUE of 1 unless given.</summary>
    public (int Code, string Out, string Error) Plan(params string[] words) => Plan(80, words);

    public (int Code, string Out, string Error) Plan(int columns, params string[] words)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        string[] pue = words.Contains("--pue", StringComparer.Ordinal) ? [] : ["--pue", "1"];
        var code = Cli.Commands.CommandLine.Invoke(["plan", "--now", "2026-06-01T00:00Z", .. pue, .. words],
            _terminal.CreateContext(output, error) with { Width = columns });
        return (code, output.ToString(), error.ToString());
    }

    public JsonNode Json(params string[] words)
    {
        var (code, text, error) = Plan([.. words, "--json"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(text)!;
    }

    /// <summary>The message of a plan that is refused.</summary>
    public string Refuse(params string[] words)
    {
        var (code, output, error) = Plan(words);
        Assert.Equal((2, ""), (code, output));
        Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
        return error;
    }

    public static JsonNode Option(JsonNode plan, string name) =>
        plan["options"]!.AsArray().First(option => (string)option!["name"]! == name)!;

    public static double Kilograms(JsonNode option) => (double)option["emissions_kg"]!["value"]!;
}
