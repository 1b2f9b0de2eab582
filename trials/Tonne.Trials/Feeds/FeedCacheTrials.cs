using System.Diagnostics;
using System.Globalization;

namespace Tonne.Trials.Feeds;

/// <summary>The cache among real processes.</summary>
public sealed class FeedCacheTrials
{
    static string Reader { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "FeedReader", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "FeedReader"));

    [Fact]
    public async Task Twenty_processes_that_ask_at_once_make_one_call()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-feeds-").FullName;
        var now = TimeProvider.System.GetUtcNow();
        try
        {
            // The answer takes a second, so that others come while the call is under way.
            using var server = new ReplayServer(now, (_, _, reply) => reply with { Delay = TimeSpan.FromSeconds(1) });
            var processes = Enumerable.Range(0, 20).Select(_ => Process.Start(new ProcessStartInfo(
                Reader, [$"{server.Address}/rte/", folder, now.ToString("O", CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, UseShellExecute = false })!).ToList();
            var answers = new List<string>();
            foreach (var process in processes)
            {
                using (process)
                {
                    answers.Add(await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
                    await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                }
            }

            Assert.Equal(19, answers.Count(answer => answer == "kept"));
            Assert.Equal(1, answers.Count(answer => answer == "called"));
            Assert.Equal(1, server.Calls);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
