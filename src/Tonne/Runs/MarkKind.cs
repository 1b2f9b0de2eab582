using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>The kind of a mark.</summary>
public enum MarkKind
{
    /// <summary>A stage begins; one that was open ends. Repeated with the same name, it adds data shapes to the open stage.</summary>
    [JsonStringEnumMemberName("stage")]
    Stage,

    /// <summary>The open stage ends; what follows is outside any stage.</summary>
    [JsonStringEnumMemberName("stage-end")]
    StageEnd,

    /// <summary>An epoch begins. Optional: without it an epoch begins at the end of the one before, or at the start of its stage.</summary>
    [JsonStringEnumMemberName("epoch-begin")]
    EpochBegin,

    /// <summary>An epoch has ended, with its metrics. Repeated directly afterwards with the same number, it adds metrics.</summary>
    [JsonStringEnumMemberName("epoch")]
    Epoch,

    /// <summary>A note stored with the run.</summary>
    [JsonStringEnumMemberName("note")]
    Note,

    /// <summary>A step of a training that prints no epochs has ended, with its metrics. Not every step is marked.</summary>
    [JsonStringEnumMemberName("step")]
    Step,
}
