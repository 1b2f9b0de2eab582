namespace Tonne.Planning;

/// <summary>Sums over a plan: energy, emissions, price.</summary>
sealed class PlanTally
{
    internal double GridKwh { get; private set; }

    internal double OwnKwh { get; private set; }

    internal double Grams { get; private set; }

    internal double EmbodiedGrams { get; set; }

    internal bool IsUnknown { get; set; }

    /// <summary>Grams that do not depend on the grid: renewables.</summary>
    internal double FixedGrams { get; private set; }

    /// <summary>Where set, receives grid energy by piece of each place.</summary>
    internal double[][]? Weights { get; init; }

    internal double? Price { get; private set; } = 0;

    internal string? Currency { get; private set; }

    internal void Add(PlaceModel model, int index, double gridKwh, double ownKwh, double ownGrams)
    {
        GridKwh += gridKwh;
        OwnKwh += ownKwh;
        FixedGrams += ownGrams;
        var intensity = model.Intensity[index];
        if (double.IsNaN(intensity))
            IsUnknown = true;
        else
            Grams += (gridKwh * intensity) + ownGrams;
        if (Weights is not null)
            Weights[model.Index][index] += gridKwh;
        AddPrice(model, index, gridKwh);
    }

    void AddPrice(PlaceModel model, int index, double gridKwh)
    {
        if (Price is not { } sum)
            return;
        Price = null;
        if (model.Place.Price is not { } series || (Currency is not null && Currency != series.Currency))
            return;
        Currency = series.Currency;
        // A piece that is longer than a step of prices has the mean of its prices.
        var (from, to) = (model.Origin + (model.Step * index), model.Origin + (model.Step * (index + 1)));
        var (total, covered) = (0d, 0L);
        for (var at = from; at < to;)
        {
            var offset = at - series.Start.UtcTicks;
            var step = offset < 0 ? -1 : offset / series.Step.Ticks;
            if (step < 0 || step >= series.PricesPerMegawattHour.Length || series.PricesPerMegawattHour[(int)step] is not { } price)
                return;
            var next = Math.Min(to, series.Start.UtcTicks + ((step + 1) * series.Step.Ticks));
            total += price * (next - at);
            covered += next - at;
            at = next;
        }

        const double KilowattHoursPerMegawattHour = 1000;
        Price = sum + (gridKwh * total / covered / KilowattHoursPerMegawattHour);
    }
}
