namespace Tonne.Ledgers.Calls;

/// <summary>A group of calls.</summary>
/// <param name="Group">Name of the group; empty if unknown.</param>
/// <param name="Estimated">Calls to machines of others, whose energy is estimated, and calls without a figure.</param>
/// <param name="Measured">Calls whose energy was measured in the process that called. The run of that process has it too.</param>
public sealed record CallTotalRow(string Group, CallSum Estimated, CallSum Measured)
{
    /// <summary>All calls of the group.</summary>
    public CallSum Sum => Estimated.Plus(Measured);
}
