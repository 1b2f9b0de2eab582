using Tonne.Catalogs;

namespace Tonne.Estimation.Serving;

/// <summary>Factors of the serving model that are not fitted.</summary>
static class ServingFactors
{
    public static readonly FactorTable Table = new("serving_factors.csv", typeof(Training.TrainingCatalog).Assembly);
}
