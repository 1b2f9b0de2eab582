using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>The ranks of a run: who takes part, and the meters of each. Called by one thread at a time, in each sample.</summary>
public interface IRankMeters
{
    /// <summary>Places the ranks' own times within the run. Called once, before the first update.</summary>
    /// <param name="startTimestamp">Timestamp of the recorder's clock at the start of the run.</param>
    void Begin(long startTimestamp);

    /// <summary>Reads all ranks. Meters of the job that add them up are read afterwards, with the same timestamp.</summary>
    /// <param name="timestamp">Monotonic time of the sample in ns since the start of the run.</param>
    /// <returns>Ranks that joined or left since the last sample, in order.</returns>
    IReadOnlyList<RankEvent> Update(long timestamp);

    /// <summary>Marks that ranks have set since the last sample, with their member.</summary>
    IReadOnlyList<Mark> TakeMarks();

    /// <summary>The values of all ranks' meters at the last update, in the order of joining; a rank that has left keeps its last ones.</summary>
    IReadOnlyList<long> Values { get; }
}
