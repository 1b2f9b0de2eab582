using System.Collections.Immutable;

namespace Tonne.Cli.Agents;

/// <summary>What <c>tonne agent run</c> was asked for.</summary>
/// <param name="Node">Name of the node; null for that of fleet.json, else of the machine.</param>
/// <param name="MaxDiskBytes">Most bytes of all run folders.</param>
/// <param name="PushEvery">Time between two pushes.</param>
/// <param name="JobPeriod">Time between two samples of a job or pod.</param>
/// <param name="MaxWorkloads">Most jobs and pods recorded at a time; 0 for none.</param>
/// <param name="RecorderFolder">Folder in which recorders of Slurm's prolog are found.</param>
/// <param name="Telemetry">Where metrics go.</param>
/// <param name="MeterAddresses">Addresses of exporters and of the receiver of metrics, beside those of the settings.</param>
sealed record AgentRequest(
    string? Node, long MaxDiskBytes, TimeSpan PushEvery, TimeSpan JobPeriod, int MaxWorkloads, string RecorderFolder, TelemetryRequest Telemetry,
    ImmutableArray<string> MeterAddresses);
