using Microsoft.Extensions.AI;

namespace Tonne.Extensions.AI.Tests;

/// <summary>The first sample of docs/ai-calls.md; a test compares both texts and runs this one.</summary>
static class DocumentedSample
{
    public static async Task RunAsync(IChatClient inner, string home, TextWriter output, CancellationToken cancellationToken)
    {
        // sample
        using var client = new ChatClientBuilder(inner)
            .UseTonne(options =>
            {
                options.Zone = "FR";                             // where the model runs; unknown: the world's mean, wide bounds
                options.ModelNames["prod-chat"] = "gpt-4o";      // a deployment's name and the model behind it
                options.Home = home;                             // the ledger; by default that of the command `tonne`
            })
            .Build();

        var response = await client.GetResponseAsync("Capital of France?", new ChatOptions { ModelId = "prod-chat" }, cancellationToken);

        var properties = response.AdditionalProperties!;
        output.WriteLine($"{response.Text} {properties[CallTelemetry.EnergyKwh]} kWh "
            + $"({properties[CallTelemetry.EnergyKwh + ".low"]} to {properties[CallTelemetry.EnergyKwh + ".high"]}), "
            + $"{properties[CallTelemetry.EmissionsKg]} kg CO2e");
        // end
    }
}
