using System.Globalization;

namespace Tonne.Cli.Tests.Planning;

public sealed class PlanRenewablesTests : IDisposable
{
    readonly PlanTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string[] Job(params string[] words) =>
        ["--duration", "2h", "--power", "10kW", "--max-pauses", "0", "--finish-by", "24h", "--series",
            _terminal.WriteHours("fr.csv", Enumerable.Repeat<double?>(500, 24)), .. words];

    /// <summary>4 kW at 13 and 14 h UTC, at 48 g/kWh (IPCC AR5): 2 h · (6 kW · 500 g + 4 kW · 48 g) = 6,384 g; without 10,000 g.</summary>
    [Fact]
    public void Power_of_a_file_is_used_first_and_has_the_intensity_of_its_life_cycle()
    {
        var file = _terminal.Write(
            "roof.csv", "timestamp_utc,kw\n" + string.Concat(
                Enumerable.Range(0, 24).Select(hour => $"2026-06-01T{hour:00}:00Z,{(hour is 13 or 14 ? 4 : 0)}\n")));
        var plan = _terminal.Json(Job("--renewables", file));
        var best = PlanTerminal.Option(plan, "contiguous");

        Assert.Equal("2026-06-01T13:00:00+00:00", (string)best["segments"]![0]!["from"]!);
        Assert.Equal(6.384, PlanTerminal.Kilograms(best), 1e-9);
        Assert.Equal(10, PlanTerminal.Kilograms(PlanTerminal.Option(plan, "immediate")), 1e-9);
        Assert.Equal(0.4, (double)best["renewable_share"]!["value"]!, 1e-9);
        Assert.False((bool)plan["renewables"]!["is_modelled"]!);
    }

    /// <summary>On the direct basis the power has no emissions: 2 h · 6 kW · 500 g.</summary>
    [Fact]
    public void On_the_direct_basis_the_power_has_none()
    {
        var series = _terminal.WriteHours("fr.csv", Enumerable.Repeat<double?>(500, 24), basis: "direct");
        var file = _terminal.Write("roof.csv", "hour,kw\n0,4\n1,4\n");
        var plan = _terminal.Json("--duration", "2h", "--power", "10kW", "--max-pauses", "0", "--series", series, "--renewables", file);

        Assert.Equal(6, PlanTerminal.Kilograms(PlanTerminal.Option(plan, "immediate")), 1e-9);
    }

    /// <summary>Shares of the hours of a day: 10 kW · 0.2 + 20 kW · 0.1 = 4 kW at 9 and 10 h.</summary>
    [Fact]
    public void Shares_of_the_capacity_by_the_hour_of_the_day_are_added()
    {
        var file = _terminal.Write(
            "both.csv", "hour,solar,wind\n" + string.Concat(
                Enumerable.Range(0, 24)
                    .Select(hour => string.Create(CultureInfo.InvariantCulture,
                        $"{hour},{(hour is 9 or 10 ? 0.2 : 0)},{(hour is 9 or 10 ? 0.1 : 0)}\n"))));
        var best = PlanTerminal.Option(_terminal.Json(Job("--renewables", file, "--solar", "10kW", "--wind", "20kW")), "contiguous");

        Assert.Equal("2026-06-01T09:00:00+00:00", (string)best["segments"]![0]!["from"]!);
        Assert.Equal(6.384, PlanTerminal.Kilograms(best), 1e-9);
    }

    /// <summary>In Paris in June the sun is highest shortly before 12:00 UTC; at midnight there is none.</summary>
    [Fact]
    public void Modelled_power_of_the_sun_is_highest_at_noon_and_its_interval_is_from_none_to_a_clear_sky()
    {
        var plan = _terminal.Json(Job("--solar", "20kW@48.9,2.4"));
        var best = PlanTerminal.Option(plan, "contiguous");
        var from = DateTimeOffset.Parse((string)best["segments"]![0]!["from"]!, CultureInfo.InvariantCulture);

        // With 20 kW nothing of the grid is needed for some hours around noon.
        Assert.InRange(from.Hour, 8, 12);
        Assert.True((bool)plan["renewables"]!["is_modelled"]!);
        Assert.Equal(10, (double)best["emissions_kg"]!["high"]!, 1e-9);
        Assert.True((double)best["emissions_kg"]!["low"]! <= PlanTerminal.Kilograms(best));
        Assert.Equal(0, (double)best["renewable_share"]!["low"]!);
        Assert.Equal(10, PlanTerminal.Kilograms(PlanTerminal.Option(plan, "immediate")), 1e-9);
        Assert.Contains(plan["sources"]!.AsArray(), source => ((string)source!["id"]!).Contains("HAURWITZ-1945", StringComparison.Ordinal));
        Assert.Contains(plan["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "solar-modelled");
    }

    [Fact]
    public void Hours_that_a_file_does_not_have_are_said()
    {
        var file = _terminal.Write("roof.csv", "timestamp_utc,kw\n2026-06-01T00:00Z,4\n2026-06-01T01:00Z,4\n");

        Assert.Contains("has no power for 22 h of the span", _terminal.Plan(Job("--renewables", file)).Out.Replace("\n            ", " ",
            StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Wind_without_a_file_is_refused_because_it_cannot_be_computed() =>
        Assert.Contains("--wind needs --renewables FILE", _terminal.Refuse(Job("--wind", "50kW")), StringComparison.Ordinal);

    [Theory]
    [InlineData("100kW", "where is it")]
    [InlineData("100kW@91,0", "degrees north")]
    [InlineData("100kW@48.9", "degrees north")]
    [InlineData("much@48.9,2.4", "--solar")]
    public void A_plant_without_a_place_or_power_is_refused(string solar, string message) =>
        Assert.Contains(message, _terminal.Refuse(Job("--solar", solar)), StringComparison.Ordinal);

    [Theory]
    [InlineData("timestamp_utc,kw\nnoon,4\n", "line 2: 'noon' is not a time")]
    [InlineData("timestamp_utc,kw\n2026-06-01T00:00Z,-4\n", "kw '-4'")]
    [InlineData("timestamp_utc,solar\n2026-06-01T00:00Z,0.5\n", "give --solar")]
    [InlineData("hour,solar\n24,0.5\n", "is not 0 to 23")]
    [InlineData("hour,price\n2,0.5\n", "there is no kw, solar or wind")]
    [InlineData("timestamp_utc,kw\n", "has no rows")]
    [InlineData("timestamp_utc,kw\n2026-06-01T00:00Z,4\n2026-06-01T00:07Z,4\n", "equal steps")]
    public void A_file_that_cannot_be_read_says_where(string text, string message) =>
        Assert.Contains(message, _terminal.Refuse(Job("--renewables", _terminal.Write("roof.csv", text))), StringComparison.Ordinal);
}
