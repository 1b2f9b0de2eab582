using Tonne.Hardware;

namespace Tonne.Runs;

/// <summary>The power that a meter showed while its part of the machine was idle for at least five seconds at a time.</summary>
/// <remarks>Processors are idle while at most 2 % of the threads' time is busy; a device while nothing holds it and it does not work.</remarks>
/// <param name="Meter">Id of the meter.</param>
/// <param name="Component">Its component.</param>
/// <param name="Device">Its device; null if there is only one.</param>
/// <param name="Watts">Mean of the stretch with the lowest mean, W.</param>
/// <param name="HighestWatts">Mean of the stretch with the highest mean, W.</param>
/// <param name="Seconds">Length of all stretches, s.</param>
public sealed record IdlePower(string Meter, Component Component, string? Device, double Watts, double HighestWatts, double Seconds);
