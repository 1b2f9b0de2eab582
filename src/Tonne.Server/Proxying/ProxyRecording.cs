using System.Collections.Immutable;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Files;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;
using Tonne.Instruments.Processes;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Runs;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Server.Proxying;

/// <summary>Records the model server behind the proxy as a service, as <c>tonne service observe</c> does.</summary>
sealed class ProxyRecording : IDisposable
{
    static readonly TimeSpan _aliveCheck = TimeSpan.FromMilliseconds(200);

    readonly ProxyOptions _options;
    readonly FollowedProcess _process;
    readonly ServiceFolder _folder;
    readonly IDisposable _lock;
    readonly Action<string> _write;

    ProxyRecording(ProxyOptions options, FollowedProcess process, ServiceFolder folder, IDisposable held, Action<string> write) =>
        (_options, _process, _folder, _lock, _write) = (options, process, folder, held, write);

    /// <summary>Finds the process and takes the lock of the service.</summary>
    /// <param name="options">Name and process.</param>
    /// <param name="write">Writes a message, a sentence.</param>
    /// <returns>Null if nothing is to be measured.</returns>
    /// <exception cref="ServerStartException">There is no such process, or the service is recorded already.</exception>
    public static ProxyRecording? Open(ProxyOptions options, Action<string> write)
    {
        if (options.ProcessId is not { } id)
            return null;
        var process = FollowedProcess.Find(id) ?? throw new ServerStartException($"there is no process {id.ToString(CultureInfo.InvariantCulture)}: 'ps -e' lists them.");
        var folder = ServiceFolder.Open(options.Home, options.Name);
        var held = folder.TryLock() ?? throw new ServerStartException($"the service {options.Name} is recorded already by another tonne: end it, or give another --name.");
        return new ProxyRecording(options, process, folder, held, write);
    }

    /// <summary>Records until the process ends or is no longer to be recorded. A failure is a message: requests pass on.</summary>
    /// <param name="source">Requests and tokens.</param>
    /// <param name="energies">Divides the energy.</param>
    /// <param name="findWork">Finds the work of a model by its name.</param>
    /// <param name="stop">Ends the recording.</param>
    public async Task RecordAsync(IUseSource source, RequestEnergies energies, Func<string, ServedModelWork?> findWork, CancellationToken stop)
    {
        try
        {
            await RecordProcessAsync(source, energies, findWork, stop).ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
                _write("the server has ended, and its recording with it; requests are passed on and counted, and nothing is measured any more.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or LedgerUnavailableException or LedgerDamagedException
            or ArgumentException or InvalidOperationException or OverflowException)
        {
            _write($"the server is not recorded any more: {error.Message} Requests are passed on.");
        }

        energies.Finish();
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    async Task RecordProcessAsync(IUseSource source, RequestEnergies energies, Func<string, ServedModelWork?> findWork, CancellationToken stop)
    {
        var tree = new FileTree(_options.GetVariable("TONNE_SYSROOT") is { Length: > 0 } root ? root : "/");
        using var discovery = MachineDiscovery.Discover(tree, CreateDiscoveryOptions());
        var place = _options.Place ?? await DetectPlaceAsync(tree, discovery).ConfigureAwait(false);
        // The answer of a cloud may have come on a thread that passes requests on: what follows takes long.
        await Task.Yield();
        var ledger = new Ledger(_options.Home, _options.Time, _write);
        var intensities = new KnownIntensities(KnownIntensities.OpenHistory(_options.Home.Root));
        var recorder = _process.CreateRecorder(discovery, ledger, new RecordingOptions
        {
            Project = _options.GetVariable("TONNE_PROJECT") is { Length: > 0 } project ? project : null,
            Tags = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("service", _options.Name),
            MaskSecrets = _options.GetVariable("TONNE_MASK_SECRETS") != "false",
            Place = place,
            Intensities = intensities,
            Policy = _options.Policy,
            Period = _options.Period ?? (discovery.NeedsPowerIntegration ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1)),
            GetVariable = _process.GetVariable,
            OnProblem = problem => _write(problem.Error.Message),
        }, _options.Time);
        var accountant = new Accountant();
        var service = new ServiceRecorder(recorder, ledger, _folder, source, new ServiceRecorderOptions
        {
            Look = _options.Look,
            Settle = _options.Look,
            FindWork = findWork,
            Receiver = energies,
            Account = record => accountant.Account(record, FactorSelector.SelectFactors(record, intensities)).CreateStatement(_options.Time.GetUtcNow()),
            OnProblem = _write,
        }, _options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await service.RecordAsync(WaitForEndAsync(both.Token), static () => new RunCompletion(), stop).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
    }

    DiscoveryOptions CreateDiscoveryOptions() => new()
    {
        EnvironmentVariable = _options.GetVariable,
        NvmlLibrary = _options.GetVariable("TONNE_NVML"),
        Calibrations = _options.GetVariable("TONNE_CALIBRATION") is { Length: > 0 } file and not "none" && File.Exists(file) ? CalibrationStore.Read(file) : [],
        IdlePowers = _options.GetVariable("TONNE_IDLE_POWER") is { Length: > 0 } idle ? IdlePowerStore.Read(idle, out _) : [],
        MeterAddresses = [.. SourceAddress.Split(_options.GetVariable("TONNE_METER") ?? "")],
        Time = _options.Time,
    };

    async Task<Place> DetectPlaceAsync(FileTree tree, DiscoveryResult discovery)
    {
        var metadata = tree.IsSysroot ? null : new CloudMetadata(_options.Time);
        var detected = await PlaceDetector.DetectAsync(tree, discovery.Description.Firmware, _options.GetVariable("TZ"), metadata).ConfigureAwait(false);
        return detected with { Pue = ProxyOptions.ReadPue(_options.GetVariable) };
    }

    async Task WaitForEndAsync(CancellationToken stop)
    {
        while (_process.IsAlive && !stop.IsCancellationRequested)
            await Task.Delay(_aliveCheck, _options.Time, CancellationToken.None).ConfigureAwait(false);
        if (stop.IsCancellationRequested)
            await Task.Delay(Timeout.InfiniteTimeSpan, _options.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
