using System.Globalization;
using Tonne.Catalogs;

namespace Tonne.Estimation.Training;

/// <summary>The shipped fit of training utilisation, with the hash of its input.</summary>
/// <param name="InputHash">SHA-256 of the table of published trainings.</param>
/// <param name="Cases">Number of trainings used for the fit.</param>
/// <param name="Prior">Prior of the model.</param>
/// <param name="Spreads">The fitted spreads.</param>
sealed record TrainingFit(string InputHash, int Cases, UtilisationPrior Prior, UtilisationSpreads Spreads)
{
    internal const string Table = "training_fit.csv";

    static readonly Lazy<TrainingFit> Shipped = new(Read);

    internal static TrainingFit Instance => Shipped.Value;

    static TrainingFit Read()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(TrainingCatalog).Assembly), "name,value,what");
        while (rows.Read())
        {
            if (!values.TryAdd(rows.GetText(0), rows.GetText(1)))
                throw rows.CreateFormatException("the name is used twice");
        }

        var prior = new UtilisationPrior
        {
            Utilisation = Number("prior_utilisation"),
            CommonSpread = Number("common_spread"),
            SmallModelSpread = Number("small_model_spread"),
            FixedTimeParameters = Number("fixed_time_parameters"),
            FixedTimeSpread = Number("fixed_time_spread"),
            PeakSpread = Number("peak_spread"),
            ExpertsSpread = Number("experts_spread"),
            SizeScale = Number("size_scale"),
            PeakScale = Number("peak_scale"),
            MemoryScale = Number("memory_scale"),
            ExpertsScale = Number("experts_scale"),
            DistilledFactor = Number("distilled_factor"),
            DistilledSpread = Number("distilled_spread"),
        };
        return new TrainingFit(values["input_sha256"], (int)Number("cases"), prior,
            new UtilisationSpreads(Number("spread"), Number("publisher_share"), Number("noise")));

        double Number(string name) => double.Parse(values[name], CultureInfo.InvariantCulture);
    }
}
