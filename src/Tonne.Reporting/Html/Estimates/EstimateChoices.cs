using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;

namespace Tonne.Reporting.Html.Estimates;

/// <summary>The place of an estimate: what is assumed, and what may be put in its place.</summary>
static class EstimateChoices
{
    /// <summary>The factors that a reader may choose.</summary>
    public static ReportChoices Create(AccountingFactors factors, Figure total)
    {
        var used = total.Derivation.GetFactors();
        return ReportDocumentBuilder.CreateChoices(factors,
            used.Any(factor => factor.Id == factors.Lifetime.Id) ? factors.Lifetime.Id : null);
    }

    /// <summary>The grid.</summary>
    public static EstimatePageDocument.EstimateFact DescribeGrid(AccountingFactors factors) => new(
        "Grid", DisplayValue.FormatFactor(factors.Grid.Intensity).FormatWithInterval(), PageText.RemovePaths(factors.Grid.How));

    /// <summary>The facility.</summary>
    public static EstimatePageDocument.EstimateFact DescribePue(AccountingFactors factors) => new(
        "PUE of the facility", DisplayValue.FormatFactor(factors.Pue).FormatWithInterval(), PageText.RemovePaths(factors.PueHow));
}
