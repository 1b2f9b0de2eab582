using Tonne.Instruments.Rapl;

namespace Tonne.Instruments.Tests.Rapl;

/// <summary>Performance events whose counts a test writes: by unit, event and processor, from 0 when opened, as the kernel's.</summary>
sealed class StandInPerfEvents : IPerfEvents
{
    readonly Dictionary<(int Type, long Config, int Cpu), long> _counts = [];

    /// <summary>The errno with which every event is refused; 0 for none.</summary>
    public int Refusal { get; init; }

    /// <summary>Set: reading fails with it, as when the processor's unit goes.</summary>
    public int Failure { get; set; }

    public int Open { get; private set; }

    /// <summary>Counts so many joules, in the kernel's steps of 2^-32 J.</summary>
    public void Count(int type, long config, int cpu, double joules) =>
        _counts[(type, config, cpu)] = _counts.GetValueOrDefault((type, config, cpu)) + (long)(joules * 4294967296.0);

    IPerfCounter? IPerfEvents.Open(int type, long config, int cpu, out int error)
    {
        error = Refusal;
        if (Refusal != 0)
            return null;
        Open++;
        return new Counter(this, (type, config, cpu), _counts.GetValueOrDefault((type, config, cpu)));
    }

    sealed class Counter(StandInPerfEvents owner, (int, long, int) key, long opened) : IPerfCounter
    {
        public bool TryRead(out long count, out int error)
        {
            error = owner.Failure;
            count = owner._counts.GetValueOrDefault(key) - opened;
            return error == 0;
        }

        public void Dispose() => owner.Open--;
    }
}
