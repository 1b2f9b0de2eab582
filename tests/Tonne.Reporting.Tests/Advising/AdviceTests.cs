using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Reporting.Advising;
using Tonne.Reporting.Html;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Advising;

public class AdviceTests
{
    static Lever Create(LeverGroup group, double saving, double low = 0.01, string part = "run", double share = 1, LeverEffort effort = LeverEffort.Low) => new()
    {
        Kind = LeverKind.Hour,
        Name = $"{group} {saving}",
        Part = part,
        PartShare = share,
        SavingOfPart = new(low, saving, Math.Max(saving, 0.9)),
        Basis = LeverBasis.Modelled,
        BasisText = "a test",
        Effort = effort,
        Command = ["tonne", "version"],
        Group = group,
        Sentence = "A test.",
    };

    static Advice Sort(params IEnumerable<Lever> levers) => Advice.Create("test", SampleRuns.Account(SampleRuns.Shell()).Operational, levers, [], []);

    static Advice Advise(RunRecord record, AccountingFactors? factors = null) =>
        RunAdvisor.Advise(new LedgerEntry(record, [SampleRuns.Account(record, factors).CreateStatement(DateTimeOffset.UnixEpoch)]), static _ => null);

    static Advice AdviseLife(string text) => LifeCycleAdvisor.Advise(new LifeCycleAccountant().Account(
        LifeCycleReader.Read(text, "life.yaml"), static _ => [], static asked => Estimation.LifeCycles.PhaseEstimator.Estimate(asked)), static _ => null);

    [Fact]
    public void Savings_are_multiplied_and_of_a_group_only_the_best_counts()
    {
        // 20 % by the place, 50 % by hardware: 0.8 · 0.5 = 0.4 is left. The hour overlaps with the place.
        var advice = Sort(Create(LeverGroup.PlaceAndTime, 0.2, 0.1), Create(LeverGroup.Efficiency, 0.5, 0.3), Create(LeverGroup.PlaceAndTime, 0.1));

        Assert.Equal(0.6, advice.Combined!.Value.Value, 1e-12);
        // What is left is 0.4; with the place at its low end 0.45, with the hardware at its low end 0.56. In logarithms ln 1.125 = 0.117783 and
        // ln 1.4 = 0.336472 are √0.127087 = 0.356492 together: 1 − 0.4 · e^0.356492 = 0.428676.
        Assert.Equal(0.428676, advice.Combined.Value.Low, 1e-6);
        Assert.Equal(["Efficiency 0.5", "PlaceAndTime 0.2", "PlaceAndTime 0.1"], advice.Levers.Select(lever => lever.Name));
    }

    [Fact]
    public void Levers_of_two_phases_add_by_the_share_of_each()
    {
        // 30 % of the work falls by 50 %, 70 % of it by 20 %: 0.15 + 0.14.
        var advice = Sort(Create(LeverGroup.Efficiency, 0.5, part: "training", share: 0.3), Create(LeverGroup.Efficiency, 0.2, part: "serving", share: 0.7));

        Assert.Equal(0.29, advice.Combined!.Value.Value, 1e-12);
        // Levers of one group share factors, so both are at their low end of 1 % together.
        Assert.Equal(0.01, advice.Combined.Value.Low, 1e-12);
    }

    [Fact]
    public void Any_levers_are_sorted_and_combined_within_the_laws() => Prop.ForAll(
        Gen.Choose(-200, 1200).Select(x => x / 1000d).Four().Two().ListOf().ToArbitrary(), drawn =>
        {
            var levers = drawn.Select((pair, i) => Create(
                (LeverGroup)(i % Enum.GetValues<LeverGroup>().Length), pair.Item1.Item1, Math.Min(pair.Item1.Item1, pair.Item2.Item1), effort: (LeverEffort)(i % 4))).ToList();
            var advice = Sort(levers);
            List<Lever> all = [.. advice.Levers, .. advice.Uncertain];
            Assert.Equal(levers.Count(lever => lever.SavingOfPart.Value > 0), all.Count);
            Assert.All(all, lever => Assert.True(lever.Saving is { Value: > 0 and < 1 } saving && saving.Low <= saving.Value && saving.Value <= saving.High && saving.High < 1));
            Assert.All(advice.Levers, lever => Assert.True(lever.Saving.Low > 0));
            Assert.All(advice.Uncertain, lever => Assert.True(lever.Saving.Low <= 0));
            foreach (var ranked in new[] { advice.Levers, advice.Uncertain })
                Assert.All(ranked.Zip(ranked.Skip(1)), pair => Assert.True(pair.First.Saving.Value >= pair.Second.Saving.Value));
            if (advice.Combined is not { } combined)
                return;
            Assert.True(combined.Low <= combined.Value && combined.Value <= combined.High && combined.High <= 1);
            Assert.InRange(combined.Value, advice.CombinedLevers.Max(lever => lever.Saving.Value), 1);
            Assert.True(combined.Value <= advice.CombinedLevers.Sum(lever => lever.Saving.Value) + 1e-12);
            Assert.Equal(advice.CombinedLevers.Length, advice.CombinedLevers.DistinctBy(lever => lever.Group).Count());
            Assert.Equal(combined, Sort(advice.CombinedLevers).Combined);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0.029, true)]
    [InlineData(0.031, false)]
    public void Nothing_is_worth_doing_without_three_per_cent_for_certain(double low, bool nothing)
    {
        var advice = Sort(Create(LeverGroup.Efficiency, 0.5, low));

        Assert.Equal(nothing, advice.IsNothingWorthDoing);
        Assert.Equal(nothing, Render(advice).Contains("Nothing worth doing here", StringComparison.Ordinal));
        Assert.True(Sort().IsNothingWorthDoing);
    }

    [Fact]
    public void Epochs_that_gained_nothing_are_the_saving_of_stopping_earlier()
    {
        // Best at epoch 4 of 10. Six epochs of 8 s with 4 threads: 6 · (2.5 · 4 + 0.6) · 1.2 · 8 J = 610.56 J of the run's 1,272 J: 48 %.
        var metrics = SampleRuns.Metrics([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0.5, 0.6, 0.7, 0.9, 0.9, 0.89, 0.88, 0.9, 0.87, 0.86]);
        var lever = Assert.Single(Advise(SampleRuns.Training(metrics: metrics)).Levers, lever => lever.Kind == LeverKind.StoppingEarlier);

        Assert.Equal(0.48, lever.Saving.Value, 1e-9);
        Assert.InRange(lever.Saving.Low, 0.47, 0.48);
        Assert.Equal(["tonne", "lab", "stop", "20261122-060000-bbbbbb", "--gain", "0"], lever.Command);
        Assert.DoesNotContain(Advise(SampleRuns.Training()).Levers, one => one.Kind == LeverKind.StoppingEarlier);
    }

    [Fact]
    public void A_facility_saves_by_the_quotient_of_the_PUE()
    {
        // Google's mean of 2025 is 1.09 (its environmental report); the run's is 1.5.
        var all = Advise(SampleRuns.Shell());
        var lever = Assert.Single(all.Levers.Concat(all.Uncertain), lever => lever.Kind == LeverKind.Facility);

        Assert.Equal(1 - (1.09 / 1.5), lever.Saving.Value, 1e-9);
        Assert.Equal(LeverBasis.Cited, lever.Basis);
    }

    [Fact]
    public void A_laptop_has_no_facility_to_improve()
    {
        var (record, factors) = SampleRuns.Metered();

        Assert.DoesNotContain(Advise(record, factors).Levers, lever => lever.Kind == LeverKind.Facility);
    }

    [Fact]
    public void Idle_energy_of_a_phase_is_at_most_saved()
    {
        var advice = AdviseLife("name: a life\nplace: {intensity: 100 g/kWh}\nphases:\n  - {name: training, dynamic: 300 kWh, idle: 100 kWh, facility: {pue: 1.0}}\n");
        var lever = Assert.Single(advice.Uncertain);

        Assert.Equal((LeverKind.MachineShare, 0.25, 0d), (lever.Kind, Math.Round(lever.Saving.Value, 9), lever.Saving.Low));
        Assert.Contains(advice.Unknown, one => one.Why.Contains("zone and basis are not stated", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FR")]
    [InlineData("PL")]
    [InlineData("WORLD")]
    [InlineData("US-CAL-CISO")]
    public void Only_cleaner_places_are_asked_for(string zone)
    {
        var asked = new List<string>();
        LifeCycleAdvisor.Advise(new LifeCycleAccountant().Account(LifeCycleReader.Read($"name: a life\nplace: {{zone: {zone}}}\nphases: [{{name: training, dynamic: 1 MWh}}]\n", "life.yaml"), static _ => []),
            words =>
            {
                asked.AddRange(words.SkipWhile(word => word != "--zones").Skip(1).Take(1));
                return null;
            });
        var here = Tonne.Grids.AnnualIntensityCatalog.Find(Tonne.Grids.ZoneCatalog.Find(zone).ValueOrThrow)!.Intensity.Bounds.Best;

        Assert.Equal(zone != "WORLD", asked.Count > 0);
        Assert.All(asked, zones => Assert.True(Tonne.Grids.AnnualIntensityCatalog.Find(Tonne.Grids.ZoneCatalog.Find(zones.Split(',')[1]).ValueOrThrow)!.Intensity.Bounds.Best < here));
        Assert.DoesNotContain($"{zone},PL", asked);
    }

    [Fact]
    public void Every_lever_has_a_basis_and_cited_ones_have_sources()
    {
        var advice = AdviseLife("""
            name: a life
            place: {zone: DE}
            phases:
              - {name: training, estimate: {training: {parameters: 7e9, tokens: 2e12, hardware: a100, chips: 64}}}
              - {name: serving, kind: deployment, estimate: {inference: {parameters: 70e9, hardware: h100, batch: 8, prompt_tokens: 500, output_tokens: 300, requests: 1e6}}}
            """);
        List<Lever> all = [.. advice.Levers, .. advice.Uncertain];

        Assert.Superset(new HashSet<LeverKind> { LeverKind.Hardware, LeverKind.Precision, LeverKind.Batch, LeverKind.Facility }, all.Select(lever => lever.Kind).ToHashSet());
        Assert.All(all, lever => Assert.True(lever.BasisText.Length > 0 && (lever.Basis == LeverBasis.Measured || lever.Sources.Length > 0)));
    }

    [Fact]
    public void A_command_is_quoted_for_a_shell() => Assert.Equal("tonne plan --hardware 'NVIDIA B200' 'it'\\''s' 7e9 8.4e22 300",
        CommandWords.Format(["tonne", "plan", "--hardware", "NVIDIA B200", "it's", CommandWords.FormatNumber(7e9), CommandWords.FormatNumber(8.4e22), CommandWords.FormatNumber(300)]));

    [Fact]
    public void Fewer_rows_save_in_proportion_to_the_epochs()
    {
        // Ten epochs of 8 s of a run of 100 s at one power are 80 % of it, and a tenth of that 8 %. With as many rows of validation, at 2 of 6 operations,
        // three quarters of an epoch go with its rows: 6 %.
        var lever = Assert.Single(Advise(SampleRuns.Training()).Levers, lever => lever.Kind == LeverKind.Rows);

        Assert.Equal(0.08, lever.Saving.Value, 1e-9);
        Assert.InRange(lever.Saving.Low, 0.058, 0.06);
        Assert.Equal("a tenth fewer rows: 1,294 instead of 1,437", lever.Name);
        Assert.Contains("half of the rows saves 40 %", lever.Sentence, StringComparison.Ordinal);
        Assert.Equal(LeverBasis.Modelled, lever.Basis);
    }

    [Fact]
    public void Without_rows_in_the_record_fewer_rows_have_no_figure()
    {
        var record = SampleRuns.Training();
        record = record with { Stages = [.. record.Stages.Select(stage => stage with { DataIn = null, DataOut = null })] };

        Assert.DoesNotContain(Advise(record).Levers, lever => lever.Kind == LeverKind.Rows);
    }

    [Fact]
    public void A_reservation_of_the_whole_machine_half_used_is_charged_its_idle_threads()
    {
        // 400 idle thread-seconds · 0.5 W, and 0.2 of that for other parts: 240 J of the run's 1,272 J.
        var record = SampleRuns.Training();
        record = record with
        {
            Opening = record.Opening with
            {
                ReservedShare = 1,
                Rates = [.. record.Opening.Rates.Select(rate => rate.Id == "other/cpu/idle" ? rate with { Id = Rate.GetOtherRateId("cpu/idle") } : rate)],
            },
            Components = [.. record.Components.Select(component => component with
            {
                Job = [.. component.Job.Select(amount => amount.Rate == "other/cpu/idle" ? amount with { Rate = Rate.GetOtherRateId("cpu/idle") } : amount)],
                Machine = [.. component.Machine.Select(amount => amount.Rate == "other/cpu/idle" ? amount with { Rate = Rate.GetOtherRateId("cpu/idle") } : amount)],
            })],
            Stages = [],
            Epochs = [],
        };
        var lever = Assert.Single(Advise(record).Uncertain, lever => lever.Kind == LeverKind.Reservation);

        Assert.Equal(240d / 1272, lever.Saving.Value, 1e-9);
        Assert.Equal(0, lever.Saving.Low);
        Assert.DoesNotContain(Advise(record with { Opening = record.Opening with { ReservedShare = null } }).Uncertain, one => one.Kind == LeverKind.Reservation);
    }

    [Fact]
    public void Another_accelerator_acts_on_the_energy_of_the_accelerators()
    {
        var lever = FindHardware(withEpochs: true).Lever!;

        // 36 of 47.52 kJ are the accelerator's.
        Assert.Equal(lever.SavingByCommand.Value * 36 / 47.52, lever.Saving.Value, 1e-9);
        Assert.Equal((LeverBasis.Modelled, LeverEffort.High), (lever.Basis, lever.Effort));
        Assert.Equal(["tonne", "estimate", "training", "--flops"], lever.Command.Take(4));
    }

    [Fact]
    public void Without_epochs_another_accelerator_has_no_figure_but_a_plan()
    {
        var (lever, unknown) = FindHardware(withEpochs: false);

        Assert.Null(lever);
        Assert.StartsWith("NVIDIA A100 SXM4 80 GB,", Assert.Single(unknown, one => one.Name == "another accelerator").Command[^1], StringComparison.Ordinal);
    }

    static (Lever? Lever, IEnumerable<UnknownLever> Unknown) FindHardware(bool withEpochs)
    {
        var (record, factors) = SampleRuns.Metered();
        record = record with
        {
            Opening = record.Opening with { Machine = record.Opening.Machine with { Gpus = ["NVIDIA A100-SXM4-80GB"] } },
            // A thousand hours: small work saves nothing on a larger accelerator.
            DurationSeconds = 3_600_000,
            Epochs = withEpochs ? SampleRuns.Training().Epochs.Take(1).Select(epoch => epoch with { Energy = [] }).ToImmutableArray() : [],
        };
        var advice = Advise(record, factors);
        return (advice.Levers.Concat(advice.Uncertain).SingleOrDefault(lever => lever.Kind == LeverKind.Hardware), advice.Unknown);
    }

    /// <summary>
    /// Qwen3-235B-A22B in fp8 over bf16, J per output token of the accelerators, ML.ENERGY v3 (Apache-2.0), chat. With as many accelerators (8 H100),
    /// and with half as many (4 against 8 H100; 2 against 4 B200), as fewer bytes need fewer.
    /// </summary>
    [Theory]
    [InlineData("h100", 8, 8, 11.38955, 7.29259)]
    [InlineData("h100", 8, 16, 6.29694, 5.17831)]
    [InlineData("h100", 8, 32, 3.64442, 3.82548)]
    [InlineData("h100", 8, 64, 2.11597, 2.39396)]
    [InlineData("h100", 8, 128, 1.36415, 1.48624)]
    [InlineData("h100", 8, 256, 0.95033, 1.09271)]
    [InlineData("h100", null, 8, 9.47137, 7.29259)]
    [InlineData("h100", null, 32, 3.00940, 3.82548)]
    [InlineData("h100", null, 128, 1.10083, 1.48624)]
    [InlineData("b200", null, 8, 8.42110, 6.45677)]
    [InlineData("b200", null, 32, 2.62717, 3.05275)]
    [InlineData("b200", null, 64, 1.47199, 2.04303)]
    [InlineData("b200", null, 128, 0.82173, 1.20731)]
    [InlineData("b200", null, 256, 0.50069, 0.71097)]
    public void Fewer_bits_save_what_was_measured_within_the_interval(string hardware, int? gpus, double batch, double eightBit, double sixteenBit)
    {
        var advice = AdviseLife(FormattableString.Invariant(
            $"name: a life\nplace: {{zone: DE}}\nphases:\n  - {{name: serving, kind: deployment, estimate: {{inference: {{parameters: 235e9, active_parameters: 22e9, experts: 8/128, layers: 94, hardware: {hardware},{(gpus is { } count ? $" gpus: {count}," : "")} batch: {batch}, prompt_tokens: 300, output_tokens: 870, requests: 1e6}}}}}}\n"));
        var lever = Assert.Single(advice.Levers.Concat(advice.Uncertain), lever => lever.Name == "weights in fp8 instead of bf16");

        Assert.InRange(1 - (eightBit / sixteenBit), lever.Saving.Low, lever.Saving.High);
    }

    /// <summary>Energy of a prefix of 4,096 tokens, computed and read from a cache: arXiv 2605.05696 (CC BY 4.0).</summary>
    [Theory]
    [InlineData("Qwen3-32B", "parameters: 32.8e9", 262.3, 37.5)]
    [InlineData("DeepSeek-V2-Lite", "parameters: 15.7e9, active_parameters: 2.4e9", 47.1, 17.2)]
    [InlineData("DeepSeek-MoE-16B", "parameters: 16.4e9, active_parameters: 2.8e9", 45.2, 15.3)]
    public void A_cache_saves_what_was_measured_within_the_interval(string model, string size, double computed, double read)
    {
        var advice = AdviseLife(
            $"name: {model}\nplace: {{zone: DE}}\nphases:\n  - {{name: serving, kind: deployment, estimate: {{inference: {{{size}, hardware: h100, batch: 8, prompt_tokens: 4096, repeated_tokens: 4096, output_tokens: 1, requests: 1e6}}}}}}\n");
        var lever = Assert.Single(advice.Levers, lever => lever.Kind == LeverKind.Cache);

        Assert.InRange(1 - (read / computed), lever.Saving.Low, lever.Saving.High);
        Assert.Contains(lever.Sources, source => source.Id == "IRMINSUL-2026");
        Assert.DoesNotContain(advice.Unknown, one => one.Name.EndsWith("a cache of prompts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_page_has_no_hours_and_without_details_no_command_of_the_run()
    {
        var record = SampleRuns.Shell();
        var advice = Advise(record);
        advice = advice with { Levers = [Create(LeverGroup.PlaceAndTime, 0.5), .. advice.Levers] };

        var (page, detailed) = (Show(withDetails: false), Show(withDetails: true));

        Assert.Equal((LeverKind.Hour, "tonne bench -- sort -u words.txt ::: sort -u words.txt"), (advice.Levers[0].Kind, detailed.NotKnown[^1].CommandText));
        Assert.DoesNotContain(page.Levers, lever => lever.Kind == "hour");
        Assert.Equal("tonne bench -- COMMAND ::: COMMAND", page.NotKnown[^1].CommandText);

        AdviceDocument Show(bool withDetails) => ReportDocumentBuilder.Create(record, SampleRuns.Account(record), new HtmlReportOptions { WithDetails = withDetails, Advice = advice }).Advice!;
    }

    static string Render(Advice advice)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        AdviceText.Write(writer, advice, new TerminalCapabilities { Width = 80 });
        return writer.ToString();
    }
}
