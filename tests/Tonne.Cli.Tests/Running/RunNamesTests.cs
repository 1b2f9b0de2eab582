using Tonne.Cli.Running;

namespace Tonne.Cli.Tests.Running;

public class RunNamesTests
{
    [Theory]
    [InlineData("python train.py --epochs 3", "train")]
    [InlineData("/usr/bin/python3 -u src/mnist.py", "mnist")]
    [InlineData("python -m torch.distributed.run x.py", "torch.distributed.run")]
    [InlineData("./a.out", "a")]
    [InlineData("dotnet bin/App.dll", "App")]
    public void A_run_is_named_for_its_script_or_program(string command, string name) =>
        Assert.Equal(name, RunNames.FromCommand(command.Split(' ')));

    [Fact]
    public void Ids_sort_by_time()
    {
        var early = RunNames.CreateId(new DateTimeOffset(2026, 3, 1, 11, 50, 0, TimeSpan.Zero));

        Assert.StartsWith("20260301-115000-", early, StringComparison.Ordinal);
        Assert.True(string.CompareOrdinal(early, RunNames.CreateId(new DateTimeOffset(2026, 3, 1, 11, 50, 1, TimeSpan.Zero))) < 0);
    }
}
