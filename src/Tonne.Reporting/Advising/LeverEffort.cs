namespace Tonne.Reporting.Advising;

/// <summary>How much has to change for a lever.</summary>
public enum LeverEffort
{
    /// <summary>Only the moment of the start changes.</summary>
    None,

    /// <summary>A setting of the job or of its service changes; the result is the same.</summary>
    Low,

    /// <summary>Data and access move to another place, or the quality of a model has to be checked again.</summary>
    Medium,

    /// <summary>Hardware, a facility or a contract has to be obtained.</summary>
    High,
}
