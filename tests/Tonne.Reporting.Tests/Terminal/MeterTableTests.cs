using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Recording.Tests.Attribution;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Reporting.Tests.Terminal;

public class MeterTableTests
{
    [Fact]
    public void A_contained_meter_is_shown_and_not_summed()
    {
        var core = Package(1) with { Id = "rapl:core", Role = MeterRole.Contained };
        var trace = ScriptedTrace.Of(
            [Busy, Job, Package(0), core],
            [new(Component.Cpu, Quality.Measured, ["rapl:package-0"], "cpu/meter", "cpu/idle-power", null, 2, "scripted")]);
        trace.Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0), Reading.FromValue(5 * 1_000_000))
            .Sample(10, Seconds(8), Seconds(8), Reading.FromValue(100 * 1_000_000), Reading.FromValue(65 * 1_000_000)).End(10);

        Assert.Equal(["summed: cpu", "not summed"], MeterTable.CreateRows(trace.Record()).Select(row => row.Use));
    }
}
