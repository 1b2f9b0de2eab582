using static Tonne.Trials.Wrapping.Terminal;

namespace Tonne.Trials.Wrapping;

public class TerminalTrials
{
    public static TheoryData<bool> BothWays => Wrapper.BothWays;

    /// <summary>Counts the interrupts it gets until a line is typed.</summary>
    const string Counter =
        """
        import os, signal, sys
        got = []
        for number in map(int, sys.argv[1:]): signal.signal(number, lambda n, frame: got.append(n))
        print('ready', os.getpid(), os.getppid(), flush=True)
        sys.stdin.readline()
        print('got', got, flush=True)
        """;

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_terminal_is_a_terminal_of_the_same_size_and_colours(bool listening)
    {
        var session = await Play(Wrapper.Command(listening, "/bin/sh", "-c",
            "for d in 0 1 2; do [ -t $d ] && echo terminal $d; done; stty size; stty size <&1; tput cols; tput colors; ls --color=auto -d /"));
        Assert.Equal(
            "terminal 0\r\nterminal 1\r\nterminal 2\r\n31 101\r\n31 101\r\n101\r\n256\r\n\e[0m\e[01;34m/\e[0m\r\n",
            session.Screen);
        Assert.Equal(0, session.Status);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Only_what_was_a_terminal_is_one(bool listening)
    {
        var session = await Play(["/bin/bash", "-c",
            "\"$@\" 2> /dev/null | cat; \"$@\" 2>&1 > /dev/null; \"$@\" < /dev/null", "trial",
            .. Wrapper.Command(listening, "/bin/sh", "-c", "for d in 0 1 2; do [ -t $d ] && echo $d; done; for d in 0 1 2; do [ -t $d ] && echo error $d >&2; done")]);
        Assert.Equal("0\r\nerror 0\r\nerror 2\r\n1\r\n2\r\nerror 1\r\nerror 2\r\n", session.Screen);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_resized_window_is_noticed(bool listening)
    {
        using var folder = new TemporaryFolder();
        var watcher = folder.Write(
            "watcher.py",
            """
            import os, signal, sys
            def tell(*_):
                # Not print: a handler may interrupt it, and it may not be entered twice.
                os.write(1, (' '.join(str(os.get_terminal_size(d)[:]) for d in (0, 1, 2)) + '\n').encode())
            signal.signal(signal.SIGWINCH, tell)
            tell()
            sys.stdin.readline()
            """);
        string[] direct = [Python, watcher];

        // A grandchild gets the signal as well.
        string[] behind = ["/bin/sh", "-c", $"{Python} {watcher}; true"];
        foreach (var command in new[] { direct, behind })
        {
            var session = await Play(
                Wrapper.Command(listening, command),
                Expect("(101, 31) (101, 31) (101, 31)"),
                Resize(40, 120),
                Expect("(120, 40) (120, 40) (120, 40)"),
                Resize(20, 60),
                Expect("(60, 20) (60, 20) (60, 20)"),
                Type("\r"));
            Assert.Equal(0, session.Status);
        }
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Control_C_reaches_the_child_once(bool listening)
    {
        using var folder = new TemporaryFolder();
        var counter = folder.Write("counter.py", Counter);
        var session = await Play(
            Wrapper.Command(listening, Python, counter, "2"),
            Expect("ready"), Type(ControlC), Expect("^C"), Type("\r"), Expect("got [2]\r\n"));
        Assert.Equal(0, session.Status);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_loop_in_a_script_ends_at_Control_C(bool listening)
    {
        var session = await Play(
            ["/bin/bash", "-c", "for i in 1 2 3; do \"$@\"; echo next; done", "trial", .. Wrapper.Command(listening, "/bin/sh", "-c", "echo begun; exec sleep 60")],
            Expect("begun"), Type(ControlC));
        Assert.DoesNotContain("next", session.Screen, StringComparison.Ordinal);
        Assert.Equal(-2, session.Status);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Stopped_and_continued_in_the_foreground_and_in_the_background(bool listening)
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("work.sh", "echo begun\nread line\necho \"read $line\"\n");
        var background = folder.Write("more.sh", $"mkfifo {folder.Path}/go; echo begun; read line < {folder.Path}/go; echo \"read $line\"\n");
        var wrapped = string.Join(' ', Wrapper.Command(listening, "/bin/sh"));
        var session = await Play(
            ["/bin/bash", "--norc", "--noediting", "-i"],
            Type("PS1='>''> '\r"), Expect(">> "),
            Type($"{wrapped} {script}\r"), Expect("begun"), Type(ControlZ), Expect("Stopped"), Expect(">> "),
            Type("jobs\r"), Expect("Stopped"), Expect(">> "),
            Type("fg\r"), Expect(script), Type("word\r"), Expect("read word"), Expect(">> "),
            Type($"{wrapped} {background}\r"), Expect("begun"), Type(ControlZ), Expect("Stopped"), Expect(">> "),
            Type("bg\r"), Expect(">> "), Type($"echo far > {folder.Path}/go\r"), Expect("read far"),
            Type("wait; echo waited $?\r"), Expect("waited 0"), Expect(">> "),
            Type($"{wrapped} {script} &\r"), Expect("begun"), Type("until jobs | grep -q Stopped; do :; done; jobs\r"), Expect("Stopped  "), Type("fg\r"), Expect(script), Type("again\r"), Expect("read again"),
            Expect(">> "), Type("exit\r"));
        Assert.Equal(0, session.Status);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_child_that_does_not_want_to_stop_keeps_the_terminal(bool listening)
    {
        using var folder = new TemporaryFolder();
        var counter = folder.Write("counter.py", Counter);
        var session = await Play(
            ["/bin/bash", "--norc", "--noediting", "-i"],
            Type("PS1='>''> '\r"), Expect(">> "),
            Type($"{string.Join(' ', Wrapper.Command(listening, Python, counter, "20"))}\r"), Expect("ready"),
            Type(ControlZ), Expect("^Z"), Type("\r"), Expect("got [20]\r\n"), Expect(">> "), Type("exit\r"));
        Assert.DoesNotContain("Stopped", session.Screen, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_pager_after_us_has_the_keys(bool listening)
    {
        var session = await Play(
            ["/bin/bash", "-c", "\"$@\" | less; echo after ${PIPESTATUS[@]}", "trial", .. Wrapper.Command(listening, "seq", "100")],
            Expect("30\r\n"), Type(" "), Expect("60\r\n"), Type("q"), Expect("after 0 0"));
        Assert.Equal(0, session.Status);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Questions_passwords_and_whole_screens_work(bool listening)
    {
        using var folder = new TemporaryFolder();
        var questions = folder.Write(
            "questions.py",
            """
            import curses, getpass, time
            print('hello', input('name? '))
            time.sleep(0.2)  # asked on the terminal itself, not through us
            print('length', len(getpass.getpass('word? ')))
            def screen(window):
                window.addstr(1, 1, 'press'); window.refresh()
                key = window.getkey()
                window.addstr(2, 2, f'pressed {key} {window.getmaxyx()}'); window.refresh()
                window.getkey()
            curses.wrapper(screen)
            print('bye')
            """);
        var session = await Play(
            ["/bin/bash", "-c", "before=$(stty -g); \"$@\"; [ \"$before\" = \"$(stty -g)\" ] && echo as before", "trial", .. Wrapper.Command(listening, Python, questions)],
            Expect("name? "), Type("ada\r"), Expect("hello ada"),
            Expect("word? "), Type("secret\r"), Expect("length 6"),
            Expect("press"), Type("x"), Expect("pressed x (31, 101)"), Type("y"), Expect("bye"), Expect("as before"));
        Assert.DoesNotContain("secret", session.Screen, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_process_left_behind_goes_on_writing_to_the_terminal(bool listening)
    {
        using var folder = new TemporaryFolder();
        var session = await Play(
            ["/bin/bash", "-c", $"mkfifo {folder.Path}/go; \"$@\"; echo back; echo > {folder.Path}/go; read line", "trial",
                .. Wrapper.Command(listening, "/bin/sh", "-c", $"(read line < {folder.Path}/go; echo late; [ -t 1 ] && echo still a terminal) & echo now")],
            Expect("back\r\n"), Expect("late\r\nstill a terminal\r\n"), Type("\r"));
        Assert.StartsWith("now\r\nback\r\nlate\r\nstill a terminal\r\n", session.Screen, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Modes_the_child_sets_last(bool listening)
    {
        var session = await Play(
            ["/bin/bash", "-c", "\"$@\"; stty -a | grep -ow -e -echo -e -icanon", "trial", .. Wrapper.Command(listening, "/bin/sh", "-c", "stty -echo; stty -icanon <&1; sleep 0.1")]);
        Assert.Equal("-icanon\r\n-echo\r\n", session.Screen);
    }
}
