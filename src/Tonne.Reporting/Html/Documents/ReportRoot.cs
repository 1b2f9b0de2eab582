namespace Tonne.Reporting.Html.Documents;

/// <summary>A figure with its derivation.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Title">Its name in words.</param>
/// <param name="Root">Index of its node.</param>
/// <param name="Shares">Share of each factor in its uncertainty, 0 to 1, in the order of the factors.</param>
sealed record ReportRoot(ReportFigure Figure, string Title, int Root, IReadOnlyList<double> Shares);
