using System.Text.Json.Serialization;

namespace Tonne.Reporting.Html.Documents;

/// <summary>A node of a derivation: the operations are those of <c>tonne.explain/1</c>.</summary>
/// <param name="Op">counted, factor, sum, difference, product or quotient.</param>
/// <param name="Label">Label.</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="Value">Value at best factors.</param>
/// <param name="Text">The same as text.</param>
/// <param name="Factor">Index of its factor; absent otherwise.</param>
/// <param name="Scale">Exact conversion of units of a product; absent if 1.</param>
/// <param name="Of">Indices of the nodes below; absent for leaves.</param>
/// <param name="GrowsWithTime">Whether it is a count that grows with the duration of the run; absent if not.</param>
sealed record ReportNode(
    string Op,
    string Label,
    string Unit,
    double Value,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Factor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Scale,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<int>? Of,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? GrowsWithTime);
