using System.Globalization;
using Tonne.Catalogs;
using Tonne.Estimation.Training;

namespace Tonne.Estimation.Serving;

/// <summary>The fit as shipped: the table that names its input by hash.</summary>
/// <param name="InputHash">SHA-256 of the table of published trainings.</param>
/// <param name="Cases">How many of them calibrate.</param>
/// <param name="Prior">What was held before.</param>
/// <param name="Spread">Fitted: spread of utilisation between unlike trainings, natural logarithm.</param>
/// <param name="Noise">Fitted: spread between like trainings, natural logarithm.</param>
sealed record ShippedFit(string InputHash, int Cases, UtilisationPrior Prior, double Spread, double Noise)
{
    internal const string Table = "training_fit.csv";

    static readonly Lazy<ShippedFit> Shipped = new(Read);

    internal static ShippedFit Instance => Shipped.Value;

    static ShippedFit Read()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.Text(Table, typeof(Training.TrainingCatalog).Assembly), "name,value,what");
        while (rows.Read())
        {
            if (!values.TryAdd(rows.Text(0), rows.Text(1)))
                throw rows.Broken("the name is used twice");
        }

        return new ShippedFit(values["input_sha256"], (int)Number("cases"),
            new UtilisationPrior(Number("prior_utilisation"), Number("common_spread"), Number("size_scale"), Number("tokens_scale"), Number("peak_scale"), Number("memory_scale"),
                Number("experts_scale"), Number("distilled_factor"), Number("distilled_spread")),
            Number("spread"), Number("noise"));

        double Number(string name) => double.Parse(values[name], CultureInfo.InvariantCulture);
    }
}
