using System.Collections.Immutable;

namespace Tonne.Ledgers.Pushing;

/// <summary>A line of the state file of a push: its head, what is acknowledged of a run, or a run whose trace was dropped.</summary>
sealed record PushNote
{
    /// <summary>The format, in the head.</summary>
    internal const string CurrentFormat = "tonne.push/1";

    /// <summary>Format of the file; only in its head.</summary>
    public string? Format { get; init; }

    /// <summary>Address of the server; only in the head.</summary>
    public string? Server { get; init; }

    /// <summary>Id of a run.</summary>
    public string? Run { get; init; }

    /// <summary>Number of its lines, from sequence 0, that the server has answered for.</summary>
    public int Lines { get; init; }

    /// <summary>Bytes of its statements up to the last line of <see cref="Lines"/>; a file of this length has nothing new.</summary>
    public long Bytes { get; init; }

    /// <summary>Sequences among them that the server does not keep: it has refused them, or they are damaged here.</summary>
    public ImmutableArray<int> Refused { get; init; } = [];

    /// <summary>Id of a run whose trace was removed before the server had its record.</summary>
    public string? Dropped { get; init; }
}
