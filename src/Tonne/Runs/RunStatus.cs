using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>The run is in progress.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>The command ended with exit code 0.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>The command ended with another exit code, or by a signal.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The user stopped it (Ctrl-C), or tonne was killed before the end and the record was made from the trace.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
}
