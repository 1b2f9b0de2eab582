namespace Tonne.Cli.PowerLimits;

/// <summary>The limit that a device had before a bench.</summary>
/// <param name="Id">Id of the device.</param>
/// <param name="Name">Name of the device.</param>
/// <param name="Microwatts">The limit, µW.</param>
sealed record FoundPowerLimit(string Id, string Name, long Microwatts);
