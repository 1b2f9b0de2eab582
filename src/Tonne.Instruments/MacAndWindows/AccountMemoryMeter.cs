using Tonne.Hardware;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Memory of the job's living processes in bytes, as its account reports it.</summary>
/// <param name="account">The account of the job.</param>
sealed class AccountMemoryMeter(IJobAccount account) : IMeter
{
    /// <inheritdoc/>
    public MeterDescription Description { get; } = new(
        JobMemoryMeter.MeterId, Component.Memory, MeterKind.Memory, MeterRole.Job,
            Note: "resident memory of the living processes; pages that several share count in each");

    /// <inheritdoc/>
    public Reading Read(long timestamp) => account.ReadResidentBytes() is { } bytes ? Reading.FromValue(bytes)
        : Reading.FromGapReason(HostSystem.NotReported);
}
