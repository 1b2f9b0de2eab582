namespace Tonne.Cli.Agents;

/// <summary>What became of the metrics for one server.</summary>
/// <param name="Address">Address of the server.</param>
/// <param name="Delivered">Samples that it has taken since the agent's start.</param>
/// <param name="Waiting">Samples that wait.</param>
/// <param name="Dropped">Samples that were dropped: the queue was full, or the server refused them.</param>
/// <param name="Problem">Why nothing can be sent now; null if it can.</param>
sealed record TelemetryStatus(string Address, long Delivered, long Waiting, long Dropped, string? Problem);
