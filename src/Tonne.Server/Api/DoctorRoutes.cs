using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Machines;
using Tonne.Instruments.PlaceDetection;

namespace Tonne.Server.Api;

/// <summary>The route of the meters of the server's machine. It reads all meters, so it is done once in ten seconds at most.</summary>
/// <param name="options">Ledger, environment and clock.</param>
sealed class DoctorRoutes(ServerOptions options)
{
    static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    string? _document;
    long _read;

    /// <summary>Adds the route.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapDocument(
        "/doctor", "getMeters", "The meters of the server's machine, which are missing, why, and what would enable them, as 'tonne doctor --json'", null, new([]), _ => Read());

    string Read()
    {
        lock (_lock)
        {
            if (_document is { } known && options.Time.GetElapsedTime(_read) < FreshFor)
                return known;
            _document = Examine();
            _read = options.Time.GetTimestamp();
            return _document;
        }
    }

    // 'tonne serve' passes the settings of the command line as variables.
    string Examine()
    {
        var tree = new FileTree(options.GetVariable("TONNE_SYSROOT") is { Length: > 0 } root ? root : "/");
        var discovery = new DiscoveryOptions
        {
            EnvironmentVariable = options.GetVariable,
            NvmlLibrary = options.GetVariable("TONNE_NVML"),
            Calibrations = options.GetVariable("TONNE_CALIBRATION") is { Length: > 0 } file and not "none" && File.Exists(file) ? CalibrationStore.Read(file) : [],
            MeterAddresses = [.. SourceAddress.Split(options.GetVariable("TONNE_METER") ?? "")],
            Time = options.Time,
        };
        var report = MachineDiagnostics.Run(tree, PlaceDetector.DetectByTimeZone(tree, options.GetVariable("TZ")), discovery);
        return DiagnosticsDocument.ToJson(report, options.Home.Root);
    }
}
