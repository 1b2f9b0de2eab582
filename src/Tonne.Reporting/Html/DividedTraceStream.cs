using System.Globalization;
using System.Text.Json;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Reporting.Html;

/// <summary>
/// A trace in which the marks of the program are replaced by one stage for each of many parts, so that the energy of each part is
/// attributed as that of a stage is. Everything else is as it was.
/// </summary>
sealed class DividedTraceStream : Stream
{
    readonly Stream _source;
    readonly TraceReader _reader;
    readonly TraceWriter _writer;
    readonly MemoryStream _blocks = new();
    readonly IReadOnlyList<long> _edges;
    readonly List<long> _rankValues = [];
    Reading[] _readings = [];
    int _taken;
    int _written;

    /// <summary>A divided trace.</summary>
    /// <param name="source">The trace; closed with this stream.</param>
    /// <param name="edges">Edges of the parts in ns from the start of the run, ascending, at least two.</param>
    public DividedTraceStream(Stream source, IReadOnlyList<long> edges)
    {
        (_source, _edges) = (source, edges);
        _reader = new TraceReader(source);
        _writer = new TraceWriter(_blocks);
    }

    /// <summary>The number of a part, from the name of its stage.</summary>
    public static bool TryParseName(string name, out int index)
    {
        index = 0;
        return name.StartsWith(Prefix) && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    const char Prefix = '#';

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("The length of a divided trace is known when it has been read.");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("This stream is only read.");
        set => throw new NotSupportedException("This stream is only read.");
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (_taken == _blocks.Length)
        {
            _blocks.SetLength(_taken = 0);
            if (!_reader.Read())
                return 0;
            CopyBlock();
        }

        var count = Math.Min(buffer.Length, (int)_blocks.Length - _taken);
        _blocks.GetBuffer().AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }

    void CopyBlock()
    {
        switch (_reader.Kind)
        {
            case TraceBlock.Opening:
                var opening = JsonSerializer.Deserialize(_reader.Payload.Span, RunJson.Default.RunOpening)
                    ?? throw new TraceDamagedException("The trace's opening block is empty.");
                _readings = new Reading[opening.Meters.Length];
                _writer.Append(TraceBlock.Opening, _reader.Payload.Span);
                break;
            case TraceBlock.Mark:
                break;
            case TraceBlock.RankValues:
                _reader.ReadRankValues(_rankValues);
                break;
            case TraceBlock.Sample:
                var timestamp = _reader.ReadSample(_readings);
                _writer.AppendSample(timestamp, _readings, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rankValues));
                _rankValues.Clear();
                // After the sample, as a program's marks come: the time of a block is never before that of an earlier one.
                WriteMarks(timestamp);
                break;
            case TraceBlock.Ending:
                WriteMarks(long.MaxValue);
                _writer.Append(TraceBlock.Ending, _reader.Payload.Span);
                break;
            default:
                _writer.Append(_reader.Kind, _reader.Payload.Span);
                break;
        }
    }

    void WriteMarks(long until)
    {
        for (; _written < _edges.Count && _edges[_written] <= until; _written++)
        {
            var mark = _written + 1 < _edges.Count
                ? new Mark(MarkKind.Stage, _edges[_written], Prefix + _written.ToString(CultureInfo.InvariantCulture))
                : new Mark(MarkKind.StageEnd, _edges[_written]);
            _writer.Append(TraceBlock.Mark, JsonSerializer.SerializeToUtf8Bytes(mark, RunJson.Default.Mark));
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("This stream is only read.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("This stream is only read.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is only read.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _source.Dispose();
            _blocks.Dispose();
        }

        base.Dispose(disposing);
    }
}
