using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Recording.Traces;

/// <summary>What a trace has so far: all that is needed to continue it in another process, or to build the record of one rank.</summary>
public sealed record TraceState
{
    /// <summary>The opening.</summary>
    public required RunOpening Opening { get; init; }

    /// <summary>Bytes of the whole blocks; what follows was cut short by a kill.</summary>
    public required long Length { get; init; }

    /// <summary>Reasons of gaps, by number.</summary>
    public required ImmutableArray<string> Reasons { get; init; }

    /// <summary>Last value of each meter of the opening; null if it never had one.</summary>
    public required ImmutableArray<long?> LastValues { get; init; }

    /// <summary>Time of the last sample, in ns since the start; -1 if there is none.</summary>
    public required long LastSample { get; init; }

    /// <summary>Ranks that joined, in order.</summary>
    public required ImmutableArray<RankEvent> Joined { get; init; }

    /// <summary>Numbers of the members that left.</summary>
    public required ImmutableHashSet<int> Left { get; init; }

    /// <summary>Values of the ranks' meters at the last sample.</summary>
    public required ImmutableArray<long> RankValues { get; init; }

    /// <summary>How many marks the trace has of each member.</summary>
    public required ImmutableDictionary<int, int> Marks { get; init; }

    /// <summary>Whether the trace has an ending: the run is over.</summary>
    public required bool HasEnded { get; init; }

    /// <summary>Reads a trace.</summary>
    /// <param name="stream">The trace from its start.</param>
    /// <returns>Null if it has no opening, or is damaged.</returns>
    public static TraceState? Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new TraceReader(stream);
        try
        {
            if (!reader.Read() || reader.Kind != TraceBlock.Opening || JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunOpening) is not { } opening)
                return null;
            var read = new Blocks(opening.Meters.Length);
            while (reader.Read())
                read.Add(reader);
            return reader.Damage is not null ? null : read.ToState(opening, reader);
        }
        catch (Exception error) when (error is JsonException or TraceDamagedException or NotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    sealed class Blocks(int meters)
    {
        readonly long?[] _values = new long?[meters];
        readonly Reading[] _readings = new Reading[meters];
        readonly List<long> _ranks = [];
        readonly List<RankEvent> _joined = [];
        readonly HashSet<int> _left = [];
        readonly Dictionary<int, int> _marks = [];
        long _last = -1;
        bool _ended;

        internal void Add(TraceReader reader)
        {
            switch (reader.Kind)
            {
                case TraceBlock.Sample:
                    _last = reader.ReadSample(_readings);
                    for (var i = 0; i < _readings.Length; i++)
                        _values[i] = _readings[i].IsGap ? _values[i] : _readings[i].Value;
                    break;
                case TraceBlock.RankValues:
                    reader.ReadRankValues(_ranks);
                    break;
                case TraceBlock.Rank when JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RankEvent) is { } change:
                    if (change.Kind == RankEventKind.Joined)
                        _joined.Add(change);
                    else if (change.Kind == RankEventKind.Left)
                        _left.Add(change.Member);
                    break;
                case TraceBlock.Mark when JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.Mark)?.Member is { } member:
                    _marks[member] = _marks.GetValueOrDefault(member) + 1;
                    break;
                case TraceBlock.Ending:
                    _ended = true;
                    break;
                default:
                    break;
            }
        }

        internal TraceState ToState(RunOpening opening, TraceReader reader) => new()
        {
            Opening = opening,
            Length = reader.Position,
            Reasons = [.. reader.Reasons],
            LastValues = [.. _values],
            LastSample = _last,
            Joined = [.. _joined],
            Left = [.. _left],
            RankValues = [.. _ranks],
            Marks = _marks.ToImmutableDictionary(),
            HasEnded = _ended,
        };
    }
}
