using Tonne.Services.Logs;
using Tonne.Services.Recording;

namespace Tonne.Services.Tests.Recording;

/// <summary>Requests from an access log, across rotation and a new recorder.</summary>
public sealed class LogUseSourceTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-log-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string LogPath => Path.Combine(_folder.FullName, "access.log");

    public void Dispose() => _folder.Delete(recursive: true);

    LogUseSource Open(TimeProvider time) => new(LogPath, AccessLogFormat.FromRegex(
        @"^(?<time>\S+) (?<model>\S+) (?<status>\d+) (?<seconds>[\d.]+) (?<prompt_tokens>\d+) (?<output_tokens>\d+)$", AccessLogTime.End), time);

    void Write(params string[] lines) => File.AppendAllText(LogPath, string.Concat(lines.Select(line => line + "\n")));

    [Fact]
    public async Task Lines_are_counted_once_across_looks_rotation_and_recorders()
    {
        var time = new RunAheadTime(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
        Write("2026-11-30T11:00:00Z a 200 1.0 99 99");
        string state;
        using (var source = Open(time))
        {
            // What was there before is not of this recording.
            Assert.Empty((await source.ReadAsync(Cancellation)).Uses);
            time.Advance(TimeSpan.FromSeconds(10));
            Write("2026-11-30T12:00:04Z a 200 4.0 10 20", "2026-11-30T12:00:05Z b 200 2.0 1 2", "2026-11-30T12:00:06Z a 200 2.0 30 40");

            var reading = await source.ReadAsync(Cancellation);

            // 'a' ran for 4 + 2 of 10 s, 'b' for 2.
            Assert.Equal(
                [new ServiceUse { Model = "a", Requests = 2, PromptTokens = 40, OutputTokens = 60, Running = 0.6, Waiting = 0 },
                    new ServiceUse { Model = "b", Requests = 1, PromptTokens = 1, OutputTokens = 2, Running = 0.2, Waiting = 0 }],
                reading.Uses);
            state = reading.State!;
        }

        // Meanwhile nobody looks; the log is rotated after another line.
        Write("2026-11-30T12:00:20Z a 200 1.0 5 6");
        using var next = Open(time);
        next.Restore(state);
        Assert.Equal((1L, 5L), (await next.ReadAsync(Cancellation)).Uses.Select(use => (use.Requests, use.PromptTokens)).Single());
        File.Move(LogPath, LogPath + ".1");
        Write("2026-11-30T12:00:30Z a 200 1.0 7 8", "no request");
        time.Advance(TimeSpan.FromSeconds(10));

        var rotated = await next.ReadAsync(Cancellation);

        Assert.Equal((1L, 7L), rotated.Uses.Select(use => (use.Requests, use.PromptTokens)).Single());
        Assert.StartsWith("1 lines could not be read", rotated.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_is_not_there_is_a_gap()
    {
        using var source = Open(TimeProvider.System);

        Assert.NotNull((await source.ReadAsync(Cancellation)).Gap);
    }
}
