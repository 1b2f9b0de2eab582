using System.Text.Json;
using Tonne.Cli.Configuration;
using Tonne.Cli.Wrapping;
using Tonne.Instruments.Marks;
using Tonne.Recording.EpochPatterns;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Takes what the program says of itself, over the socket or in its output, and puts it into the trace.</summary>
/// <remarks>A stage or epoch takes a sample of its own, unless the last is younger than 20 ms, so that its edge cuts no slice.</remarks>
sealed class MarkReceiver : IOutputListener, IDisposable
{
    static readonly TimeSpan _minSampleAge = TimeSpan.FromMilliseconds(20);

    readonly TraceWriter _trace;
    readonly Sampler _sampler;
    readonly MarkServer? _server;
    readonly EpochDetector? _watcher;

    public MarkReceiver(CommandContext context, Settings settings, TraceWriter trace, Sampler sampler, long anchor, Action<string> warn)
    {
        (_trace, _sampler) = (trace, sampler);
        var epochs = EpochPattern.Parse(settings[Setting.EpochPattern]!);
        var stages = settings[Setting.StagePattern] is { } pattern ? StagePattern.Parse(pattern) : null;
        if (epochs != EpochPattern.None || stages is not null)
            _watcher = new EpochDetector(epochs, stages, Receive);
        try
        {
            _server = MarkServer.Start(context.GetVariable("XDG_RUNTIME_DIR"), context.Time, anchor, Receive);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            warn($"'tonne mark' will not work in this run: {error.Message}");
        }
    }

    /// <summary>What the child's environment is given.</summary>
    public IReadOnlyDictionary<string, string> ChildEnvironment =>
        _server is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [MarkAddress.EnvironmentVariable] = _server.Path };

    /// <summary>Who hears the output; null if nobody listens for patterns.</summary>
    public IOutputListener? Listener => _watcher is null ? null : this;

    /// <inheritdoc/>
    public void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes) =>
        (stream == OutputStream.Error ? _watcher!.Error : _watcher!.Output).Process(bytes, _sampler.ElapsedNanoseconds);

    /// <summary>The command has ended: says what the output left open, and takes no more marks.</summary>
    public void Finish(long end)
    {
        _watcher?.Finish(end);
        _server?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    void Receive(Mark mark)
    {
        if (mark.Kind != MarkKind.Note)
            _sampler.SampleNow(_minSampleAge);
        _trace.Append(TraceBlock.Mark, JsonSerializer.SerializeToUtf8Bytes(mark, RunJson.Default.Mark));
    }
}
