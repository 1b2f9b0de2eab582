using System.Globalization;
using System.IO.Compression;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.Planning;

/// <summary>Series for the tests of planning: eight in the repository, others beside it.</summary>
static class PlanningSeries
{
    static readonly Source _source = new("TEST", "Values of this test");
    static readonly Lazy<Dictionary<string, IntensitySeries>> _shipped = new(ReadShipped);

    public static Zone Zone { get; } = ZoneCatalog.Find("US").ValueOrThrow;

    public static DateTimeOffset Midnight { get; } = new(2022, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IReadOnlyDictionary<string, IntensitySeries> Shipped => _shipped.Value;

    public static IntensitySeries Create(IEnumerable<double?> grams, TimeSpan? step = null, DateTimeOffset? start = null,
        IntensitySignal signal = IntensitySignal.Observed, IntensityKind kind = IntensityKind.Average, Zone? zone = null) =>
        new(zone ?? Zone, start ?? Midnight,
            [.. grams.Select(value => value is { } known ? CarbonIntensity.FromGramsPerKilowattHour(known) : (CarbonIntensity?)null)],
            _source, step: step, signal: signal, kind: kind);

    /// <summary>A file of the folder of shared grid data beside the repository or above it; null if there is none.</summary>
    public static string? FindShared(string path)
    {
        for (var folder = Directory.GetParent(Repository.Root); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", "grid", path);
            if (File.Exists(file))
                return file;
        }

        return null;
    }

    /// <summary>A series of the shared data: zone, time, value; hours that are absent are gaps.</summary>
    public static IntensitySeries Read(string file, TimeSpan step)
    {
        var rows = File.ReadLines(file).Skip(1).Select(line => line.Split(','))
            .ToDictionary(cells => DateTimeOffset.Parse(cells[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                cells => double.Parse(cells[2], CultureInfo.InvariantCulture));
        var (first, last) = (rows.Keys.Min(), rows.Keys.Max());
        var values = new List<double?>();
        for (var at = first; at <= last; at += step)
            values.Add(rows.TryGetValue(at, out var value) ? value : null);
        return Create(values, step, first);
    }

    static Dictionary<string, IntensitySeries> ReadShipped()
    {
        var path = Path.Combine(Repository.Root, "tests", "Tonne.Tests", "Planning", "Series", "eia-2022.csv.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var names = reader.ReadLine()!.Split(',').Skip(1).ToArray();
        var values = names.Select(_ => new List<double?>(8760)).ToArray();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            for (var i = 0; i < names.Length; i++)
                values[i].Add(cells[i + 1].Length == 0 ? null : double.Parse(cells[i + 1], CultureInfo.InvariantCulture));
        }

        return names.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => Create(values[pair.i]), StringComparer.Ordinal);
    }
}
