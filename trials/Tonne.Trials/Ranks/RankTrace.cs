using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Ranks;

/// <summary>The ranks and the counter of a trace, read by the description of the format without code of tonne.</summary>
sealed class RankTrace
{
    /// <summary>The events of ranks, in order.</summary>
    internal List<JsonNode> Events { get; } = [];

    /// <summary>Times of the samples in s.</summary>
    internal List<double> Samples { get; } = [];

    /// <summary>Values of the first energy counter in µJ, one per sample.</summary>
    internal List<long> Counter { get; } = [];

    /// <summary>Number of samples before each event.</summary>
    internal List<int> SamplesBefore { get; } = [];

    internal bool HasEnded { get; private set; }

    /// <summary>The process id of the tonne that records; 0 before the first event.</summary>
    internal int Recorder => Events.FindLast(each => (string?)each["kind"] == "Recorder") is { } last ? (int)last["holder"]!["processId"]!
        : Events.Count > 0 ? (int?)_holder ?? 0 : 0;

    int? _holder;

    internal static RankTrace Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        var (bytes, trace, counter) = (copy.ToArray(), new RankTrace(), -1);
        for (var at = 8; at + 9 <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));
            if (at + length + 9 > bytes.Length)
                break;
            var payload = bytes.AsSpan(at + 5, length);
            switch (bytes[at + 4])
            {
                case 1:
                    var opening = JsonNode.Parse(Encoding.UTF8.GetString(payload))!;
                    trace._holder = (int)opening["holder"]!["processId"]!;
                    counter = opening["meters"]!.AsArray().ToList().FindIndex(meter => (string?)meter!["kind"] == "EnergyCounter");
                    break;
                case 2:
                    trace.Samples.Add(BinaryPrimitives.ReadInt64LittleEndian(payload) / 1e9);
                    if (counter >= 0 && payload[8 + (9 * counter)] == 0)
                        trace.Counter.Add(BinaryPrimitives.ReadInt64LittleEndian(payload[(9 + (9 * counter))..]));
                    break;
                case 4:
                    trace.HasEnded = true;
                    break;
                case 6:
                    trace.Events.Add(JsonNode.Parse(Encoding.UTF8.GetString(payload))!);
                    trace.SamplesBefore.Add(trace.Samples.Count);
                    break;
                default:
                    break;
            }

            at += length + 9;
        }

        return trace;
    }

    /// <summary>Times without a sample around each takeover, in s.</summary>
    internal IEnumerable<double> TakeoverGaps => Events.Index().Where(each => (string?)each.Item["kind"] == "Recorder")
        .Select(each => SamplesBefore[each.Index]).Where(before => before > 0 && before < Samples.Count).Select(before => Samples[before] - Samples[before - 1]);
}
