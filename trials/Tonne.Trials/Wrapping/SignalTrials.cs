namespace Tonne.Trials.Wrapping;

public class SignalTrials
{
    public static TheoryData<bool> BothWays => Wrapper.BothWays;

    /// <summary>Counts the signals it gets until something is written to the named pipe.</summary>
    const string Counter =
        """
        import os, signal, sys
        got = []
        seen = os.open(sys.argv[1] + '.seen', os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        for number in (1, 2, 3, 10, 12, 14, 15, 18, 20, 28, 29, 30): signal.signal(number, lambda n, frame: (got.append(n), os.write(seen, b'.')))
        print('ready', flush=True)
        open(sys.argv[1]).read()
        print(sorted(got), flush=True)
        """;

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_signal_for_us_reaches_the_child_once(bool listening)
    {
        var outcome = await Counted(listening,
            """
            for signal in 1 2 3 10 12 14 15 18 20 28 29 30; do
                rm -f "$folder/out" "$folder/end.seen"
                /usr/bin/python3 -c 'import os, signal, sys; [signal.signal(n, signal.SIG_DFL) for n in (2, 3)]; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])' "$@" > "$folder/out" & us=$!
                until grep -qs ready "$folder/out"; do :; done
                kill -$signal $us
                arrived 1
                settle
                echo > "$folder/end"
                wait $us
                tail -n 1 "$folder/out"
            done
            """);
        Assert.Equal(string.Concat(((int[])[1, 2, 3, 10, 12, 14, 15, 18, 20, 28, 29, 30]).Select(signal => $"[{signal}]\n")), outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_signal_for_the_whole_group_reaches_the_child_once(bool listening)
    {
        var outcome = await Counted(listening,
            """
            for round in 1 2 3; do
                rm -f "$folder/out" "$folder/end.seen"
                /usr/bin/python3 -c 'import os, signal, sys; [signal.signal(n, signal.SIG_DFL) for n in (2, 3)]; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])' "$@" > "$folder/out" & us=$!
                until grep -qs ready "$folder/out"; do :; done
                sent=0
                for signal in 15 2 10 15; do kill -$signal -$us; sent=$((sent + 1)); arrived $sent; settle; done
                echo > "$folder/end"
                wait $us
                tail -n 1 "$folder/out"
            done
            """);
        Assert.Equal("[2, 10, 15, 15]\n[2, 10, 15, 15]\n[2, 10, 15, 15]\n", outcome.Text);
    }

    /// <summary>Runs the script with the counter; `arrived` waits until the child has noted so many signals, ten seconds at most, and `settle` gives a second copy of a signal time to show up.</summary>
    static async Task<Outcome> Counted(bool listening, string script)
    {
        Assert.SkipUnless(File.Exists(Terminal.Python), $"{Terminal.Python} is missing (apt-get install python3)");
        using var folder = new TemporaryFolder();
        var counter = folder.Write("counter.py", Counter);
        var outcome = await Outcome.OfScript(
            """folder=$1; shift; settle() { read -t 0.15 <> <(:); }; arrived() { for i in {1..200}; do [ "$(stat -c %s "$folder/end.seen" 2>/dev/null || echo 0)" -ge $1 ] && return; read -t 0.05 <> <(:); done; }; mkfifo "$folder/end";""" + "\n" + script,
            [folder.Path, .. Wrapper.Command(listening, Terminal.Python, counter, Path.Combine(folder.Path, "end"))]);
        Assert.Equal("", outcome.ErrorText);
        return outcome;
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_time_limit_ends_the_child_even_the_hard_way(bool listening)
    {
        using var folder = new TemporaryFolder();
        var outcome = await Outcome.OfScript(
            """
            folder=$1; shift
            timeout 3 "$@" sleep 60; echo $?
            timeout -k 0.2 3 "$@" /bin/sh -c 'trap "" TERM; echo $$ > "$1"; while :; do sleep 1; done' child "$folder/pid"; echo $?
            read -t 0.1 <> <(:)
            grep -qs "State:.[RSD]" /proc/$(cat "$folder/pid")/status || echo gone
            """,
            [folder.Path, .. Wrapper.Command(listening)]);
        Assert.Equal("124\n137\ngone\n", outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task What_nohup_ignores_stays_ignored(bool listening)
    {
        using var folder = new TemporaryFolder();
        var outcome = await Outcome.OfScript(
            """
            folder=$1; shift; mkfifo "$folder/end"
            nohup "$@" /bin/sh -c 'echo ready; read line < "$1"; echo survived' child "$folder/end" > "$folder/out" 2>/dev/null & us=$!
            until grep -qs ready "$folder/out"; do :; done
            kill -HUP $us; read -t 0.1 <> <(:)
            echo > "$folder/end"
            wait $us; echo $?
            tail -n 1 "$folder/out"
            """,
            [folder.Path, .. Wrapper.Command(listening)]);
        Assert.Equal("0\nsurvived\n", outcome.Text);
    }

    [Fact]
    public async Task An_exit_code_is_known_where_the_end_of_children_is_ignored()
    {
        Assert.SkipUnless(File.Exists(Terminal.Python), $"{Terminal.Python} is missing (apt-get install python3)");
        var outcome = await Outcome.Of([Terminal.Python, "-c",
            "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])",
            .. Wrapper.Command(true, "/bin/sh", "-c", "exit 37")]);
        Assert.Equal(37, outcome.Code);
    }
}
