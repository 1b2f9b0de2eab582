using Tonne.Runs;
using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

public class ProxyCommandLineTests
{
    static ProxyOptions Parse(params string[] more) => ProxyCommandLine.Parse(
        ["proxy", "--to", "localhost:8000", "--name", "chat", .. more], static name => name == "TONNE_HOME" ? "/ledger" : null);

    [Fact]
    public void Period_and_policy_are_those_of_the_recorder()
    {
        var given = Parse("--policy", "Marginal", "--period-seconds", "0.25");

        Assert.Equal((SharePolicy.Marginal, TimeSpan.FromMilliseconds(250)), (given.Policy, given.Period));
        Assert.Equal((SharePolicy.Share, null), (Parse().Policy, Parse().Period));
        Assert.Throws<FormatException>(() => Parse("--policy", "most"));
    }
}
