using System.Text.Json;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Tests.Runs;

/// <summary>What version 0.1 wrote is read by later ones.</summary>
public class FormerNamesTests
{
    [Fact]
    public void Warnings_stored_as_doubts_are_read_and_written_as_warnings()
    {
        var record = SampleRuns.Training() with { Warnings = [new Warning("descendants-alive", "2 processes outlived the command.")] };
        var now = JsonSerializer.Serialize(record, RunJson.Default.RunRecord);
        var then = now.Replace("\"warnings\":", "\"doubts\":", StringComparison.Ordinal);

        Assert.Contains("\"warnings\":[{\"code\":\"descendants-alive\"", now, StringComparison.Ordinal);
        Assert.DoesNotContain("doubts", now, StringComparison.Ordinal);
        var read = JsonSerializer.Deserialize(then, RunJson.Default.RunRecord)!;
        Assert.Equal(record.Warnings, read.Warnings);
        Assert.Equal(record.Opening.Warnings, read.Opening.Warnings);
        Assert.Equal(now, JsonSerializer.Serialize(read, RunJson.Default.RunRecord));
    }

    [Fact]
    public void A_statement_stored_with_doubts_keeps_them()
    {
        var record = SampleRuns.Training();
        var footprint = SampleRuns.Account(record);
        var statement = footprint.CreateStatement(DateTimeOffset.UnixEpoch) with { Factors = footprint.Factors with { Warnings = [new Warning("place-guessed", "World mean.")] } };
        var now = JsonSerializer.Serialize(statement, LedgerJson.Default.FootprintStatement);
        var then = now.Replace("\"warnings\":", "\"doubts\":", StringComparison.Ordinal);

        Assert.DoesNotContain("doubts", now, StringComparison.Ordinal);
        Assert.Equal(statement.Factors.Warnings, JsonSerializer.Deserialize(then, LedgerJson.Default.FootprintStatement)!.Factors.Warnings);
    }
}
