namespace Tonne.Ledgers.Pushing;

/// <summary>A line that a server does not keep.</summary>
/// <param name="Run">Id of the run.</param>
/// <param name="Sequence">Its sequence.</param>
/// <param name="Reason">Why: its checksum is wrong, or another line is known by this run and sequence.</param>
public sealed record RefusedLine(string Run, int Sequence, string Reason);
