namespace Tonne.Runs;

/// <summary>What a meter's readings are used for.</summary>
public enum MeterRole
{
    /// <summary>Energy of the machine that is summed.</summary>
    Machine,

    /// <summary>Energy shown but contained in another meter (core in package, package in platform): never added.</summary>
    Contained,

    /// <summary>Busy CPU time of all threads, steal excluded.</summary>
    Busy,

    /// <summary>Idle CPU time of all threads, input/output wait included.</summary>
    Idle,

    /// <summary>Use by this job.</summary>
    Job,

    /// <summary>Use by other live runs of tonne on this machine.</summary>
    Peers,

    /// <summary>Use by all processes whose owner is known, those of the job included: what the kernel or the driver counted process by process.</summary>
    Processes,

    /// <summary>Thread time that other live runs of tonne on this machine hold: their allocated threads × time, else their CPU time.</summary>
    PeersHeld,
}
