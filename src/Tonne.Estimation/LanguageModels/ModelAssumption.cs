using System.Globalization;

namespace Tonne.Estimation.LanguageModels;

/// <summary>Says in a sentence which model an estimate is about and how its size is known.</summary>
public static class ModelAssumption
{
    /// <summary>The sentence.</summary>
    public static Assumption Describe(LanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Undisclosed is { } range
            ? Assumption.FromText($"{model.Name}: its publisher does not state its size, so it is taken as {Format(range.Smallest.Parameters)} to {Format(range.Largest.Parameters)} parameters, "
                + $"{Format(range.Smallest.ActiveParameters!.Value)} to {Format(range.Largest.ActiveParameters!.Value)} of them active, on the hardware named here, which it does not state either ({model.Origin}).")
            : Assumption.FromText($"{model.Name}: {Format(model.Parameters)} parameters{(model.ActiveParameters is { } active ? $", {Format(active)} active" : "")}, {model.Origin}.");
    }

    static string Format(double count) => count >= 1e12
        ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e12:0.##} trillion") : count >= 1e9
        ? string.Create(CultureInfo.InvariantCulture, $"{count / 1e9:0.##} billion") : string.Create(CultureInfo.InvariantCulture, $"{count / 1e6:0.##} million");
}
