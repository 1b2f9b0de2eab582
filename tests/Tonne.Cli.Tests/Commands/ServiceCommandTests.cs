using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Cli.Tests.Commands;

/// <summary>Programs with calls to AI models, among the services.</summary>
public sealed class ServiceCommandTests : IDisposable
{
    static readonly DateTimeOffset _hour = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    LedgerHome Home => new(Path.Combine(_terminal.Folder, "ledger"));

    void Write(string service, string model, double kilowattHours, string method = "estimated/tonne-1", long requests = 4,
        long withoutFigure = 0) => new CallLog(Home).Append(
    [
        new CallRow(
            new CallKey { Hour = _hour, Service = service, Model = model, Method = method },
            new CallSum
            {
                Requests = requests,
                WithoutFigure = withoutFigure,
                Tokens = new CallTokens(1_200, 200, 800),
                EnergyKwh = new Bounds(kilowattHours / 2, kilowattHours, kilowattHours * 2),
                EmissionsKg = new Bounds(kilowattHours / 20, kilowattHours / 10, kilowattHours / 5),
            }),
    ]);

    [Fact]
    public void The_list_has_programs_with_how_their_energy_is_known()
    {
        Directory.CreateDirectory(Path.Combine(Home.Root, "services", "chat", "hours"));
        Write("shop", "gpt-4o", 0.02);
        Write("search", "minilm", 0.001, "measured/tonne-1");
        Write("search", "gpt-4o", 0.02);
        Write("broken", "x", 0, "", requests: 3, withoutFigure: 3);
        Write("", "gpt-4o", 0.02);

        var (code, screen, error) = _terminal.Type("service", "list");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal("chat\nbroken  (calls, unknown)\nsearch  (calls, measured and estimated)\nshop  (calls, estimated)\n", screen);
    }

    [Fact]
    public void A_program_is_shown_with_its_calls_estimated_and_measured_apart()
    {
        Write("shop", "gpt-4o", 0.02);
        Write("shop", "llama", 0.06, requests: 2);
        Write("shop", "minilm", 0.001, "measured/tonne-1");
        Write("other", "gpt-4o", 5);

        var (code, screen, error) = _terminal.Type("service", "show", "shop");

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("shop: calls of a program to AI models since 2026-11-30 08:00 UTC, energy measured and estimated\n", screen,
            StringComparison.Ordinal);
        var lines = screen.Split('\n');
        // 0.02 + 0.06 kWh of 4 + 2 calls are 80 Wh, 13.3 Wh each; 1 Wh of 4 measured calls.
        Assert.Contains(
            lines, line => line.StartsWith("calls", StringComparison.Ordinal) && line.EndsWith(" 10", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("facility energy, estimated", StringComparison.Ordinal)
            && line.EndsWith(" 80 Wh", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("energy per call, estimated", StringComparison.Ordinal)
            && line.EndsWith(" 13 Wh", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("facility energy, measured", StringComparison.Ordinal)
            && line.EndsWith(" 1.0 Wh", StringComparison.Ordinal));
        Assert.Contains(
            lines, line => line.StartsWith("llama", StringComparison.Ordinal) && line.EndsWith("estimated", StringComparison.Ordinal));
        Assert.Contains("is not added to services that", screen.ReplaceLineEndings(" "), StringComparison.Ordinal);

        var document = JsonNode.Parse(_terminal.Type("service", "show", "shop", "--json").Out)!;
        Assert.Equal(("tonne.service-calls/1", "calls", "measured and estimated"),
            ((string)document["schema"]!, (string)document["kind"]!, (string)document["basis"]!));
        Assert.Equal(0.08, (double)document["all"]!["estimated"]!["facility_energy_kwh"]!["best"]!, 1e-12);
        Assert.Equal(4, (long)document["all"]!["measured"]!["requests"]!);
        Assert.Equal(["llama", "gpt-4o", "minilm"], document["models"]!.AsArray().Select(model => (string)model!["group"]!));
    }

    [Fact]
    public void Calls_under_the_name_of_a_recorded_service_are_named_and_not_added()
    {
        Directory.CreateDirectory(Path.Combine(Home.Root, "services", "shop", "hours"));
        Write("shop", "gpt-4o", 0.02);

        Assert.Contains("A program of this name wrote 4 calls (20 Wh facility energy, estimated): they are not added here",
            _terminal.Type("service", "show", "shop").Out, StringComparison.Ordinal);
        var document = JsonNode.Parse(_terminal.Type("service", "show", "shop", "--json").Out)!;
        Assert.Equal((0L, 4L), ((long)document["all"]!["requests"]!, (long)document["calls"]!["estimated"]!["requests"]!));
    }

    [Fact]
    public void What_a_program_cannot_have_is_refused()
    {
        Write("shop", "gpt-4o", 0.02);

        Assert.Contains("--training needs a service that tonne records", _terminal.Type("service", "show", "shop", "--training", "1t")
            .Error, StringComparison.Ordinal);
        Assert.Contains("is a program with calls, of which no report is written", _terminal.Type("service", "report", "shop").Error,
            StringComparison.Ordinal);
        Assert.Contains("no service is recorded yet", _terminal.Type("service", "show", "none").Error, StringComparison.Ordinal);
        // The only name there is.
        Assert.StartsWith("shop: calls", _terminal.Type("service", "show").Out, StringComparison.Ordinal);
    }
}
