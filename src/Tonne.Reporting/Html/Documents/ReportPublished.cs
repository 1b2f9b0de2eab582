namespace Tonne.Reporting.Html.Documents;

/// <summary>A published training.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Organisation">Publisher.</param>
/// <param name="Year">Year.</param>
/// <param name="Kg">Emissions as published, kg CO2e.</param>
/// <param name="Text">The same as text.</param>
/// <param name="Basis">How the energy is known.</param>
/// <param name="Boundary">Boundary of the energy.</param>
/// <param name="Contradiction">What contradicts the figure; null if nothing is known to.</param>
/// <param name="Source">Title of its source.</param>
sealed record ReportPublished(string Name, string Organisation, int Year, double Kg, string Text, string Basis, string Boundary,
    string? Contradiction, string Source);
