using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.BoAmps;

/// <summary>Collects the fields of a BoAmps report from a run. Nothing is guessed: what the run does not state is missing.</summary>
sealed class BoAmpsBuilder(RunRecord record, Footprint footprint)
{
    const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    static readonly string[] _dataTypes = ["tabular", "audio", "boolean", "image", "video", "object", "text", "token", "word", "other"];
    static readonly string[] _infrastructures = ["publicCloud", "privateCloud", "onPremise", "other"];

    readonly RunOpening _opening = record.Opening;
    readonly List<BoAmpsMissingField> _missing = [];

    public BoAmpsReport Build(DateTimeOffset at, string version)
    {
        var task = BuildTask();
        var infrastructure = BuildInfrastructure();
        var environment = BuildEnvironment();
        task["taskDescription"] = Describe();
        var document = new JsonObject
        {
            ["header"] = new JsonObject
            {
                ["formatVersion"] = "1.1.0",
                ["formatVersionSpecificationUri"] = "https://github.com/Boavizta/BoAmps/tree/main/model",
                ["reportId"] = CreateId(),
                ["reportDatetime"] = at.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
                ["reportStatus"] = "draft",
            },
            ["task"] = task,
            ["measures"] = new JsonArray(BuildMeasure(version)),
            ["system"] = BuildSystem(),
            ["software"] = BuildSoftware(),
            ["infrastructure"] = infrastructure,
            ["environment"] = environment,
            ["quality"] = AssessQuality(),
        };
        return new BoAmpsReport(RemoveEmpty(document), [.. _missing]);
    }

    JsonObject BuildTask()
    {
        var algorithm = RemoveEmpty(new JsonObject
        {
            ["algorithmName"] = GetTag("algorithm") ?? GetTag("model"),
            ["foundationModelName"] = GetTag("foundation-model"),
            ["framework"] = GetTag("framework"),
            ["epochsNumber"] = record.Epochs.IsEmpty ? null : record.Epochs.Length,
        });
        var shape = record.Stages.Select(stage => stage.DataIn).FirstOrDefault(shape => shape is not null);
        var dataType = GetTag("data-type") is { } type && _dataTypes.Contains(type, StringComparer.Ordinal) ? type : null;
        var dataset = RemoveEmpty(new JsonObject
        {
            ["dataUsage"] = shape is null && dataType is null ? null : "input",
            ["dataType"] = dataType,
            ["dataQuantity"] = shape?.Rows,
            ["shape"] = shape is null ? null : string.Create(CultureInfo.InvariantCulture, $"({shape.Rows}, {shape.Columns})"),
        });
        return RemoveEmpty(new JsonObject
        {
            ["taskStage"] = Require("task.taskStage", GetTag("task-stage"), "--tag task-stage=training (or inference, finetuning, preprocessing …)"),
            ["taskFamily"] = Require("task.taskFamily", GetTag("task-family"), "--tag task-family=textClassification (or another)"),
            ["algorithms"] = Require("task.algorithms", algorithm.Count > 0 ? new JsonArray(algorithm) : null, "--tag algorithm=NAME, or foundation-model=NAME"),
            ["dataset"] = RequireDataset(dataset),
            ["measuredAccuracy"] = FindAccuracy(),
        });
    }

    JsonArray? RequireDataset(JsonObject dataset)
    {
        var remedy = $"--tag data-type=TYPE, one of {string.Join(", ", _dataTypes)}";
        if (dataset.Count == 0)
            Require<string>("task.dataset", null, remedy);
        else if (dataset["dataType"] is null)
            Require<string>("task.dataset[0].dataType", null, remedy);
        return dataset.Count == 0 ? null : new JsonArray(dataset);
    }

    /// <summary>The last validation or test accuracy that the program printed; accuracy on training data is not the model's.</summary>
    double? FindAccuracy()
    {
        foreach (var epoch in record.Epochs.Reverse())
        {
            foreach (var name in new[] { "test_accuracy", "validation_accuracy" })
            {
                if (epoch.Metrics.TryGetValue(name, out var value) && value is >= 0 and <= 1)
                    return value;
            }
        }

        return null;
    }

    JsonObject BuildMeasure(string version)
    {
        // A run that was imported was measured by another tool.
        var tool = GetTag("imported")?.Split(' ', 2);
        var threads = _opening.Machine.Threads;
        return RemoveEmpty(new JsonObject
        {
            ["measurementMethod"] = tool?[0] ?? "tonne",
            ["version"] = tool is null ? version : tool.ElementAtOrDefault(1),
            ["cpuTrackingMode"] = DescribeTracking(Component.Cpu),
            ["gpuTrackingMode"] = DescribeTracking(Component.Gpu),
            ["averageUtilizationCpu"] = tool is null && threads > 0 && record.DurationSeconds > 0 ? Math.Clamp(record.JobCpuSeconds / (threads * record.DurationSeconds), 0, 1) : null,
            ["powerConsumption"] = footprint.Energy.Value,
            ["measurementDuration"] = record.DurationSeconds,
            ["measurementDateTime"] = _opening.StartedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture),
        });
    }

    /// <summary>The kind of meter of a component (<c>rapl</c>, <c>nvml</c>), or that it is modelled; null if the run has no such component.</summary>
    string? DescribeTracking(Component component)
    {
        var meters = _opening.Bases.Where(basis => basis.Component == component).SelectMany(basis => basis.Meters).Select(meter => meter.Split(':')[0]).Distinct(StringComparer.Ordinal).ToList();
        if (meters.Count > 0)
            return string.Join("+", meters);
        var parts = record.Components.Where(part => part.Component == component).ToList();
        return parts.Count == 0 ? null : EnumWords.Format(parts.Max(part => part.Quality));
    }

    JsonObject? BuildSystem()
    {
        var text = _opening.Machine.OperatingSystem;
        if (string.IsNullOrWhiteSpace(text) || text == "unknown")
            return null;
        return text.Contains("Linux", StringComparison.OrdinalIgnoreCase)
            ? RemoveEmpty(new JsonObject { ["os"] = "linux", ["distribution"] = text.Contains(", ", StringComparison.Ordinal) ? text.Split(", ", 2)[0] : null })
            : new JsonObject { ["os"] = text };
    }

    JsonObject? BuildSoftware() =>
        _opening.Command is [var program, ..] && Path.GetFileName(program).StartsWith("python", StringComparison.Ordinal) ? new JsonObject { ["language"] = "python" } : null;

    JsonObject BuildInfrastructure()
    {
        var machine = _opening.Machine;
        var region = _opening.Place.Region ?? machine.CloudRegion;
        var kind = GetTag("infra-type") is { } tag && _infrastructures.Contains(tag, StringComparer.Ordinal) ? tag
            : region is not null ? "publicCloud"
            : machine.Kind is HostKind.Laptop or HostKind.Desktop or HostKind.Board ? "onPremise" : null;
        var components = new JsonArray();
        if (machine.Cpu is { Length: > 0 } cpu && cpu != "unknown")
            components.Add((JsonNode)new JsonObject { ["componentName"] = cpu, ["componentType"] = "cpu", ["nbComponent"] = Math.Max(machine.Sockets, 1) });
        foreach (var gpus in (machine.Gpus ?? []).GroupBy(name => name, StringComparer.Ordinal))
            components.Add((JsonNode)new JsonObject { ["componentName"] = gpus.Key, ["componentType"] = "gpu", ["nbComponent"] = gpus.Count() });
        if (machine.MemoryBytes > 0)
            components.Add((JsonNode)new JsonObject { ["componentType"] = "ram", ["nbComponent"] = 1, ["memorySize"] = Math.Round(machine.MemoryGigabytes, 3) });
        return RemoveEmpty(new JsonObject
        {
            ["infraType"] = Require("infrastructure.infraType", kind, $"--tag infra-type=TYPE, one of {string.Join(", ", _infrastructures)}"),
            ["cloudProvider"] = kind == "publicCloud" && region?.Split(':', 2) is [var provider, _] ? provider : null,
            ["components"] = Require("infrastructure.components", components.Count > 0 ? components : null, "the run has no description of its machine"),
        });
    }

    JsonObject? BuildEnvironment()
    {
        var grid = footprint.Factors.Grid;
        if ((grid.Zone ?? _opening.Place.Zone) is not { } code || ZoneCatalog.Find(code).Value is not { } zone)
            return null;
        return RemoveEmpty(new JsonObject
        {
            ["country"] = zone.Name,
            ["location"] = _opening.Place.Region,
            ["powerSourceCarbonIntensity"] = grid.Intensity.Bounds.Best,
        });
    }

    /// <summary>high to 10 %, medium to 25 %, low to 50 % of error, by the 95 % interval of the energy; null beyond.</summary>
    string? AssessQuality()
    {
        var bounds = footprint.Energy.Bounds;
        var error = bounds.Best > 0 ? Math.Max((bounds.High / bounds.Best) - 1, 1 - (bounds.Low / bounds.Best)) : double.PositiveInfinity;
        return error switch { <= 0.1 => "high", <= 0.25 => "medium", <= 0.5 => "low", _ => null };
    }

    string Describe()
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"Run {_opening.Id} of tonne, {EnumWords.Format(record.Status)}. powerConsumption is {footprint.Energy.Boundary}, before PUE, 95 % interval {footprint.Energy.Bounds.Low:G3} to {footprint.Energy.Bounds.High:G3} kWh, {EnumWords.Format(footprint.Energy.Quality)}.");
        return _missing.Count == 0 ? text : text + $" Required by BoAmps and not known: {string.Join(", ", _missing.Select(field => field.Path))}.";
    }

    /// <summary>An id in the form of a version 4 UUID that is the same each time the run is exported.</summary>
    string CreateId()
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes("tonne/boamps/" + _opening.Id))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    string? GetTag(string name) => _opening.Tags.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    T? Require<T>(string path, T? value, string remedy)
        where T : class
    {
        if (value is null)
            _missing.Add(new BoAmpsMissingField(path, remedy));
        return value;
    }

    static JsonObject RemoveEmpty(JsonObject fields)
    {
        foreach (var name in fields.Where(field => field.Value is null).Select(field => field.Key).ToList())
            fields.Remove(name);
        return fields;
    }
}
