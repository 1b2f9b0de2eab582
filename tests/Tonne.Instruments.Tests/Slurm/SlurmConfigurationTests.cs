using Tonne.Instruments.Slurm;

namespace Tonne.Instruments.Tests.Slurm;

/// <summary>Lines as in slurm.conf(5), "NODE CONFIGURATION".</summary>
public class SlurmConfigurationTests
{
    static int? Find(string text, string node, params (string Name, string Text)[] included) =>
        SlurmConfiguration.FindCpus(text, node, name => included.FirstOrDefault(one => one.Name == name).Text);

    [Theory]
    [InlineData("NodeName=n[1-4] CPUs=4 RealMemory=4000 State=UNKNOWN", 4)]
    [InlineData("nodename=n2 cpus=96 # two sockets", 96)]
    [InlineData("NodeName=n2 Sockets=2 CoresPerSocket=24 ThreadsPerCore=2", 96)]
    [InlineData("NodeName=n2 Boards=2 SocketsPerBoard=1 CoresPerSocket=8", 16)]
    [InlineData("NodeName=DEFAULT CPUs=64\nNodeName=n[1-3] RealMemory=1", 64)]
    [InlineData("NodeName=n[1-3] \\\n  CPUs=8", 8)]
    [InlineData("#NodeName=n2 CPUs=1\nNodeName=n1 CPUs=2\nNodeName=n2 CPUs=3", 3)]
    public void The_CPUs_of_a_node_are_found(string text, int cpus) => Assert.Equal(cpus, Find(text, "n2"));

    [Theory]
    [InlineData("NodeName=n1 CPUs=4")]
    [InlineData("NodeName=n[2 CPUs=4")]
    [InlineData("NodeName=n2 State=UNKNOWN")]
    [InlineData("NodeName=n2 CPUs=many")]
    [InlineData("")]
    public void What_no_line_says_is_unknown(string text) => Assert.Null(Find(text, "n2"));

    [Fact]
    public void Included_files_are_read_and_a_circle_ends()
    {
        Assert.Equal(12, Find("include nodes.conf", "n2", ("nodes.conf", "NodeName=n2 CPUs=12")));
        Assert.Null(Find("Include a", "n2", ("a", "Include a")));
    }
}
