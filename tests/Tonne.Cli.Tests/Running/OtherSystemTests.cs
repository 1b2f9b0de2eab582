using Tonne.Cli.Commands;
using Tonne.Cli.Running;

namespace Tonne.Cli.Tests.Running;

/// <summary>What is done on systems where tonne does not measure; it is tried here, where it can be run.</summary>
public class OtherSystemTests
{
    [Theory]
    [InlineData(3, "sh", "-c", "exit 3")]
    [InlineData(0, "true")]
    // As shells have it (POSIX, 2.8.2): 127 not found, 126 found and not executable.
    [InlineData(127, "/nowhere/command")]
    [InlineData(126, "/dev/null")]
    public void A_command_runs_unmeasured_with_its_own_exit_code(int code, params string[] command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "uses commands of Linux");
        var error = new StringWriter();

        Assert.Equal(code, OtherSystem.Execute(command, null, error));

        Assert.Equal(code >= 126, error.ToString().Contains(command[0], StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_that_measures_is_refused_unless_it_can_run_unmeasured()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "uses commands of Linux");
        var context = new CommandContext(TimeProvider.System, TextWriter.Null, new StringWriter(), static _ => null, "/", false, false, 80);

        Assert.Equal(4, OtherSystem.Handle(["run", "--", "sh", "-c", "exit 4"], ["sh", "-c", "exit 4"], context));
        Assert.Contains("unmeasured", context.Error.ToString(), StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(() => OtherSystem.Handle(["watch"], null, context));
        foreach (var other in new[] { "list", "estimate", "report", "run" })
            Assert.Null(OtherSystem.Handle([other, "--help"], null, context));
        Assert.Null(OtherSystem.Handle(["attach", "--help"], null, context));
    }
}
