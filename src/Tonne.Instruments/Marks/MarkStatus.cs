namespace Tonne.Instruments.Marks;

/// <summary>The status of a mark that was sent.</summary>
public enum MarkStatus
{
    /// <summary>The run has it.</summary>
    Accepted,

    /// <summary>The run did not understand it, or holds as many as it can.</summary>
    Rejected,

    /// <summary>Not inside a run: there is no address.</summary>
    NoRun,

    /// <summary>There is an address, but nobody answers there.</summary>
    Unreachable,
}
