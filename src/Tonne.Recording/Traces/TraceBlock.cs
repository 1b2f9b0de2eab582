namespace Tonne.Recording.Traces;

/// <summary>Kind of a block in a trace.</summary>
public enum TraceBlock : byte
{
    /// <summary>JSON: facts known at the start. First block, once.</summary>
    Opening = 1,

    /// <summary>Binary: one sample of all meters.</summary>
    Sample = 2,

    /// <summary>JSON: a mark of the program.</summary>
    Mark = 3,

    /// <summary>JSON: facts known at the end. Last block; missing if the run was interrupted.</summary>
    Ending = 4,

    /// <summary>UTF-8 text: the reason of gaps that follow, numbered by order of appearance.</summary>
    Reason = 5,

    /// <summary>JSON: a rank joined or left, or another process records from here on (<see cref="Runs.RankEvent"/>).</summary>
    Rank = 6,

    /// <summary>Binary: the values of all ranks' meters, for the sample that follows.</summary>
    RankValues = 7,
}
