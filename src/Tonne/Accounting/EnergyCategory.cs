namespace Tonne.Accounting;

/// <summary>The category of an energy use within a phase. Each category widens the boundary of the one before.</summary>
public enum EnergyCategory
{
    /// <summary>Energy that the work itself uses.</summary>
    Dynamic,

    /// <summary>Energy of machines that are switched on and wait.</summary>
    Idle,

    /// <summary>Energy of shared infrastructure: network, storage, head nodes of the cluster.</summary>
    Infrastructure,
}
