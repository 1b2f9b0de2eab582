using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>The origin of a mark.</summary>
public enum MarkOrigin
{
    /// <summary>From the program itself: over the socket, or by a call.</summary>
    [JsonStringEnumMemberName("mark")]
    Mark,

    /// <summary>From a line recognised in its output.</summary>
    [JsonStringEnumMemberName("pattern")]
    Pattern,
}
