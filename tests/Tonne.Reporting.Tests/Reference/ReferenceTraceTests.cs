using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Replaying;
using Tonne.Recording.Traces;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Reference;

/// <summary>Rows 1 and 2 of the mission: 1,500 kWh × 500 g/kWh = 750 kg, in stages and in ten epochs.</summary>
public class ReferenceTraceTests
{
    static readonly string Folder = Path.Combine(Tonne.Tests.Architecture.Repository.Root, "examples", "reference");
    static readonly byte[] Trace = ReferenceRun.Write(File.ReadLines(Path.Combine(Folder, "marks.txt")));
    static readonly RunRecord Record = RecordBuilder.Build(() => new MemoryStream(Trace));
    static readonly Footprint Footprint = Account(Record);

    [Fact]
    public void The_job_is_1500_kWh_to_the_microjoule_and_750_kg()
    {
        // 1,500 kWh = 1,500 × 3.6 × 10^6 J = 5.4 × 10^15 µJ.
        Assert.Equal(5_400_000_000_000_000, Record.Components.Sum(component => component.JobMicrojoules));
        Assert.All(Record.Components, component => Assert.Equal((component.JobMicrojoules, 0, 0), (component.MachineMicrojoules, component.OthersMicrojoules, component.IdleMicrojoules)));
        Assert.Equal(1500, Footprint.Energy.Value, 9);
        Assert.Equal(1500, Footprint.FacilityEnergy.Value, 9);
        Assert.Equal(750, Footprint.Operational.Value, 9);
        Assert.Equal((Quality.Measured, 1d), (Footprint.Energy.Quality, Footprint.Energy.MeasuredShare));
        // A class 1 meter: ± 1 %.
        Assert.Equal((1485, 1515), (Footprint.Energy.Bounds.Low, Footprint.Energy.Bounds.High), Near(0.5));
    }

    [Fact]
    public void Each_component_is_power_times_time()
    {
        // Per component Σ over the stages of W × s, as in the table of ReferenceRun: 14,400 s, 21,600 s, 36,000 s, 805,275 s.
        long Joules(long collect, long clean, long featurize, long train) => (14_400 * collect) + (21_600 * clean) + (36_000 * featurize) + (805_275 * train);
        var energy = Record.Components.GroupBy(component => component.Component).ToDictionary(group => group.Key, group => group.Sum(component => component.JobMicrojoules));

        Assert.Equal(Joules(300, 600, 500, 420) * 1_000_000, energy[Component.Cpu]);
        Assert.Equal(Joules(80, 120, 160, 180) * 1_000_000, energy[Component.Memory]);
        Assert.Equal(Joules(480, 480, 2880, 4320) * 1_000_000, energy[Component.Gpu]);
        Assert.Equal(Joules(740, 800, 1460, 1480) * 1_000_000, energy[Component.Other]);
        Assert.Equal(8, Record.Components.Count(component => component.Component == Component.Gpu));
    }

    [Fact]
    public void Stages_have_their_shapes_times_energies_and_emissions()
    {
        Assert.Equal(
            [
                ("collect", null, new DataShape(1_000_000, 10), 14_400d),
                ("clean", new DataShape(1_000_000, 10), new DataShape(950_000, 10), 21_600d),
                ("featurize", new DataShape(950_000, 10), new DataShape(950_000, 512), 36_000d),
                ("train", new DataShape(950_000, 512), new DataShape(12, 262_656), 805_275d),
            ],
            Record.Stages.Select(stage => (stage.Name, stage.DataIn, stage.DataOut, stage.DurationSeconds)));
        // 1.6 kW × 4 h, 2 kW × 6 h, 5 kW × 10 h, and the rest of 1,500 kWh; at half a kilogram each.
        double[] kilowattHours = [6.4, 12, 50, 1431.6];
        foreach (var (figures, expected) in Footprint.Stages.Zip(kilowattHours))
        {
            Assert.Equal(expected, figures.Energy.Value, 9);
            Assert.Equal(expected / 2, figures.Emissions.Value, 9);
        }
    }

    [Fact]
    public void Ten_epochs_share_the_training_and_each_has_an_observation()
    {
        Assert.Equal(Enumerable.Range(1, 10), Record.Epochs.Select(epoch => epoch.Number));
        Assert.Equal((1.2, 0.45), (Record.Epochs[0].Metrics["loss"], Record.Epochs[0].Metrics["accuracy"]));
        Assert.Equal((0.24, 0.94), (Record.Epochs[9].Metrics["loss"], Record.Epochs[9].Metrics["accuracy"]));
        // Every epoch at 6.4 kW; the first took 83,275 s.
        Assert.Equal(6.4 * 83_275 / 3600, Footprint.Epochs[0].Energy.Value, 9);
        Assert.Equal(1431.6, Footprint.Epochs.Sum(epoch => epoch.Energy.Value), 9);
        Assert.Equal(
            Record.Stages.Single(stage => stage.Name == "train").Energy.Sum(use => use.Microjoules),
            Record.Epochs.Sum(epoch => epoch.Energy.Sum(use => use.Microjoules)));
        var observations = Observations.Describe(Record);
        Assert.Equal(10, observations.Count);
        Assert.Contains("high loss, low accuracy", observations[0], StringComparison.OrdinalIgnoreCase);
        Assert.All(observations, observation => Assert.NotEmpty(observation));
    }

    [Fact]
    public void The_trace_kept_with_the_examples_is_the_one_written_here()
    {
        var path = Path.Combine(Folder, "trace");
        if (Environment.GetEnvironmentVariable("TONNE_UPDATE_GOLDEN") == "1")
            File.WriteAllBytes(path, Trace);

        Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(Trace), $"{path} is not what ReferenceRun writes; TONNE_UPDATE_GOLDEN=1 writes it anew");
    }

    [Fact]
    public void A_replay_of_the_trace_says_what_was_said()
    {
        var meters = Record.Opening.Meters;
        var replayed = ReplayMeter.FromTrace(meters, new TraceReader(new MemoryStream(Trace)));
        var reader = new TraceReader(new MemoryStream(Trace));
        var readings = new Reading[meters.Length];
        while (reader.Read())
        {
            if (reader.Kind == TraceBlock.Sample)
            {
                var timestamp = reader.ReadSample(readings);
                Assert.Equal(readings, replayed.Select(meter => meter.Read(timestamp + 1)));
            }
        }

        Assert.True(new ReplayMeter(meters[0], []).Read(5).IsGap);
    }

    [Fact]
    public void Its_document_and_its_summary_are_kept_with_the_examples()
    {
        Golden.Matches("../../examples/reference/run.json", RunDocument.From(Record, Footprint).ToJson() + "\n");
        Golden.Matches("../../examples/reference/summary.txt", Golden.TextOf(writer => RunSummaryText.Write(writer, Record, Footprint, new TerminalCapabilities { Width = 100, Unicode = true }, "reference")));
    }

    /// <summary>The factors any such run gets, under a name of their own: an update of some table is no change of this example.</summary>
    static Footprint Account(RunRecord record) =>
        new Accountant().Account(record, FactorSelector.SelectFactors(record.Opening.Place, record.Opening.Machine) with { FactorsHash = "reference" });

    static IEqualityComparer<(double Low, double High)> Near(double by) =>
        EqualityComparer<(double Low, double High)>.Create((a, b) => Math.Abs(a.Low - b.Low) < by && Math.Abs(a.High - b.High) < by, _ => 0);
}
