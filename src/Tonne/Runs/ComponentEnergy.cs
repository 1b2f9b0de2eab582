using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>One component's energy over a run, split so that job + others + idle + unexplained = machine to the microjoule.</summary>
/// <param name="Component">Part of the machine.</param>
/// <param name="Device">Number of the device; null if there is only one.</param>
/// <param name="Quality">Measured if a meter counted it, modelled or assumed otherwise.</param>
/// <param name="JobMicrojoules">Energy of the job, by the run's policy.</param>
/// <param name="OthersMicrojoules">Energy used by other processes and other runs; without <see cref="UnexplainedMicrojoules"/>, all that the job did not use and that was not idle.</param>
/// <param name="IdleMicrojoules">Energy that was idle and held by no job.</param>
/// <param name="MachineMicrojoules">Energy of the machine.</param>
/// <param name="Job">Energy of the job, as amounts.</param>
/// <param name="Machine">Energy of the machine, as amounts.</param>
public sealed record ComponentEnergy(
    Component Component,
    string? Device,
    Quality Quality,
    long JobMicrojoules,
    long OthersMicrojoules,
    long IdleMicrojoules,
    long MachineMicrojoules,
    ImmutableArray<RatedAmount> Job,
    ImmutableArray<RatedAmount> Machine)
{
    /// <summary>For a GPU: the job's share of its holders, mean over the run, 0 to 1; null otherwise.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public double? HeldShare { get; init; }

    /// <summary>
    /// Energy of busy time that no process was counted for: interrupts, processes that nothing here can see, and what the kernel's accounts differ by.
    /// Negative if the processes were counted for more than the machine. Null if other processes were not counted by themselves, as in records
    /// of before November 2026.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public long? UnexplainedMicrojoules { get; init; }
}
