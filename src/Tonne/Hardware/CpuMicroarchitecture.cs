namespace Tonne.Hardware;

/// <summary>Whole-machine watts per hardware thread of the machines built on one micro-architecture.</summary>
/// <param name="Vendor">AMD, Intel, Ampere, Arm, NVIDIA …</param>
/// <param name="Name">Such as <c>Zen 5 (Turin)</c>.</param>
/// <param name="Segment">server, entry, edge, edge/server or board.</param>
/// <param name="Year">Year of its first machines.</param>
/// <param name="IdleWatts">Median W per hardware thread at the plug, idle.</param>
/// <param name="IdleSigma">Spread of its natural logarithm for a further machine.</param>
/// <param name="FullWatts">Median W per hardware thread at the plug, full load.</param>
/// <param name="FullSigma">Spread of its natural logarithm for a further machine.</param>
/// <param name="Machines">Machines published; 0 if the values are taken from a related micro-architecture.</param>
/// <param name="MedianGigabytes">Median memory per thread of those machines, GB; null if unknown.</param>
/// <param name="SocketThreadsLow">Fewest threads per socket among them; null if unknown.</param>
/// <param name="SocketThreadsHigh">Most threads per socket among them; null if unknown.</param>
/// <param name="Memory">Type of memory that it uses.</param>
/// <param name="IdlePerSocket">Median W per socket at the plug, idle, and the spread of its natural logarithm: what an idle socket draws hardly depends on its threads. Null where only statistics per thread are known.</param>
/// <param name="FullLoadPowerOverTdp">Median W at the plug at full load per W of TDP, and the spread of its natural logarithm. Null where no TDP is known.</param>
/// <param name="Source">Id of the source.</param>
sealed record CpuMicroarchitecture(string Vendor, string Name, string Segment, int Year, double IdleWatts, double IdleSigma, double FullWatts, double FullSigma, int Machines,
    double? MedianGigabytes, int? SocketThreadsLow, int? SocketThreadsHigh, MemoryType Memory, (double Watts, double Sigma)? IdlePerSocket, (double Watts, double Sigma)? FullLoadPowerOverTdp, string Source)
{
    /// <summary>Whether it is a server's.</summary>
    public bool IsServer => Segment is "server" or "edge/server" or "edge";

    /// <summary>Whether the values are taken from a related micro-architecture, without a measured machine.</summary>
    public bool IsExtrapolated => Machines == 0;

    /// <summary>Whether its cores have two threads, so that a machine with one per core uses twice the watts per thread.</summary>
    public bool HasTwoThreadsPerCore => (string.Equals(Vendor, "AMD", StringComparison.Ordinal) && Name.StartsWith("Zen", StringComparison.Ordinal))
        || (string.Equals(Vendor, "Intel", StringComparison.Ordinal) && Name is not ("Core" or "Penryn" or "Sierra Forest" or "Clearwater Forest" or "Arrow Lake"));
}
