namespace Tonne.Reporting.Html.Documents;

/// <summary>The power of one component.</summary>
/// <param name="Component">cpu, memory, gpu, other or platform.</param>
/// <param name="Name">Name with the device.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
/// <param name="Watts">Mean power in each part, W.</param>
sealed record ReportPowerSeries(string Component, string Name, string Quality, IReadOnlyList<double> Watts);
