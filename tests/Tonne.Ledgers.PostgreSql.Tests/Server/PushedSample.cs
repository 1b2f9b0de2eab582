using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Tests;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Tests.Server;

/// <summary>Runs made from the one of <see cref="SampleRun"/>: their lines as a node has them, and their folders.</summary>
static class PushedSample
{
    static readonly Lazy<LedgerEntry> _base = new(static () =>
    {
        using var home = new TemporaryHome();
        return home.Complete("20251122-070000-aaaaaa");
    });

    /// <summary>A run of one CPU component with a given energy, all in the quarter hour of its start unless others are given.</summary>
    public static RunRecord Record(
        string id, long microjoules = 3_600_000_000, Func<RunOpening, RunOpening>? with = null, double seconds = 30,
        IReadOnlyList<(DateTimeOffset Start, long Microjoules)>? quarters = null)
    {
        var sample = _base.Value.Record;
        var start = DateTimeOffset.ParseExact(id[..15], "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var opening = sample.Opening with { Id = id, Name = "train-" + id[16..], StartedAt = start };
        var cpu = sample.Components[0];
        return sample with
        {
            Opening = with?.Invoke(opening) ?? opening,
            DurationSeconds = seconds,
            // The energy of components that the run no longer has cannot be accounted.
            Stages = [.. sample.Stages.Select(stage => stage with { Energy = KeepCpu(stage.Energy) })],
            Epochs = [.. sample.Epochs.Select(epoch => epoch with { Energy = KeepCpu(epoch.Energy) })],
            Components = [cpu with { JobMicrojoules = microjoules, OthersMicrojoules = 0, IdleMicrojoules = 1_000_000,
                MachineMicrojoules = microjoules + 1_000_000 }],
            QuarterHours = [.. (quarters ?? [(start, microjoules)])
                .Select(quarter => new QuarterHour(quarter.Start, [new(cpu.Component, cpu.Device, quarter.Microjoules, [])]))],
        };

        ImmutableArray<EnergyUse> KeepCpu(ImmutableArray<EnergyUse> energy) =>
            [.. energy.Where(use => (use.Component, use.Device) == (cpu.Component, cpu.Device))];
    }

    /// <summary>A statement in proportion to the energy; a factor makes another one of the same run.</summary>
    public static FootprintStatement Statement(RunRecord record, double factor = 1, int hours = 0)
    {
        var sample = _base.Value.Statements[0];
        var scale = factor * record.Components.Sum(part => (double)part.JobMicrojoules) / 3.6e9;
        return sample with
        {
            AccountedAt = sample.AccountedAt.AddHours(hours),
            Figures = [.. sample.Figures.Select(figure => figure with { Bounds = Scale(figure.Bounds, scale) })],
        };

        static Bounds Scale(Bounds bounds, double by) => new(bounds.Low * by, bounds.Best * by, bounds.High * by);
    }

    /// <summary>The lines of a run: record and statements.</summary>
    public static PushedLine[] Lines(RunRecord record, params FootprintStatement[] statements) =>
    [
        new(record.Opening.Id, 0, Seal("record", JsonSerializer.SerializeToUtf8Bytes(record, RunJson.Default.RunRecord))),
        .. statements.Select((statement, index) =>
            new PushedLine(record.Opening.Id, index + 1,
                Seal("statement", JsonSerializer.SerializeToUtf8Bytes(statement, LedgerJson.Default.FootprintStatement)))),
    ];

    /// <summary>The lines of a run with one statement.</summary>
    public static PushedLine[] Lines(string id, long microjoules = 3_600_000_000, Func<RunOpening, RunOpening>? with = null)
    {
        var record = Record(id, microjoules, with);
        return Lines(record, Statement(record));
    }

    /// <summary>Writes lines into the folder of their run, as docs/formats/ledger.md has it.</summary>
    public static void WriteFolder(LedgerHome home, IReadOnlyList<PushedLine> lines)
    {
        var folder = home.GetRunFolder(lines[0].Run);
        Directory.CreateDirectory(folder.Location);
        foreach (var line in lines)
        {
            if (line.Sequence == 0)
                File.WriteAllBytes(folder.RecordPath, [.. line.Line.Span, (byte)'\n']);
            else
                File.AppendAllBytes(folder.StatementsPath, [.. line.Line.Span, (byte)'\n']);
        }
    }

    /// <summary>A line with its checksum: CRC-32C (RFC 3720, appendix B.4) of the JSON, by the processor's own instruction.</summary>
    static byte[] Seal(string name, byte[] json)
    {
        var sum = uint.MaxValue;
        foreach (var one in json)
            sum = BitOperations.Crc32C(sum, one);
        return [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"crc32c\":\"{~sum:x8}\",\"{name}\":")),
            .. json, (byte)'}'];
    }
}
