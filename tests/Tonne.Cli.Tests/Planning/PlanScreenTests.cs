using Tonne.Formatting;
using Tonne.Tests;

namespace Tonne.Cli.Tests.Planning;

/// <summary>Whole screens, and the width of all of them.</summary>
public sealed class PlanScreenTests : IDisposable
{
    readonly PlanTerminal _terminal = new();

    public static TheoryData<string, int> Screens
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in new[] { "places", "solar", "jobs", "hardware", "forecast", "gaps" })
            {
                data.Add(name, 80);
                data.Add(name, 40);
            }

            return data;
        }
    }

    public void Dispose() => _terminal.Dispose();

    [Theory]
    [MemberData(nameof(Screens))]
    public void A_screen_is_as_it_was_and_fits(string name, int columns)
    {
        var (code, screen, error) = _terminal.Plan(columns, Type(name));

        Assert.Equal((0, ""), (code, error));
        Assert.All(screen.Split('\n'), line =>
            Assert.True(TextSanitizer.CountColumns(line) <= columns, $"{TextSanitizer.CountColumns(line)} columns: {line}"));
        Golden.Matches($"Planning/Golden/plan-{name}-{columns}.golden.txt", screen);
    }

    string[] Type(string name)
    {
        var france = _terminal.WriteHours("fr.csv", Day(100));
        var both = $"{france},{_terminal.WriteHours("se.csv", Day(40), "SE")}";
        string[] job = ["--duration", "6h", "--power", "2kW"];
        return name switch
        {
            "places" => [.. job, "--series", both, "--zones", "FR:1.2,SE:1.08", "--transfer", "500GB@1Gbps"],
            "solar" => [.. job, "--series", france, "--solar", "5kW@48.9,2.4"],
            "hardware" => [.. job, "--series", both, "--zones", "FR,SE", "--hardware", "a100,h100"],
            "forecast" => [.. job, "--series", _terminal.WriteHours("fr.forecast.csv", Day(100)), "--hardware", "a100,h100"],
            "gaps" => [.. job, "--series",
                _terminal.WriteHours("gaps.csv", Day(100).Select((value, hour) => hour is 13 or 14 or 20 ? null : value))],
            _ => ["--jobs", _terminal.Write(
                "jobs.csv", "name,hours,power,earliest,finish_by,pauses\ntrain the large model,6,5kW,,36h,\neval,2,800W,2h,24h,\nembed,4,2kW,,48h,2\n"), "--series", france],
        };
    }

    /// <summary>Three days: highest at 19:00, lowest between 11:00 and 13:00.</summary>
    static IEnumerable<double?> Day(double mean) =>
        Enumerable.Range(0, 72)
            .Select(hour => (double?)(mean * (hour % 24) switch { < 6 => 1, < 11 => 0.8, < 14 => 0.5, < 18 => 1, < 21 => 1.5, _ => 1.2 }));
}
