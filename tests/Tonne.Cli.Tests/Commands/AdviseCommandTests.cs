using System.Text.Json;
using Tonne.Accounting;
using Tonne.Cli.Commands;
using Tonne.Ledgers;
using Tonne.Reporting.Advising;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Cli.Tests.Commands;

/// <summary>Every lever's saving is what the command it names gives.</summary>
public sealed class AdviseCommandTests : IDisposable
{
    const string Life = """
        format: tonne.life/1
        name: a life
        phases:
          - name: training
            place: {zone: US-CAL-CISO}
            facility: {pue: 1.5}
            dynamic: {chip_hours: 20000, hardware: A100 SXM4 80 GB}
            idle: 2 MWh
            computation: 1e22 FLOP
            duration: 6 h
          - name: serving
            kind: deployment
            place: {zone: DE}
            estimate: {inference: {parameters: 70e9, hardware: h100, batch: 8, prompt_tokens: 500, output_tokens: 300, requests: 1e6}}
            duration: 30 d
        """;

    /// <summary>A chat whose prompts begin with the same instructions, and a smaller model that could answer.</summary>
    const string Chat = """
        name: a chat
        phases:
          - name: serving
            kind: deployment
            place: {zone: DE}
            estimate: {inference: {parameters: 70e9, hardware: h100, batch: 8, prompt_tokens: 5000, repeated_tokens: 4096, smaller_parameters: 8e9, output_tokens: 300, requests: 1e6}}
            duration: 30 d
        """;

    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    /// <summary>19:00 of a summer day in California, when the sun has gone.</summary>
    CommandContext CreateContext(TextWriter? output = null, TextWriter? error = null) => _terminal.CreateContext(output, error) with { Time = new FixedTime() };

    JsonElement Run(IEnumerable<string> words)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Invoke([.. words.Skip(1)], CreateContext(output, error));
        Assert.True(code == 0, $"{string.Join(' ', words)}: {error}");
        return JsonDocument.Parse(output.ToString()).RootElement;
    }

    Advice Advise(string text)
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "life.yaml"), text);
        return AdviseCommand.Advise(CreateContext(), "life.yaml");
    }

    string Import()
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "emissions.csv"),
            "timestamp,run_id,duration,emissions,cpu_energy,gpu_energy,ram_energy,energy_consumed,country_iso_code\n2026-03-02T10:00:00Z,a,3600,0.05,0.05,0,0.02,0.07,DEU\n");
        Assert.Equal(0, _terminal.Type("ledger", "import", "codecarbon", Path.Combine(_terminal.Folder, "emissions.csv")).Code);
        return "last";
    }

    /// <summary>A run of 100 s in Germany whose best epoch is the fourth of ten.</summary>
    string Record()
    {
        var record = SampleRuns.Training(metrics: SampleRuns.Metrics(
            [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [0.5, 0.6, 0.7, 0.9, 0.9, 0.89, 0.88, 0.9, 0.87, 0.86]));
        return Keep(record with { Opening = record.Opening with { Place = new Place("DE") } });
    }

    string Keep(RunRecord record)
    {
        using var run = new Ledger(new LedgerHome(Path.Combine(_terminal.Folder, "ledger")), TimeProvider.System).Begin(record.Opening);
        run.Finish(record, SampleRuns.Account(record, FactorSelector.SelectFactors(record, null)).CreateStatement(record.Opening.StartedAt));
        return record.Opening.Id;
    }

    static List<Lever> All(Advice advice) => [.. advice.Levers, .. advice.Uncertain];

    static double Best(JsonElement plan) => plan.GetProperty("options").EnumerateArray()
        .Where(option => option.GetProperty("name").GetString() == "contiguous").Select(option => option.GetProperty("saving_share").GetProperty("value").GetDouble()).Single();

    static double Emissions(JsonElement plan) => plan.GetProperty("options")[0].GetProperty("emissions_kg").GetProperty("value").GetDouble();

    static void IsWithin(Lever lever, double saving)
    {
        Assert.InRange(saving, lever.SavingByCommand.Low, lever.SavingByCommand.High);
        Assert.Equal(lever.SavingByCommand.Value, saving, 2e-6);
    }

    [Fact]
    public void Every_named_command_is_one_of_tonne()
    {
        foreach (var example in new[] { "bloom.yaml", "before-spending.yaml", "small-model.yaml" })
            File.Copy(Path.Combine(Root(), "examples", "footprints", example), Path.Combine(_terminal.Folder, example));
        var context = CreateContext();
        List<Advice> advices = [Advise(Life), Advise(Chat), .. new[] { Record(), Import(), "bloom.yaml", "before-spending.yaml", "small-model.yaml" }.Select(work => AdviseCommand.Advise(context, work))];
        var commands = advices.SelectMany(advice => All(advice).Select(lever => lever.Command).Concat(advice.Unknown.Select(one => one.Command))).ToList();

        Assert.True(commands.Count > 30, $"{commands.Count} commands");
        Assert.All(commands, words =>
        {
            Assert.Equal("tonne", words[0]);
            var (ours, childs) = ArgumentSplitter.Split([.. words.Skip(1)], CommandLine.WrappingVerbs);
            var parsed = CommandLine.Build(context, childs).Parse(ours);
            Assert.True(parsed.Errors.Count == 0, $"{string.Join(' ', words)}: {string.Join("; ", parsed.Errors.Select(error => error.Message))}");
        });
    }

    [Fact]
    public void A_lever_of_the_place_is_what_the_plan_gives()
    {
        var lever = All(AdviseCommand.Advise(CreateContext(), Record())).Single(lever => lever.Kind == LeverKind.Place);

        // Annual means of 2025 as Ember prints them: Germany 329.65, Norway 28.11 g/kWh.
        Assert.Equal(1 - (28.11 / 329.65), lever.Saving.Value, 1e-3);
        Assert.True(lever.IsCertain);
        IsWithin(lever, Best(Run([.. lever.Command, "--json"])));
    }

    [Fact]
    public void Levers_of_hours_and_places_of_a_life_are_what_the_plans_give()
    {
        var levers = All(Advise(Life)).FindAll(lever => lever.Kind is LeverKind.Place or LeverKind.Hour);

        Assert.Contains(levers, lever => lever.Kind == LeverKind.Hour);
        Assert.Equal(["serving", "training"], levers.Where(lever => lever.Kind == LeverKind.Place).Select(lever => lever.Part).Order(StringComparer.Ordinal));
        Assert.All(levers, lever => IsWithin(lever, Best(Run([.. lever.Command, "--json"]))));
    }

    [Fact]
    public void A_lever_of_the_facility_is_what_two_plans_give()
    {
        var lever = All(Advise(Life)).Single(lever => lever is { Kind: LeverKind.Facility, Part: "training" });
        var present = lever.Command.SetItem(lever.Command.IndexOf("--pue") + 1, "1.5");

        IsWithin(lever, 1 - (Emissions(Run([.. lever.Command, "--json"])) / Emissions(Run([.. present, "--json"]))));
    }

    [Fact]
    public void Levers_of_a_served_model_are_what_the_estimates_give()
    {
        var levers = All(Advise(Life)).FindAll(lever => lever.Part == "serving" && lever.Kind is LeverKind.Batch or LeverKind.Precision or LeverKind.Hardware && lever.Part == "serving");
        var present = Operational(["tonne", "estimate", "inference", "--parameters", "70e9", "--hardware", "h100", "--batch", "8", "--prompt-tokens", "500", "--output-tokens", "300"]);

        Assert.Superset(new HashSet<LeverKind> { LeverKind.Batch, LeverKind.Precision }, levers.Select(lever => lever.Kind).ToHashSet());
        Assert.All(levers, lever => IsWithin(lever, 1 - (Operational(lever.Command) / present)));

        double Operational(IEnumerable<string> words) => Run([.. words, "--json"]).GetProperty("operational_g_per_request").GetProperty("value").GetDouble();
    }

    [Fact]
    public void A_cache_and_a_smaller_model_are_what_the_estimates_give()
    {
        var levers = All(Advise(Chat)).FindAll(lever => lever.Kind is LeverKind.Cache or LeverKind.SmallerModel);
        var present = Operational(["tonne", "estimate", "inference", "--parameters", "70e9", "--hardware", "h100", "--batch", "8", "--prompt-tokens", "5000", "--output-tokens", "300"]);

        Assert.Equal([LeverKind.Cache, LeverKind.SmallerModel], levers.Select(lever => lever.Kind).Order());
        Assert.All(levers, lever => IsWithin(lever, 1 - (Operational(lever.Command) / present)));
        Assert.DoesNotContain(Advise(Chat).Unknown, one => one.Name.Contains("cache", StringComparison.Ordinal) || one.Name.Contains("smaller", StringComparison.Ordinal));

        double Operational(IEnumerable<string> words) => Run([.. words, "--json"]).GetProperty("operational_g_per_request").GetProperty("value").GetDouble();
    }

    [Theory]
    [InlineData("repeated_tokens: 4096", "repeated_tokens: 6000", "'repeated_tokens' are part of 'prompt_tokens'")]
    [InlineData("smaller_parameters: 8e9", "smaller_parameters: 80e9", "'smaller_parameters' must be fewer than 'parameters'")]
    public void What_cannot_be_smaller_is_refused(string text, string other, string problem)
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "life.yaml"), Chat.Replace(text, other, StringComparison.Ordinal));
        var (code, _, error) = _terminal.Type("advise", "life.yaml");

        Assert.Equal(2, code);
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lever_of_rows_is_a_tenth_of_the_epochs_that_are_shown()
    {
        var lever = All(AdviseCommand.Advise(CreateContext(), Record())).Single(lever => lever.Kind == LeverKind.Rows);
        var shown = Run([.. lever.Command, "--json"]);
        var epochs = shown.GetProperty("epochs").EnumerateArray().Sum(Energy);

        IsWithin(lever, 0.1 * epochs / Energy(shown));

        static double Energy(JsonElement part) => part.GetProperty("energy_kwh").GetProperty("value").GetDouble();
    }

    [Fact]
    public void A_lever_of_another_accelerator_of_a_run_is_what_the_estimate_gives()
    {
        var record = SampleRuns.Metered().Record with { Epochs = [.. SampleRuns.Training().Epochs.Take(1).Select(epoch => epoch with { Energy = [] })] };
        record = record with { DurationSeconds = 3_600_000, Opening = record.Opening with { Place = new Place("DE"), Machine = record.Opening.Machine with { Gpus = ["NVIDIA A100-SXM4-80GB"] } } };
        var lever = All(AdviseCommand.Advise(CreateContext(), Keep(record))).Single(lever => lever.Kind == LeverKind.Hardware);
        var both = Run([.. lever.Command, "--json"]);
        var present = both.GetProperty("estimates").EnumerateArray().Single(one => one.GetProperty("hardware").GetString() == "NVIDIA A100 SXM4 80 GB");

        IsWithin(lever, 1 - (Energy(both) / Energy(present)));

        static double Energy(JsonElement estimate) => estimate.GetProperty("energy_kwh").GetProperty("value").GetDouble();
    }

    [Fact]
    public void Levers_of_a_training_are_what_the_estimates_give()
    {
        var levers = All(Advise(Life)).FindAll(lever => lever is { Part: "training", Kind: LeverKind.Hardware or LeverKind.Precision });

        Assert.Contains(levers, lever => lever.Kind == LeverKind.Hardware);
        Assert.All(levers, lever =>
        {
            var both = Run([.. lever.Command, "--json"]);
            var present = lever.Kind == LeverKind.Hardware ? both.GetProperty("estimates").EnumerateArray().Single(one => one.GetProperty("hardware").GetString() == "NVIDIA A100 SXM4 80 GB")
                : Run([.. lever.Command.Take(lever.Command.Length - 2), "--json"]);
            IsWithin(lever, 1 - (Energy(both) / Energy(present)));
        });

        static double Energy(JsonElement estimate) => estimate.GetProperty("energy_kwh").GetProperty("value").GetDouble();
    }

    [Fact]
    public void A_lever_of_stopping_is_what_the_lab_shows()
    {
        var lever = All(AdviseCommand.Advise(CreateContext(), Record())).Single(lever => lever.Kind == LeverKind.StoppingEarlier);
        var stop = Run([.. lever.Command, "--json"]);
        var whole = Run(["tonne", "show", lever.Command[3], "--json"]);

        // Six epochs of 8 s of a run of 100 s at the same power.
        Assert.Equal(0.48, lever.Saving.Value, 1e-9);
        Assert.Equal(4, stop.GetProperty("stop_after_epoch").GetInt32());
        Assert.Equal(0.48, stop.GetProperty("energy_after_kwh").GetProperty("value").GetDouble() / whole.GetProperty("energy_kwh").GetProperty("value").GetDouble(), 1e-6);
    }

    [Fact]
    public void Idle_energy_is_what_the_footprint_explains()
    {
        var lever = All(Advise(Life)).Single(lever => lever is { Kind: LeverKind.MachineShare, Part: "training" });
        var (idle, whole) = (Value(lever.Command), Value([.. lever.Command.Take(lever.Command.Length - 1), "training.operational"]));

        IsWithin(lever, idle / whole);

        double Value(IEnumerable<string> words) => Run([.. words, "--json"]).GetProperty("quantity").GetProperty("value").GetDouble();
    }

    [Fact]
    public void From_France_nobody_is_sent_to_Poland()
    {
        var text = File.ReadAllText(Path.Combine(Root(), "examples", "footprints", "bloom.yaml"));
        var bloom = Advise(text);
        var inFrance = Advise(text.Replace("intensity: 57 g/kWh", "zone: FR", StringComparison.Ordinal));
        var plan = Run(["tonne", "plan", "--duration", "365d", "--zones", "FR,PL", "--max-pauses", "0", "--finish-by", "365d", "--json"]);

        Assert.DoesNotContain(All(bloom), lever => lever.Kind == LeverKind.Place);
        Assert.Contains(bloom.Unknown, one => one.Name == "training: another place");
        Assert.DoesNotContain(All(inFrance), lever => lever.Kind == LeverKind.Place && lever.Name.Contains("Poland", StringComparison.Ordinal));
        Assert.Equal("NO", All(inFrance).Single(lever => lever.Kind == LeverKind.Place).Command[5].Split(',')[1]);
        Assert.Equal(0, Best(plan));
    }

    [Fact]
    public void The_document_has_the_levers_of_the_screen()
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "life.yaml"), Life);
        var document = Run(["tonne", "advise", "life.yaml", "--json"]);
        var (code, screen, error) = _terminal.Type("advise", "life.yaml");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal("tonne.advice/1", document.GetProperty("schema").GetString());
        Assert.NotEmpty(document.GetProperty("levers").EnumerateArray());
        var plain = string.Join(' ', screen.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("What is left is multiplied, not added", plain);
        Assert.Contains(document.GetProperty("levers")[0].GetProperty("name").GetString()!, plain);
        Assert.Contains("market A contract or renewables on the site change the market-based figure", plain);
    }

    [Fact]
    public void A_run_or_file_that_is_not_there_is_refused()
    {
        Assert.Equal(2, _terminal.Type("advise", "nothing").Code);
        Assert.Equal(2, _terminal.Type("advise", "nothing.yaml").Code);
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tonne.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of a source tree.");
        return folder.FullName;
    }

    sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 6, 16, 2, 0, 0, TimeSpan.Zero);
    }
}
