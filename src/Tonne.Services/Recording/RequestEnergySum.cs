using Tonne.Services.Requests;

namespace Tonne.Services.Recording;

/// <summary>Energies of single requests of a model that ended in one hour.</summary>
/// <param name="Hour">Start of the hour, UTC.</param>
/// <param name="Model">The model.</param>
/// <param name="Energies">The energies at the plug, before PUE, each with its part of the idle energy of its own time.</param>
public sealed record RequestEnergySum(DateTimeOffset Hour, string Model, EnergyHistogram Energies);
