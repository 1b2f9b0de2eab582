using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Regulatory;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Sci;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.LifeCycles;

public class DescriptionTests
{
    const string Life = """
        name: a life
        place: {intensity: 100 g/kWh}
        facility: {pue: 1.5}
        phases:
          - name: training
            dynamic: {hours: 100, devices: 4, power: 500 W}
            idle: 20 kWh
          - name: serving
            kind: deployment
            dynamic: 10 kWh
            duration: 5 d
        """;

    static LifeCycle Account(string text) => new LifeCycleAccountant().Account(LifeCycleReader.Read(text, "life.yaml"), static _ => []);

    static string Refused(string text) => string.Join('\n', Assert.Throws<DescriptionException>(() => LifeCycleReader.Read(text, "life.yaml")).Problems);

    [Theory]
    [InlineData("dynamic: {hours: 100, devices: 4, power: 500 W}", "dynamic: {energy: 5 MWh, power: 500 W}", "'power' has no effect together with 'energy'")]
    [InlineData("dynamic: {hours: 100, devices: 4, power: 500 W}", "dynamic: {energy: 5 MWh, chip_hours: 400}", "'chip_hours' has no effect together with 'energy'")]
    [InlineData("idle: 20 kWh", "idle: []", "'idle' is an empty list")]
    [InlineData("idle: 20 kWh", "from: []", "'from' is an empty list")]
    [InlineData("100 g/kWh", "100 kg/kWh", "check the unit")]
    [InlineData("idle: 20 kWh", "facility: {wue: 1.8 L/kWh}", "including its 'pue'")]
    [InlineData("pue: 1.5", "pue: 15", "a PUE must be at most 5, not 15")]
    [InlineData("idle: 20 kWh", "hardware: [{item: h100}, {item: gpu server}]", "has no hours of its own")]
    public void What_would_give_a_wrong_figure_in_silence_is_refused(string one, string other, string expected) =>
        Assert.Contains(expected, Refused(Life.Replace(one, other, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Theory]
    [InlineData("place: {zone: FR}", "'place' has no effect")]
    [InlineData("facility: {pue: 3}", "'facility' has no effect")]
    [InlineData("hardware: {emissions: 2 t}", "would count them twice")]
    public void What_runs_bring_is_not_described_beside_them(string beside, string expected) =>
        Assert.Contains(expected, Refused($"name: a life\nphases: [{{name: training, from: last, {beside}}}]\n"), StringComparison.Ordinal);

    [Fact]
    public void Hardware_beside_an_estimate_would_be_counted_twice() => Assert.Contains("would count them twice",
        Refused("name: a life\nphases: [{name: training, estimate: {training: {parameters: 7B, tokens: 1T, hardware: h100}}, hardware: {emissions: 2 t}}]\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("dynamic: {hours: 240, devices: 4, power: 500 W}", "10 days")]
    [InlineData("dynamic: {hours: 240, devices: 4, power: 500 W}\n    duration: 12 d", "12 days")]
    public void The_form_has_the_clock_time_wherever_the_description_has_one(string energy, string expected)
    {
        var life = Account($"name: a life\nphases:\n  - name: training\n    {energy}\n");

        var line = ModelDocumentationForm.CreateLines(life).Single(line => line.Item == "Training time, wall clock");

        Assert.Equal(expected, line.Answer);
    }

    [Fact]
    public void The_boundary_widens_from_the_work_to_the_building()
    {
        var training = Account(Life).Phases[0].Figures;

        // 100 h × 4 × 0.5 kW = 200 kWh; + 20 kWh idle; × 1.5; × 0.1 kg.
        Assert.Equal(["dynamic", "idle", "facility"], training.Steps.Select(step => step.Name));
        Assert.Equal([200, 220, 330], training.Steps.Select(step => step.Energy.Value));
        Assert.Equal([20, 22, 33], training.Steps.Select(step => Math.Round(step.Emissions.Value, 9)));
        Assert.Equal([20, 2, 11], training.Steps.Select(step => Math.Round(step.EmissionsAdded.Value, 9)));
        Assert.Equal(33, training.Total.Value, 1e-9);
    }

    [Fact]
    public void Steps_add_up_to_the_phase_and_phases_to_the_life()
    {
        var life = Account(Life);

        foreach (var figures in life.Phases.Select(phase => phase.Figures).Append(life.Totals))
            Assert.Equal(figures.Total.Value, figures.Steps.Sum(step => step.EmissionsAdded.Value), 1e-9);
        Assert.Equal(life.Totals.Total.Value, life.Phases.Sum(phase => phase.Figures.Total.Value), 1e-9);
    }

    [Fact]
    public void A_place_that_phases_share_cancels_when_they_are_compared()
    {
        var life = Account(Life.Replace("100 g/kWh", "{best: 100 g/kWh, low: 80 g/kWh, high: 125 g/kWh}", StringComparison.Ordinal));

        // 33 kg ÷ (10 kWh × 1.5 × 0.1 ÷ 5 d = 0.3 kg a day) = 110 days, whatever the grid.
        Assert.Equal((110, 110, 110), (Math.Round(life.BreakEvens[0].Days, 6), Math.Round(life.BreakEvens[0].Low, 6), Math.Round(life.BreakEvens[0].High, 6)));
        Assert.Equal(26.4, life.Phases[0].Figures.Total.Bounds.Low, 1e-6);
        Assert.Equal(41.25, life.Phases[0].Figures.Total.Bounds.High, 1e-6);
    }

    [Fact]
    public void What_has_no_bounds_is_listed_as_taken_exact()
    {
        var exact = Account(Life).ExactInputs.Select(factor => factor.Id).ToList();

        Assert.Contains("described/life.place.intensity", exact);
        Assert.Contains("described/training.dynamic.power", exact);
        Assert.Contains("described/serving.duration", exact);
    }

    [Fact]
    public void What_is_not_described_is_said_and_not_zero()
    {
        var life = Account(Life);

        Assert.Equal(["infrastructure", "embodied"], life.Phases[0].OmittedBoundaries);
        Assert.Contains(life.Warnings, warning => warning.Code == "not-described");
        Assert.Null(life.Totals.Embodied);
        Assert.False(life.Totals.Total.Boundary.Embodied);
    }

    [Theory]
    [InlineData("hours: 100", "huors: 100", "life.yaml:6: the key 'huors' is unknown. Did you mean 'hours'?")]
    [InlineData("500 W", "500 kWh", "life.yaml:6: 'power': '500 kWh' is an energy, but a power is needed")]
    [InlineData("500 W", "500", "life.yaml:6: 'power': '500' has no unit")]
    [InlineData("500 W", "-500 W", "life.yaml:6: 'power': '-500 W' is negative")]
    [InlineData("500 W", "1,500 W", "life.yaml:6: '500 W' is not a key. If it is the end of a number, write the number without commas.")]
    [InlineData("10 kWh", "1,000 kWh", "life.yaml:10: 'dynamic': '1,000 kWh': write the number without commas")]
    [InlineData("10 kWh", "1e50 kWh", "life.yaml:10: 'dynamic': '1e50 kWh' is outside the possible range")]
    [InlineData("500 W", "much", "life.yaml:6: 'power': 'much' is not a power")]
    [InlineData("pue: 1.5", "pue: 0.9", "life.yaml:3: 'pue': a PUE is facility energy ÷ IT energy and at least 1")]
    [InlineData("20 kWh", "{energy: 20 kWh, holds_cooling: yes, pue: 1.2}", "life.yaml:7: this energy already includes the cooling")]
    [InlineData("20 kWh", "{energy: 20 kWh, of_which: {a: 5 kWh, b: 6 kWh}}", "life.yaml:7: the parts in 'of_which' add up to 11 kWh, the energy is 20 kWh")]
    [InlineData("duration: 5 d", "offsets: 3 t", "life.yaml:11: 'offsets': offsets are not part of a footprint")]
    [InlineData("duration: 5 d", "duration: 0 d", "life.yaml:11: 'duration': must be more than 0.")]
    [InlineData("duration: 5 d", "units: {token: 0}", "life.yaml:11: 'token': the count of a functional unit must be more than 0")]
    [InlineData("kind: deployment", "kind: deploiment", "life.yaml:9: the kind of phase 'deploiment' is unknown. Did you mean 'deployment'?")]
    [InlineData("    kind: deployment\n", "", "life.yaml:8: the kind of the phase 'serving' cannot be derived from its name")]
    [InlineData("intensity: 100 g/kWh", "zone: FRA1", "life.yaml:2: The zone \"FRA1\" is unknown.")]
    [InlineData("intensity: 100 g/kWh", "zone: FR, intensity: 3 g/kWh", "life.yaml:2: give only one of zone, region and intensity")]
    [InlineData("intensity: 100 g/kWh", "intensity: {best: 5 g/kWh, low: 3 g/kWh}", "life.yaml:2: 'intensity' has 'low' without 'high'")]
    [InlineData("intensity: 100 g/kWh", "intensity: {best: 5 g/kWh, low: 6 g/kWh, high: 9 g/kWh}", "life.yaml:2: 'intensity': best must lie between low and high")]
    [InlineData("name: serving", "name: training", "life.yaml:8: two phases are called 'training'")]
    [InlineData("name: a life", "name: a life\nname: another", "life.yaml:2: 'name' is given twice")]
    [InlineData("{hours: 100, devices: 4, power: 500 W}", "{hours: 100, hardware: h1000}", "life.yaml:6: The accelerator \"h1000\" is unknown.")]
    public void What_is_wrong_is_reported_with_file_line_and_a_way_on(string right, string wrong, string expected) =>
        Assert.Contains(expected, Refused(Life.Replace(right, wrong, StringComparison.Ordinal)));

    [Fact]
    public void All_problems_are_reported_at_once_in_the_order_of_the_file()
    {
        var problems = Refused(Life.Replace("500 W", "500", StringComparison.Ordinal).Replace("pue: 1.5", "pue: 0", StringComparison.Ordinal).Replace("10 kWh", "10 kW", StringComparison.Ordinal)).Split('\n');

        Assert.Equal(["life.yaml:3", "life.yaml:6", "life.yaml:10"], problems.Select(problem => string.Join(':', problem.Split(':').Take(2))));
    }

    [Fact]
    public void All_energy_that_holds_its_cooling_refuses_a_PUE_of_its_phase()
    {
        var text = Life.Replace("dynamic: 10 kWh", "dynamic: {energy: 10 kWh, holds_cooling: yes}\n    facility: {pue: 1.2}", StringComparison.Ordinal);

        Assert.Contains("a PUE would count the cooling twice", Refused(text));
        // A PUE of the whole file is simply not applied to it.
        Assert.Equal(10, Account(Life.Replace("dynamic: 10 kWh", "dynamic: {energy: 10 kWh, holds_cooling: yes}", StringComparison.Ordinal)).Phases[1].Figures.FacilityEnergy.Value);
    }

    [Fact]
    public void A_catalog_s_hardware_brings_its_power_the_rest_of_its_server_and_the_making_of_it()
    {
        var life = Account("""
            name: a life
            place: {zone: FR}
            phases:
              - name: training
                dynamic: {chip_hours: 1000, hardware: h100}
                hardware: [{item: h100}, {item: gpu server, chips_per_item: 8}]
            """);
        var factors = life.Phases[0].Figures.Total.Derivation.GetFactors().Select(factor => factor.Id).ToList();

        Assert.Contains(factors, id => id.StartsWith("gpu/", StringComparison.Ordinal) && id.Contains("training-w", StringComparison.Ordinal));
        Assert.Contains("other/gpu-server-gpus-only", factors);
        Assert.Contains("embodied/accelerator/nvidia-h100", factors);
        Assert.Contains("embodied/lifetime", factors);
        Assert.Contains(life.Warnings, warning => warning.Code == "power-from-catalog");
    }

    [Fact]
    public void Names_that_would_move_a_cursor_reach_no_page()
    {
        var life = Account("""
            name: "a\e[31m life"
            description: "b\e]0;title\a"
            place: {intensity: {best: 3 g/kWh, source: "c\e[2J"}}
            sources: {"d\e[1m": "e\u202Ef"}
            phases:
              - name: "training \e[31m red"
                kind: training
                dynamic: [{name: "g\r\nh", energy: 3 kWh, note: "i\e[5m"}]
                hardware: {emissions: 3 t}
                units: {"j\e[0mk": 3}
                market: {contracts: {name: "l\e[7m", energy: 90 kWh, intensity: 0 g/kWh, matched: yearly}}
                notes: "m\e[8m"
                published: {energy: 4 kWh, source: "n\e[9m"}
            """);
        using var written = new StringWriter { NewLine = "\n" };
        LifeCycleText.Write(written, life, new TerminalCapabilities());
        SciReport.Write(written, SoftwareCarbonIntensity.Calculate(life), new TerminalCapabilities());
        written.Write(LifeCycleMarkdown.Render(life));
        written.Write(ModelDocumentationForm.RenderMarkdown(life.Description.Name, ModelDocumentationForm.CreateLines(life)));
        foreach (var figure in life.GetFigures())
            Explanation.Create(figure).Write(written, new TerminalCapabilities());

        Assert.DoesNotContain(written.ToString(), c => (char.IsControl(c) && c != '\n') || c == '\u202E');
    }

    [Fact]
    public void Energy_is_known_as_well_as_its_power()
    {
        var training = Account(Life.Replace("500 W", "{best: 500 W, quality: measured}", StringComparison.Ordinal)).Phases[0].Figures;

        // 200 of 220 kWh; the 20 kWh of idle are above 5 % and assumed.
        Assert.Equal(200 / 220d, training.Energy.MeasuredShare, 1e-12);
        Assert.Equal(Quality.Assumed, training.Energy.Quality);
        Assert.Equal(Quality.Measured, training.Steps[0].EnergyAdded!.Quality);
    }

    [Fact]
    public void A_unit_of_any_size_reads_the_same()
    {
        foreach (var energy in new[] { "10 kWh", "10000 Wh", "0.01 MWh", "36 MJ", "3.6e7 J", "1e1kWh", "10_000 Wh" })
            Assert.Equal(10, Account(Life.Replace("dynamic: 10 kWh", "dynamic: " + energy, StringComparison.Ordinal)).Phases[1].Figures.Energy.Value, 1e-9);
        foreach (var intensity in new[] { "0.1 kg/kWh", "100 kg/MWh", "100 g CO2e/kWh", "0.1 t/MWh" })
            Assert.Equal(33, Account(Life.Replace("100 g/kWh", intensity, StringComparison.Ordinal)).Phases[0].Figures.Total.Value, 1e-9);
    }

    [Fact]
    public void A_run_of_the_ledger_comes_in_with_its_own_factors()
    {
        var record = SampleRuns.Shell();
        var run = new LedgerEntry(record, [SampleRuns.Account(record).CreateStatement(DateTimeOffset.UnixEpoch)]);
        var life = new LifeCycleAccountant().Account(LifeCycleReader.Read("name: a life\nphases: [{name: training, from: run last}]\n", "life.yaml"), query =>
        {
            Assert.Equal("last", query.Run);
            return [run];
        });
        var footprint = run.Account();

        Assert.Equal(footprint.Operational.Bounds, life.Phases[0].Figures.Operational.Bounds);
        Assert.Equal(footprint.Embodied!.Bounds, life.Phases[0].Figures.Embodied!.Bounds);
        Assert.Equal(footprint.Total.Bounds, life.Totals.Total.Bounds);
        Assert.Equal(footprint.Energy.MeasuredShare, life.Totals.Energy.MeasuredShare, 1e-12);
    }

    [Fact]
    public void Many_runs_are_the_sum_of_each_and_those_of_one_machine_one_small_derivation()
    {
        var metered = SampleRuns.Metered();
        List<LedgerEntry> runs =
        [
            .. Enumerable.Range(1, 20).Select(i => Entry(SampleRuns.Shell(id: $"run-{i}") with { DurationSeconds = i })),
            Entry(SampleRuns.Training()),
            Entry(SampleRuns.Shell(id: "elsewhere"), SampleRuns.Factors(400, "DE")),
            Entry(metered.Record with { Opening = metered.Record.Opening with { Id = "metered-1" } }, metered.Factors),
            Entry(metered.Record with { Opening = metered.Record.Opening with { Id = "metered-2" }, DurationSeconds = 2 * metered.Record.DurationSeconds }, metered.Factors),
        ];
        var life = new LifeCycleAccountant().Account(LifeCycleReader.Read("name: a life\nphases: [{name: experiments, from: {project: demo}}]\n", "life.yaml"), _ => runs);
        List<Footprint> each = [.. runs.DistinctBy(run => (run.Record.DurationSeconds, run.Record.Opening.Id)).Select(run => SampleRuns.Account(run.Record, run.Statements[^1].Factors))];

        Assert.Equal(24, life.Phases[0].Runs.Length);
        Close(each.Sum(footprint => footprint.Energy.Value), life.Totals.Energy.Value);
        Close(each.Sum(footprint => footprint.FacilityEnergy.Value), life.Totals.FacilityEnergy.Value);
        Close(each.Sum(footprint => footprint.Operational.Value), life.Totals.Operational.Value);
        Close(each.Sum(footprint => footprint.Embodied?.Value ?? 0), life.Totals.Embodied!.Value);
        Assert.True(Nodes(life.Totals.Total.Derivation) < 600, $"{Nodes(life.Totals.Total.Derivation)} nodes");

        static LedgerEntry Entry(RunRecord record, AccountingFactors? factors = null) => new(record, [new FootprintStatement { Method = Accountant.MethodVersion, FactorsHash = "", AccountedAt = DateTimeOffset.UnixEpoch, Factors = factors ?? SampleRuns.Factors(), Figures = [] }]);
        static void Close(double expected, double actual) => Assert.Equal(expected, actual, 1e-9 * expected);
        static int Nodes(Derivation node) => 1 + node.Children.Sum(Nodes);
    }

    [Fact]
    public void A_run_that_two_phases_count_raises_a_warning()
    {
        var record = SampleRuns.Shell();
        var run = new LedgerEntry(record, [SampleRuns.Account(record).CreateStatement(DateTimeOffset.UnixEpoch)]);
        var life = new LifeCycleAccountant().Account(LifeCycleReader.Read("name: a life\nphases: [{name: experiments, from: {project: demo}}, {name: training, from: [last, last]}]\n", "life.yaml"), _ => [run]);

        Assert.Single(life.Phases[1].Runs);
        Assert.Contains(life.Warnings, warning => warning.Code == "run-counted-twice" && warning.Text.Contains("experiments and training", StringComparison.Ordinal));
    }

    [Fact]
    public void A_query_carries_its_tags_and_its_line()
    {
        var asked = new List<RunQuery>();
        new LifeCycleAccountant().Account(LifeCycleReader.Read("name: a life\nphases:\n  - name: experiments\n    from: {project: demo, tag: [kind=search, kept]}\n", "life.yaml"), query =>
        {
            asked.Add(query);
            return [];
        });

        var only = Assert.Single(asked);
        Assert.Equal(("demo", "search", "", "life.yaml:4"), (only.Project, only.Tags["kind"], only.Tags["kept"], only.Where));
    }
}
