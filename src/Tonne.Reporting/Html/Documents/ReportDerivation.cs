namespace Tonne.Reporting.Html.Documents;

/// <summary>The derivations of the figures of a run, as one graph.</summary>
/// <param name="Nodes">The nodes; those below a node come before it.</param>
/// <param name="Factors">The factors, once each.</param>
/// <param name="Figures">The figures, the answer first.</param>
sealed record ReportDerivation(IReadOnlyList<ReportNode> Nodes, IReadOnlyList<ReportFactor> Factors, IReadOnlyList<ReportRoot> Figures);
