using Tonne.Catalogs;

namespace Tonne.Estimates;

/// <summary>Factors of serving that are not fitted.</summary>
static class ServingFactors
{
    public static readonly FactorTable Table = new("serving_factors.csv");
}
