using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nvidia;
using Tonne.Instruments.PlugMeters;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Prometheus;

/// <summary>A source whose answers are series with labels: which of them stand for parts of this machine, each part once.</summary>
/// <param name="address">Its address.</param>
/// <param name="preset">The metrics, and what each series stands for.</param>
/// <param name="variable">The environment, for which GPUs the job may use.</param>
abstract class SeriesSource(SourceAddress address, PrometheusPreset preset, Func<string, string?> variable) : PolledSource(address)
{
    readonly Func<string, string?> _variable = variable;

    /// <summary>The metrics, and what each series stands for.</summary>
    private protected PrometheusPreset Preset { get; } = preset;

    /// <summary>Parts that tonne measures itself: what reports them too is not summed. Default: none.</summary>
    internal IReadOnlyList<MeteredPart> Local { get; set; } = [];

    /// <summary>Where the figures come from, as the note of a meter says it.</summary>
    private protected virtual string DescribeOrigin(PollResult answer) => Address.Host;

    /// <summary>Whose meters they are, after their number: <c>that … has</c>.</summary>
    private protected virtual string DescribeParts(PollResult answer) => $"that the metric server at {Address.Host} has ({Preset.Name})";

    internal override SourceCapabilities GetCapabilities(PollResult first)
    {
        if (first is not PrometheusResult { Selected: { Count: > 0 } chosen })
            return SourceCapabilities.Unusable("reports nothing");
        var channels = new List<(string, MeterDescription)>();
        var warnings = new List<Warning>();
        var parts = new List<(Component Component, string? Device, PrometheusMapping Slot, List<string> Meters)>();
        var own = new List<string>();
        foreach (var (reported, metric, value, refreshSeconds) in chosen)
        {
            var slot = LeaveToLocal(reported, chosen);
            if (slot.Role != reported.Role && !own.Contains(reported.Name))
                own.Add(reported.Name);
            // A GPU without a counter (before Volta, many virtual ones) is measured by its power: a missing reading is not zero energy.
            if (value.Reason is not null)
            {
                warnings.Add(new Warning("meter-silent", $"{Id}/{slot.Name}: {metric.Name}: {value.Reason}."));
                continue;
            }

            var id = $"{Id}/{slot.Name}";
            if (channels.Exists(channel => channel.Item2.Id == id))
                continue;
            channels.Add((CreateKey(reported, metric), new MeterDescription(id, slot.Component, metric.Kind, slot.Role, Device: slot.Device, CeilingWatts: Preset.CeilingWatts,
                Note: $"{metric.Name} at {DescribeOrigin(first)}: {(slot.Role == MeterRole.Machine ? "summed" : "not summed")}: {slot.Why}", RefreshSeconds: refreshSeconds)));
            if (slot.Role != MeterRole.Machine)
                continue;
            var part = parts.Find(part => part.Component == slot.Component && part.Device == slot.Device);
            if (part.Meters is null)
                parts.Add(part = (slot.Component, slot.Device, slot, []));
            part.Meters.Add(id);
        }

        if (parts.Count == 0 && own.Count > 0)
            return SourceCapabilities.Unusable($"reports only what tonne measures itself ({string.Join(", ", own)}), and that is counted once");
        if (parts.Count == 0)
            return SourceCapabilities.Unusable($"reports nothing that can be counted: {string.Join("; ", warnings.Select(warning => warning.Text))}");
        var hidden = FindHiddenGpus([.. parts.Where(part => part.Component == Component.Gpu).Select(part => part.Slot)], warnings);
        return new SourceCapabilities(channels, [.. parts.OrderBy(part => part.Component).Select(Part)], warnings, null);

        MeteredPart Part((Component Component, string? Device, PrometheusMapping Slot, List<string> Meters) part) =>
            new(part.Component, part.Device, [.. part.Meters], PlugMeterAccuracy.GetFactor(Address, Preset.GetAccuracy(part.Component)),
                $"{part.Meters.Count} meter{(part.Meters.Count == 1 ? "" : "s")} {DescribeParts(first)}.")
            {
                Name = part.Slot.Product,
                Uuid = part.Slot.Uuid,
                Visible = part.Device is null || !hidden.Contains(part.Device),
            };
    }

    /// <summary>The GPUs that the job may not use; what is unsure about it goes to the warnings.</summary>
    List<string> FindHiddenGpus(List<PrometheusMapping> gpus, List<Warning> warnings)
    {
        if (gpus.Count == 0)
            return [];
        warnings.Add(new Warning("gpu-taken-alone", $"{Id} does not report which process uses a GPU: the job is taken to be alone on each that it may use."));
        // Named in the address, or known by parts that the exporter does not name: then the numbers of the variable are not these.
        if (Address["gpu"] is not null || gpus.Exists(gpu => !int.TryParse(gpu.Device, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return [];
        if (_variable("CUDA_VISIBLE_DEVICES")?.Contains("MIG-", StringComparison.OrdinalIgnoreCase) == true)
        {
            warnings.Add(new Warning("mig-unknown", $"CUDA_VISIBLE_DEVICES names a part of a GPU (MIG), which {Id} does not: each whole GPU is taken for the job's.", "Name the GPU with gpu=0 in the address."));
            return [];
        }

        var ordered = gpus.OrderBy(gpu => int.Parse(gpu.Device!, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        var visible = VisibleDevices.Parse([.. ordered.Select(gpu => new GpuIdentity(int.Parse(gpu.Device!, NumberStyles.None, CultureInfo.InvariantCulture), gpu.Product, gpu.Uuid, gpu.PciBus, null, []))], _variable);
        warnings.AddRange(visible.Warnings);
        return [.. ordered.Where((_, position) => !visible[position]).Select(gpu => gpu.Device!)];
    }

    private protected PollResult SelectSeries(List<PrometheusSeries> found)
    {
        if (Address["host"] is { } host)
            found.RemoveAll(series => !PrometheusMachine.IsNamed(series, host));
        if (found.Count == 0)
        {
            var where = (Address["instance"] is { } instance ? $" of the instance '{instance}'" : "")
                + (Address["host"] is { } one ? $" of the machine '{one}'" : "");
            return PollResult.Failed($"has no {Preset.Expectation}{where} now");
        }

        if (Preset.Name == "query" && found.Count > 1)
            return PollResult.Failed($"answers the query with {found.Count.ToString(CultureInfo.InvariantCulture)} series: let it give one, for example by sum()");
        if (PrometheusMachine.FindSeveral(found) is { } several)
            return PollResult.Failed(several);
        var chosen = new List<PrometheusResult.SelectedSeries>();
        var sources = new List<PrometheusSeries>();
        foreach (var series in found)
        {
            if (Preset.MapSeries(series) is not { } slot)
                continue;
            var metric = series.Metric == "query" ? Preset.Metrics[0] : Preset.Metrics.First(each => each.Name == series.Metric);
            var same = chosen.FindIndex(one => one.Slot.Name == slot.Name && slot.Role == MeterRole.Machine);
            var ceiling = metric.Kind == MeterKind.EnergyCounter ? Preset.CeilingWatts : (double?)null;
            if (same >= 0 && PrometheusMachine.FindDifference(sources[same], series, ceiling) is { } difference)
            {
                return PollResult.Failed($"reports {slot.Name} more than once, of different machines or parts ({difference}): "
                    + $"name this machine with host=…{(slot.Component == Component.Gpu ? ", or its GPUs with gpu=GPU-…" : "")}");
            }

            // A partitioned GPU is reported once for each instance, and twice while a job starts or ends. The newest value of a device is used.
            var twin = chosen.FindIndex(one => one.Slot.Name == slot.Name && one.Metric == metric);
            if (twin < 0)
            {
                chosen.Add(new(slot, metric, series.Value, series.RefreshSeconds));
                sources.Add(series);
            }
            else if (chosen[twin].Value.Reason is not null || (series.Value.Reason is null && series.Value.Age < chosen[twin].Value.Age))
            {
                chosen[twin] = new(slot, metric, series.Value, series.RefreshSeconds);
                sources[twin] = series;
            }
        }

        // Of the metrics of a device, the first in the order of the preset is used.
        chosen.Sort((a, b) => (Preset.Metrics.IndexOf(a.Metric), a.Slot.Name).CompareTo((Preset.Metrics.IndexOf(b.Metric), b.Slot.Name)));
        return chosen.Count == 0 ? PollResult.Failed($"has no {Preset.Expectation} now")
            : new PrometheusResult([.. chosen.Select(one => new KeyValuePair<string, PolledValue>(CreateKey(one.Slot, one.Metric), one.Value))], chosen);
    }

    static string CreateKey(PrometheusMapping slot, PrometheusMetric metric) => $"{slot.Name} {metric.Name}";

    /// <summary>A series of what tonne measures itself is not summed; a GPU by its UUID, else by its number.</summary>
    PrometheusMapping LeaveToLocal(PrometheusMapping slot, IReadOnlyList<PrometheusResult.SelectedSeries> chosen)
    {
        if (slot.Role != MeterRole.Machine)
            return slot;
        if (slot.Component != Component.Gpu)
        {
            return Local.Any(part => part.Component == slot.Component && !part.Meters.IsDefaultOrEmpty)
                ? slot with { Role = MeterRole.Contained, Why = "tonne reads its counter itself" } : slot;
        }

        // A GPU that tonne sees and cannot measure is the exporter's to measure.
        var same = Local.FirstOrDefault(part => part.Component == Component.Gpu && (part.Uuid is { } own && slot.Uuid is { } other
            ? string.Equals(own, other, StringComparison.OrdinalIgnoreCase) : part.Device == slot.Device));
        if (same is not null)
        {
            return same.Meters.IsDefaultOrEmpty ? slot with { Device = same.Device }
                : slot with { Role = MeterRole.Contained, Device = same.Device, Why = "tonne reads the counter of this GPU itself" };
        }

        // Another GPU under a number that tonne has given already.
        if (!Local.Any(part => part.Component == Component.Gpu && part.Device == slot.Device))
            return slot;
        var taken = Local.Where(part => part.Component == Component.Gpu).Select(part => part.Device)
            .Concat(chosen.Where(one => one.Slot.Component == Component.Gpu).Select(one => one.Slot.Device))
            .Select(device => int.TryParse(device, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
        var before = chosen.Select(one => one.Slot).Where(other => other.Component == Component.Gpu).Select(other => other.Device)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return slot with { Device = (taken.Max() + 1 + before.IndexOf(slot.Device)).ToString(CultureInfo.InvariantCulture) };
    }
}
