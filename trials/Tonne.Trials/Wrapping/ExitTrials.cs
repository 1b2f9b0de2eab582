namespace Tonne.Trials.Wrapping;

public class ExitTrials
{
    public static TheoryData<bool> BothWays => Wrapper.BothWays;

    /// <summary>All that end a process by default; signal(7).</summary>
    static readonly int[] _signals = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31, 34, 64];

    [Fact]
    public async Task Every_exit_code_passes_through_the_wrapping() =>
        await Codes(Enumerable.Range(0, 256), Wrapper.CommandAlone(listening: true));

    [Fact]
    public async Task Every_signal_is_128_and_its_number_through_the_wrapping() =>
        await Signals(_signals, Wrapper.CommandAlone(listening: true));

    [Theory, MemberData(nameof(BothWays))]
    public async Task Exit_codes_pass_through(bool listening) =>
        await Codes([0, 1, 2, 42, 125, 126, 127, 128, 137, 255], Wrapper.Command(listening));

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_signal_is_128_and_its_number(bool listening) =>
        await Signals([1, 2, 6, 9, 13, 15, 64], Wrapper.Command(listening));

    static async Task Codes(IEnumerable<int> codes, string[] wrapper)
    {
        var outcome = await Outcome.OfScript(
            """for code in $1; do "${@:2}" /bin/sh -c "exit $code"; echo $?; done""", [string.Join(' ', codes), .. wrapper]);
        Assert.Equal(codes, Numbers(outcome));
    }

    static async Task Signals(int[] signals, string[] wrapper)
    {
        var outcome = await Outcome.OfScript(
            """ulimit -c 0; for signal in $1; do "${@:2}" /bin/sh -c "kill -$signal \$\$"; echo $?; done""", [string.Join(' ', signals), .. wrapper]);
        Assert.Equal(signals.Select(signal => 128 + signal), Numbers(outcome));
    }

    static IEnumerable<int> Numbers(Outcome outcome) => outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);

    [Theory, MemberData(nameof(BothWays))]
    public async Task What_cannot_be_started_says_why(bool listening)
    {
        using var folder = new TemporaryFolder();
        var notExecutable = folder.Write("plain.txt", "hello");
        var noInterpreter = folder.Write("orphan", "#!/nowhere/at/all\n", executable: true);
        foreach (var (command, code, words) in new[]
        {
            ("no-such-command-anywhere", 127, "not found on PATH"),
            (Path.Combine(folder.Path, "nothing"), 127, "no such file"),
            (noInterpreter, 127, "interpreter"),
            (notExecutable, 126, "not executable"),
            (folder.Path, 126, "not executable"),
            ("", 127, "empty"),
        })
        {
            var outcome = await Outcome.Of(Wrapper.Command(listening, command));
            Assert.Equal(code, outcome.Code);
            Assert.Contains(words, outcome.ErrorText, StringComparison.Ordinal);
            Assert.StartsWith("tonne: cannot run '", outcome.ErrorText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_room_for_another_process_is_125()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root: limits the number of processes of another user");
        using var folder = new TemporaryFolder();

        // Processes are limited per user, and root is not limited: as nobody, with room for the threads of the wrapper but for no child.
        var outcome = await Outcome.OfScript(
            """
            for room in $(seq 4 24); do
                setpriv --reuid=54321 --regid=54321 --clear-groups prlimit --nproc=$room "$@" /bin/true 2>&1; echo $?
            done
            """,
            Wrapper.Command(listening: false));
        Assert.Contains("could not start '/bin/true'", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("\n125\n", outcome.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_script_without_a_first_line_is_run_by_the_shell(bool listening)
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("bare", "echo \"$0 $1\"; exit 3\n", executable: true);
        var outcome = await Outcome.Of(Wrapper.Command(listening, script, "word"));
        Assert.Equal((3, $"{script} word\n"), (outcome.Code, outcome.Text));
    }
}
