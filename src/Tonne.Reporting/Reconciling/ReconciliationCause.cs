namespace Tonne.Reporting.Reconciling;

/// <summary>A cause of a difference between CodeCarbon's figure and ours, in the order in which one is replaced by the other.</summary>
public enum ReconciliationCause
{
    /// <summary>The tools measured for different times: CodeCarbon's mean powers over our duration.</summary>
    Duration,

    /// <summary>CodeCarbon counts the machine, or one process on whole accelerators; we count the job's share.</summary>
    Scope,

    /// <summary>CPU time of children that CodeCarbon did not see.</summary>
    Children,

    /// <summary>Power of the processors: a rule on the TDP or a counter, against our meter or model.</summary>
    Cpu,

    /// <summary>Power of the memory: CodeCarbon's rule against our meter or model.</summary>
    Memory,

    /// <summary>Energy of the accelerators.</summary>
    Gpu,

    /// <summary>What the columns of the row do not let be divided among the causes above.</summary>
    NotSeparable,

    /// <summary>Supply losses, fans, board, network, disks: not in CodeCarbon.</summary>
    Other,

    /// <summary>Facility energy ÷ IT energy.</summary>
    Pue,

    /// <summary>Carbon intensity of the grid.</summary>
    Grid,

    /// <summary>Hardware manufacturing: not in CodeCarbon.</summary>
    Embodied,
}
