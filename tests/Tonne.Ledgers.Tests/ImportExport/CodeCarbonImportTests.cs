using Tonne.Hardware;
using Tonne.Ledgers.ImportExport;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.ImportExport;

/// <summary>The samples were written by hand from CodeCarbon's documented columns; expected values are those of their cells.</summary>
public class CodeCarbonImportTests
{
    static readonly DateTimeOffset At = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "ImportExport", "Samples", name);

    static ImportedRun Row(string file, string project, double duration) =>
        CodeCarbonCsv.Import(Sample(file), At).Runs.Single(run => run.Entry.Record.Opening.Project == project && run.Entry.Record.DurationSeconds == duration);

    [Fact]
    public void Energy_and_emissions_come_out_as_they_were_stated()
    {
        var entry = Row("emissions-3.csv", "digits", 3600).Entry;
        var footprint = entry.Account();

        Assert.Equal(0.32, footprint.Energy.Value, 1e-12);
        Assert.Equal(0.01792, footprint.Operational.Value, 1e-12);
        Assert.Equal(56, entry.Statements[0].Factors.Grid.Intensity.Bounds.Best, 1e-9);
        Assert.Equal([(Component.Cpu, 180_000_000_000L), (Component.Memory, 72_000_000_000L), (Component.Gpu, 900_000_000_000L)], entry.Record.Components.Select(c => (c.Component, c.JobMicrojoules)).Order());
        Assert.Equal("facility(cpu+memory+gpu), machine, location, unstated", footprint.Operational.Boundary.ToString());
        Assert.Equal(Quality.Assumed, footprint.Operational.Quality);
        Assert.Null(footprint.Embodied);
        Assert.Null(footprint.Water);
        // The interval is that of errors up to 40 % of the true value: Fischer 2025.
        Assert.Equal(0.32 / 1.4, footprint.Energy.Bounds.Low, 1e-9);
        Assert.Equal(0.32 / 0.6, footprint.Energy.Bounds.High, 1e-9);
        Assert.Contains(footprint.GetSources(), source => source.Title.Contains("emissions-3.csv", StringComparison.Ordinal));
    }

    [Fact]
    public void The_pue_is_taken_out_of_the_energies_and_put_back_once()
    {
        var entry = Row("emissions-3.csv", "tune", 1200).Entry;
        var footprint = entry.Account();

        // Stated with PUE 1.1: 0.605 kWh, so 0.55 kWh at the plug.
        Assert.Equal(0.55, footprint.Energy.Value, 1e-12);
        Assert.Equal(0.605, footprint.FacilityEnergy.Value, 1e-12);
        Assert.Equal(0.0605, footprint.Operational.Value, 1e-12);
        // CodeCarbon states the water of the site only: a figure of water needs that of the grid too, so there is none, and what was stated is kept.
        Assert.Null(footprint.Water);
        Assert.Equal(1.8, entry.Statements[0].Factors.WaterOnSite!.Bounds.Best);
        Assert.Equal("gcp:europe-west1", entry.Record.Opening.Place.Region);
        Assert.Contains("codecarbon.water_consumed = 1.089", entry.Record.Notes);
    }

    [Fact]
    public void Nothing_a_row_says_is_lost()
    {
        var run = Row("emissions-3.csv", "digits", 3600);
        var opening = run.Entry.Record.Opening;

        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero), opening.StartedAt);
        Assert.Equal("AMD Ryzen 9 5950X, 16-Core", opening.Machine.Cpu);
        Assert.Equal(64L << 30, opening.Machine.MemoryBytes);
        Assert.Equal("aaaaaaaa-0000-4000-8000-000000000001", opening.Tags["codecarbon.run_id"]);
        Assert.Equal("codecarbon 3.0.4", opening.Tags["imported"]);
        Assert.Contains("codecarbon.team = vision", run.Entry.Record.Notes);
        Assert.Contains("codecarbon.region = île-de-france", run.Entry.Record.Notes);
        Assert.Contains("codecarbon.ram_used_gb = 19.4", run.Entry.Record.Notes);
        Assert.Contains(File.ReadLines(Sample("emissions-3.csv")).ElementAt(1), run.Origin, StringComparison.Ordinal);
        Assert.NotNull(TemporaryHome.FindWarning(run.Entry.Record, "boundary-of-another-tool"));
        Assert.NotNull(TemporaryHome.FindWarning(run.Entry.Record, "local-time"));
    }

    [Fact]
    public void Quarter_hours_add_up_to_the_run()
    {
        var record = Row("emissions-2.csv", "span", 12866.5).Entry.Record;

        Assert.Equal(15, record.QuarterHours.Length);
        foreach (var component in record.Components)
            Assert.Equal(component.JobMicrojoules, record.QuarterHours.SelectMany(q => q.Energy).Where(use => use.Component == component.Component).Sum(use => use.Microjoules));
    }

    [Fact]
    public void Rows_that_moved_are_reported_by_file_and_line_and_passed_over()
    {
        var import = CodeCarbonCsv.Import(Sample("emissions-3.csv"), At);

        Assert.Equal([2, 3, 6], import.Runs.Select(run => run.Line));
        Assert.Equal(
            ["emissions-3.csv:4", "emissions-3.csv:5", "emissions-3.csv:7", "emissions-3.csv:8"],
            import.Problems.Select(problem => Path.GetFileName(problem.File)).Order(StringComparer.Ordinal));
        Assert.Contains("32 fields where the header has 39", import.Problems.Single(problem => problem.File.EndsWith(":4", StringComparison.Ordinal)).What, StringComparison.Ordinal);
        Assert.Contains("before line 6", import.Problems.Single(problem => problem.File.EndsWith(":5", StringComparison.Ordinal)).What, StringComparison.Ordinal);
        var nonsense = import.Problems.Single(problem => problem.File.EndsWith(":7", StringComparison.Ordinal)).What;
        Assert.Contains("tracking_mode 'both'", nonsense, StringComparison.Ordinal);
        Assert.Contains("pue '0.9'", nonsense, StringComparison.Ordinal);
        Assert.Contains("ram_energy '-0.0015'", nonsense, StringComparison.Ordinal);
        Assert.Contains("same values as line 2", import.Problems.Single(problem => problem.File.EndsWith(":8", StringComparison.Ordinal)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_follows_a_process_says_what_is_not_known()
    {
        var entry = Row("emissions-3.csv", "digits", 600).Entry;

        Assert.Equal(SharePolicy.Share, entry.Record.Opening.Policy);
        Assert.NotNull(TemporaryHome.FindWarning(entry.Record, "machine-not-stated"));
        Assert.Equal([Component.Cpu, Component.Memory], entry.Record.Components.Select(c => c.Component).Order());
        Assert.Equal(0.0014, entry.Account().Operational.Value, 1e-12);
    }

    [Fact]
    public void The_first_version_stated_only_a_sum()
    {
        var entry = Row("emissions-1.csv", "speech", 17203.5).Entry;

        Assert.Equal(Component.Platform, Assert.Single(entry.Record.Components).Component);
        Assert.Equal(0.2, entry.Account().Energy.Value, 1e-12);
        Assert.Equal(0.08, entry.Account().Operational.Value, 1e-12);
    }

    [Fact]
    public void Importing_twice_adds_nothing_and_verify_holds_runs_against_their_rows()
    {
        using var home = new TemporaryHome();
        var first = home.Ledger.Import(CodeCarbonCsv.Import(Sample("emissions-3.csv"), At));
        var second = home.Ledger.Import(CodeCarbonCsv.Import(Sample("emissions-3.csv"), At.AddDays(1)));

        Assert.Equal(3, first.Added.Length);
        Assert.Equal(4, first.Problems.Length);
        Assert.Empty(second.Added);
        Assert.Equal(first.Added, second.Known);
        Assert.Equal(3, home.Ledger.ListRuns().Count);
        Assert.Empty(home.Ledger.Verify());

        var folder = home.Home.GetRunFolder(first.Added[0]);
        File.WriteAllText(folder.OriginPath, File.ReadAllText(folder.OriginPath).Replace("0.05,0.25", "0.04,0.25", StringComparison.Ordinal));
        Assert.Contains(home.Ledger.Verify(), problem => problem.File == folder.RecordPath);
    }

    [Fact]
    public void A_later_state_of_a_run_imported_already_is_not_counted_again()
    {
        using var home = new TemporaryHome();
        var lines = File.ReadAllLines(Sample("emissions-3.csv"));
        var early = home.Elsewhere("early.csv");
        File.WriteAllLines(early, [lines[0], lines[4]]);
        home.Ledger.Import(CodeCarbonCsv.Import(early, At));

        File.WriteAllLines(early, [lines[0], lines[4], lines[5]]);
        var later = home.Ledger.Import(CodeCarbonCsv.Import(early, At));

        Assert.Empty(later.Added);
        Assert.Contains(later.Problems, problem => problem.What.Contains("imported before", StringComparison.Ordinal));
        Assert.Single(home.Ledger.ListRuns());
    }

    [Theory]
    [InlineData("", ":1")]
    [InlineData("a,b,c\n1,2,3\n", ":1")]
    [InlineData("timestamp,duration,emissions\n2026-01-01T00:00:00,1,1\n", ":1")]
    public void A_file_of_another_kind_is_reported(string text, string line)
    {
        using var home = new TemporaryHome();
        var path = home.Elsewhere("x.csv");
        File.WriteAllText(path, text);

        var import = CodeCarbonCsv.Import(path, At);

        Assert.Empty(import.Runs);
        Assert.EndsWith("x.csv" + line, Assert.Single(import.Problems).File, StringComparison.Ordinal);
    }

    const string Header = "timestamp,project_name,run_id,duration,emissions,energy_consumed,cpu_energy,gpu_energy,ram_energy,country_name,country_iso_code,region,gpu_count,gpu_model,tracking_mode,on_cloud\n";

    const string Rest = ",p,11111111-1111-1111-1111-111111111111,100,0.0133,0.035,0.0174,0.01197,0.00563,Germany,DEU,x,2.0,2 x NVIDIA A100-SXM4-80GB,machine,N\n";

    [Theory]
    [InlineData("10/03/2024 06:16", null, null)]
    [InlineData("10.03.2024 06:16", null, null)]
    [InlineData("10/03/2024 06:16", DateOrder.MonthFirst, "2024-10-03")]
    [InlineData("10/03/2024 06:16", DateOrder.DayFirst, "2024-03-10")]
    [InlineData("13/03/2024 06:16", null, "2024-03-13")]
    [InlineData("03/13/2024 06:16:05", null, "2024-03-13")]
    [InlineData("05/05/2024", null, "2024-05-05")]
    [InlineData("13/03/2024 06:16", DateOrder.MonthFirst, null)]
    [InlineData("2024-10-03T06:16:00", DateOrder.DayFirst, "2024-10-03")]
    public void A_date_that_can_be_read_in_two_ways_is_not_guessed(string timestamp, DateOrder? order, string? expected)
    {
        var import = CodeCarbonCsv.Import(new StringReader(Header + timestamp + Rest), "x.csv", At, order);

        if (expected is null)
        {
            Assert.Empty(import.Runs);
            var problem = Assert.Single(import.Problems);
            Assert.Equal("x.csv:2", problem.File);
            Assert.Contains(timestamp, problem.What, StringComparison.Ordinal);
        }
        else
        {
            var opening = Assert.Single(import.Runs).Entry.Record.Opening;
            Assert.Equal(expected, opening.StartedAt.AddSeconds(100).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("1e308", "0.035")]
    [InlineData("0.0133", "1e-320")]
    [InlineData("0.0133", "5e-324")]
    [InlineData("1e18", "0.035")]
    [InlineData("0.0133", "1e300")]
    [InlineData("0.0133", "1e999")]
    [InlineData("NaN", "0.035")]
    public void A_cell_at_the_edge_of_numbers_costs_its_row_only(string emissions, string energy)
    {
        const string good = "2026-05-10T23:47:11,p,1,100,0.0133,0.035,Germany,DEU,machine,N\n";
        var csv = "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_name,country_iso_code,tracking_mode,on_cloud\n" + good
            + $"2026-05-10T23:48:11,p,2,100,{emissions},{energy},Germany,DEU,machine,N\n" + good.Replace("p,1", "p,3", StringComparison.Ordinal);

        var import = CodeCarbonCsv.Import(new StringReader(csv), "x.csv", At);

        Assert.Equal(2, import.Runs.Length);
        Assert.Equal("x.csv:3", Assert.Single(import.Problems).File);
    }

    [Theory]
    [InlineData(DateOrder.MonthFirst)]
    [InlineData(DateOrder.DayFirst)]
    public void A_run_whose_date_order_was_given_is_verified_against_its_row(DateOrder order)
    {
        using var home = new TemporaryHome();
        var path = home.Elsewhere("us.csv");
        File.WriteAllText(path, Header + "10/03/2024 06:16" + Rest);

        home.Ledger.Import(CodeCarbonCsv.Import(path, At, order));

        Assert.Single(home.Ledger.ListRuns());
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void Accelerators_are_counted_once_and_the_stated_country_is_the_place()
    {
        var opening = Assert.Single(CodeCarbonCsv.Import(new StringReader(Header + "2026-05-10T23:47:11" + Rest), "x.csv", At).Runs).Entry.Record.Opening;

        Assert.Equal(["NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-80GB"], opening.Machine.Gpus!);
        Assert.Equal("2 x NVIDIA A100-SXM4-80GB", HardwareName.Format(opening.Machine.Gpus!));
        Assert.Equal("DE", opening.Place.Zone);
    }

    [Fact]
    public void A_batch_larger_than_one_is_imported_whole()
    {
        using var home = new TemporaryHome();
        var path = home.Elsewhere("many.csv");
        var rows = Enumerable.Range(0, 520).Select(i => new DateTime(2026, 1, 1).AddMinutes(i).ToString("s") + Rest.Replace("1111-111111111111", $"1111-{i:d12}", StringComparison.Ordinal));
        File.WriteAllText(path, Header + string.Concat(rows));
        var last = 0;

        var outcome = home.Ledger.Import(CodeCarbonCsv.Import(path, At), done => last = done);

        Assert.Equal(520, outcome.Added.Length);
        Assert.Equal(520, last);
        Assert.Equal(520, home.Ledger.ListRuns().Count);
        Assert.Empty(Directory.EnumerateDirectories(home.Home.Runs, ".import-*", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_an_import_that_was_killed_left_beside_its_place_is_written_again()
    {
        using var home = new TemporaryHome();
        var import = CodeCarbonCsv.Import(Sample("emissions-3.csv"), At);
        var folder = home.Home.GetRunFolder(import.Runs[0].Id);
        var left = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(folder.Location)!, ".import-" + folder.Id));
        File.WriteAllText(Path.Combine(left.FullName, "record.json"), "{");

        Assert.Equal(import.Runs.Select(run => run.Id), home.Ledger.Import(import).Added);

        Assert.False(Directory.Exists(left.FullName));
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_run_keeps_the_header_and_the_row_that_it_was_read_from()
    {
        const string text = "2026-05-10T23:47:11" + Rest;
        var swapped = Header.Replace("timestamp,project_name", "project_name,timestamp", StringComparison.Ordinal);
        const string other = "q,2026-05-11T23:47:11,22222222-2222-2222-2222-222222222222,100,0.0133,0.035,0.0174,0.01197,0.00563,Germany,DEU,x,2.0,2 x NVIDIA A100-SXM4-80GB,machine,N\n";

        var runs = CodeCarbonCsv.Import(new StringReader(Header + text + swapped + other), "x.csv", At).Runs;

        Assert.Equal([Header + text, swapped + other], runs.Select(run => run.Origin));
        Assert.Equal([2, 4], runs.Select(run => run.Line));
        Assert.Equal(["p", "q"], runs.Select(run => run.Entry.Record.Opening.Project));
        Assert.Equal(runs.Select(run => run.Id), runs.Select(run => run.Entry.Record.Opening.Id));
        Assert.Equal(runs.Select(run => run.Entry.Statements[0].Figures), runs.Select(run => run.Entry.Statements[0].Figures));
    }

    [Fact]
    public void Any_text_is_either_read_or_reported()
    {
        var clean = File.ReadAllText(Sample("emissions-3.csv"));
        var random = new Random(1304);
        using var home = new TemporaryHome();
        var path = home.Elsewhere("fuzz.csv");
        for (var round = 0; round < 150; round++)
        {
            var text = clean.ToCharArray();
            for (var changes = random.Next(1, 30); changes > 0; changes--)
                text[random.Next(text.Length)] = ",\"\n\r-.eN9x\0é"[random.Next(12)];
            File.WriteAllText(path, new string(text));

            var import = CodeCarbonCsv.Import(path, At);

            Assert.All(import.Problems, problem => Assert.StartsWith(path + ":", problem.File, StringComparison.Ordinal));
            Assert.All(import.Runs, run => Assert.True(run.Entry.Account().Energy.Value >= 0));
        }
    }
}
