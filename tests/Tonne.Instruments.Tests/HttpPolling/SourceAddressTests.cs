using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.Tests.HttpPolling;

public class SourceAddressTests
{
    static SourceAddress Parsed(string text) => SourceAddress.TryParse(text, out var address, out var problem) ? address : throw new FormatException(problem);

    static string Problem(string text) => SourceAddress.TryParse(text, out _, out var problem) ? "" : problem;

    [Fact]
    public void An_address_says_what_answers_where_and_how_often_it_is_asked()
    {
        var address = Parsed("shelly://plug.lan:8080/0+1?every=250ms&timeout=3s&accuracy=1%");

        Assert.Same(SourceKind.Shelly, address.Kind);
        Assert.Equal("http://plug.lan:8080/", address.Base.AbsoluteUri);
        Assert.Equal("plug.lan:8080", address.Host);
        Assert.Equal("0+1", address.Path);
        Assert.Equal((0.25, 3, 0.01), (address.PollInterval.TotalSeconds, address.Timeout.TotalSeconds, address.Accuracy));
    }

    [Fact]
    public void What_is_not_said_has_a_default_for_its_kind()
    {
        Assert.Equal((0.5, 2, 1), (Parsed("tasmota://h").PollInterval.TotalSeconds, Parsed("tasmota://h").Timeout.TotalSeconds, Parsed("tasmota://h").StartupTimeout.TotalSeconds));
        Assert.Equal((2, 5, 3), (Parsed("redfish+https://h").PollInterval.TotalSeconds, Parsed("redfish+https://h").Timeout.TotalSeconds, Parsed("redfish+https://h").StartupTimeout.TotalSeconds));
        Assert.Equal("https://h/", Parsed("redfish+https://monitor@h").Base.AbsoluteUri);
        Assert.Equal("monitor", Parsed("redfish+https://monitor@h").User);
    }

    [Fact]
    public void The_query_of_a_json_address_is_the_devices_own_and_its_options_follow_the_pointer()
    {
        var address = Parsed("json+http://h/status?full=1&x=2#/a~1b/0?unit=kW&every=2s");

        Assert.Equal("status?full=1&x=2", address.Path);
        Assert.Equal("/a~1b/0", address.Pointer);
        Assert.Equal("kW", address["unit"]);
        Assert.Equal(2, address.PollInterval.TotalSeconds);
    }

    [Fact]
    public void Addresses_are_separated_by_blanks_and_commas_and_a_query_with_either_stays_whole()
    {
        Assert.Equal(
            ["shelly://a", "tasmota://b", """prometheus+http://c/?query=sum(x{job="a, b"})&component=cpu&kind=power&unit=W"""],
            SourceAddress.Split("""shelly://a, tasmota://b  prometheus+http://c/?query=sum(x{job="a, b"})&component=cpu&kind=power&unit=W"""));
        Assert.Equal(["nonsense"], SourceAddress.Split(" nonsense "));
        Assert.Equal(["nonsense", "shelly://a"], SourceAddress.Split("nonsense shelly://a"));
        Assert.Empty(SourceAddress.Split("  "));
    }

    [Theory]
    [InlineData("shelly://admin:hunter2@plug")]
    [InlineData("redfish+https://root:hun/ter2@bmc/redfish/v1")]
    [InlineData("redfish+https://root:hunter2@bmc:99999/redfish/v1")]
    [InlineData("unknown://root:hunter2@bmc")]
    [InlineData("redfish+https://root:hunter2@bmc/?nonsense=1")]
    [InlineData("unknown://bmc/?apikey=hunter2")]
    [InlineData("shelly://plug?password=hunter2&page=1")]
    [InlineData("json+http://h/status?access_token=hunter2")]
    public void A_password_in_an_address_is_refused_and_never_repeated(string text)
    {
        Assert.NotEqual("", Problem(text));
        Assert.DoesNotContain("ter2", Problem(text), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://plug", "shelly://")]
    [InlineData("plug.lan", "shelly://192.168.1.20")]
    [InlineData("shelly://", "shelly://192.168.1.20/0")]
    [InlineData("shelly://plug/one", "channel")]
    [InlineData("shelly://plug?evry=1s", "every")]
    [InlineData("shelly://plug?every=1ms", "100")]
    [InlineData("shelly://plug?every=1s&every=2s", "twice")]
    [InlineData("shelly://plug?accuracy=1", "1%")]
    [InlineData("json+http://h/status", "pointer")]
    [InlineData("json+http://h/status#/p?unit=hp", "kW")]
    [InlineData("redfish+http://root@bmc", "redfish+https")]
    [InlineData("redfish+https://bmc/api", "/redfish/")]
    [InlineData("redfish+https://bmc?tls=whatever", "sha256")]
    [InlineData("prometheus+http://h:9090", "preset")]
    [InlineData("prometheus+http://h:9090/?preset=dcgn", "dcgm")]
    [InlineData("prometheus+http://h:9090/?query=x&kind=power&unit=W", "component")]
    [InlineData("prometheus+http://h:9090/?query=x&component=cpu&kind=power&unit=J", "kind=energy")]
    [InlineData("prometheus+http://h:9090/?query=x&component=gpu&kind=power&unit=W", "device")]
    [InlineData("prometheus+http://h:9090/?preset=kepler&query=x", "preset says already")]
    public void A_bad_address_is_an_error_that_says_what_to_write(string text, string hint) => Assert.Contains(hint, Problem(text), StringComparison.Ordinal);

    [Fact]
    public void Ten_thousand_mangled_addresses_are_understood_or_refused_with_a_reason()
    {
        string[] seeds = [.. SourceKind.All.Select(kind => kind.Example), "redfish+https://root:geheim@bmc/redfish/v1/Chassis/1/Power?every=2s&tls=self-signed", "shelly://[fe80::1]:80/0+1?accuracy=1.5%"];
        var random = new Random(20261122);
        for (var i = 0; i < 10_000; i++)
        {
            var text = Mangled.Text(seeds[random.Next(seeds.Length)], random);
            foreach (var part in SourceAddress.Split(text))
                Assert.True(SourceAddress.TryParse(part, out _, out var problem) || problem.Length > 10);
        }
    }
}
