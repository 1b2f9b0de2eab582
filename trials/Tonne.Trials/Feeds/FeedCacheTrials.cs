using System.Diagnostics;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;

namespace Tonne.Trials.Feeds;

/// <summary>The cache among real processes.</summary>
[Collection(nameof(Alone))]
public sealed class FeedCacheTrials
{
    const string AddressVariable = "TONNE_TRIAL_FEEDS_ADDRESS";
    const string FolderVariable = "TONNE_TRIAL_FEEDS_FOLDER";

    static readonly DateTimeOffset _now = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Twenty_processes_that_ask_at_once_make_one_call()
    {
        var folder = Directory.CreateTempSubdirectory("tonne-feeds-").FullName;
        try
        {
            // The answer takes half a second, so that the others come while the call is under way.
            using var server = new ReplayServer(_now, (_, _, reply) => reply with { Delay = TimeSpan.FromSeconds(0.5) });
            var processes = Enumerable.Range(0, 20).Select(_ => Start(server.Address, folder)).ToList();
            foreach (var process in processes)
            {
                using (process)
                {
                    await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                    Assert.Equal(0, process.ExitCode);
                }
            }

            var answers = Directory.GetFiles(folder, "*.answer").Select(File.ReadAllText).ToList();
            Assert.Equal(20, answers.Count);
            Assert.Single(answers, "called");
            Assert.Equal(1, server.Calls);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What each of the twenty runs; it is not run by itself.</summary>
    [Fact(Explicit = true)]
    public async Task One_of_twenty_processes()
    {
        var (address, folder) = (Environment.GetEnvironmentVariable(AddressVariable)!, Environment.GetEnvironmentVariable(FolderVariable)!);
        var time = new PlayedTime(_now);
        using var feeds = new IntensityFeeds(new FeedOptions { Time = time, Setting = name => name == "grid.rte.url" ? $"{address}/rte/" : null });

        var answer = await new IntensityCache(Path.Combine(folder, "cache"), time).ReadAsync(
            feeds.Find("rte")!, IntensityFeeds.FindZone("FR")!, _now.AddHours(-10), _now, live: true, TestContext.Current.CancellationToken);

        Assert.NotNull(answer.Answer.Observed);
        await File.WriteAllTextAsync(
            Path.Combine(folder, $"{Environment.ProcessId}.answer"), answer.Called ? "called" : "kept", TestContext.Current.CancellationToken);
    }

    static Process Start(string address, string folder)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(FeedCacheTrials).Assembly.Location);
        foreach (var argument in (string[])["--no-progress", "--no-ansi", "--output", "Normal", "--explicit", "only", "--filter-method", $"*{nameof(One_of_twenty_processes)}"])
            start.ArgumentList.Add(argument);
        start.Environment[AddressVariable] = address;
        start.Environment[FolderVariable] = folder;
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }
}
