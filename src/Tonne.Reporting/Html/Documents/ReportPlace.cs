namespace Tonne.Reporting.Html.Documents;

/// <summary>A factor of the place: the grid's intensity, or the PUE.</summary>
/// <param name="Name">Zone or region; null if it has none.</param>
/// <param name="Text">Value and interval as text.</param>
/// <param name="How">How it is known.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
/// <param name="Source">Id of its source.</param>
sealed record ReportPlace(string? Name, string Text, string How, string Quality, string Source);
