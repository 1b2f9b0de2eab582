using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tonne.Recording;

namespace Tonne.Hosting;

/// <summary>The run of the whole host. Stages, epochs and notes may be added to it from anywhere in the program.</summary>
/// <remarks>Thread safe. No member throws because recording failed.</remarks>
public sealed class HostRecording : IDisposable
{
    readonly RunRecorder _recorder;
    readonly TonneOptions _options;
    readonly ILogger _log;
    readonly string _name;
    SpanStages? _spans;

    /// <summary>Creates the recording; it starts with the host.</summary>
    /// <param name="recorder">Records.</param>
    /// <param name="options">The options.</param>
    /// <param name="environment">The host, whose application names the run by default.</param>
    /// <param name="logger">Receives what went wrong, and the figures at the end.</param>
    public HostRecording(RunRecorder recorder, IOptions<TonneOptions> options, IHostEnvironment environment, ILogger<HostRecording> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        (_recorder, _options, _log) = (recorder, options.Value, logger);
        _name = _options.Name ?? environment.ApplicationName;
    }

    /// <summary>The run; null before the host starts, if recording is off, or if it failed.</summary>
    public RecordedRun? Run { get; private set; }

    /// <summary>The facts and figures; null until the host has stopped.</summary>
    public RunResult? Result { get; private set; }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_options.RecordsHost || Run is not null)
            return;
        try
        {
            Run = await _recorder.StartAsync(_name, cancellationToken).ConfigureAwait(false);
            _spans = _options.StageSpans.Count > 0 ? new SpanStages(Run, _options.StageSpans) : null;
            HostingLog.Started(_log, Run.Id);
        }
#pragma warning disable CA1031 // Whatever keeps tonne from recording, the program runs.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            HostingLog.NotStarted(_log, error);
        }
    }

    internal async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (Run is not { } run || Result is not null)
            return;
        _spans?.Dispose();
        try
        {
            var result = await run.FinishAsync(cancellationToken).ConfigureAwait(false);
            Result = result;
            var (energy, emissions) = (result.Footprint.FacilityEnergy.Bounds, result.Footprint.Total.Bounds);
            HostingLog.Finished(_log, run.Id, energy.Best, energy.Low, energy.High, emissions.Best, emissions.Low, emissions.High);
        }
#pragma warning disable CA1031 // Whatever keeps tonne from evaluating the run, the program ends as it would.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            HostingLog.NotFinished(_log, run.Id, error);
        }
    }

    /// <summary>Stops recording. A run that was not finished counts as interrupted.</summary>
    public void Dispose()
    {
        _spans?.Dispose();
        Run?.Dispose();
    }
}
