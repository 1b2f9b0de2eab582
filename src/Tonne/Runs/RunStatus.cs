using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>Still going on.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>The command ended with exit code 0.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>The command ended with another exit code, or by a signal.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>tonne itself did not live to see the end; the record was closed from its trace.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
}
