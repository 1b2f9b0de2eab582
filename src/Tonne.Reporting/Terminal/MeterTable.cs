using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// Lists what each energy meter of a run counted, and how it was used: the cross-check with other tools and between meters.
/// </summary>
public static class MeterTable
{
    /// <summary>One meter.</summary>
    /// <param name="Meter">Description of the meter.</param>
    /// <param name="Count">Energy or time that the meter counted between two readings; null if it did not return two values.</param>
    /// <param name="Use">The component it measures, or why it is not part of the sum.</param>
    public sealed record Row(MeterDescription Meter, MeterCount? Count, string Use);

    /// <summary>Energy meters in the order of the trace.</summary>
    public static IReadOnlyList<Row> CreateRows(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return [.. record.Opening.Meters.Where(meter => meter.Kind is MeterKind.EnergyCounter or MeterKind.Power)
            .Select(meter => new Row(meter, record.Counts.FirstOrDefault(count => count.Meter == meter.Id), DescribeUse(record, meter)))];
    }

    static string DescribeUse(RunRecord record, MeterDescription meter)
    {
        var uses = record.Opening.Bases.Where(basis => basis.Meters.Contains(meter.Id))
            .Select(basis => basis.Component == Hardware.Component.Platform ? "the machine" : basis.Device is null ? EnumWords.Format(basis.Component) : $"{EnumWords.Format(basis.Component)}:{basis.Device}").ToList();
        return uses.Count > 0 ? $"summed: {string.Join(", ", uses)}" : "not summed";
    }
}
