using Tonne.Hardware;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.Tests.MacAndWindows;

/// <summary>A system whose processes and counters a test writes down.</summary>
sealed class StandInSystem : HostSystem
{
    public Dictionary<int, (int Parent, long Start, ProcessUsage? Usage)> Processes { get; } = [];

    public SystemCpuTime? CpuTime { get; set; } = new(1_000_000_000, 9_000_000_000);

    public bool Reaps { get; init; }

    public string CpuName { get; init; } = "Intel(R) Core(TM) i7-10750H CPU @ 2.60GHz";

    public override string Name => "Windows";

    public override string BootId => "boot";

    public override string CpuTimeNote => "written down";

    public override string MemoryNote => "written down";

    public override bool CountsReapedChildren => Reaps;

    public override MachineDescription Describe() => new(
        new Machine(HostKind.Laptop, CpuName, null, 12, 1, 16_000_000_000, "Windows 11", false, BootId),
        WindowsProcessor.Parse(CpuName, "GenuineIntel", "Intel64 Family 6 Model 165 Stepping 2", 12, 1, 6),
        new Dmi(null, null, null, null, null), true, []);

    public override SystemCpuTime? ReadCpuTime() => CpuTime;

    public override SystemMemory? ReadMemory() => new(16_000_000_000, 6_000_000_000);

    public override IReadOnlyList<(int Id, int ParentId)> ListProcesses() =>
        [.. Processes.Select(process => (process.Key, process.Value.Parent))];

    public override FollowedProcess? OpenProcess(int id) => Processes.TryGetValue(id, out var process)
        ? new Followed(this, id, process.Start) : null;

    sealed class Followed(StandInSystem system, int id, long start) : FollowedProcess(id, start)
    {
        public override ProcessUsage? Read() => system.Processes.TryGetValue(Id, out var process) && process.Start == Start ? process.Usage
            : null;
    }
}
