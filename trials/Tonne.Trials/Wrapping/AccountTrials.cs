using System.Globalization;

namespace Tonne.Trials.Wrapping;

public class AccountTrials
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task Time_of_orphans_is_counted(bool listening)
    {
        Assert.SkipUnless(File.Exists(Terminal.Python), $"{Terminal.Python} is missing (apt-get install python3)");
        using var folder = new TemporaryFolder();
        var burn = folder.Write("burn.py", "import sys, time\nwhile time.process_time() < float(sys.argv[1]): pass\nopen(sys.argv[2], 'w')\n");
        var report = Path.Combine(folder.Path, "report");
        var outcome = await Outcome.Of(Wrapper.Reporting(report, listening, "/bin/sh", "-c",
            $"setsid -f {Terminal.Python} {burn} 0.3 {folder.Path}/done; {Terminal.Python} {burn} 0.2 /dev/null; while ! [ -e {folder.Path}/done ]; do sleep 0.05; done; sleep 0.1"));
        Assert.Equal(0, outcome.Code);

        // 0.5 s burnt on purpose by the processes' own clocks; starting Python and the shell's sleeps are added.
        Assert.InRange(Figure(report, "child"), 0.5, 0.65);
    }

    [Fact]
    public async Task The_group_is_entered_before_the_first_instruction_and_left_by_us()
    {
        const string Groups = "/sys/fs/cgroup/cpuacct";
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists($"{Groups}/tasks"), "needs root and a version 1 cpuacct hierarchy");
        using var folder = new TemporaryFolder();
        var group = Directory.CreateDirectory($"{Groups}/tonne-trial-{Environment.ProcessId}").FullName;
        try
        {
            // The child may run before its parent has left the control group again: give it time.
            const string Look = "grep cpuacct /proc/self/cgroup; for i in $(seq 200); do us=$(grep cpuacct /proc/$PPID/cgroup); case $us in *:/) break;; esac; sleep 0.05; done; echo $us";
            var command = Wrapper.Reporting(Path.Combine(folder.Path, "report"), false, "/bin/sh", "-c", Look);
            var outcome = await Outcome.Of([command[0], "--placement", $"{group}/tasks", $"{Groups}/tasks", .. command[1..]]);
            var lines = outcome.Text.Split('\n');
            Assert.EndsWith(Path.GetFileName(group), lines[0], StringComparison.Ordinal);
            Assert.EndsWith(":/", lines[1], StringComparison.Ordinal);
            Assert.True(long.Parse(File.ReadAllText($"{group}/cpuacct.usage"), CultureInfo.InvariantCulture) > 0);
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    static double Figure(string report, string name) => double.Parse(
        File.ReadAllText(report).Split(' ').Single(word => word.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..],
        CultureInfo.InvariantCulture);
}
