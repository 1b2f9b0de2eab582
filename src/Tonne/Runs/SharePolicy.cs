using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>How the energy of a shared machine is split: u·A + h·B, u·A, or all of E.</summary>
public enum SharePolicy
{
    /// <summary>The job's use of the active energy and its held share of the idle energy. The default.</summary>
    [JsonStringEnumMemberName("share")]
    Share,

    /// <summary>The job's use of the active energy only.</summary>
    [JsonStringEnumMemberName("marginal")]
    Marginal,

    /// <summary>The whole machine.</summary>
    [JsonStringEnumMemberName("machine")]
    Machine,
}
