namespace Tonne.Quantities;

/// <summary>Which part of a machine a figure holds.</summary>
public enum AllocationPolicy
{
    /// <summary>The job's use of the active energy and its held share of the idle energy.</summary>
    Share,

    /// <summary>The job's use of the active energy only.</summary>
    Marginal,

    /// <summary>The whole machine.</summary>
    Machine,

    /// <summary>What a life-cycle description states.</summary>
    Described,
}
