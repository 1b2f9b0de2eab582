using System.Text;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Processes;

public class ProcessStatTests
{
    // Fields as in proc_pid_stat(5): pid (comm) state ppid pgrp session tty_nr tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime priority nice num_threads itrealvalue starttime …
    const string Plain = "4711 (python3) S 4000 4711 4001 34816 -1 4194304 1 2 3 4 150 50 30 20 20 -5 8 0 987654 1 2 3\n";

    [Fact]
    public void Times_parent_and_start_are_read()
    {
        Assert.True(ProcessStat.TryParse(Encoding.ASCII.GetBytes(Plain), out var process));

        Assert.Equal(new ProcessStat(4000, 4001, 'S', 2_000_000_000, 500_000_000, 987_654), process);
        Assert.False(process.IsDead);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData(") R 1 2 3")]
    [InlineData("((x) S 9")]
    [InlineData("")]
    public void A_name_with_blanks_and_brackets_moves_nothing(string name)
    {
        Assert.True(ProcessStat.TryParse(Encoding.ASCII.GetBytes(Plain.Replace("python3", name)), out var process));

        Assert.Equal((4000, 987_654L), (process.ParentId, process.StartTicks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("4711 (x")]
    [InlineData("4711 (x) S 1 2 3")]
    [InlineData("4711 (x) SS 4000 4711 4001 34816 -1 4194304 1 2 3 4 150 50 30 20 20 -5 8 0 987654\n")]
    [InlineData("4711 (x) S a 4711 4001 34816 -1 4194304 1 2 3 4 150 50 30 20 20 -5 8 0 987654\n")]
    public void What_is_cut_or_broken_is_not_a_process(string text) =>
        Assert.False(ProcessStat.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Any_bytes_either_parse_or_say_no()
    {
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.ASCII.GetBytes(Plain);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (ProcessStat.TryParse(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out var process))
                Assert.True(process is { OwnNanoseconds: >= 0, ReapedNanoseconds: >= 0, StartTicks: >= 0 });
        }
    }
}
