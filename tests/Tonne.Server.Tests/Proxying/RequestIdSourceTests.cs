using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

public class RequestIdSourceTests
{
    [Fact]
    public void Ids_have_20_hexadecimal_digits_and_differ_beyond_what_is_taken_at_once()
    {
        var source = new RequestIdSource();

        var ids = Enumerable.Range(0, 1_000).Select(_ => source.Next()).ToList();

        Assert.All(ids, static id => Assert.Matches("^tonne-[0-9a-f]{20}$", id));
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }
}
