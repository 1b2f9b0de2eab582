using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>One component's energy over a run, split so that job + others + idle = machine to the microjoule.</summary>
/// <param name="Component">Part of the machine.</param>
/// <param name="Device">Which one; null if there is one.</param>
/// <param name="Quality">Measured if a meter counted it, modelled or assumed otherwise.</param>
/// <param name="JobMicrojoules">The job's, by the run's policy.</param>
/// <param name="OthersMicrojoules">Other processes' and other runs'.</param>
/// <param name="IdleMicrojoules">Idle energy that nobody held.</param>
/// <param name="MachineMicrojoules">All of it.</param>
/// <param name="Job">The job's, as amounts.</param>
/// <param name="Machine">All of it, as amounts.</param>
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
}
