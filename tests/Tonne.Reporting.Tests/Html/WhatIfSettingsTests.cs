using System.Text.Json;
using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Facilities;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Reporting.Html;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Runs;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Html;

/// <summary>
/// Writes 1,000 settings with what the accountant computes for each, to artifacts/web/what-if.json: the tests of web/ check that the page,
/// which evaluates the exported derivation, gives the same figures and the same intervals.
/// </summary>
public class WhatIfSettingsTests
{
    const int Settings = 1_000;

    [Fact]
    public void A_thousand_settings_are_written_with_the_figures_of_the_accountant()
    {
        List<(RunRecord Record, Footprint Footprint)> runs =
        [
            .. new[] { "shell", "training", "metered", "troubled" }.Select(RunSummaryTextTests.Sample),
            ReadReference(),
        ];
        var random = new Random(20261129);
        var accountant = new Accountant();
        var propagator = new UncertaintyPropagator();
        var zones = ZoneCatalog.All.Where(zone => AnnualIntensityCatalog.Find(zone) is not null).ToList();
        var facilities = FacilityCatalog.Search()
            .Where(entry => entry.Bounds is not null && entry.Id.StartsWith("pue/", StringComparison.Ordinal)).ToList();
        var settings = new JsonArray();
        for (var i = 0; i < Settings; i++)
        {
            var index = random.Next(runs.Count);
            var (record, before) = runs[index];
            var zone = random.Next(4) > 0 ? zones[random.Next(zones.Count)] : null;
            var facility = random.Next(3) > 0 ? facilities[random.Next(facilities.Count)] : null;
            double? years = before.Embodied is not null && random.Next(2) > 0 ? Math.Round(1 + (random.NextDouble() * 9), 1) : null;
            double? hours = random.Next(2) > 0 ? Math.Exp((random.NextDouble() * 12) - 4) : null;
            var after = accountant.Account(
                hours is { } chosen ? Stretch(record, chosen * 3600 / record.DurationSeconds) : record,
                ChangeFactors(before.Factors, zone, facility, years));
            var ratio = propagator.ComputeRatio(after.Total.Derivation, before.Total.Derivation);
            settings.Add(new JsonObject
            {
                ["report"] = index,
                ["zone"] = zone?.Code,
                ["facility"] = facility?.Id,
                ["lifetimeYears"] = years,
                ["hours"] = hours,
                ["figures"] = new JsonObject(after.GetRunFigures().Where(figure => figure.Unit != "L").Select(figure =>
                    KeyValuePair.Create(figure.Name, (JsonNode?)Describe(figure)))),
                ["ratio"] = new JsonObject { ["low"] = ratio.Low, ["best"] = ratio.Best, ["high"] = ratio.High },
            });
        }

        var document = new JsonObject
        {
            ["reports"] = new JsonArray([.. runs.Select(run => JsonSerializer.SerializeToNode(
                ReportDocumentBuilder.Create(run.Record, run.Footprint, new HtmlReportOptions()),
                    ReportJsonContext.Default.ReportDocument))]),
            ["settings"] = settings,
        };
        Assert.Equal(Settings, settings.Count);
        Assert.True(runs.TrueForAll(run => run.Footprint.Total.Value > 0));
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "web"));
        File.WriteAllText(Path.Combine(folder.FullName, "what-if.json"), document.ToJsonString());
    }

    static JsonObject Describe(Figure figure)
    {
        var text = DisplayValue.Format(figure);
        return new JsonObject
        {
            ["low"] = figure.Bounds.Low, ["best"] = figure.Bounds.Best, ["high"] = figure.Bounds.High, ["text"] = text.Text,
            ["interval"] = text.FormatInterval(),
        };
    }

    static (RunRecord Record, Footprint Footprint) ReadReference()
    {
        var record = RecordBuilder.Build(() => File.OpenRead(Path.Combine(Repository.Root, "examples", "reference", "trace")));
        return (record, new Accountant().Account(record, FactorSelector.SelectFactors(record.Opening.Place, record.Opening.Machine)));
    }

    static AccountingFactors ChangeFactors(AccountingFactors factors, Zone? zone, CatalogEntry? facility, double? years)
    {
        if (zone is not null)
            factors = factors with { Grid = factors.Grid with { Intensity = AnnualIntensityCatalog.Find(zone)!.Intensity } };
        if (facility is not null)
            factors = factors with { Pue = factors.Pue with { Id = facility.Id, Bounds = facility.Bounds!.Value } };
        // What a reader chooses is exact.
        return years is { } life
            ? factors with { Lifetime = factors.Lifetime with { Id = "embodied/lifetime/chosen", Bounds = Bounds.FromExact(life) } }
            : factors;
    }

    /// <summary>The same run for another time at the same power: all that was counted grows with it.</summary>
    static RunRecord Stretch(RunRecord record, double times) => record with
    {
        DurationSeconds = record.DurationSeconds * times,
        JobCpuSeconds = record.JobCpuSeconds * times,
        Components = [.. record.Components.Select(part => part with
        {
            Job = [.. part.Job.Select(amount => amount with { Amount = amount.Amount * times })],
            Machine = [.. part.Machine.Select(amount => amount with { Amount = amount.Amount * times })],
        })],
    };
}
