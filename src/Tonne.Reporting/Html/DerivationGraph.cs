using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html.Documents;

namespace Tonne.Reporting.Html;

/// <summary>The derivations of the figures of a run as one graph: a branch that figures share is in it once.</summary>
sealed class DerivationGraph
{
    const double NoSensitivity = 1e-9;

    readonly List<ReportNode> _nodes = [];
    readonly List<ReportFactor> _factors = [];
    readonly Dictionary<Derivation, int> _indices = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> _factorIndices = new(StringComparer.Ordinal);

    /// <summary>Creates the graph of the figures of a run, the answer first.</summary>
    public static ReportDerivation Create(Footprint footprint)
    {
        List<(Figure Figure, string Title)> figures =
        [
            (footprint.Total, footprint.Embodied is null ? "Emissions, operational" : "Emissions, operational and embodied"),
            (footprint.FacilityEnergy, "Facility energy"),
            (footprint.Energy, "IT energy"),
            (footprint.Operational, "Operational emissions"),
            (footprint.MachineEnergy, "Energy of the whole machine"),
        ];
        if (footprint.Embodied is { } embodied)
            figures.Insert(4, (embodied, "Embodied emissions"));
        if (footprint.Water is { } water)
            figures.Add((water, "Water"));
        return Create(figures);
    }

    /// <summary>Creates the graph of figures, the answer first.</summary>
    /// <param name="figures">The figures with their names in words.</param>
    /// <param name="write">Writes a figure as the page shows it; null for the texts of a run.</param>
    public static ReportDerivation Create(IEnumerable<(Figure Figure, string Title)> figures, Func<Figure, ReportFigure>? write = null)
    {
        var graph = new DerivationGraph();
        var roots = figures.Select(one => (one.Figure, one.Title, Root: graph.Add(one.Figure.Derivation))).ToList();
        return new ReportDerivation(graph._nodes, graph._factors,
            [.. roots.Select(one => new ReportRoot(write?.Invoke(one.Figure) ?? ReportFigure.From(one.Figure), one.Title, one.Root,
                graph.GetShares(one.Figure.Derivation)))]);
    }

    IReadOnlyList<double> GetShares(Derivation derivation)
    {
        var shares = FactorContribution.ComputeAll(derivation)
            // A factor that cancels leaves the rounding of its slope, which would be all there is where every factor cancels.
            .Where(weight => Math.Abs(weight.Sensitivity) > NoSensitivity)
            .ToDictionary(weight => weight.Factor.Id, weight => weight.Share, StringComparer.Ordinal);
        return [.. _factors.Select(factor => Math.Round(shares.GetValueOrDefault(factor.Id), 6))];
    }

    int Add(Derivation node)
    {
        if (_indices.TryGetValue(node, out var known))
            return known;
        int[] below = [.. node.Children.Select(Add)];
        _nodes.Add(new ReportNode(
            GetOperation(node), TextSanitizer.ToOneLine(node.Label), node.Unit, node.Value, FormatValue(node),
            node is Derivation.FactorNode { Factor: var factor } ? AddFactor(factor) : null,
            node is Derivation.Product { Scale: not 1 } product ? product.Scale : null,
            below.Length == 0 ? null : below,
            node is Derivation.Count && IsDuration(node) ? true : null));
        return _indices[node] = _nodes.Count - 1;
    }

    /// <summary>What the accountant counts over the run: the amounts behind the energy, and the duration.</summary>
    static bool IsDuration(Derivation node) => node.Label is "counted" or "duration";

    int AddFactor(Factor factor)
    {
        if (_factorIndices.TryGetValue(factor.Id, out var index))
            return index;
        _factors.Add(ReportFactor.From(factor));
        return _factorIndices[factor.Id] = _factors.Count - 1;
    }

    static string FormatValue(Derivation node) => node switch
    {
        Derivation.FactorNode { Factor: var factor } => DisplayValue.FormatFactor(factor).Text,
        { Unit.Symbol: "1" } => DisplayValue.FormatMetric(node.Value),
        _ => DisplayValue.Format(node.Value, node.Unit),
    };

    static string GetOperation(Derivation node) => node switch
    {
        Derivation.Count => "counted",
        Derivation.FactorNode => "factor",
        Derivation.Sum => "sum",
        Derivation.Difference => "difference",
        Derivation.Product => "product",
        Derivation.Quotient => "quotient",
        _ => throw new InvalidOperationException($"A derivation of kind {node.GetType().Name} has no name in JSON."),
    };
}
