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
}
