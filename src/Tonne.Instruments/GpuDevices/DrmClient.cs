using System.Globalization;

namespace Tonne.Instruments.GpuDevices;

/// <summary>One open file of a graphics device, as the kernel describes it in <c>/proc/PID/fdinfo</c>, and the time that it has used so far.</summary>
/// <remarks>
/// Busy time between two readings is that of the engine that worked most, over the engine's capacity: engines work side by side. i915 and amdgpu give ns
/// (<c>drm-engine-NAME</c>), xe gives cycles of all cycles (<c>drm-cycles-NAME</c>, <c>drm-total-cycles-NAME</c>). A value below the last one is not a step back: the larger one stays.
/// Source: Linux, Documentation/gpu/drm-usage-stats.rst, gpu/xe/xe-drm-usage-stats.rst.
/// </remarks>
sealed class DrmClient
{
    readonly Dictionary<string, (long Used, long Total)> _engines = new(StringComparer.Ordinal);
    long _readAt;

    /// <summary>Creates a client that has used nothing yet.</summary>
    /// <param name="processId">The process that was first seen with it.</param>
    /// <param name="path">Its file in the tree, below <c>proc</c>.</param>
    internal DrmClient(int processId, string path) => (ProcessId, Path) = (processId, path);

    /// <summary>The process that was first seen with it.</summary>
    internal int ProcessId { get; }

    /// <summary>Its file in the tree.</summary>
    internal string Path { get; }

    /// <summary>Reads what identifies a client.</summary>
    /// <returns>Place of the device on the bus and number of the client; null if the file is not of a graphics device.</returns>
    internal static (string Slot, long Id)? Identify(string text)
    {
        string? slot = null;
        long? id = null;
        foreach (var line in text.Split('\n'))
        {
            if (GetValue(line, "drm-pdev") is { } place)
                slot = place;
            else if (GetValue(line, "drm-client-id") is { } number && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
                id = parsed;
        }

        return slot is not null && id is { } known ? (slot, known) : null;
    }

    /// <summary>Takes a reading.</summary>
    /// <param name="text">Content of the file.</param>
    /// <param name="timestamp">Now, ns.</param>
    /// <param name="isNew">Whether the client was made since the last look, so that all it has used is since then.</param>
    /// <returns>Time used since the last reading, ns.</returns>
    internal long Update(string text, long timestamp, bool isNew)
    {
        var capacities = new Dictionary<string, long>(StringComparer.Ordinal);
        var used = new Dictionary<string, (long Used, long Total)>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var colon = line.IndexOf(':');
            if (colon < 0 || !line.StartsWith("drm-", StringComparison.Ordinal))
                continue;
            var key = line[..colon];
            var number = line[(colon + 1)..].Trim();
            var isTime = number.EndsWith(" ns", StringComparison.Ordinal);
            if (!long.TryParse(isTime ? number.AsSpan(0, number.Length - 3) : number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                continue;
            if (key.StartsWith("drm-engine-capacity-", StringComparison.Ordinal))
                capacities[key["drm-engine-capacity-".Length..]] = Math.Max(1, value);
            else if (isTime && key.StartsWith("drm-engine-", StringComparison.Ordinal))
                used[key["drm-engine-".Length..]] = (value, -1);
            else if (key.StartsWith("drm-cycles-", StringComparison.Ordinal))
                used[key["drm-cycles-".Length..]] = (value, used.GetValueOrDefault(key["drm-cycles-".Length..]).Total);
            else if (key.StartsWith("drm-total-cycles-", StringComparison.Ordinal))
                used[key["drm-total-cycles-".Length..]] = (used.GetValueOrDefault(key["drm-total-cycles-".Length..]).Used, value);
        }

        var most = 0d;
        foreach (var (engine, now) in used)
        {
            var known = _engines.TryGetValue(engine, out var last);
            if (known && now.Used < last.Used)
                continue;
            _engines[engine] = now;
            double grown = known ? now.Used - last.Used : isNew ? now.Used : 0;
            // Cycles of all cycles since the last reading: a share of that time.
            if (now.Total >= 0)
                grown = known && now.Total > last.Total ? grown / (now.Total - last.Total) * (timestamp - _readAt) : 0;
            most = Math.Max(most, grown / capacities.GetValueOrDefault(engine, 1));
        }

        _readAt = timestamp;
        return (long)most;
    }

    static string? GetValue(string line, string key) =>
        line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ':' ? line[(key.Length + 1)..].Trim() : null;
}
