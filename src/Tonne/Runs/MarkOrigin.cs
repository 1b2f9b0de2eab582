using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>Where a mark came from.</summary>
public enum MarkOrigin
{
    /// <summary>From the program itself: over the socket, or by a call.</summary>
    [JsonStringEnumMemberName("mark")]
    Mark,

    /// <summary>From a line recognised in its output.</summary>
    [JsonStringEnumMemberName("pattern")]
    Pattern,
}
