using Tonne.Ledgers.Calls;
using Tonne.Services.Imports;

namespace Tonne.Services.Tests.Imports;

public sealed class UsageExportTests : IDisposable
{
    const string AnthropicHeader = "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
        + "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,"
        + "web_search_count";

    readonly Transcripts _logs = new();

    public void Dispose() => _logs.Dispose();

    TokenImportOutcome Import(string text, string? columns = null) => new TokenImport(_logs.Home, null, _logs.Time)
        .Run(new UsageExport(columns is null ? null : UsageColumns.Parse(columns)), [_logs.WriteText("export.csv", text)]);

    [Fact]
    public void Columns_of_Anthropics_export_are_recognised()
    {
        var outcome = Import($"{AnthropicHeader}\n"
            + "2026-11-28,claude-sonnet-4-5-20250929,my key,Default,standard,≤ 200k,100,20,3,4000,50,10\n"
            + "2026-11-28,claude-haiku-4-5-20251001,my key,Default,standard,≤ 200k,7,0,0,0,2,0\n");

        Assert.Equal((2, "anthropic-usage"), (outcome.Added, outcome.Service));
        // 100+20+3+4000 and 7; 4000; 50 and 2.
        Assert.Equal(new CallTokens(4_130, 4_000, 52), _logs.ReadSum().Tokens);
        Assert.DoesNotContain("my key", _logs.ReadLedger(), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_OpenAIs_export_are_recognised_with_the_number_of_requests()
    {
        // 1764288000 is 2025-11-28T00:00:00Z: 20,420 days of 86,400 s after 1970.
        Import("start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,model,input_tokens,output_tokens,"
            + "input_cached_tokens\n"
            + "1764288000,1764374400,2025-11-28T00:00:00+00:00,2025-11-29T00:00:00+00:00,proj_1,40,gpt-5-mini-2025-08-07,8000,900,3000\n"
            + "1764374400,1764460800,2025-11-29T00:00:00+00:00,2025-11-30T00:00:00+00:00,,,,,,\n");

        var row = Assert.Single(new CallLog(_logs.Home).Read().Rows);
        Assert.Equal((40, new CallTokens(8_000, 3_000, 900)), (row.Sum.Requests, row.Sum.Tokens));
        Assert.Equal(new DateTimeOffset(2025, 11, 28, 0, 0, 0, TimeSpan.Zero), row.Key.Hour);
    }

    [Fact]
    public void Columns_can_be_named()
    {
        Import("Day;x,Model,In A,In B,Hit,Out\n2026-11-28T05:10:00Z,gpt-4o,10,5,3,2\n",
            "time=Day;x,model=Model,input=In A+In B,cached=Hit,output=Out");

        Assert.Equal(new CallTokens(15, 3, 2), _logs.ReadSum().Tokens);
    }

    [Fact]
    public void A_later_export_adds_what_has_grown_and_rows_that_are_alike_both_count()
    {
        const string Row = "2026-11-30,claude-sonnet-4-5,key,Default,standard,≤ 200k,";
        Import($"{AnthropicHeader}\n{Row}10,0,0,0,5,0\n{Row}10,0,0,0,5,0\n");
        var outcome = Import($"{AnthropicHeader}\n{Row}10,0,0,0,5,0\n{Row}25,0,0,0,9,1\n2026-11-29,claude-sonnet-4-5,key,,,,1,0,0,0,1,0\n");

        Assert.Equal((1, 1, 1), (outcome.Added, outcome.Completed, outcome.Known));
        Assert.Equal(new CallTokens(36, 0, 15), _logs.ReadSum().Tokens);
        Assert.Equal(3, _logs.ReadSum().Requests);
    }

    [Fact]
    public void Rows_and_files_that_cannot_be_read_are_counted_without_their_text()
    {
        var outcome = Import($"{AnthropicHeader}\n{Transcripts.Marker},m,,,,,1,0,0,0,1,0\n2026-11-30,m,,,,,-1,0,0,0,1,0\n"
            + $"2026-11-30,m,,,,,{Transcripts.Marker},0,0,0,1,0\n2026-11-30\n2026-11-30,m,,,,,1,0,0,0,1,0\n");
        Assert.Equal(
            [(2, SkipReason.WrongValue), (3, SkipReason.WrongValue), (4, SkipReason.WrongValue), (5, SkipReason.MissingField)],
            outcome.Skipped.Select(line => ((int)line.Line, line.Reason)));
        Assert.Equal((1, 1), (outcome.Added, _logs.ReadSum().WithoutFigure));

        var other = Import($"a,b\n{Transcripts.Marker},2\n");
        Assert.Equal(new SkippedLine("export.csv", 1, SkipReason.MissingColumn), Assert.Single(other.Skipped));
        Assert.DoesNotContain(Transcripts.Marker, _logs.ReadLedger() + string.Join('\n', outcome.Skipped), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model=A")]
    [InlineData("model=A,time=B,output=C")]
    [InlineData("model=A,time=B,output=C,input=D,uncached=E")]
    [InlineData("model=A,model=B,time=B,output=C,input=D")]
    [InlineData("size=A,time=B,output=C,input=D")]
    [InlineData("model,time=B,output=C,input=D")]
    public void Columns_that_are_not_enough_are_refused(string text) => Assert.Throws<FormatException>(() => UsageColumns.Parse(text));
}
