using Tonne.Cli.Wrapping;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Metering;
using Tonne.Quantities;

namespace Tonne.Cli.Running;

/// <summary>All meters of one run: the machine's, and what the job itself uses.</summary>
sealed class JobMeters : IDisposable
{
    readonly ReapedMeter _reaped = new();

    public JobMeters(Discovery discovery) => Meters = [.. discovery.Meters, _reaped];

    public IReadOnlyList<IMeter> Meters { get; }

    public CgroupPlacement? Placement { get; }

    public void Follow(Child child) => _reaped.Child = child;

    public long? Settle(ICollection<Doubt> doubts) => _reaped.Child is { } child ? (long)(child.ReapedCpu.TotalSeconds * 1e9) : 0;

    public void Dispose()
    {
    }

    sealed class ReapedMeter : IMeter
    {
        public Child? Child { get; set; }

        public MeterDescription Description { get; } = new("job:reaped", Component.Cpu, MeterKind.CpuTime, MeterRole.Job);

        public Reading Read(long timestamp) => Reading.Of((long)((Child?.ReapedCpu.TotalSeconds ?? 0) * 1e9));
    }
}
