using Tonne.Runs;

namespace Tonne.Tests.Runs;

public class HostListTests
{
    // Expected: scontrol show hostnames EXPRESSION, Slurm 22.05.8.
    [Theory]
    [InlineData("n[1-3,7]", "n1 n2 n3 n7")]
    [InlineData("n[08-11]", "n08 n09 n10 n11")]
    [InlineData("login,n[1-2]", "login n1 n2")]
    [InlineData("r[1-2]n[1-2]", "r1n1 r1n2 r2n1 r2n2")]
    [InlineData("tux[0-1]-ib,gpu7", "tux0-ib tux1-ib gpu7")]
    public void An_expression_lists_its_names(string text, string names)
    {
        Assert.True(HostList.TryExpand(text, out var found));
        Assert.Equal(names.Split(' '), found);
    }

    // Expected: scontrol show hostlist NAMES, Slurm 22.05.8.
    [Theory]
    [InlineData("n1,n2,n3,n7", "n[1-3,7]")]
    [InlineData("n08,n09,n10,n11", "n[08-11]")]
    [InlineData("gpu7", "gpu7")]
    public void Names_become_an_expression(string names, string text) => Assert.Equal(text, HostList.Compress(names.Split(',')));

    [Theory]
    [InlineData("n[1-")]
    [InlineData("n[3-1]")]
    [InlineData("n[]")]
    [InlineData("n1]")]
    [InlineData("n[1,x]")]
    [InlineData("n[0-999999999]")]
    [InlineData("a[0-9999]b[0-9999]")]
    public void What_is_no_expression_or_has_too_many_names_is_refused(string text)
    {
        Assert.False(HostList.TryExpand(text, out var names));
        Assert.Empty(names);
    }

    [Fact]
    public void Names_survive_both_ways()
    {
        var random = new Random(20261129);
        for (var round = 0; round < 2000; round++)
        {
            var names = Enumerable.Range(0, random.Next(1, 40)).Select(_ => CreateName(random)).Distinct(StringComparer.Ordinal).ToList();

            var text = HostList.Compress(names);

            Assert.True(HostList.TryExpand(text, out var found), text);
            Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        var random = new Random(20261129);
        const string letters = "n09[]-,, x\t";
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 14)).Select(_ => letters[random.Next(letters.Length)])]);
            Assert.True(HostList.TryExpand(text, out var names) || names.Count == 0);
            Assert.DoesNotContain(names, name => name.AsSpan().ContainsAny("[], \t"));
        }
    }

    static string CreateName(Random random)
    {
        string[] prefixes = ["n", "gpu-", "rack2node", "login", "x1y"];
        var number = random.Next(0, 120);
        return prefixes[random.Next(prefixes.Length)] + random.Next(4) switch
        {
            0 => "",
            1 => number.ToString("D3", System.Globalization.CultureInfo.InvariantCulture),
            2 => number.ToString("D2", System.Globalization.CultureInfo.InvariantCulture),
            _ => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
