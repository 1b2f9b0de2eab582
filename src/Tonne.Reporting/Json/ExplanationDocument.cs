using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.LifeCycles;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Json;

/// <summary>
/// An explanation as JSON, schema <c>tonne.explain/1</c>: the derivation as a tree that a page or a notebook can evaluate, its factors once
/// each, and the sources.
/// </summary>
public sealed record ExplanationDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.explain/1";

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the figure.</summary>
    public required string Figure { get; init; }

    /// <summary>Unit of the figure.</summary>
    public required string Unit { get; init; }

    /// <summary>The figure.</summary>
    public required QuantityDocument Quantity { get; init; }

    /// <summary>The derivation of the figure.</summary>
    public required NodePart Derivation { get; init; }

    /// <summary>The factors in the tree, once each, the largest share of the uncertainty first.</summary>
    public required IReadOnlyList<FactorPart> Factors { get; init; }

    /// <summary>The sources of the factors, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>Names of all figures of the run that can be explained.</summary>
    public required IReadOnlyList<string> Figures { get; init; }

    /// <summary>An explanation of a figure of a run.</summary>
    public static ExplanationDocument From(RunRecord record, Footprint footprint, Explanation explanation) => new()
    {
        Method = footprint.Method,
        FactorsHash = footprint.Factors.FactorsHash,
        Run = record.Opening.Id,
        Name = record.Opening.Name,
        Figure = explanation.Figure.Name,
        Unit = explanation.Figure.Unit,
        Quantity = QuantityDocument.From(explanation.Figure),
        Derivation = NodePart.From(explanation.Figure.Derivation),
        Factors = [.. explanation.Contributions.Select(FactorPart.From)],
        Sources = explanation.Sources,
        Figures = [.. footprint.GetFigures().Select(figure => figure.Name)],
    };

    /// <summary>Creates the explanation of a figure of a life cycle; <c>run</c> is the file of its description.</summary>
    public static ExplanationDocument From(LifeCycle life, Explanation explanation) => new()
    {
        Method = Accountant.MethodVersion,
        FactorsHash = Catalogs.FactorSet.ShortHash,
        Run = life.Description.File,
        Name = life.Description.Name,
        Figure = explanation.Figure.Name,
        Unit = explanation.Figure.Unit,
        Quantity = QuantityDocument.From(explanation.Figure),
        Derivation = NodePart.From(explanation.Figure.Derivation),
        Factors = [.. explanation.Contributions.Select(FactorPart.From)],
        Sources = explanation.Sources,
        Figures = [.. life.GetFigures().Select(figure => figure.Name).Distinct(StringComparer.Ordinal)],
    };

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ExplanationDocument);

    /// <summary>
    /// A node: <c>counted</c> (its value), <c>factor</c> (the best value of the factor named), <c>sum</c>, <c>difference</c>,
    /// <c>product</c> (times scale), <c>quotient</c> of the nodes below.
    /// </summary>
    /// <param name="Op">Operation of the node.</param>
    /// <param name="Label">Label, for people.</param>
    /// <param name="Unit">Unit of the value.</param>
    /// <param name="Value">Value at best factors.</param>
    /// <param name="Factor">Id of the factor; absent otherwise.</param>
    /// <param name="Scale">Exact conversion of units of a product; absent if 1.</param>
    /// <param name="Of">The nodes below, left to right; absent for leaves.</param>
    public sealed record NodePart(
        string Op,
        string Label,
        string Unit,
        double Value,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Factor,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Scale,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<NodePart>? Of)
    {
        internal static NodePart From(Derivation node) => new(
            node switch
            {
                Quantities.Derivation.Count => "counted",
                Quantities.Derivation.FactorNode => "factor",
                Quantities.Derivation.Sum => "sum",
                Quantities.Derivation.Difference => "difference",
                Quantities.Derivation.Product => "product",
                Quantities.Derivation.Quotient => "quotient",
                _ => throw new InvalidOperationException($"A derivation of kind {node.GetType().Name} has no name in JSON."),
            },
            node.Label,
            node.Unit,
            node.Value,
            (node as Derivation.FactorNode)?.Factor.Id,
            node is Derivation.Product { Scale: not 1 } product ? product.Scale : null,
            node.Children.IsEmpty ? null : [.. node.Children.Select(From)]);
    }

    /// <summary>A factor, and how much of the uncertainty it makes.</summary>
    /// <param name="Id">Id in the tree.</param>
    /// <param name="Label">Label, for people.</param>
    /// <param name="Unit">Unit of the value.</param>
    /// <param name="Value">Best value.</param>
    /// <param name="Low">The 2.5 % limit.</param>
    /// <param name="High">The 97.5 % limit.</param>
    /// <param name="Quality">measured, modelled or assumed.</param>
    /// <param name="Source">Id of its source.</param>
    /// <param name="Year">Year of its source; null if unknown.</param>
    /// <param name="Note">Note for the reader; null if there is none.</param>
    /// <param name="Sensitivity">Per cent of the figure per per cent of the factor.</param>
    /// <param name="VarianceShare">Share of the figure's variance, 0 to 1.</param>
    public sealed record FactorPart(
        string Id, string Label, string Unit, double Value, double Low, double High, string Quality, string Source, int? Year, string? Note, double Sensitivity, double VarianceShare)
    {
        internal static FactorPart From(FactorContribution weight) => new(
            weight.Factor.Id, weight.Factor.Label, weight.Factor.Unit, weight.Factor.Bounds.Best, weight.Factor.Bounds.Low, weight.Factor.Bounds.High,
            EnumWords.Format(weight.Factor.Quality), weight.Factor.Source.Id, weight.Factor.Source.Year, weight.Factor.Note,
            Math.Round(weight.Sensitivity, 9), Math.Round(weight.Share, 9));
    }
}
