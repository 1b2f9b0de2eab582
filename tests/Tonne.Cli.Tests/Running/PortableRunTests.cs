using System.Globalization;
using System.Text.Json;

namespace Tonne.Cli.Tests.Running;

/// <summary>Runs and recordings as on Windows and macOS: the portable child and its account, the same record and ledger.</summary>
[Collection(nameof(Alone))]
public sealed class PortableRunTests : IDisposable
{
    readonly Terminal _terminal = new();
    readonly StringWriter _error = new() { NewLine = "\n" };

    public PortableRunTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "uses commands of Linux");

    public void Dispose()
    {
        _error.Dispose();
        _terminal.Dispose();
    }

    int Type(params string[] words)
    {
        var context = _terminal.CreateContext(error: _error) with { HostSystem = new StandInSystem() };
        return Cli.Commands.CommandLine.Invoke(words, context);
    }

    [Fact]
    public void A_command_is_recorded_with_its_CPU_time_and_its_exit_code()
    {
        var (document, times) = (Path.Combine(_terminal.Folder, "run.json"), Path.Combine(_terminal.Folder, "times"));

        // 'times' of the shell prints its own user and system time in the first line, and that of its children in the second.
        var code = Type("run", "--zone", "FR", "--epoch-pattern", "none", "-o", document, "--",
            "sh", "-c",
                $"i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'; times > {times}; exit 7");

        Assert.True(code == 7, _error.ToString());
        using var run = JsonDocument.Parse(File.ReadAllText(document));
        var root = run.RootElement;
        var reported = File.ReadAllText(times).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Take(4).Sum(ParseMinutes);
        // The start of the two shells and the write of the file come on top; dash rounds to 10 ms.
        Assert.InRange(root.GetProperty("job_cpu_s").GetDouble(), reported - 0.05, reported + 0.3);
        Assert.Equal(7, root.GetProperty("exit_code").GetInt32());
        Assert.Equal(["job:cpu", "job:memory", "system:busy", "system:idle", "system:memory"],
            root.GetProperty("meters").EnumerateArray().Select(meter =>
                meter.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(root.GetProperty("components").EnumerateArray(), component =>
            Assert.NotEqual("measured", component.GetProperty("quality").GetString()));
        Assert.Equal("laptop", root.GetProperty("host").GetProperty("kind").GetString());
        Assert.Equal(0, Type("list"));
    }

    static double ParseMinutes(string time)
    {
        // 0m1.230000s
        var parts = time.TrimEnd('s').Split('m');
        return (60 * double.Parse(parts[0], CultureInfo.InvariantCulture)) + double.Parse(parts[1], CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(127, "/nowhere/command")]
    [InlineData(126, "/dev/null")]
    [InlineData(127, "")]
    public void A_command_that_cannot_be_started_is_said_and_recorded(int code, string command)
    {
        Assert.Equal(code, Type("run", "--zone", "FR", "--epoch-pattern", "none", "-q", "--", command));

        Assert.Contains($"tonne: {(command.Length > 0 ? command : "cannot run")}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_ended_by_a_signal_has_128_and_its_number() =>
        // POSIX: SIGKILL is 9.
        Assert.True(Type("run", "--zone", "FR", "--epoch-pattern", "none", "-q", "--", "sh", "-c", "kill -9 $$") == 137, _error.ToString());

    [Fact]
    public void A_command_finds_the_socket_and_the_run_in_its_environment()
    {
        var (document, file) = (Path.Combine(_terminal.Folder, "run.json"), Path.Combine(_terminal.Folder, "variables"));

        Assert.Equal(0, Type("run", "--zone", "FR", "--epoch-pattern", "none", "-q", "-o", document, "--", "sh", "-c", $"env > {file}"));

        using var run = JsonDocument.Parse(File.ReadAllText(document));
        var variables = File.ReadAllLines(file);
        Assert.Contains(variables, line => line.StartsWith("TONNE_RUN=/", StringComparison.Ordinal));
        Assert.Contains(variables, line => line.EndsWith("=" + run.RootElement.GetProperty("id").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_that_need_Linux_are_refused_with_2()
    {
        Assert.Equal(2, Type("calibrate"));
        Assert.Contains("'tonne calibrate' needs Linux", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("stand-in", _error.ToString(), StringComparison.Ordinal);
    }
}
