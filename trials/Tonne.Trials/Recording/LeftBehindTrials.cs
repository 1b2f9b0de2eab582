namespace Tonne.Trials.Recording;

/// <summary>Processes that a command leaves behind: helpers that clean up and end are no news, others are one warning.</summary>
public class LeftBehindTrials
{
    [Fact]
    public async Task The_helper_that_joblib_leaves_behind_raises_no_warning()
    {
        Needs.Python();
        using var tonne = new TonneCommand();
        var script = tonne.Write("parallel.py", """
            from joblib import Parallel, delayed
            def work(i):
                return sum(k * i for k in range(100_000))
            print(sum(Parallel(n_jobs=2)(delayed(work)(i) for i in range(4))))
            """);

        var (finished, run) = await tonne.MeasureAsync(["--zone", "FR"], "/usr/bin/python3", script);

        Assert.True(finished.Code == 0, finished.Error);
        Assert.Empty(run.Warnings);
    }

    [Theory]
    [InlineData("echo result")]
    [InlineData("echo result; exit 7")]
    public async Task Output_that_a_full_disk_loses_is_a_message_and_an_exit_code(string command)
    {
        using var tonne = new TonneCommand();

        var plain = await tonne.RunOtherAsync("/bin/sh", "-c", $"sh -c '{command}' > /dev/full");
        var wrapped = await tonne.RunOtherAsync("/bin/sh", "-c", $"'{TonneCommand.Executable}' run -q -- sh -c '{command}' > /dev/full");

        Assert.Equal(plain.Code == 2 ? 1 : plain.Code, wrapped.Code == 2 ? 1 : wrapped.Code);
        Assert.NotEqual(0, wrapped.Code);
        Assert.Contains("output could not be written", wrapped.Error);
    }

    [Fact]
    public async Task A_process_that_lives_on_is_one_warning()
    {
        using var tonne = new TonneCommand();

        var (_, run) = await tonne.MeasureAsync(["--zone", "FR"], "sh", "-c", "sleep 5 & echo started");

        Assert.Equal(["descendants-alive"], run.Warnings);
    }
}
