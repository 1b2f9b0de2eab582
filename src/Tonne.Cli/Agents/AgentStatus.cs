using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;

namespace Tonne.Cli.Agents;

/// <summary>What an agent is doing: <c>agent/status.json</c>, written by the agent and read by <c>tonne agent status</c>.</summary>
sealed record AgentStatus
{
    const string Name = "agent";

    /// <summary>When this was written, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Name of the node.</summary>
    public string Node { get; init; } = "";

    /// <summary>Version of the agent.</summary>
    public string Version { get; init; } = "";

    /// <summary>Process of the agent.</summary>
    public int ProcessId { get; init; }

    /// <summary>When the agent started, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Id of the node's run; null while none can be begun.</summary>
    public string? Run { get; init; }

    /// <summary>Ids of the runs of jobs and pods that are recorded.</summary>
    public ImmutableArray<string> WorkloadRuns { get; init; } = [];

    /// <summary>Components that are measured; the others are modelled.</summary>
    public ImmutableArray<string> Measured { get; init; } = [];

    /// <summary>Components that are modelled.</summary>
    public ImmutableArray<string> Modelled { get; init; } = [];

    /// <summary>What is wrong with measuring; null if nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>What became of the pushes.</summary>
    public PushStatus Push { get; init; } = new();

    /// <summary>What became of the metrics, for each server of them.</summary>
    public ImmutableArray<TelemetryStatus> Telemetry { get; init; } = [];

    /// <summary>Warnings about the meters.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Bytes of all run folders at the last look; null before.</summary>
    public long? DiskBytes { get; init; }

    /// <summary>Most bytes of all run folders.</summary>
    public long MaxDiskBytes { get; init; }

    static string GetPath(LedgerHome home) => Path.Combine(home.Root, "agent", "status.json");

    static string GetLockPath(LedgerHome home) => Path.Combine(home.Root, "agent", "lock");

    /// <summary>Takes the lock of the agent of a ledger; null if another agent has it.</summary>
    public static IDisposable? TryLock(LedgerHome home) => CheckedFile.TryLock(GetLockPath(home));

    /// <summary>Whether an agent lives.</summary>
    public static bool IsRunning(LedgerHome home) => CheckedFile.IsLocked(GetLockPath(home));

    /// <summary>Writes the status; a disk that is full does not keep the agent from measuring.</summary>
    public void Write(LedgerHome home)
    {
        try
        {
            CheckedFile.Replace(GetPath(home), Name, JsonSerializer.SerializeToUtf8Bytes(this, AgentStatusJson.Default.AgentStatus));
        }
        catch (LedgerUnavailableException)
        {
            // The runs say so.
        }
    }

    /// <summary>Reads the status; null if no agent has ever run, or it cannot be read.</summary>
    public static AgentStatus? Read(LedgerHome home)
    {
        try
        {
            return CheckedFile.Read(GetPath(home), Name) is { } json ? JsonSerializer.Deserialize(
                json.Span, AgentStatusJson.Default.AgentStatus) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
