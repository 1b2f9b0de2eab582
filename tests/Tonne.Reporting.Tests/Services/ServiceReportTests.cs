using System.Text.Json.Nodes;
using Tonne.Quantities;
using Tonne.Reporting.Services;
using Tonne.Reporting.Terminal;
using Tonne.Services.Accounts;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Reporting.Tests.Services;

/// <summary>What is shown of a service, from hours made by hand.</summary>
public class ServiceReportTests
{
    static readonly DateTimeOffset _now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static ServiceReport Report(params (int DaysAgo, ServiceModelHour Counts, double Kwh)[] hours) => ServiceReport.From(
        new ServiceAccount
        {
            Name = "chat",
            IsRecorded = false,
            Hours =
            [
                .. hours.OrderByDescending(hour => hour.DaysAgo).Select(hour => new AccountedHour(
                    _now.AddDays(-hour.DaysAgo).AddHours(-2),
                    new ServiceAmounts { Counts = hour.Counts, Seconds = 3600, EnergyKwh = Bounds.FromExact(hour.Kwh),
                        EmissionsKg = Bounds.FromExact(hour.Kwh / 10) },
                    [], 100)),
            ],
            Gaps = [],
            Runs = [],
            Problems = [],
            Boundary = "facility",
            Quality = Quality.Measured,
        }, _now);

    static string Show(ServiceReport report)
    {
        using var text = new StringWriter();
        ServiceText.Write(text, report, new TerminalCapabilities());
        return text.ToString();
    }

    // llama.cpp counts tokens and has no counter of requests.
    [Fact]
    public void Tokens_without_requests_have_figures_for_tokens_and_a_sentence_about_requests()
    {
        var report = Report((0,
            new ServiceModelHour { Model = "llama", PromptTokens = 1_500, OutputTokens = 500, OutputMicrojoules = 720_000_000_000 }, 0.2));

        var text = Show(report);

        Assert.Contains("The server counts tokens and no requests (as llama.cpp does)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("No requests are known", text, StringComparison.Ordinal);
        // 0.2 kWh of 2,000 tokens are 100 Wh for 1,000.
        Assert.Contains(text.Split('\n'), line => line.StartsWith("energy per 1,000 tokens", StringComparison.Ordinal)
            && line.EndsWith(" 100 Wh", StringComparison.Ordinal));
        Assert.DoesNotContain("energy per request", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_requests_and_tokens_all_energy_is_idle()
    {
        Assert.Contains("No requests are known, so all energy is idle", Show(Report((0, new ServiceModelHour { Model = "" }, 0.2))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Percentiles_are_of_the_requests_whose_own_energy_is_known_with_the_facility_s_part()
    {
        // Requests of 1 to 100 J, 5,050 J in all, by a facility that takes twice the energy at the plug.
        var energies = EnergyHistogram.FromMicrojoules(Enumerable.Range(1, 100).Select(joules => joules * 1_000_000L));
        var report = Report(
            (0, new ServiceModelHour { Model = "m", Requests = 120, OutputTokens = 9, OutputMicrojoules = 5_050_000_000,
                RequestEnergies = energies }, 2 * 5_050 / 3.6e6));

        var document = JsonNode.Parse(ServiceDocument.From(report).ToJson())!;

        Assert.Equal((100L, 0.01), ((long)document["percentiles_wh"]!["n"]!, (double)document["percentiles_wh"]!["resolution"]!));
        Assert.Null(document["percentiles_reason"]);
        foreach (var (name, joules) in new[] { ("p50", 50d), ("p95", 95), ("p99", 99) })
            Assert.InRange((double)document["all"]!["percentiles_wh"]![name]! / (2 * joules / 3600), 0.995, 1.005);
        var text = Show(report);
        // 100 J are 27.78 mWh, and 0.5 % of these 0.14.
        Assert.Matches(@"(?m)^50 % of requests, at most( +27\.[6-9] mWh){3}$", text);
        Assert.Contains("own energy of 100 of 120 requests", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Matches(@"\| all \| 100 \| 27\.[6-9] mWh \|", ServiceMarkdown.Render(report));
    }

    [Fact]
    public void Means_only_say_what_percentiles_need()
    {
        var report = Report((0, new ServiceModelHour { Model = "m", Requests = 2, OutputTokens = 9 }, 0.2));

        Assert.Contains("Means only", Show(report), StringComparison.Ordinal);
        var document = JsonNode.Parse(ServiceDocument.From(report).ToJson())!;
        Assert.Null(document["percentiles_wh"]);
        Assert.Contains("--otlp", (string)document["percentiles_reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_the_change_to_the_week_before()
    {
        // 2 Wh a request against 4 Wh, 0.2 kWh in an hour against 0.1 kWh.
        var report = Report(
            (0, new ServiceModelHour { Model = "m", Requests = 100 }, 0.2), (8, new ServiceModelHour { Model = "m", Requests = 25 }, 0.1),
            (20, new ServiceModelHour { Model = "m", Requests = 1 }, 5));

        var document = JsonNode.Parse(ServiceDocument.From(report).ToJson())!;

        Assert.Equal((-0.5, 1), ((double)document["request_energy_change"]!, (double)document["daily_emissions_change"]!));
        Assert.Equal(25, (long)document["week_before"]!["requests"]!);
        Assert.Null(JsonNode.Parse(
            ServiceDocument.From(Report((0, new ServiceModelHour { Model = "m", Requests = 1 }, 1))).ToJson())!["request_energy_change"]);
    }
}
