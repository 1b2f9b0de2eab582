using System.Collections.Immutable;
using System.Globalization;
using Tonne.Ledgers.Pushing;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Tests.Server;

/// <summary>Runs by a seeded generator: of several machines, accounts and users, inside one another, imported, over the end of a month,
/// without statements.</summary>
sealed class RandomRuns(int seed)
{
    public static readonly string?[] Projects = [null, "mnist", "llm", "ümlaut"];
    public static readonly string?[] Accounts = [null, "physics", "chem", "bio", "law"];
    public static readonly string?[] Users = [null, "ada", "grace", "kurt", "emmy", "alan"];
    public static readonly string[] Names = ["train", "Train-BIG", "Straße", "STRASSE", "İzmir", "ǆungla", "100%", "a_b", "eval"];
    static readonly string[] Nodes = ["n1", "n2", "n3"];
    static readonly DateTimeOffset _first = new(2025, 10, 25, 0, 0, 0, TimeSpan.Zero);

    readonly Random _random = new(seed);
    readonly List<RunRecord> _records = [];

    public T Pick<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    /// <summary>A run: its lines, the record first.</summary>
    public PushedLine[] Next()
    {
        var record = NextRecord();
        _records.Add(record);
        var statements = Enumerable.Range(0, _random.Next(10) == 0 ? 0 : _random.Next(1, 4))
            .Select(i => PushedSample.Statement(record, factor: 1 + _random.NextDouble(), hours: _random.Next(3)));
        return PushedSample.Lines(record, [.. statements]);
    }

    RunRecord NextRecord()
    {
        // Most start within twelve hours of another one, so that they overlap.
        var start = _first.AddSeconds(_random.Next(12 * 24 * 3600));
        var parent = _records.Count > 0 && _random.Next(4) == 0 ? Pick(_records) : null;
        if (parent is not null)
            start = parent.Opening.StartedAt.AddSeconds(parent.DurationSeconds * _random.NextDouble() * 1.2);
        start = new DateTimeOffset(start.Ticks - (start.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var id = string.Create(CultureInfo.InvariantCulture, $"{start.UtcDateTime:yyyyMMdd-HHmmss}-{_random.Next(1 << 24):x6}");
        var seconds = _random.Next(4) switch
        {
            0 => 30,
            1 => 3 * 3600d,
            2 => _random.Next(1, 100_000),
            _ => 5 * 24 * 3600d * _random.NextDouble(),
        };
        var imported = _random.Next(8) == 0;
        var node = parent?.Opening.Node ?? Pick(Nodes);
        var job = _random.Next(3) == 0 ? null : new JobIdentity
        {
            Launcher = JobLauncher.Slurm,
            Id = _random.Next(4).ToString(CultureInfo.InvariantCulture),
            Account = Pick(Accounts),
            Partition = "gpu",
            Cluster = "c1",
            Nodes = 2,
            NodeList = _random.Next(4) == 0 ? "n[1-2]" : null,
            Step = _random.Next(3) == 0 ? "0" : null,
            CoversJob = _random.Next(2) == 0,
        };
        var quarters = SplitEnergy(start, seconds, _random.NextInt64(1, 5_000_000_000_000));
        var record = PushedSample.Record(id, quarters.Sum(quarter => quarter.Microjoules), opening => opening with
        {
            Name = Pick(Names),
            // An id has seconds, a start the ticks of .NET.
            StartedAt = start.AddTicks(_random.Next((int)TimeSpan.TicksPerSecond)),
            Project = Pick(Projects),
            User = Pick(Users),
            Node = node,
            Machine = opening.Machine with { BootId = "boot-" + node },
            ReservedShare = _random.Next(2) == 0 ? null : 0.25,
            Parent = parent?.Opening.Id,
            Job = job,
            Tags = NextTags(imported),
            Rates = imported ? opening.Rates.Add(opening.Rates[0] with { Id = "codecarbon/stated" }) : opening.Rates,
        }, seconds, _random.Next(6) == 0 ? [] : quarters);
        return record with { Status = Pick([RunStatus.Completed, RunStatus.Completed, RunStatus.Failed, RunStatus.Interrupted]) };
    }

    ImmutableSortedDictionary<string, string> NextTags(bool imported)
    {
        var tags = ImmutableSortedDictionary<string, string>.Empty;
        if (_random.Next(2) == 0)
            tags = tags.Add("model", Pick(["bloom", "gpt", "opt"]));
        if (_random.Next(2) == 0)
            tags = tags.Add("seed", Pick(["1", "2", "\"{}"]));
        return imported && _records.Count > 0 && _random.Next(2) == 0 ? tags.Add("codecarbon.run_id", Pick(_records).Opening.Id) : tags;
    }

    /// <summary>Parts of an energy by the quarter hours of a run, at most so many that a test is quick.</summary>
    List<(DateTimeOffset Start, long Microjoules)> SplitEnergy(DateTimeOffset start, double seconds, long microjoules)
    {
        var quarter = TimeSpan.FromMinutes(15).Ticks;
        var all = new List<(DateTimeOffset, long)>();
        var step = Math.Max(1, (int)(seconds / 900 / 20)) * quarter;
        for (var at = start.Ticks / quarter * quarter; at <= start.AddSeconds(seconds).Ticks; at += step)
            all.Add((new DateTimeOffset(at, TimeSpan.Zero), _random.NextInt64(microjoules)));
        return all;
    }
}
