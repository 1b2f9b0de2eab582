using System.Text.Json;
using Tonne.Accounting;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>A sink that keeps what it is given, and fails when it is asked to.</summary>
sealed class ScriptedSink(List<string>? events = null) : IRunSink
{
    readonly List<string> _events = events ?? [];

    public Exception? FailToBegin { get; init; }

    public Exception? FailToFinish { get; init; }

    /// <summary>Bytes of the trace that can be stored.</summary>
    public long Capacity { get; init; } = long.MaxValue;

    public RunRecord? Record { get; private set; }

    public FootprintStatement? Statement { get; private set; }

    public bool IsReleased { get; private set; }

    public ValueTask<IRunWriter> BeginAsync(RunOpening opening, CancellationToken cancellationToken = default)
    {
        if (FailToBegin is not null)
            throw FailToBegin;
        return new(new Writer(this, opening));
    }

    sealed class Writer : IRunWriter
    {
        readonly ScriptedSink _sink;
        readonly LimitedStream _stream;

        public Writer(ScriptedSink sink, RunOpening opening)
        {
            (_sink, _stream) = (sink, new LimitedStream(sink.Capacity));
            Trace = new TraceWriter(_stream);
            Trace.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(opening, RunJson.Default.RunOpening));
            sink._events.Add("begin");
        }

        public TraceWriter Trace { get; }

        public string? Location => "here";

        public Stream OpenTrace() => new MemoryStream(_stream.ToArray(), 0, (int)Trace.Length);

        public ValueTask FinishAsync(RunRecord record, FootprintStatement statement, CancellationToken cancellationToken = default)
        {
            _sink._events.Add("finish");
            if (_sink.FailToFinish is not null)
                throw _sink.FailToFinish;
            (_sink.Record, _sink.Statement) = (record, statement);
            return default;
        }

        public void Dispose() => _sink.IsReleased = true;
    }

    /// <summary>A disk that is full at some byte.</summary>
    sealed class LimitedStream(long capacity) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > capacity)
                throw new IOException("the disk is full");
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }
}
