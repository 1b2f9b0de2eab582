using System.Globalization;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Services;

/// <summary>A service whose calls Python's middleware reports: <c>tonne service run --otlp</c> around an ASGI application.</summary>
public class MiddlewareCallTrials
{
    // 1 + 2 + … + 20.
    const long OutputTokens = 210;

    [Fact]
    public async Task Calls_of_an_asgi_application_are_counted_to_the_token()
    {
        using var tonne = new TonneCommand();
        tonne.Environment["PYTHONPATH"] = Path.Combine(TonneCommand.Repository, "clients", "python");
        var port = SmallServer.FindPort().ToString(CultureInfo.InvariantCulture);

        var finished = (await tonne.RunAsync(
            "service", "run", "--name", "chat", "--otlp", port, "--look", "1s", "--zone", "FR", "--period", "200ms", "--",
            Needs.Python(), Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Services", "asgi_calls.py"), port)).Expect(0);

        Assert.Contains("\"sent\": 20, \"waiting\": 0, \"dropped\": 0", finished.Output, StringComparison.Ordinal);
        var report = JsonNode.Parse((await tonne.RunAsync("service", "show", "chat", "--json")).Expect(0).Output)!;
        var all = report["all"]!;
        Assert.Equal((20L, 200L, OutputTokens), ((long)all["requests"]!, (long)all["prompt_tokens"]!, (long)all["output_tokens"]!));
        Assert.Equal("m", (string)Assert.Single(report["models"]!.AsArray())!["model"]!);
        Assert.True((long)all["energy_uj"]! > (long)all["idle_uj"]!);
    }
}
