using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Tonne.Ledgers.Pushing;

/// <summary>What a server did with the lines of a push. Every line that is not in <see cref="Refused"/> is kept for good there.</summary>
public sealed record PushAnswer
{
    /// <summary>Number of lines that are new.</summary>
    public int Accepted { get; init; }

    /// <summary>Number of lines that the server had already, byte for byte; they changed nothing.</summary>
    public int Known { get; init; }

    /// <summary>Lines that it will never keep. They are not sent again.</summary>
    public ImmutableArray<RefusedLine> Refused { get; init; } = [];

    /// <summary>The server's signature of all that it keeps of the node; null from one that signs nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PushReceipt? Receipt { get; init; }
}
