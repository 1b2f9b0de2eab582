namespace Tonne.Reporting.Html.Documents;

/// <summary>The job's energy in one component.</summary>
/// <param name="Component">cpu, memory, gpu, other or platform.</param>
/// <param name="Name">Name with the device: <c>gpu:0</c>.</param>
/// <param name="Kwh">IT energy, kWh.</param>
/// <param name="Text">The same as text.</param>
/// <param name="Share">Part of the job's IT energy, 0 to 1.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
sealed record ReportComponent(string Component, string Name, double Kwh, string Text, double Share, string Quality);
