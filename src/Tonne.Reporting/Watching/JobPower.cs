namespace Tonne.Reporting.Watching;

/// <summary>Power of a run that is recorded now.</summary>
/// <param name="Id">Id of the run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Watts">Its power at the plug, W.</param>
/// <param name="Seconds">Time since its start, s.</param>
public sealed record JobPower(string Id, string Name, double Watts, double Seconds);
