namespace Tonne.Instruments.Marks;

/// <summary>What became of a mark that was sent.</summary>
public enum MarkFate
{
    /// <summary>The run has it.</summary>
    Taken,

    /// <summary>The run did not understand it, or holds as many as it can.</summary>
    Refused,

    /// <summary>Not inside a run: there is no address.</summary>
    NoRun,

    /// <summary>There is an address, but nobody answers there.</summary>
    Unreachable,
}
