using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>What a mark says.</summary>
public enum MarkKind
{
    /// <summary>A stage begins; one that was open ends. Said again with the same name, it adds data shapes to the open stage.</summary>
    [JsonStringEnumMemberName("stage")]
    Stage,

    /// <summary>The open stage ends; what follows is outside any stage.</summary>
    [JsonStringEnumMemberName("stage-end")]
    StageEnd,

    /// <summary>An epoch begins. Optional: without it an epoch reaches back to the end of the one before, or to the start of its stage.</summary>
    [JsonStringEnumMemberName("epoch-begin")]
    EpochBegin,

    /// <summary>An epoch has ended, with its metrics. Said again with the same number right after, it adds metrics.</summary>
    [JsonStringEnumMemberName("epoch")]
    Epoch,

    /// <summary>A remark kept with the run.</summary>
    [JsonStringEnumMemberName("note")]
    Note,
}
