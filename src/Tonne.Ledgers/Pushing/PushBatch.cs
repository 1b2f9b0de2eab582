using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Tonne.Ledgers.Pushing;

/// <summary>The body of a push: one line of JSON for each <see cref="PushedLine"/>, <c>{"run":"ID","sequence":N,"line":LINE}</c>.</summary>
/// <remarks>LINE is the line of the ledger as it is, so that its checksum holds from the node's disk to the database.</remarks>
public static class PushBatch
{
    /// <summary>Media type of the body. It may be compressed (<c>Content-Encoding: gzip</c> or <c>br</c>).</summary>
    public const string MediaType = "application/x-ndjson";

    // Names, id and number around a line.
    const int MaxEnvelopeBytes = 256;

    // Long lines come in many pieces: few of them if each is large.
    const int PieceBytes = 64 * 1024;

    /// <summary>Writes lines.</summary>
    /// <param name="target">What is written to; it stays open.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task WriteAsync(Stream target, IEnumerable<PushedLine> lines, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(lines);
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var line in lines)
        {
            buffer.ResetWrittenCount();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                writer.WriteString("run"u8, line.Run);
                writer.WriteNumber("sequence"u8, line.Sequence);
                writer.WritePropertyName("line"u8);
                writer.WriteRawValue(line.Line.Span, skipInputValidation: true);
                writer.WriteEndObject();
            }

            buffer.Write("\n"u8);
            await target.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads lines as they arrive. Their checksums are not checked here; see <see cref="PushedRun"/>.</summary>
    /// <param name="source">What is read; it stays open.</param>
    /// <param name="maxLineBytes">Most bytes of a line. Default: <see cref="PushedLine.MaxBytes"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FormatException">A line is too long or not of this form; the message names it by its number.</exception>
    public static async IAsyncEnumerable<PushedLine> ReadAsync(
        Stream source, int maxLineBytes = PushedLine.MaxBytes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var reader = PipeReader.Create(source, new StreamPipeReaderOptions(bufferSize: PieceBytes, leaveOpen: true));
        var number = 0;
        // Bytes at the beginning of what is left that are known to have no line feed: each byte is looked at once.
        var searched = 0L;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var rest = read.Buffer;
                while (TryTake(ref rest, searched, read.IsCompleted, out var line))
                {
                    searched = 0;
                    number++;
                    if (line.Length > maxLineBytes + MaxEnvelopeBytes)
                        throw CreateTooLong(number, maxLineBytes);
                    if (!line.IsEmpty)
                        yield return Parse(line.ToArray(), number);
                }

                if (rest.Length > maxLineBytes + MaxEnvelopeBytes)
                    throw CreateTooLong(number + 1, maxLineBytes);
                searched = rest.Length;
                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                    yield break;
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    static FormatException CreateTooLong(int number, int most) => new($"line {number} has more than {most} bytes");

    static bool TryTake(ref ReadOnlySequence<byte> rest, long searched, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.Slice(searched).PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        if (!isLast || rest.IsEmpty)
            return false;
        rest = rest.Slice(rest.End);
        return true;
    }

    static PushedLine Parse(byte[] bytes, int number)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            string? run = null;
            int? sequence = null;
            Range? line = null;
            Read(ref reader, JsonTokenType.StartObject);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("run"u8) && run is null)
                {
                    Read(ref reader, JsonTokenType.String);
                    run = reader.GetString();
                }
                else if (reader.ValueTextEquals("sequence"u8) && sequence is null)
                {
                    Read(ref reader, JsonTokenType.Number);
                    sequence = reader.GetInt32();
                }
                else if (reader.ValueTextEquals("line"u8) && line is null)
                {
                    Read(ref reader, JsonTokenType.StartObject);
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    line = start..(int)reader.BytesConsumed;
                }
                else
                    throw new FormatException("it has a member that is unknown or given twice");
            }

            if (reader.Read())
                throw new FormatException("something follows its object");
            if (!LedgerHome.IsRunId(run))
                throw new FormatException("'run' is not the id of a run");
            if (sequence is not >= 0)
                throw new FormatException("'sequence' is not 0 or more");
            return line is { } range ? new PushedLine(run!, sequence.Value, bytes.AsMemory(range)) : throw new FormatException("'line' is missing");
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            throw new FormatException($"line {number} is not a line of a push: {(error is FormatException ? error.Message : "it is not the JSON expected")}", error);
        }
    }

    static void Read(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (!reader.Read() || reader.TokenType != expected)
            throw new FormatException("a member has another kind of value");
    }
}
