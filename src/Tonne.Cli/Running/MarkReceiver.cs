using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Wrapping;
using Tonne.Instruments.Marks;
using Tonne.Recording.EpochPatterns;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Receives the marks of stages and epochs, from a socket and from the command's output, and adds them to the run.</summary>
sealed class MarkReceiver : IOutputListener, IDisposable
{
    const int MaxCostShare = 20;
    static readonly TimeSpan _negligibleCost = TimeSpan.FromMilliseconds(100);

    readonly IMarkTarget _run;
    readonly MarkServer? _server;
    readonly EpochDetector? _detector;
    readonly TimeProvider _time;
    (RunRecord Record, Footprint Footprint)? _accounted;
    long _accountedAt;
    TimeSpan _accountCost;
    bool _isFirst = true;

    public MarkReceiver(CommandContext context, Settings settings, IMarkTarget run, Action<string> onWarning)
    {
        (_run, _time) = (run, context.Time);
        var epochs = EpochPattern.Parse(settings[Setting.EpochPattern]!);
        var stages = settings[Setting.StagePattern] is { } pattern ? StagePattern.Parse(pattern) : null;
        if (epochs != EpochPattern.None || stages is not null)
            _detector = new EpochDetector(epochs, stages, run.AddMark, run.TakeSample);
        try
        {
            _server = MarkServer.Start(context.GetVariable("XDG_RUNTIME_DIR"), context.Time, run.StartTimestamp, run.AddMark, Answer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            onWarning($"'tonne mark' will not work in this run: {error.Message}");
        }
    }

    /// <summary>Environment variables through which the child finds the socket, and runs inside this one find their parent.</summary>
    public IReadOnlyDictionary<string, string> ChildEnvironment
    {
        get
        {
            var variables = new Dictionary<string, string>(_run.ChildVariables);
            if (_server is not null)
                variables[MarkAddress.EnvironmentVariable] = _server.Path;
            return variables;
        }
    }

    /// <summary>Path of the socket; null if there is none.</summary>
    public string? SocketPath => _server?.Path;

    /// <summary>Listener of the output; null if no pattern is configured.</summary>
    public IOutputListener? Listener => _detector is null ? null : this;

    /// <inheritdoc/>
    public void OnOutput(OutputStream stream, ReadOnlySpan<byte> bytes) =>
        (stream == OutputStream.Error ? _detector!.Error : _detector!.Output).Process(bytes, _run.ElapsedNanoseconds);

    /// <summary>What the run has used so far, as JSON on one line.</summary>
    string? Answer(string? stage)
    {
        // Marks wait meanwhile, so a long trace is read again only after some time.
        if (_accounted is null || _time.GetElapsedTime(_accountedAt) > (_accountCost < _negligibleCost ? TimeSpan.Zero : _accountCost * MaxCostShare))
        {
            var begin = _time.GetTimestamp();
            _accounted = _run.AccountSoFar();
            _accountedAt = _time.GetTimestamp();
            // The first account loads code and tables, and says nothing of the later ones.
            _accountCost = _isFirst ? TimeSpan.Zero : _time.GetElapsedTime(begin, _accountedAt);
            _isFirst = false;
        }

        return _accounted is var (record, footprint) ? FiguresDocument.From(record, footprint, stage).ToJsonLine() : null;
    }

    /// <summary>Ends the stages and epochs that are still open when the command has ended, and accepts no more marks.</summary>
    /// <param name="end">End of the run, in ns since its start.</param>
    public void Finish(long end)
    {
        _detector?.Finish(end);
        _server?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();
}
