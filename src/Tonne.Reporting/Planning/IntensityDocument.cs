using System.Text.Json;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Planning;

/// <summary>Intensities of a zone over time as JSON, schema <c>tonne.grid/1</c>.</summary>
public sealed record IntensityDocument
{
    /// <summary>The schema.</summary>
    public string Schema { get; init; } = "tonne.grid/1";

    /// <summary>Code of the zone.</summary>
    public required string Zone { get; init; }

    /// <summary>lifecycle, direct or unstated.</summary>
    public required string Basis { get; init; }

    /// <summary>production, consumption, provider or unstated.</summary>
    public required string Scope { get; init; }

    /// <summary>average or marginal.</summary>
    public required string Kind { get; init; }

    /// <summary>Where the values come from, in a sentence.</summary>
    public required string Origin { get; init; }

    /// <summary>Length of a step in s.</summary>
    public required double StepS { get; init; }

    /// <summary>The values; a step without one is absent.</summary>
    public required IReadOnlyList<ValuePart> Values { get; init; }

    /// <summary>Warnings.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>Series of one method as a document; where several have a time, the first one counts.</summary>
    /// <param name="series">At least one.</param>
    /// <param name="origin">Where they come from.</param>
    /// <param name="from">Start.</param>
    /// <param name="to">End.</param>
    /// <param name="warnings">Warnings.</param>
    public static IntensityDocument From(IReadOnlyList<IntensitySeries> series, string origin, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<Warning> warnings)
    {
        ArgumentNullException.ThrowIfNull(series);
        var first = series[0];
        var values = new SortedDictionary<DateTimeOffset, ValuePart>();
        foreach (var one in series)
        {
            for (var i = 0; i < one.Values.Length; i++)
            {
                var at = one.Start + (one.Step * i);
                if (one.Values[i] is { } value && at + one.Step > from && at < to)
                    values.TryAdd(at, new ValuePart(at, value.GramsPerKilowattHour, EnumWords.Format(one.Signal)));
            }
        }

        return new IntensityDocument
        {
            Zone = first.Zone.Code,
            Basis = EnumWords.Format(first.Basis),
            Scope = EnumWords.Format(first.Scope),
            Kind = EnumWords.Format(first.Kind),
            Origin = origin,
            StepS = first.Step.TotalSeconds,
            Values = [.. values.Values],
            Warnings = warnings,
            Sources = [.. series.Select(one => one.Source).DistinctBy(source => source.Id)],
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.IntensityDocument);

    /// <summary>The intensity from a time on, for one step: g CO2e/kWh, and observed, forecast, profile or annual.</summary>
    public sealed record ValuePart(DateTimeOffset From, double GCo2ePerKwh, string Signal);
}
