namespace Tonne.Ledgers.Pushing;

/// <summary>A value of a node that is far from those of the nodes with the same hardware.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Measure">What it is: <c>idle_w</c>, <c>load_w</c>, <c>busy_hour_kwh</c>, <c>gap_share</c>, <c>pue</c>.</param>
/// <param name="Value">The value.</param>
/// <param name="Median">The median of all nodes with this hardware.</param>
/// <param name="Peers">Number of the others.</param>
/// <param name="Score">The modified z-score; beyond 3.5 in amount.</param>
public sealed record NodeDeviation(string Node, string Measure, double Value, double Median, int Peers, double Score);
