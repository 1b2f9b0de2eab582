namespace Tonne.Trials.Wrapping;

public class InheritanceTrials
{
    public static TheoryData<bool> BothWays => Wrapper.BothWays;

    /// <summary>All that a program can see of its environment, except its output and its parent.</summary>
    const string Everything =
        """
        import os, resource, sys
        print([os.fsencode(a) for a in sys.argv[1:]])
        print(sorted((k, v) for k, v in os.environb.items() if k != b'_' and not k.startswith(b'TONNE')))
        print(sorted((int(f), os.readlink('/proc/self/fd/' + f)) for f in os.listdir('/proc/self/fd')
                     if f not in '12' and os.path.exists('/proc/self/fd/' + f)))
        print([(n, resource.getrlimit(getattr(resource, n))) for n in sorted(dir(resource)) if n.startswith('RLIMIT')])
        print([l for l in open('/proc/self/status') if l.startswith(('Sig', 'Shd', 'Cap', 'Cpus_allowed', 'Seccomp', 'Umask')) and not l.startswith('SigQ')])
        print(os.getcwd(), os.getsid(0), os.getpgrp(), os.nice(0), os.getgroups())
        print([open('/proc/self/' + f).read() for f in ('coredump_filter', 'oom_score_adj', 'timerslack_ns', 'personality')])
        """;

    [Theory, MemberData(nameof(BothWays))]
    // All except its control group, which is created for it so that it can be counted exactly.
    public async Task The_child_is_given_what_we_were_given(bool listening)
    {
        Assert.SkipUnless(File.Exists(Terminal.Python), $"{Terminal.Python} is missing (apt-get install python3)");
        using var folder = new TemporaryFolder();
        var program = folder.Write("everything.py", Everything);
        var outcome = await Outcome.OfScript(
            """
            program=$1 folder=$2; shift 2
            words=(one "" 'two words' -- --help -h --listen --zone=FR $'\xff\xfe not text' '*' $'line\nbreak' 'ünï')
            export NOT_TEXT=$'\xfe\xff' EMPTY= DOTNET_something=1
            exec 7< /dev/zero
            ulimit -Sn 777
            /usr/bin/python3 "$program" "${words[@]}" > "$folder/direct" 2>&1 < /dev/null
            "$@" /usr/bin/python3 "$program" "${words[@]}" > "$folder/wrapped" 2>&1 < /dev/null
            trap '' HUP USR1
            cd /
            umask 027
            nice -n 5 /usr/bin/python3 "$program" "${words[@]}" >> "$folder/direct" 2>&1 <&7
            nice -n 5 "$@" /usr/bin/python3 "$program" "${words[@]}" >> "$folder/wrapped" 2>&1 <&7
            # The parent's limit is another than the one that tonne is given.
            for limit in 555 "$(ulimit -Hn)"; do
                (ulimit -Sn "$limit"; exec /usr/bin/python3 "$program" limit) >> "$folder/direct" 2>&1 < /dev/null
                (ulimit -Sn "$limit"; exec "$@" /usr/bin/python3 "$program" limit) >> "$folder/wrapped" 2>&1 < /dev/null
            done
            cmp "$folder/direct" "$folder/wrapped" || diff "$folder/direct" "$folder/wrapped"
            wc -l < "$folder/direct"
            """,
            [program, folder.Path, .. Wrapper.Command(listening)]);
        Assert.True(outcome.Text == "28\n", outcome.Text);
        Assert.Equal("", outcome.ErrorText);
    }

    [Fact]
    public async Task With_too_few_open_files_the_command_runs_unmeasured()
    {
        var outcome = await Outcome.OfScript(
            """ulimit -n 16; "$@" /bin/sh -c 'echo ran; ulimit -n; exit 7'; echo $?; "$@" /no/such/program; echo $?""",
            [.. Wrapper.Command(listening: true)]);
        Assert.Equal("ran\n16\n7\n127\n", outcome.Text);
        Assert.Contains("the limit on open files is 16, too low to measure anything; the command runs unmeasured", outcome.ErrorText, StringComparison.Ordinal);
    }
}
