using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Estimation.Serving;

/// <summary>Factors of the serving model that are not fitted.</summary>
static class ServingFactors
{
    public static readonly FactorTable Table = new("serving_factors.csv", typeof(Training.TrainingCatalog).Assembly);

    /// <summary>Energy of a prompt token that is read from a cache over that of a computed one.</summary>
    public static readonly Factor CachedPrompt = Table["serving/cached-prompt"];

    /// <summary>The mean batches that were measured, smallest and largest.</summary>
    public static readonly Factor MeasuredBatch = Table["serving/measured-batch"];

    /// <summary>The sizes of models that were measured, billions of parameters, smallest and largest.</summary>
    public static readonly Factor MeasuredBillions = Table["serving/measured-parameters"];
}
