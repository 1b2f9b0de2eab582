namespace Tonne.Cli.Tests.Planning;

/// <summary>Facilities with a PUE of their own, data that has to be moved, and the method of intensities.</summary>
public sealed class PlanPlacesTests : IDisposable
{
    readonly PlanTerminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    string Files() => $"{_terminal.WriteHours("fr.csv", Enumerable.Repeat<double?>(100, 24))},{_terminal.WriteHours("se.csv", Enumerable.Repeat<double?>(90, 24), "SE")}";

    string[] Job(params string[] words) => ["--duration", "1h", "--power", "1kW", "--max-pauses", "0", "--finish-by", "20h", "--series",
        Files(), .. words];

    [Fact]
    public void A_place_has_the_PUE_that_is_written_beside_it_and_the_best_of_zone_and_facility_is_chosen()
    {
        // 1 kWh · 1.1 · 100 g = 110 g against 1 kWh · 1.4 · 90 g = 126 g.
        var plan = _terminal.Json(Job("--zones", "FR:1.1,SE:1.4"));

        Assert.Equal(0.110, PlanTerminal.Kilograms(PlanTerminal.Option(plan, "contiguous")), 1e-12);
        Assert.Equal(1.1, (double)PlanTerminal.Option(plan, "contiguous")["segments"]![0]!["pue"]!);
        // 1 kWh · 1.2 · 90 g = 108 g.
        var other = _terminal.Json(Job("--zones", "FR:1.1,SE:1.2"));
        Assert.Equal(0.108, PlanTerminal.Kilograms(PlanTerminal.Option(other, "contiguous")), 1e-12);
        Assert.Equal("SE", (string)PlanTerminal.Option(other, "contiguous")["segments"]![0]!["zone"]!);
    }

    [Fact]
    public void Two_facilities_of_one_zone_have_names_of_their_own()
    {
        var plan = _terminal.Json(Job("--zones", "FR:1.5,FR:1.1"));

        Assert.Equal(0.150, PlanTerminal.Kilograms(PlanTerminal.Option(plan, "immediate")), 1e-12);
        Assert.Equal(0.110, PlanTerminal.Kilograms(PlanTerminal.Option(plan, "contiguous")), 1e-12);
        Assert.Contains("at FR PUE 1.1", _terminal.Plan(Job("--zones", "FR:1.5,FR:1.1")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FR:0.9")]
    [InlineData("FR:100")]
    public void A_PUE_below_one_is_refused(string zone) =>
        Assert.Contains($"--zones '{zone}': a PUE is", _terminal.Refuse(Job("--zones", zone)), StringComparison.Ordinal);

    /// <summary>The network takes 1.9 kWh/TB (0.3 to 15): 1 TB to SE is 1.9 kWh · 90 g = 171 g, more than the 10 g that SE saves.</summary>
    [Fact]
    public void Data_that_costs_more_than_the_place_saves_stays_where_it_is()
    {
        var plan = _terminal.Json(Job("--zones", "FR,SE", "--transfer", "1TB"));

        Assert.Equal("FR", (string)PlanTerminal.Option(plan, "contiguous")["segments"]![0]!["zone"]!);
        Assert.Null(PlanTerminal.Option(plan, "contiguous")["transfer_emissions_kg"]);
        Assert.Equal((1.0, 1.9, "ASLAN-2018;CCF-COEF"),
            ((double)plan["transfer"]!["data_tb"]!, (double)plan["transfer"]!["kwh_per_tb"]!["value"]!,
                (string)plan["transfer"]!["source"]!));
    }

    /// <summary>10 GB are 0.019 kWh (0.003 to 0.15) before the PUE of 1.5 of the place they go to: 2.565 g.</summary>
    [Fact]
    public void Energy_and_emissions_of_a_transfer_are_counted_and_shown_with_their_interval()
    {
        var plan = _terminal.Json(Job("--zones", "FR:1.8,SE:1.5", "--transfer", "10GB"));
        var moved = PlanTerminal.Option(plan, "contiguous");

        Assert.Equal((1.5 * 90 / 1000) + (0.019 * 1.5 * 90 / 1000), PlanTerminal.Kilograms(moved), 1e-9);
        Assert.Equal(0.019 * 1.5, (double)moved["transfer_energy_kwh"]!["value"]!, 1e-9);
        Assert.Equal(0.002565, (double)moved["transfer_emissions_kg"]!["value"]!, 1e-9);
        Assert.Equal(0.15 / 0.019 * 0.002565, (double)moved["transfer_emissions_kg"]!["high"]!, 1e-7);
        Assert.Contains(plan["sources"]!.AsArray(), source => ((string)source!["id"]!).Contains("ASLAN-2018", StringComparison.Ordinal));
    }

    [Fact]
    public void A_choice_that_the_upper_limit_of_the_network_would_change_is_warned_of()
    {
        // 2 GB: 0.342 g at the best value and 2.7 g at the upper limit.
        var sure = _terminal.Json(Job("--zones", "FR,SE", "--transfer", "2GB"));
        // 50 GB: 8.55 g of the 10 g at the best value, 67.5 g at the upper limit.
        var unsure = _terminal.Json(Job("--zones", "FR,SE", "--transfer", "50GB"));

        Assert.DoesNotContain(sure["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "transfer-decides");
        Assert.Equal("SE", (string)PlanTerminal.Option(unsure, "contiguous")["segments"]![0]!["zone"]!);
        Assert.Contains(unsure["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "transfer-decides");
    }

    /// <summary>100 GB at 100 Mbit/s: 8·10^11 bit ÷ 10^8 bit/s = 8,000 s, in whole minutes 134.</summary>
    [Fact]
    public void A_rate_makes_the_start_elsewhere_later()
    {
        var files = $"{_terminal.WriteHours("fr.csv", Enumerable.Repeat<double?>(1000, 24))},{_terminal.WriteHours("se.csv", Enumerable.Repeat<double?>(10, 24), "SE")}";
        var plan = _terminal.Json("--duration", "1h", "--power", "10kW", "--max-pauses", "0", "--series", files, "--zones", "FR,SE",
            "--transfer", "100GB@100Mbps");

        Assert.Equal("2026-06-01T02:14:00+00:00", (string)PlanTerminal.Option(plan, "contiguous")["segments"]![0]!["from"]!);
        Assert.Equal(8040, (double)plan["transfer"]!["time_s"]!);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("0GB")]
    [InlineData("-1TB")]
    [InlineData("1TB@fast")]
    [InlineData("1PB@1Mbps")]
    public void A_transfer_that_is_none_is_refused(string size) =>
        Assert.Contains($"--transfer '{size}'", _terminal.Refuse(Job("--zones", "FR,SE", "--transfer", size)), StringComparison.Ordinal);

    [Fact]
    public void A_transfer_needs_a_second_place() =>
        Assert.Contains("--zones FR,SE", _terminal.Refuse(Job("--zone", "FR", "--transfer", "1GB")), StringComparison.Ordinal);

    [Fact]
    public void The_basis_chooses_among_the_series_of_a_file()
    {
        var files = $"{_terminal.WriteHours("a.csv", Enumerable.Repeat<double?>(100, 24))},{_terminal.WriteHours("b.csv", Enumerable.Repeat<double?>(60, 24), basis: "direct")}";
        string[] job = ["--duration", "1h", "--power", "1kW", "--max-pauses", "0", "--series", files];

        var direct = _terminal.Json([.. job, "--direct"]);
        Assert.Equal(("direct", 0.060), ((string)direct["basis"]!, PlanTerminal.Kilograms(PlanTerminal.Option(direct, "immediate"))));
        var lifecycle = _terminal.Json([.. job, "--basis", "lifecycle"]);
        Assert.Equal(("lifecycle", 0.100),
            ((string)lifecycle["basis"]!, PlanTerminal.Kilograms(PlanTerminal.Option(lifecycle, "immediate"))));
    }

    [Fact]
    public void A_basis_that_the_files_do_not_have_is_named() =>
        Assert.Contains("no direct intensity; their basis is lifecycle", _terminal.Refuse(Job("--direct")), StringComparison.Ordinal);

    [Theory]
    [InlineData("--basis", "net")]
    [InlineData("--provider", "nobody")]
    public void A_basis_or_publisher_that_is_not_known_is_refused(string option, string value) =>
        Assert.Contains($"{option} '{value}'", _terminal.Refuse("--duration", "1h", "--zone", "GB", option, value),
            StringComparison.Ordinal);

    [Fact]
    public void Two_bases_and_a_publisher_with_files_are_refused()
    {
        Assert.Contains("two bases", _terminal.Refuse(Job("--direct", "--basis", "lifecycle")), StringComparison.Ordinal);
        Assert.Contains("--provider asks a publisher", _terminal.Refuse(Job("--provider", "neso")), StringComparison.Ordinal);
    }

    /// <summary>Offline nobody is asked: the annual mean is used, and that it is not the publisher's is said.</summary>
    [Fact]
    public void A_publisher_that_gives_nothing_is_named()
    {
        var plan = _terminal.Json("--duration", "1h", "--zone", "GB", "--provider", "neso");

        Assert.Equal("annual", (string)plan["signal"]!);
        Assert.Contains(plan["warnings"]!.AsArray(), warning => (string)warning!["code"]! == "provider-without-values");
    }

    /// <summary>What is kept of a zone without publishers is its mean of the life cycle.</summary>
    [Fact]
    public void A_basis_on_which_nothing_is_known_is_named() =>
        Assert.Contains("of GB on the direct basis is known", _terminal.Refuse("--duration", "1h", "--zone", "GB", "--direct"), StringComparison.Ordinal);
}
