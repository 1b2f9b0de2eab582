using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tonne.Ledgers.Auditing;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Tests.Reading;
using Tonne.Ledgers.PostgreSql.Tests.Server;

namespace Tonne.Ledgers.PostgreSql.Tests.Exporting;

/// <summary>What is exported by the hour is what the ledger has, and adds up to its total.</summary>
public sealed class PostgresHourlyExportTests(FilledLedgers ledgers, PostgresServer server) : IClassFixture<FilledLedgers>, IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-hours-").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string File => Path.Combine(_folder, "new", "hours.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_hours_add_up_to_the_total_of_the_ledger()
    {
        var count = await Export().WriteAsync(File, null, Stop);

        var sum = ledgers.Postgres.Total().Sum;
        Assert.Equal(sum.FacilityEnergy.Best, count.KilowattHours, 1e-9 * sum.FacilityEnergy.Best);
        var (header, rows) = Read();
        Assert.Equal(HourlyEnergyWriter.Columns, header);
        Assert.Equal(count.Lines, rows.Count);
        Assert.Equal(sum.FacilityEnergy.Best, rows.Sum(row => Number(row[3])), 1e-9 * sum.FacilityEnergy.Best);
        Assert.All(rows, row => Assert.Equal(Number(row[3]) * Number(row[4]) / 1000, Number(row[5]), 1e-12 + (1e-9 * Number(row[5]))));
        Assert.Equal(rows.Select(row => row[0]).Order(StringComparer.Ordinal), rows.Select(row => row[0]));
    }

    [Fact]
    public async Task Months_and_accounts_are_parts_of_the_whole()
    {
        await Export().WriteAsync(File, null, Stop);
        var (_, all) = Read();
        var account = all.GroupBy(row => row[1]).Where(group => group.Key.Length > 0).MaxBy(group => group.Count())!.Key;
        var month = all.GroupBy(row => row[0][..7]).MaxBy(group => group.Count())!.Key;
        var first = DateOnly.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture);

        await Export().WriteAsync(File, new ExportQuery { Since = first, Until = first.AddMonths(1), Account = account }, Stop);

        var expected = all.Where(row => row[1] == account && row[0][..7] == month).Select(Describe).ToList();
        Assert.True(expected.Count > 1, $"{expected.Count} hours of {account} in {month}");
        Assert.Equal(expected, Read().Rows.Select(Describe));

        static (string, string, double) Describe(string[] row) => (row[0], row[2], Math.Round(Number(row[3]), 12));
    }

    [Fact]
    public async Task Each_hash_is_that_of_the_hash_before_and_the_fields()
    {
        var count = await Export().WriteAsync(File, null, Stop);

        var lines = await System.IO.File.ReadAllLinesAsync(File, Stop);
        var hash = "";
        foreach (var (line, i) in lines.Select((line, i) => (line, i)))
        {
            var fields = i == 0 ? line : line[..line.LastIndexOf(',')];
            hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hash + "\n" + fields)));
            if (i > 0)
                Assert.Equal(hash, line[(line.LastIndexOf(',') + 1)..]);
        }

        Assert.Equal(hash, count.LastHash);
        Assert.Equal([File], Directory.GetFiles(Path.GetDirectoryName(File)!));
    }

    [Fact]
    public async Task A_person_has_the_hours_of_their_own_runs_only()
    {
        var user = ledgers.Runs.Where(run => run.User is not null && run.HasFigures).GroupBy(run => run.User!).First().Key;

        var count = await Export(user).WriteAsync(File, null, Stop);

        var own = new PostgresLedger(ledgers.Database.Database, new Person(user)).Total().Sum;
        Assert.Equal(own.FacilityEnergy.Best, count.KilowattHours, 1e-9 * own.FacilityEnergy.Best);
        Assert.True(count.KilowattHours < ledgers.Postgres.Total().Sum.FacilityEnergy.Best);
        Assert.Equal(default, await Export("nobody at all").WriteAsync(Path.Combine(_folder, "none.csv"), null, Stop));
        Assert.False(System.IO.File.Exists(Path.Combine(_folder, "none.csv")));
    }

    PostgresHourlyExport Export(string person = "owner")
    {
        server.Require();
        return new PostgresHourlyExport(ledgers.Database.Database, new Person(person), ledgers.Database.Time);
    }

    (string[] Header, List<string[]> Rows) Read()
    {
        var lines = System.IO.File.ReadAllLines(File);
        return (lines[0].Split(','), [.. lines.Skip(1).Select(static line => line.Split(','))]);
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
