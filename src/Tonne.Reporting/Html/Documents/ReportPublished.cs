namespace Tonne.Reporting.Html.Documents;

/// <summary>A published training.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Organisation">Publisher.</param>
/// <param name="Year">Year.</param>
/// <param name="Kg">Emissions as published, kg CO2e; null if none were.</param>
/// <param name="Low">The 2.5 % limit of what the published hours or energy come to, kg CO2e; null if emissions were published.</param>
/// <param name="High">The 97.5 % limit likewise.</param>
/// <param name="Text">The emissions, or the range, as text.</param>
/// <param name="Basis">How the energy is known.</param>
/// <param name="Boundary">Boundary of the energy.</param>
/// <param name="Contradiction">What contradicts the figure; null if nothing is known to.</param>
/// <param name="Source">Title of its source.</param>
sealed record ReportPublished(string Name, string Organisation, int Year, double? Kg, double? Low, double? High, string Text, string Basis, string Boundary,
    string? Contradiction, string Source);
