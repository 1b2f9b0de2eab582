namespace Tonne.Ledgers.Tests;

public class LedgerHomeTests
{
    [Theory]
    [InlineData("TONNE_HOME=/a;XDG_DATA_HOME=/b;HOME=/c", "/a")]
    [InlineData("TONNE_HOME=;XDG_DATA_HOME=/b;HOME=/c", "/b/tonne")]
    [InlineData("XDG_DATA_HOME=relative;HOME=/c", "/c/.local/share/tonne")]
    [InlineData("HOME=/c", "/c/.local/share/tonne")]
    public void A_program_finds_the_ledger_of_the_command(string environment, string root)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of Unix.");
        var variables = environment.Split(';').Select(each => each.Split('=')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

        Assert.Equal(root, LedgerHome.FromEnvironment(name => variables.GetValueOrDefault(name)).Root);
    }
}
