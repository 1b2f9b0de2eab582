using System.Security.Cryptography;

namespace Tonne.Trials.Wrapping;

public class StreamTrials
{
    public static TheoryData<bool> BothWays => Wrapper.BothWays;

    /// <summary>Writes n megabytes, other ones on each stream, in blocks of all sizes, on both at once.</summary>
    const string Writer =
        """
        import hashlib, os, random, sys, threading
        def write(descriptor, seed, size):
            r = random.Random(seed)
            source, digest = r.randbytes(1 << 20), hashlib.sha256()
            while size:
                start = r.randrange(1 << 19)
                block = memoryview(source)[start:start + min(size, r.choice((1, 100, 4096, 8192, 65536, 500000)))]
                size -= len(block)
                digest.update(block)
                while block: block = block[os.write(descriptor, block):]
            print(digest.hexdigest(), file=open(f'{sys.argv[1]}/{descriptor}', 'w'))
        threads = [threading.Thread(target=write, args=(d, d, int(sys.argv[2]) * 1000000)) for d in (1, 2)]
        [t.start() for t in threads]; [t.join() for t in threads]
        """;

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_hundred_megabytes_on_each_stream_come_through_byte_for_byte(bool listening)
    {
        Assert.SkipUnless(File.Exists(Terminal.Python), $"{Terminal.Python} is missing (apt-get install python3)");
        using var folder = new TemporaryFolder();
        var outcome = await Outcome.Of(Wrapper.Command(listening, Terminal.Python, folder.Write("writer.py", Writer), folder.Path, "100"));
        Assert.Equal(0, outcome.Code);
        Assert.Equal((100_000_000, 100_000_000), (outcome.Output.Length, outcome.Error.Length));
        Assert.Equal(Written(folder, 1), Convert.ToHexStringLower(SHA256.HashData(outcome.Output)));
        Assert.Equal(Written(folder, 2), Convert.ToHexStringLower(SHA256.HashData(outcome.Error)));
    }

    static string Written(TemporaryFolder folder, int descriptor) => File.ReadAllText(Path.Combine(folder.Path, $"{descriptor}")).Trim();

    [Theory, MemberData(nameof(BothWays))]
    public async Task Ten_megabytes_of_input_come_through(bool listening)
    {
        var input = new byte[10_000_000];
        new Random(2).NextBytes(input);
        var outcome = await Outcome.Of(Wrapper.Command(listening, "cat"), input);
        Assert.Equal(0, outcome.Code);
        Assert.Equal(SHA256.HashData(input), SHA256.HashData(outcome.Output));
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Two_names_for_one_stream_keep_their_order(bool listening)
    {
        var outcome = await Outcome.OfScript(
            """
            "$@" /bin/sh -c 'for i in $(seq 300); do echo $i; echo $i >&2; done' 2>&1
            """,
            Wrapper.Command(listening));
        Assert.Equal(string.Concat(Enumerable.Range(1, 300).Select(i => $"{i}\n{i}\n")), outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task Output_arrives_while_the_child_runs(bool listening)
    {
        // Each side waits for the other's output: nothing may be delayed.
        var outcome = await Outcome.OfScript(
            """
            coproc "$@" /bin/sh -c 'for i in $(seq 50); do echo ask $i; read -r answer; [ "$answer" = "answer $i" ] || exit 9; done'
            for i in $(seq 50); do read -r -u ${COPROC[0]} ask; echo "answer ${ask#ask }" >&${COPROC[1]}; done
            wait $COPROC_PID; echo $?
            """,
            Wrapper.Command(listening));
        Assert.Equal("0\n", outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_reader_that_goes_away_ends_the_child_as_ever(bool listening)
    {
        var outcome = await Outcome.OfScript(
            """
            "$@" yes | head -n 1; echo ${PIPESTATUS[0]}
            """,
            Wrapper.Command(listening));
        Assert.Equal("y\n141\n", outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_full_disk_is_felt_by_the_child(bool listening)
    {
        var outcome = await Outcome.OfScript(
            """
            "$@" /bin/sh -c 'while echo line; do :; done; exit 5' > /dev/full; echo $?
            """,
            Wrapper.Command(listening));
        Assert.Equal(listening ? "141\n" : "5\n", outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_closed_stream_stays_closed(bool listening)
    {
        var outcome = await Outcome.OfScript(
            """
            "$@" /bin/sh -c 'for d in 0 1 2; do [ -e /proc/$$/fd/$d ] && echo $d >&9; done' 9>&1 >&-
            "$@" /bin/sh -c 'for d in 0 1 2; do [ -e /proc/$$/fd/$d ] && echo $d; done' 2>&-
            "$@" /bin/sh -c 'for d in 0 1 2; do [ -e /proc/$$/fd/$d ] && echo $d; done' <&-
            """,
            Wrapper.Command(listening));
        Assert.Equal("0\n2\n0\n1\n1\n2\n", outcome.Text);
    }

    [Fact]
    public async Task A_stream_that_does_not_block_loses_nothing()
    {
        Assert.SkipUnless(File.Exists(Terminal.Python), $"{Terminal.Python} is missing (apt-get install python3)");
        using var folder = new TemporaryFolder();
        var slow = folder.Write(
            "slow.py",
            """
            import os, subprocess, sys, time
            r, w = os.pipe()
            os.set_blocking(w, False)
            child = subprocess.Popen(sys.argv[1:], stdout=w)
            os.close(w)
            total = 0
            while block := os.read(r, 5000):
                total += len(block)
                if total < 100000: time.sleep(0.005)
            print(total, child.wait())
            """);
        var outcome = await Outcome.Of([Terminal.Python, slow, .. Wrapper.Command(true, "head", "-c", "3000000", "/dev/zero")]);
        Assert.Equal("3000000 0\n", outcome.Text);
    }

    [Theory, MemberData(nameof(BothWays))]
    public async Task A_process_left_behind_keeps_its_output_and_nobody_waits_for_it(bool listening)
    {
        using var folder = new TemporaryFolder();
        var outcome = await Outcome.OfScript(
            """
            folder=$1; shift
            mkfifo "$folder/go"
            "$@" /bin/sh -c '(read word < "$1/go"; echo $word; head -c 300000 /dev/zero) & echo now' child "$folder" > "$folder/out"
            echo returned $? with $(cat "$folder/out")
            echo late > "$folder/go"
            until [ $(stat -c %s "$folder/out") = 300009 ]; do read -t 0.02 <> <(:); done
            head -n 2 "$folder/out"
            """,
            [folder.Path, .. Wrapper.Command(listening)]);
        Assert.Equal("returned 0 with now\nnow\nlate\n", outcome.Text);
    }
}
