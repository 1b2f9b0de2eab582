using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Cli.Tests.Commands;

/// <summary>Plans from files whose hours are made by hand, so that each figure can be checked on paper.</summary>
public sealed class PlanCommandTests : IDisposable
{
    static readonly DateTime _start = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string Write(string name, IReadOnlyList<double?> grams, string zone = "FR", string columns = "lifecycle,production", int minutes = 60, string kind = "average")
    {
        var text = new StringBuilder("zone,timestamp_utc,gco2e_per_kwh,basis,scope,kind\n");
        foreach (var (i, value) in grams.Index().Where(pair => pair.Item is not null))
            text.Append(CultureInfo.InvariantCulture, $"{zone},{_start.AddMinutes(minutes * i):yyyy-MM-dd'T'HH:mm'Z'},{value},{columns},{kind}\n");
        var path = Path.Combine(_terminal.Folder, name);
        File.WriteAllText(path, text.ToString());
        return path;
    }

    // 100 g but for two hours of 10 g, at 03:00 and at 09:00, and 20 g at 10:00.
    static double?[] Hours(int count = 24) => [.. Enumerable.Range(0, count).Select(hour => hour switch { 3 or 9 => 10d, 10 => 20d, _ => (double?)100 })];

    (int Code, string Out, string Error) Plan(params string[] words) => _terminal.Type(["plan", "--now", "2026-06-01T00:00Z", "--pue", "1.5", .. words]);

    JsonNode Json(params string[] words)
    {
        var (code, text, error) = Plan([.. words, "--json"]);
        Assert.Equal((0, ""), (code, error));
        return JsonNode.Parse(text)!;
    }

    static JsonNode Option(JsonNode plan, string name) => plan["options"]!.AsArray().First(option => (string)option!["name"]! == name)!;

    [Fact]
    public void Options_have_the_emissions_of_their_hours()
    {
        var plan = Json("--duration", "2h", "--finish-by", "24h", "--power", "2kW", "--series", Write("grid.csv", Hours()), "--max-pauses", "1");

        // 2 kW × 1 h × PUE 1.5 = 3 kWh an hour.
        Assert.Equal(3 * 200 / 1000.0, (double)Option(plan, "immediate")["emissions_kg"]!["value"]!, 1e-12);
        Assert.Equal(3 * 30 / 1000.0, (double)Option(plan, "contiguous")["emissions_kg"]!["value"]!, 1e-12);
        Assert.Equal(3 * 20 / 1000.0, (double)Option(plan, "pauses")["emissions_kg"]!["value"]!, 1e-12);
        Assert.Equal(6, (double)Option(plan, "pauses")["energy_kwh"]!["value"]!, 1e-12);
        Assert.Equal(0.9, (double)Option(plan, "pauses")["saving_share"]!["value"]!, 1e-12);
        Assert.Equal(["2026-06-01T03:00:00+00:00", "2026-06-01T09:00:00+00:00"], Option(plan, "pauses")["segments"]!.AsArray().Select(segment => (string)segment!["from"]!));
        Assert.Equal("2026-06-01T09:00:00+00:00", (string)Option(plan, "contiguous")["segments"]![0]!["from"]!);
        Assert.Equal(1.5, (double)Option(plan, "contiguous")["segments"]![0]!["pue"]!);
        Assert.Equal("2026-06-01T11:00:00+00:00", (string)Option(plan, "contiguous")["end"]!);
        Assert.Equal(("pauses", "observed", "lifecycle", "production", "average", "tonne.plan/1", 7200.0),
            ((string)plan["recommended"]!, (string)plan["signal"]!, (string)plan["basis"]!, (string)plan["scope"]!, (string)plan["kind"]!, (string)plan["schema"]!, (double)plan["duration_s"]!));
    }

    [Fact]
    public void Without_pauses_there_is_no_such_option() =>
        Assert.Equal(["immediate", "contiguous"], Json("--duration", "2h", "--finish-by", "24h", "--series", Write("grid.csv", Hours()), "--max-pauses", "0")["options"]!.AsArray().Select(option => (string)option!["name"]!));

    [Fact]
    public void A_resume_costs_energy_at_the_first_resumed_hour()
    {
        var plan = Json("--duration", "2h", "--finish-by", "24h", "--energy", "2kWh", "--series", Write("grid.csv", Hours()), "--max-pauses", "1", "--resume-cost", "15min");

        // 10 + 10 + ¼ · 10 g at 1.5 kWh an hour.
        Assert.Equal(1.5 * 22.5 / 1000, (double)Option(plan, "pauses")["emissions_kg"]!["value"]!, 1e-12);
        Assert.Equal(1.5 * 2.25, (double)Option(plan, "pauses")["energy_kwh"]!["value"]!, 1e-12);
    }

    [Fact]
    public void The_first_place_is_the_present_one_and_the_cleanest_is_chosen()
    {
        var files = $"{Write("a.csv", Hours())},{Write("b.csv", [.. Enumerable.Repeat<double?>(5, 24)], "DE")}";
        var plan = Json("--duration", "2h", "--finish-by", "24h", "--series", files, "--zones", "FR,DE");

        Assert.Equal("FR", (string)Option(plan, "immediate")["segments"]![0]!["zone"]!);
        Assert.Equal("DE", (string)Option(plan, "contiguous")["segments"]![0]!["zone"]!);
        Assert.Equal(2 * 1.5 * 5 / 1000, (double)Option(plan, "contiguous")["emissions_kg"]!["value"]!, 1e-12);
    }

    [Fact]
    public void Places_of_different_methods_are_not_compared()
    {
        var files = $"{Write("a.csv", Hours())},{Write("b.csv", Hours(), "DE", "direct,production")}";

        var (code, _, error) = Plan("--duration", "2h", "--series", files);

        Assert.Equal(2, code);
        Assert.Contains("FR and DE differ in basis", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_gives_the_saving_an_interval_and_an_expected_regret()
    {
        var plan = Json("--duration", "2h", "--finish-by", "24h", "--series", Write("grid.forecast.csv", Hours()), "--max-pauses", "0");
        var saving = Option(plan, "contiguous")["saving_share"]!;

        Assert.Equal("forecast", (string)plan["signal"]!);
        Assert.True((double)saving["low"]! < (double)saving["value"]! && (double)saving["value"]! < (double)saving["high"]!);
        Assert.True((double)Option(plan, "contiguous")["expected_regret_kg"]! >= 0);
    }

    [Fact]
    public void A_small_saving_is_not_worth_waiting_for()
    {
        var (code, screen, _) = Plan("--duration", "2h", "--finish-by", "24h", "--series", Write("grid.csv", [.. Enumerable.Range(0, 24).Select(hour => (double?)(hour == 5 ? 97 : 100))]));

        Assert.Equal(0, code);
        Assert.Contains("Start now: not worth waiting: 2 %", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Marginal_intensity_is_planned_beside_the_average_and_a_disagreement_is_said()
    {
        var average = Write("a.csv", Hours());
        var marginal = Write("m.csv", [.. Enumerable.Range(0, 24).Select(hour => (double?)(hour is 3 or 9 or 10 ? 900 : 300))], kind: "marginal");

        var plan = Json("--duration", "2h", "--finish-by", "24h", "--series", $"{average},{marginal}");

        Assert.Contains(plan["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "signals-disagree");
        Assert.True((double)plan["marginal"]!["saving_share_of_average_plan"]! < 0);
    }

    [Fact]
    public void Half_hours_and_gaps_are_read_and_a_gap_is_never_used()
    {
        var halves = new double?[96];
        for (var i = 0; i < halves.Length; i++)
            halves[i] = i is 20 or 21 ? null : i is 19 or 22 ? 1 : 50;
        var plan = Json("--duration", "90min", "--finish-by", "24h", "--series", Write("grid.csv", halves, minutes: 30), "--max-pauses", "0");

        var from = DateTimeOffset.Parse((string)Option(plan, "contiguous")["segments"]![0]!["from"]!, CultureInfo.InvariantCulture);
        // The gap is from 10:00 to 11:00; 08:30 to 10:00 and 11:00 to 12:30 have one half hour of 1 g each.
        Assert.Contains(from.Hour + (from.Minute / 60.0), new[] { 8.5, 11 });
    }

    [Theory]
    [InlineData("--duration", "0h")]
    [InlineData("--duration", "soon")]
    [InlineData("--finish-by", "2026-05-01")]
    [InlineData("--finish-by", "whenever")]
    [InlineData("--max-pauses", "-1")]
    [InlineData("--power", "-3W")]
    [InlineData("--energy", "3")]
    [InlineData("--zones", "Atlantis")]
    [InlineData("--hardware", "abacus")]
    public void A_wrong_value_is_named_with_its_option(string option, string value)
    {
        var series = Write("grid.csv", Hours());
        var words = option == "--duration" ? new[] { option, value, "--series", series } : [option, value, "--duration", "2h", "--series", series];

        var (code, output, error) = Plan(words);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(value, error + option, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_cannot_be_finished_in_time_is_an_error_that_says_when_it_would_be()
    {
        var (code, _, error) = Plan("--duration", "12h", "--finish-by", "6h", "--series", Write("grid.csv", Hours()));

        Assert.Equal(2, code);
        Assert.Contains("cannot be finished by 2026-06-01 06:00 UTC", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_zone_without_hours_is_planned_by_its_annual_mean_so_that_only_the_place_differs()
    {
        var plan = Json("--duration", "2h", "--zones", "PL,FR", "--power", "1kW");

        Assert.Equal("annual", (string)plan["signal"]!);
        Assert.Equal("FR", (string)Option(plan, "contiguous")["segments"]![0]!["zone"]!);
        Assert.Equal("2026-06-01T00:00:00+00:00", (string)Option(plan, "contiguous")["segments"]![0]!["from"]!);
    }

    [Fact]
    public void The_screen_shows_the_chosen_hours_below_the_intensity()
    {
        var (_, screen, _) = Plan("--duration", "2h", "--finish-by", "24h", "--power", "300W", "--series", Write("grid.csv", Hours()), "--max-pauses", "0");
        var lines = screen.Split('\n');

        Assert.Contains("  Start 09:00: saves 85 %", lines);
        // Two of 24 columns, below 09:00 and 10:00.
        Assert.Contains(new string(' ', 5) + "run " + new string(' ', 9) + "━━", lines);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
    }
}
