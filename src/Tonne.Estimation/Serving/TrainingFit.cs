using System.Globalization;
using Tonne.Catalogs;
using Tonne.Estimation.Training;

namespace Tonne.Estimation.Serving;

/// <summary>The shipped fit of training utilisation, with the hash of its input.</summary>
/// <param name="InputHash">SHA-256 of the table of published trainings.</param>
/// <param name="Cases">Number of trainings used for the fit.</param>
/// <param name="Prior">Prior of the model.</param>
/// <param name="Spread">Fitted: spread of utilisation between unlike trainings, natural logarithm.</param>
/// <param name="Noise">Fitted: spread between like trainings, natural logarithm.</param>
sealed record TrainingFit(string InputHash, int Cases, UtilisationPrior Prior, double Spread, double Noise)
{
    internal const string Table = "training_fit.csv";

    static readonly Lazy<TrainingFit> Shipped = new(Read);

    internal static TrainingFit Instance => Shipped.Value;

    static TrainingFit Read()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(Training.TrainingCatalog).Assembly), "name,value,what");
        while (rows.Read())
        {
            if (!values.TryAdd(rows.GetText(0), rows.GetText(1)))
                throw rows.CreateFormatException("the name is used twice");
        }

        return new TrainingFit(values["input_sha256"], (int)Number("cases"),
            new UtilisationPrior(Number("prior_utilisation"), Number("common_spread"), Number("size_scale"), Number("tokens_scale"), Number("peak_scale"), Number("memory_scale"),
                Number("experts_scale"), Number("distilled_factor"), Number("distilled_spread")),
            Number("spread"), Number("noise"));

        double Number(string name) => double.Parse(values[name], CultureInfo.InvariantCulture);
    }
}
