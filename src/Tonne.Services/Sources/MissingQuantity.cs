namespace Tonne.Services.Sources;

/// <summary>A quantity that is unknown.</summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Reason">Why.</param>
public sealed record MissingQuantity(ServingQuantity Quantity, string Reason);
