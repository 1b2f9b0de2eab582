using System.Diagnostics;

namespace Tonne.Trials.Training;

public sealed class KilledTrainingTrials : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tonne-trial-").FullName;

    static string Learner { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Learner", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Learner"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_training_killed_at_random_instants_goes_on_to_the_same_weights()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using (var whole = Start("whole"))
        {
            await whole.WaitForExitAsync(cancellation);
            Assert.Equal(0, whole.ExitCode);
        }

        var random = new Random(5);
        int killed = 0, amid = 0;
        while (!File.Exists(At("killed.weights")))
        {
            using var process = Start("killed");
            if (killed < 12)
            {
                // From before the first step to after some hundred; also between the writing of a checkpoint and its renaming.
                using var instant = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                instant.CancelAfter(random.Next(60, 900));
                try
                {
                    await process.WaitForExitAsync(instant.Token);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    process.Kill();
                    killed++;
                    amid += File.Exists(At("killed.checkpoint")) ? 1 : 0;
                }
            }

            await process.WaitForExitAsync(cancellation);
        }

        Assert.InRange(killed, 3, 12);
        Assert.InRange(amid, 1, 12);
        Assert.Equal(await File.ReadAllBytesAsync(At("whole.weights"), cancellation), await File.ReadAllBytesAsync(At("killed.weights"), cancellation));
    }

    string At(string name) => Path.Combine(_folder, name);

    Process Start(string name)
    {
        var process = Process.Start(new ProcessStartInfo(Learner, [At($"{name}.checkpoint"), At($"{name}.weights")]) { RedirectStandardOutput = true, UseShellExecute = false });
        return process ?? throw new InvalidOperationException("It did not start.");
    }
}
