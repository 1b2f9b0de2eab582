using System.Text.Json;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Ledgers.RunFolders;

/// <summary>The content of a trace, without computing a record from it.</summary>
/// <param name="Opening">Its first block; null if it cannot be read.</param>
/// <param name="Ending">Its last block; null if the recorder was killed before.</param>
/// <param name="Samples">Samples before any damage.</param>
/// <param name="LastTimestamp">Time of the last sample or mark, in ns from the start of the run.</param>
/// <param name="Damage">What is wrong and at which byte; null if the trace is undamaged, or only truncated at its end.</param>
/// <param name="IsTruncated">Whether the last block is incomplete, for example after a kill.</param>
/// <param name="Length">Bytes of complete blocks.</param>
sealed record TraceOverview(RunOpening? Opening, RunEnding? Ending, int Samples, long LastTimestamp, string? Damage, bool IsTruncated, long Length)
{
    /// <summary>Reads a trace from its beginning to its end or its first damage.</summary>
    public static TraceOverview Scan(Stream stream) => Scan(stream, openingOnly: false);

    /// <summary>Reads only the first block of a trace.</summary>
    public static TraceOverview ReadOpening(Stream stream) => Scan(stream, openingOnly: true);

    static TraceOverview Scan(Stream stream, bool openingOnly)
    {
        RunOpening? opening = null;
        RunEnding? ending = null;
        var samples = 0;
        var last = 0L;
        string? damage = null;
        var reader = new TraceReader(stream);
        Reading[] readings = [];
        try
        {
            while (damage is null && reader.Read())
            {
                if (opening is null && reader.Kind != TraceBlock.Opening)
                {
                    damage = "The trace does not begin with an opening.";
                    break;
                }

                switch (reader.Kind)
                {
                    case TraceBlock.Opening:
                        opening = JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunOpening);
                        if (opening is null)
                            damage = "The first block of the trace is empty.";
                        readings = new Reading[opening?.Meters.Length ?? 0];
                        break;
                    case TraceBlock.Sample:
                        last = Math.Max(last, reader.ReadSample(readings));
                        samples++;
                        break;
                    case TraceBlock.Mark:
                        last = Math.Max(last, JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.Mark)?.Timestamp ?? 0);
                        break;
                    case TraceBlock.Ending:
                        ending = JsonSerializer.Deserialize(reader.Payload.Span, RunJson.Default.RunEnding);
                        break;
                    default:
                        break;
                }

                if (openingOnly)
                    break;
            }
        }
        catch (Exception error) when (error is TraceDamagedException or JsonException or NotSupportedException or ArgumentException)
        {
            damage = $"The block that ends at byte {reader.Position} cannot be read: {error.Message}";
        }

        return new(opening, ending, samples, last, damage ?? reader.Damage, reader.IsTruncated, reader.Position);
    }
}
