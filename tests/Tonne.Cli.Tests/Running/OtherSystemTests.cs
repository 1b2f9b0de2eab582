using Tonne.Cli.Commands;
using Tonne.Cli.Running;

namespace Tonne.Cli.Tests.Running;

/// <summary>What cannot be done on Windows and macOS; it is tried here, where it can be run.</summary>
public class OtherSystemTests
{
    [Theory]
    [InlineData(3, "sh", "-c", "exit 3")]
    [InlineData(0, "true")]
    // As shells have it (POSIX, 2.8.2): 127 not found, 126 found and not executable.
    [InlineData(127, "/nowhere/command")]
    [InlineData(126, "/dev/null")]
    public void A_program_is_started_with_its_own_exit_code(int code, params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "uses commands of Linux");
        var error = new StringWriter();

        Assert.Equal(code, OtherSystem.Execute(command, null, error));

        Assert.Equal(code >= 126, error.ToString().Contains(command[0], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("calibrate", "no meter of a processor is read there")]
    [InlineData("slurm prolog", "Slurm's prolog and epilog")]
    [InlineData("attach --jupyter", "tonne attach --pid PID")]
    public void A_command_that_cannot_work_is_refused_with_the_reason(string words, string reason)
    {
        var refusal = Assert.Throws<InvalidInputException>(() => OtherSystem.Check(words.Split(' '), "Windows"));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("needs Linux", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Windows", refusal.Message, StringComparison.Ordinal);
        OtherSystem.Check([.. words.Split(' '), "--help"], "Windows");
    }

    [Theory]
    [InlineData("run -- calibrate")]
    [InlineData("attach --pid 1")]
    [InlineData("watch")]
    [InlineData("bench -- a ::: b")]
    [InlineData("mark note x")]
    [InlineData("list")]
    [InlineData("")]
    public void All_others_are_not(string words) => OtherSystem.Check(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), "macOS");
}
