using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Planning;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Cli.Tests.Planning;

public class ReplayedHardwareTests
{
    static PlanReplay Replay(string? gpu)
    {
        var (record, factors) = SampleRuns.Metered();
        record = record with
        {
            Opening = record.Opening with { Place = new Place(Zone: "FR"),
                Machine = record.Opening.Machine with { Gpus = gpu is null ? [] : [gpu] } },
        };
        var entry = new LedgerEntry(record, [new Accountant().Account(record, factors).CreateStatement(DateTimeOffset.UnixEpoch)]);
        return PlanReplay.Create([entry], new FlatHistory(),
            new ReplayOptions(TimeSpan.FromHours(2), 0, []) { Hardware = [AcceleratorCatalog.Find("h100 sxm").ValueOrThrow] });
    }

    /// <summary>
    /// 47,520 J = 13.2 Wh at 100 g/kWh and PUE 1: 1.32 g. On an H100 the 36,000 J of the accelerator, 25/33 of the energy, change with
    /// duration and power,
    /// the rest with the duration alone.
    /// </summary>
    [Fact]
    public void A_run_on_a_known_accelerator_is_compared_with_the_other()
    {
        var hardware = Replay("NVIDIA A100-SXM4-80GB").Runs[0].Hardware!;
        var (present, other) = (AcceleratorCatalog.Find("NVIDIA A100-SXM4-80GB").ValueOrThrow, AcceleratorCatalog.Find("h100 sxm")
            .ValueOrThrow);
        var (here, there) = (HardwareComparison.Compare(present, present)!, HardwareComparison.Compare(other, present)!);

        Assert.Equal((present.Name, other.Name), (hardware.Present, hardware.Other));
        Assert.Equal(1.32 + (here.EmbodiedPerHour.Grams / 6), hardware.PresentGrams, 1e-9);
        Assert.Equal((1.32 * there.DurationFactor * ((25 / 33d * there.PowerFactor) + (8 / 33d)))
            + (there.DurationFactor * there.EmbodiedPerHour.Grams / 6), hardware.OtherGrams.Best, 1e-9);
        Assert.True(hardware.OtherGrams.Low <= hardware.OtherGrams.Best && hardware.OtherGrams.Best < hardware.OtherGrams.High);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Example Board 9000")]
    public void A_run_without_a_known_accelerator_is_not(string? gpu)
    {
        var replay = Replay(gpu);

        Assert.Null(replay.Runs[0].Hardware);
        Assert.Null(replay.Hardware);
        Assert.DoesNotContain("run on", Golden.TextOf(writer => ReplayText.Write(writer, replay, new TerminalCapabilities())),
            StringComparison.Ordinal);
        Assert.DoesNotContain("\"hardware\": {", ReplayDocument.From(replay).ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    public void The_screen_shows_the_hardware_beside_waiting_with_its_interval(int columns)
    {
        var screen = Golden.TextOf(
            writer => ReplayText.Write(writer, Replay("NVIDIA A100-SXM4-80GB"), new TerminalCapabilities { Width = columns }));

        Assert.All(screen.Split('\n'), line => Assert.True(line.Length <= columns, line));
        Golden.Matches($"Planning/Golden/replay-hardware-{columns}.golden.txt", screen);
    }

    sealed class FlatHistory : IIntensityHistory
    {
        public IReadOnlyList<IntensitySeries> Find(Zone zone, DateTimeOffset from, DateTimeOffset to) =>
            [new(zone, new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero),
                [.. Enumerable.Repeat<CarbonIntensity?>(CarbonIntensity.FromGramsPerKilowattHour(100), 72)],
                    new Source("TEST", "Values of this test"))];
    }
}
