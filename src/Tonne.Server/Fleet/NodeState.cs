using System.Globalization;
using Tonne.Ledgers.Pushing;

namespace Tonne.Server.Fleet;

/// <summary>Whether all is well with a node.</summary>
static class NodeState
{
    /// <summary>A node that was not heard of for longer is silent.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromMinutes(15);

    // More than a clock that is set by the network can be off.
    static readonly TimeSpan ClockSlack = TimeSpan.FromHours(1);

    // Transfer and a slow server are seconds.
    static readonly TimeSpan MostClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>The words of a state, the most serious first where several apply.</summary>
    public const string Revoked = "revoked", Expired = "expired", Implausible = "implausible", Silent = "silent", TooOld = "too old",
        Ok = "ok";

    /// <summary>The state of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="version">Version of the server.</param>
    /// <param name="isFarFromPeers">Whether it differs from the nodes with the same hardware. Default: false.</param>
    public static string Find(FleetNode node, DateTimeOffset now, string version, bool isFarFromPeers = false) =>
        node.RevokedAt is not null ? Revoked
        : node.KeyExpiresAt <= now ? Expired
        : isFarFromPeers || (node.Report is { } report && IsImplausible(report, now)) ? Implausible
        : now - (node.LastSeenAt ?? node.EnrolledAt) > SilentAfter ? Silent
        : node.Report is { } known && IsOlder(known.Version, version) ? TooOld
        : Ok;

    /// <summary>Whether a node says what cannot be: a clock in the future, or less than nothing that waits.</summary>
    static bool IsImplausible(NodeReport report, DateTimeOffset now) =>
        report.Waiting < 0 || report.Dropped < 0 || report.WaitingSince > now + ClockSlack || IsClockWrong(report);

    /// <summary>Whether the clock of a node is so wrong that its hours are not those of the grid.</summary>
    public static bool IsClockWrong(NodeReport report) => Math.Abs(report.ClockAheadSeconds ?? 0) > MostClockDifference.TotalSeconds;

    /// <summary>Whether a version is of an earlier minor than another. What is no version is older.</summary>
    public static bool IsOlder(string version, string than) => Read(version).CompareTo(Read(than)) < 0;

    static (int Major, int Minor) Read(string version)
    {
        var parts = version.Split('-', '+')[0].Split('.');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? (major, minor) : (-1, -1);
    }
}
