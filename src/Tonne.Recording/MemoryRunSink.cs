using System.Text.Json;
using Tonne.Accounting;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Stores a run's trace in memory while it is recorded, and nothing afterwards. The recorder returns the result.</summary>
/// <remarks>A sample of n meters takes 17 + 9·n bytes. Thread safe.</remarks>
public sealed class MemoryRunSink : IRunSink
{
    /// <inheritdoc/>
    public ValueTask<IRunWriter> BeginAsync(RunOpening opening, CancellationToken cancellationToken = default) => new(new Writer(opening));

    sealed class Writer : IRunWriter
    {
        readonly MemoryStream _stream = new();

        internal Writer(RunOpening opening)
        {
            Trace = new TraceWriter(_stream);
            Trace.Append(TraceBlock.Opening, JsonSerializer.SerializeToUtf8Bytes(opening, RunJson.Default.RunOpening));
        }

        public TraceWriter Trace { get; }

        public string? Location => null;

        public Stream OpenTrace() => new MemoryStream(_stream.GetBuffer(), 0, (int)_stream.Length, writable: false);

        public ValueTask FinishAsync(RunRecord record, FootprintStatement statement, CancellationToken cancellationToken = default) => default;

        public void Dispose() => _stream.Dispose();
    }
}
