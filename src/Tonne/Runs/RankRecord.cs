using System.Collections.Immutable;

namespace Tonne.Runs;

/// <summary>One rank of a run: its part of the job's energy. The parts of all ranks add up to the job's energy, to the microjoule.</summary>
/// <param name="Rank">Rank in the whole job, from 0.</param>
/// <param name="LocalRank">Rank on this node; null if unknown.</param>
/// <param name="ExitCode">Exit code of its command; null if nobody saw it, because its tonne was killed.</param>
/// <param name="StartSeconds">Start, in s from the start of the run.</param>
/// <param name="DurationSeconds">Duration in s.</param>
/// <param name="CpuSeconds">CPU time in s.</param>
/// <param name="Energy">Its part of the job's energy by component.</param>
public sealed record RankRecord(
    int Rank,
    int? LocalRank,
    int? ExitCode,
    double StartSeconds,
    double DurationSeconds,
    double CpuSeconds,
    ImmutableArray<EnergyUse> Energy);
