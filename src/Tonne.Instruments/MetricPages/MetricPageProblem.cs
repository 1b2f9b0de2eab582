namespace Tonne.Instruments.MetricPages;

/// <summary>A line of a page of metrics that could not be read.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record MetricPageProblem(int Line, string Reason);
