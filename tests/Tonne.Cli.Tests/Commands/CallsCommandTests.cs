using System.Text.Json;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Cli.Tests.Commands;

public sealed class CallsCommandTests : IDisposable
{
    static readonly DateTimeOffset _hour = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    LedgerHome Home => new(Path.Combine(_terminal.Folder, "ledger"));

    void Write(string model, double kilowattHours, int hour = 0, string method = "estimated/tonne-1", long withoutFigure = 0,
        long failed = 0) => new CallLog(Home).Append(
    [
        new CallRow(
            new CallKey { Hour = _hour.AddHours(hour), Service = "shop", Provider = "openai", Model = model, Method = method,
                IntensityGramsPerKwh = 56, Pue = 1.2 },
            new CallSum
            {
                Requests = 4,
                Failed = failed,
                WithoutFigure = withoutFigure,
                Tokens = new CallTokens(1_200, 0, 800),
                EnergyKwh = new Bounds(kilowattHours / 2, kilowattHours, kilowattHours * 2),
                EmissionsKg = new Bounds(kilowattHours / 20, kilowattHours / 10, kilowattHours / 5),
            }),
    ]);

    [Fact]
    public void Calls_are_added_up_by_model_and_said_to_be_an_estimate_that_is_in_no_total()
    {
        Write("gpt-4o", 0.02);
        Write("gpt-4o", 0.01, hour: 1);
        Write("llama", 0.1);

        var (code, screen, error) = _terminal.Type("calls");

        Assert.Equal((0, ""), (code, error));
        var lines = screen.Split('\n');
        Assert.StartsWith("MODEL", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("gpt-4o", StringComparison.Ordinal)
            && line.Contains(" 8 ", StringComparison.Ordinal) && line.Contains("2,400", StringComparison.Ordinal));
        Assert.Contains("12 calls", screen, StringComparison.Ordinal);
        Assert.Contains("an estimate of the machines of others, in no total of runs", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_estimated_and_measured_calls_apart()
    {
        Write("gpt-4o", 0.02);
        Write("minilm", 0.001, method: "measured/tonne-1");

        using var document = JsonDocument.Parse(_terminal.Type("calls", "--by", "provider", "--json").Out);

        var root = document.RootElement;
        Assert.Equal(("tonne.calls-total/1", "provider"), (root.GetProperty("schema").GetString(), root.GetProperty("by").GetString()));
        var row = Assert.Single(root.GetProperty("rows").EnumerateArray());
        Assert.Equal((4, 4),
            (row.GetProperty("estimated").GetProperty("requests").GetInt64(), row.GetProperty("measured").GetProperty("requests")
            .GetInt64()));
        Assert.Equal(0.02, row.GetProperty("estimated").GetProperty("facility_energy_kwh").GetProperty("best").GetDouble(), 1e-12);
        Assert.Equal(0.0001, root.GetProperty("total").GetProperty("measured").GetProperty("emissions_kg").GetProperty("best").GetDouble(),
            1e-12);
    }

    [Fact]
    public void A_period_is_chosen()
    {
        Write("early", 0.1);
        Write("late", 0.1, hour: 3);

        var screen = _terminal.Type("calls", "--since", "2026-11-30T09:00Z", "--by", "hour").Out;

        Assert.Contains("2026-11-30T11:00Z", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("2026-11-30T08:00Z", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_of_unknown_energy_and_failed_ones_are_named()
    {
        Write("acme", 0, withoutFigure: 4, failed: 1);

        var screen = _terminal.Type("calls").Out;

        Assert.Contains("4 calls of unknown energy, not counted", screen, StringComparison.Ordinal);
        Assert.Contains("1 call failed or were cancelled", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_line_is_reported_and_the_others_count()
    {
        Write("a", 0.1);
        Write("b", 0.1);
        var file = Directory.GetFiles(new CallLog(Home).Location, "*", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"model\":\"a\"", "\"model\":\"x\"", StringComparison.Ordinal));

        var (code, screen, error) = _terminal.Type("calls");

        Assert.Equal(0, code);
        Assert.Contains("line 1 does not match its checksum", error, StringComparison.Ordinal);
        Assert.Contains("4 calls", screen, StringComparison.Ordinal);
        Assert.Contains("line 1", _terminal.Type("ledger", "verify").Out + _terminal.Type("ledger", "verify").Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_calls_the_way_to_them_is_named() =>
        Assert.Contains("docs/ai-calls.md", _terminal.Type("calls").Out, StringComparison.Ordinal);

    [Fact]
    public void A_wrong_group_is_refused()
    {
        var (code, _, error) = _terminal.Type("calls", "--by", "moon");

        Assert.Equal(2, code);
        Assert.Contains("--by 'moon' is not one of model, hour, day, service, provider, project and commit", error, StringComparison.Ordinal);
    }
}
