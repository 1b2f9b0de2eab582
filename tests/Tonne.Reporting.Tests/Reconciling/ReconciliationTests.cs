using Tonne.Accounting;
using Tonne.Ledgers.ImportExport;
using Tonne.Reporting.Reconciling;
using Tonne.Reporting.Terminal;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Reconciling;

public class ReconciliationTests
{
    const double Joule = 1 / 3.6e6;

    /// <summary>The shell run ended at 05:42:20; CodeCarbon began 1 s after it: 8 s, 80 J and 16 J at a PUE of 1.25 and 100 g/kWh.</summary>
    static CodeCarbonRun Row(string mode = "machine") => new()
    {
        Line = 2,
        RunId = "aaaa",
        Version = "3.3.0",
        End = new DateTimeOffset(2026, 11, 22, 5, 42, 19, TimeSpan.Zero),
        HasTimeZone = true,
        DurationSeconds = 8,
        EmissionsKg = 96 * 1.25 * Joule * 0.1,
        EnergyKwh = 96 * 1.25 * Joule,
        CpuEnergyKwh = 80 * 1.25 * Joule,
        MemoryEnergyKwh = 16 * 1.25 * Joule,
        GpuEnergyKwh = 0,
        Pue = 1.25,
        TrackingMode = mode,
        MemoryWatts = 10,
        MemoryGibibytes = 15,
        Threads = 8,
    };

    static Reconciliation Divide(CodeCarbonRun row, double? tdp = null)
    {
        var record = SampleRuns.Shell();
        return Reconciliation.Divide(record, SampleRuns.Account(record), RowChoice.CreateChoice(row, record, TimeZoneInfo.Utc), tdp);
    }

    static ReconciliationStep Step(Reconciliation found, ReconciliationCause cause) => found.Steps.Single(step => step.Cause == cause);

    static void SumsExactly(Reconciliation found)
    {
        var (first, last) = (found.Steps[0], found.Steps[^1]);
        Assert.Equal(found.Row.Run!.EmissionsKg, first.EmissionsBeforeKg);
        Assert.Equal(found.Row.Run.EnergyKwh, first.EnergyBeforeKwh);
        Assert.Equal(found.Footprint.Total.Value, last.EmissionsAfterKg);
        Assert.Equal(found.Footprint.FacilityEnergy.Value, last.EnergyAfterKwh);
        Assert.All(found.Steps.Zip(found.Steps.Skip(1)), pair => Assert.Equal((pair.First.EmissionsAfterKg, pair.First.EnergyAfterKwh), (pair.Second.EmissionsBeforeKg, pair.Second.EnergyBeforeKwh)));
        var largest = found.Steps.Max(step => Math.Max(Math.Abs(step.EmissionsBeforeKg), Math.Abs(step.EmissionsAfterKg)));
        Assert.Equal(found.DifferenceKg, found.Steps.Sum(step => step.EmissionsPartKg), 1e-14 * largest);
        Assert.Equal(Enum.GetValues<ReconciliationCause>(), found.Steps.Select(step => step.Cause));
        Assert.All(found.Steps, step => Assert.True(double.IsFinite(step.EmissionsAfterKg) && double.IsFinite(step.EnergyAfterKwh) && step.Why.Length > 0));
    }

    [Fact]
    public void The_steps_of_a_run_are_those_computed_by_hand()
    {
        var found = Divide(Row());

        // At the plug, J: 80 + 16, × 10/8, × the job's shares 50/88 and 6/48; then ours, cpu 50, memory 6, other 11.2. PUE 1.25 then 1.5; 100 g then 50 g.
        double[] plug = [80 + 16, 100 + 20, (100 * 50 / 88d) + (20 * 6 / 48d), (100 * 50 / 88d) + 2.5, 50 + 2.5, 50 + 6, 56, 56, 67.2];
        var facility = plug.Select(joules => joules * 1.25 * Joule).Append(67.2 * 1.5 * Joule).ToList();
        for (var i = 0; i + 1 < facility.Count; i++)
        {
            Assert.Equal(facility[i + 1], found.Steps[i].EnergyAfterKwh, 1e-12 * facility[i + 1]);
            Assert.Equal(facility[i + 1] * 0.1, found.Steps[i].EmissionsAfterKg, 1e-12 * facility[i + 1]);
        }

        Assert.Equal(67.2 * 1.5 * Joule * 0.05, Step(found, ReconciliationCause.Grid).EmissionsAfterKg, 1e-18);
        Assert.Equal(found.Footprint.Embodied!.Value, Step(found, ReconciliationCause.Embodied).EmissionsPartKg, 1e-15);
        Assert.StartsWith("Nothing", Step(found, ReconciliationCause.NotSeparable).Why);
        SumsExactly(found);
    }

    [Fact]
    public void Children_that_a_process_row_misses_are_a_step_of_their_own_where_the_TDP_is_given()
    {
        // After the duration step cpu is 100 J; at 80 W and 8 threads that is 10 s of CPU time, and the job used 20 s.
        var found = Divide(Row("process"), tdp: 80);

        Assert.Equal(100 * 1.25 * Joule, Step(found, ReconciliationCause.Children).EnergyPartKwh, 1e-15);
        Assert.Equal((50 - 200) * 1.25 * Joule, Step(found, ReconciliationCause.Cpu).EnergyPartKwh, 1e-15);
        Assert.Contains(found.Warnings, warning => warning.Code == "tdp-given");
        SumsExactly(found);
    }

    [Fact]
    public void Without_the_TDP_missing_children_are_not_separable_and_this_is_said()
    {
        var found = Divide(Row("process"));

        Assert.Equal(0, Step(found, ReconciliationCause.Children).EmissionsPartKg);
        Assert.Contains("--tdp", Step(found, ReconciliationCause.NotSeparable).Why);
        Assert.Contains("Missing children are in this step", Step(found, ReconciliationCause.Cpu).Why);
        SumsExactly(found);
    }

    [Fact]
    public void A_row_of_one_sum_is_one_step_that_says_what_is_in_it()
    {
        var found = Divide(Row() with { CpuEnergyKwh = null, MemoryEnergyKwh = null, GpuEnergyKwh = null });

        // 96 J × 10/8 become 50 + 6 J of ours.
        Assert.Equal((56 - 120) * 1.25 * Joule, Step(found, ReconciliationCause.NotSeparable).EnergyPartKwh, 1e-15);
        Assert.All(new[] { ReconciliationCause.Scope, ReconciliationCause.Cpu, ReconciliationCause.Memory, ReconciliationCause.Gpu }, cause => Assert.Equal(0, Step(found, cause).EmissionsPartKg));
        Assert.Contains("cpu_energy, ram_energy, gpu_energy are empty", Step(found, ReconciliationCause.NotSeparable).Why);
        SumsExactly(found);
    }

    [Fact]
    public void Parts_that_do_not_add_up_are_a_step_of_their_own()
    {
        var found = Divide(Row() with { EnergyKwh = 100 * 1.25 * Joule });

        Assert.Equal(-4 * 10 / 8d * 1.25 * Joule, Step(found, ReconciliationCause.NotSeparable).EnergyPartKwh, 1e-15);
        Assert.Contains("do not add up", Step(found, ReconciliationCause.NotSeparable).Why);
        SumsExactly(found);
    }

    [Fact]
    public void Any_row_and_any_run_sum_exactly()
    {
        var random = new Random(20261129);
        var runs = new[] { (SampleRuns.Shell(), SampleRuns.Factors()), (SampleRuns.Training(), SampleRuns.Factors(embodied: false)), SampleRuns.Metered(), SampleRuns.Troubled() };
        var accounted = Enumerable.Range(0, 40).Select(i =>
        {
            var (record, factors) = runs[i % runs.Length];
            record = record with { DurationSeconds = Size(), JobCpuSeconds = random.Next(4) == 0 ? 0 : Size() };
            return (record, SampleRuns.Account(record, factors with { Grid = factors.Grid with { Intensity = factors.Grid.Intensity with { Bounds = Quantities.Bounds.FromExact(Size()) } } }));
        }).ToList();
        for (var i = 0; i < 3_000; i++)
        {
            var (record, footprint) = accounted[i % accounted.Count];
            var row = new CodeCarbonRun
            {
                Line = 2,
                End = new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero),
                HasTimeZone = random.Next(2) == 0,
                DurationSeconds = random.Next(10) == 0 ? 0 : Size(),
                EmissionsKg = Size(),
                EnergyKwh = random.Next(10) == 0 ? 0 : Size(),
                CpuEnergyKwh = Maybe(),
                MemoryEnergyKwh = Maybe(),
                GpuEnergyKwh = Maybe(),
                Pue = 1 + random.NextDouble(),
                TrackingMode = random.Next(3) switch { 0 => null, 1 => "machine", _ => "process" },
                Version = random.Next(4) switch { 0 => null, 1 => "2.3.1", 2 => "3.3.0", _ => "unknown" },
                CpuWatts = Maybe(),
                MemoryWatts = Maybe(),
                MemoryGibibytes = Maybe(),
                Threads = Maybe(),
            };
            if (row.EnergyKwh == 0)
                row = row with { EmissionsKg = 0 };

            var found = Reconciliation.Divide(record, footprint, RowChoice.CreateChoice(row, record, TimeZoneInfo.Utc), Maybe());

            SumsExactly(found);
        }

        double Size() => Math.Pow(10, (random.NextDouble() * 8) - 5);

        double? Maybe() => random.Next(3) switch { 0 => null, 1 => 0, _ => Size() };
    }

    [Theory]
    // CodeCarbon's page "Methodology", section RAM: 8 GB 10 W, 32 GB 20 W, 64 GB 20 W; 128 GB and 1 TB "~40 W", which are 4 × 5 + 4 × 4.5 = 38 W.
    [InlineData("3.3.0", 8, 10)]
    [InlineData("3.0.0", 32, 20)]
    [InlineData("3.3.0", 64, 20)]
    [InlineData("3.3.0", 128, 38)]
    [InlineData("3.3.0", 1024, 38)]
    // The row that CodeCarbon 3.3.0 wrote in Samples: 23.54 GB, 20 W.
    [InlineData("3.3.0", 23.54, 20)]
    // Before version 3: 3 W for 8 GB.
    [InlineData("2.3.1", 32, 12)]
    public void The_rule_of_the_memory_is_that_of_the_version(string version, double gigabytes, double watts) =>
        Assert.Equal(watts, CodeCarbonMemoryRule.EstimateWatts(version, gigabytes)!.Value, 1e-9);

    [Fact]
    public void A_row_is_chosen_by_its_time_and_refused_where_none_or_several_fit()
    {
        var record = SampleRuns.Shell();
        var earlier = Row() with { Line = 3, End = Row().End.AddHours(-2) };

        Assert.Equal(2, RowChoice.FindOverlapping([earlier, Row()], record, TimeZoneInfo.Utc).Run!.Line);
        Assert.Equal(8, RowChoice.FindOverlapping([Row()], record, TimeZoneInfo.Utc).OverlapSeconds, 1e-6);
        Assert.Contains("2 rows overlap", RowChoice.FindOverlapping([Row(), Row() with { Line = 4 }], record, TimeZoneInfo.Utc).Fault);
        Assert.Contains("none of the 1 rows", RowChoice.FindOverlapping([earlier], record, TimeZoneInfo.Utc).Fault);
        Assert.NotNull(RowChoice.FindOverlapping([], record, TimeZoneInfo.Utc).Fault);
    }

    [Fact]
    public void A_time_without_zone_is_the_local_time_of_the_machine()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(9), "test", "test");
        var local = Row() with { HasTimeZone = false, End = Row().End.AddHours(9) };

        Assert.Equal(2, RowChoice.FindOverlapping([local], SampleRuns.Shell(), zone).Run!.Line);
        Assert.Null(RowChoice.FindOverlapping([local], SampleRuns.Shell(), TimeZoneInfo.Utc).Run);
    }

    [Theory]
    [InlineData("machine")]
    [InlineData("process")]
    public void A_pair_that_CodeCarbon_3_3_0_and_tonne_recorded_together_sums_exactly(string mode)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Reconciling", "Samples");
        var entry = System.Text.Json.JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, $"{mode}.entry.json")), LedgerJson.Default.LedgerEntry)!;
        var (rows, problems) = CodeCarbonCsv.ReadRuns(Path.Combine(folder, $"{mode}.emissions.csv"));
        Assert.Empty(problems);

        var found = Reconciliation.Divide(entry.Record, entry.Account(), RowChoice.FindOverlapping(rows, entry.Record, TimeZoneInfo.Utc), mode == "process" ? 85 : null);

        SumsExactly(found);
        Assert.Contains("by the rule of version 3.3.0", Step(Reconciliation.Divide(entry.Record, entry.Account(), found.Row with { Run = rows[0] with { TrackingMode = "machine", MemoryWatts = 20 } }), ReconciliationCause.Memory).Why);
        Golden.Matches($"Golden/reconcile-{mode}.golden.txt", Golden.TextOf(writer => ReconciliationText.Write(writer, found, new TerminalCapabilities { Width = 80 })));
        Golden.Matches($"Golden/reconcile-{mode}.golden.md", ReconciliationText.RenderMarkdown(found));
        Golden.Matches($"Golden/reconcile-{mode}.golden.json", ReconciliationDocument.From(found).ToJson());
        if (mode == "process")
        {
            // Each round of the program used 0.5 s of CPU time in a child that lived for less than the 5 s between samples.
            Assert.True(Step(found, ReconciliationCause.Children).EnergyPartKwh > 0);
        }
    }
}
