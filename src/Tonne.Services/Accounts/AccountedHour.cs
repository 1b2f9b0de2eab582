using System.Collections.Immutable;

namespace Tonne.Services.Accounts;

/// <summary>An hour of a service with its figures.</summary>
/// <param name="Hour">Start of the hour, UTC.</param>
/// <param name="All">All of it, idle included.</param>
/// <param name="Models">The models, without idle.</param>
/// <param name="GramsPerKwh">Carbon intensity of the grid in it, g CO2e/kWh.</param>
public sealed record AccountedHour(
    DateTimeOffset Hour, ServiceAmounts All, ImmutableArray<(string Model, ServiceAmounts Amounts)> Models, double GramsPerKwh);
