using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>The decision about a zone.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Component">Component of the machine whose energy is counted.</param>
/// <param name="Role">Summed, or contained in another.</param>
/// <param name="Why">The reason, for the report.</param>
public sealed record RaplDomain(RaplZone Zone, Component Component, MeterRole Role, string Why);
