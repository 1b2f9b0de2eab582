using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Estimation.Validation;

/// <summary>The error of another estimator on the same kind of case, for comparison.</summary>
/// <param name="Tool">Name of the estimator.</param>
/// <param name="Quantity"><c>training hours</c> or <c>joules per token</c>.</param>
/// <param name="Mean">Mean absolute error relative to the truth; 0.1 is 10 %.</param>
/// <param name="Median">Median absolute error; null if unknown.</param>
/// <param name="Source">Source of the figures.</param>
/// <param name="Note">Note for the reader.</param>
public sealed record PublishedError(string Tool, string Quantity, double Mean, double? Median, Source Source, string Note)
{
    const string Table = "published_errors.csv";

    /// <summary>All of them, in the order of the table.</summary>
    public static IReadOnlyList<PublishedError> All()
    {
        var all = new List<PublishedError>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table, typeof(Training.TrainingCatalog).Assembly), "tool,quantity,mean,median,source,note");
        while (rows.Read())
            all.Add(new PublishedError(rows.GetText(0), rows.GetText(1), rows.GetNumber(2), rows.GetNumberOrNull(3), SourceList.Find(rows.GetText(4)), rows.GetText(5)));
        return all;
    }
}
