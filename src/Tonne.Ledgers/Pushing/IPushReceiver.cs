namespace Tonne.Ledgers.Pushing;

/// <summary>Keeps what nodes push: the shared ledger of a fleet.</summary>
public interface IPushReceiver
{
    /// <summary>Keeps lines, durably, before it returns.</summary>
    /// <remarks>
    /// A line that is known, byte for byte, changes nothing, in whatever order lines come: a statement may come before its record. Another line under the
    /// same run and sequence, or a line of a run that another node has pushed, is refused and changes nothing either.
    /// </remarks>
    /// <param name="node">Name of the enrolled node that pushes.</param>
    /// <param name="lines">The lines, in any order.</param>
    /// <param name="cancellationToken">Stops it; then nothing of it is kept.</param>
    /// <exception cref="LedgerUnavailableException">They could not be kept now; the node sends them again later.</exception>
    Task<PushAnswer> ReceiveAsync(string node, IReadOnlyList<PushedLine> lines, CancellationToken cancellationToken);
}
