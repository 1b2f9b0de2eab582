namespace Tonne.Ledgers.Pushing;

/// <summary>What a server does not have yet, as far as this side knows.</summary>
/// <param name="Runs">Number of runs with a line that waits.</param>
/// <param name="Lines">Number of lines that wait.</param>
/// <param name="Since">Start of the oldest of these runs, UTC, to the second; null if none waits.</param>
/// <param name="Damaged">Closed runs whose record is damaged; they are not offered until it is restored.</param>
/// <param name="Refused">Lines that are not offered any more: the server has refused them, or they are damaged here.</param>
public sealed record PushBacklog(int Runs, long Lines, DateTimeOffset? Since, int Damaged, long Refused);
