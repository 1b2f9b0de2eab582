using System.Globalization;
using Tonne.Hardware;
using Tonne.Ledgers.ImportExport;

namespace Tonne.Ledgers.Tests.ImportExport;

/// <summary>Energy and emissions of an imported run are those that its row states, whatever its parts are. Expected values are cells.</summary>
public class CodeCarbonStatedTests
{
    const string Header = "timestamp,run_id,duration,emissions,energy_consumed,cpu_energy,ram_energy,gpu_energy,gpu_model,country_iso_code,pue";

    static readonly DateTimeOffset At = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    static ImportedRuns Read(string text) => CodeCarbonCsv.Import(new StringReader(text), "x.csv", At);

    static string Row(string energy = "0.035", string cpu = "0.0174", string ram = "0.00563", string gpu = "0.01197", string run = "1", string pue = "1") =>
        $"2026-05-10T23:47:11,{run},100,0.0133,{energy},{cpu},{ram},{gpu},1 x NVIDIA A100,DEU,{pue}";

    [Theory]
    [InlineData("0.0174", "0.00563", "", Component.Gpu, 0.01197)]
    [InlineData("0.0174", "0.00563", "nan", Component.Gpu, 0.01197)]
    [InlineData("", "0.00563", "0.01197", Component.Cpu, 0.0174)]
    [InlineData("0.0174", "", "0.01197", Component.Memory, 0.00563)]
    // Not known: memory and accelerator together, so nothing is split.
    [InlineData("0.0174", "", "", Component.Platform, 0.035)]
    [InlineData("0", "0", "0", Component.Platform, 0.035)]
    // 5 kWh of 5.0176: scaled by 0.035 ÷ 5.0176.
    [InlineData("5", "0.00563", "0.01197", Component.Cpu, 0.034877232142857145)]
    // Half of what is stated: each part doubled.
    [InlineData("0.0087", "0.002815", "0.005985", Component.Memory, 0.00563)]
    public void Parts_that_do_not_add_up_change_the_split_only(string cpu, string ram, string gpu, Component part, double kilowattHours)
    {
        var record = Assert.Single(Read($"{Header}\n{Row(cpu: cpu, ram: ram, gpu: gpu)}\n").Runs).Entry;
        var footprint = record.Account();

        Assert.Equal(0.035, footprint.FacilityEnergy.Value, 1e-15);
        Assert.Equal(0.0133, footprint.Operational.Value, 1e-15);
        Assert.Equal(kilowattHours * 3.6e12, record.Record.Components.Single(use => use.Component == part).JobMicrojoules, 1d);
        Assert.Contains("0.035 kWh", TemporaryHome.FindWarning(record.Record, "parts-do-not-add")!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_that_add_up_have_no_warning()
    {
        var run = Assert.Single(Read($"{Header}\n{Row()}\n").Runs);

        Assert.DoesNotContain(run.Entry.Record.Warnings, warning => warning.Code == "parts-do-not-add");
        Assert.Equal([62_640_000_000L, 20_268_000_000L, 43_092_000_000L], run.Entry.Record.Components.Select(use => use.JobMicrojoules));
    }

    [Fact]
    public void A_pue_is_counted_once_when_parts_do_not_add_up()
    {
        var footprint = Assert.Single(Read($"{Header}\n{Row(gpu: "", pue: "1.4")}\n").Runs).Entry.Account();

        Assert.Equal(0.035, footprint.FacilityEnergy.Value, 1e-15);
        Assert.Equal(0.025, footprint.Energy.Value, 1e-15);
        Assert.Equal(0.0133, footprint.Operational.Value, 1e-15);
    }

    [Fact]
    public void Runs_whose_parts_do_not_add_up_are_counted_and_verified()
    {
        using var home = new TemporaryHome();
        var path = home.Elsewhere("parts.csv");
        File.WriteAllText(path, $"{Header}\n{Row(run: "1")}\n{Row(gpu: "", run: "2")}\n{Row(cpu: "5", run: "3")}\n");
        var runs = CodeCarbonCsv.Import(path, At);

        Assert.Equal(2, runs.CountPartsThatDoNotAdd(home.Ledger.Import(runs)));
        Assert.Equal(0, runs.CountPartsThatDoNotAdd(home.Ledger.Import(runs)));
        Assert.Empty(home.Ledger.Verify());
    }

    // 10 MW for 100 s are 277.8 kWh.
    [Theory]
    [InlineData("1e30", "0.01", "energy_consumed")]
    [InlineData("1e308", "0.01", "energy_consumed")]
    [InlineData("1.7e302", "", "energy_consumed")]
    [InlineData("278", "0.01", "energy_consumed")]
    [InlineData("0.035", "1e308", "cpu_energy")]
    [InlineData("inf", "0.01", "energy_consumed")]
    public void An_impossible_energy_costs_its_row_only(string energy, string cpu, string column)
    {
        var import = Read($"{Header}\n{Row(run: "1")}\n{Row(energy, cpu, run: "2")}\n{Row(run: "3")}\n");

        Assert.Equal([2, 4], import.Runs.Select(run => run.Line));
        var problem = Assert.Single(import.Problems);
        Assert.Equal("x.csv:3", problem.File);
        Assert.Contains(column, problem.What, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_possible_energy_is_read() =>
        Assert.Equal(277, Assert.Single(Read($"{Header}\n{Row("277")}\n").Runs).Entry.Account().FacilityEnergy.Value, 1e-9);

    [Fact]
    public void Zeros_after_good_rows_cost_no_good_row()
    {
        var import = Read($"{Header}\n{Row(run: "1")}\n{new string('\0', 3 << 20)}");

        Assert.Equal(2, Assert.Single(import.Runs).Line);
        var problem = Assert.Single(import.Problems);
        Assert.Equal("x.csv:3", problem.File);
        Assert.Contains("more than 1,048,576 characters", problem.What, StringComparison.Ordinal);
        Assert.Equal("x.csv:1", Assert.Single(Read(new string('\0', 3 << 20)).Problems).File);
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void Lines_may_end_in_any_way(string end)
    {
        var import = Read(string.Concat(new[] { Header, Row(run: "1"), "bad", Row(run: "2") }.Select(line => line + end)));

        Assert.Equal([2, 4], import.Runs.Select(run => run.Line));
        Assert.Equal("x.csv:3", Assert.Single(import.Problems).File);
        Assert.All(import.Runs, run => Assert.Equal(0.0133, run.Entry.Account().Operational.Value, 1e-15));
        Assert.All(import.Runs, run => Assert.DoesNotContain('\r', run.Origin));
    }

    [Fact]
    public void A_column_that_is_there_twice_is_refused_by_its_name()
    {
        var import = Read($"{Header},emissions\n{Row()},7\n");

        Assert.Empty(import.Runs);
        var problem = Assert.Single(import.Problems);
        Assert.Equal("x.csv:1", problem.File);
        Assert.Equal("has more than one column emissions", problem.What);
    }

    [Fact]
    public void A_value_that_is_the_name_of_a_column_costs_no_good_row()
    {
        var import = Read($"{Header}\n{Row(run: "1")}\n{Row(run: "timestamp")}\n");

        Assert.Equal(2, import.Runs.Length);
        Assert.Empty(import.Problems);
    }

    [Fact]
    public void The_row_of_an_imported_run_has_its_stated_country()
    {
        var entry = Assert.Single(Read($"{Header}\n{Row()}\n").Runs).Entry;

        var row = CarbonCsvRow.From(entry.Record, entry.Account());
        Assert.Equal(("DEU", "Germany"), (row["country_iso_code"], row["country_name"]));
        Assert.Equal(0.0133, double.Parse(row["emissions"], CultureInfo.InvariantCulture), 1e-15);
    }
}
