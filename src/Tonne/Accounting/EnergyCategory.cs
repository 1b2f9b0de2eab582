namespace Tonne.Accounting;

/// <summary>Which part of a phase's energy a use is; each widens the boundary of the one before.</summary>
public enum EnergyCategory
{
    /// <summary>What the work itself draws.</summary>
    Dynamic,

    /// <summary>What the machines draw while they wait, switched on.</summary>
    Idle,

    /// <summary>What stands beside them: network, storage, heads of the cluster.</summary>
    Infrastructure,
}
