using System.Text.Json;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Tests.Quantities;

public class DerivationTests
{
    [Fact]
    public void Written_as_JSON_each_node_is_written_once_however_deep()
    {
        var factor = new Derivation.FactorNode(new Factor("only/one", "a factor", "W", new Bounds(1, 2, 3), Quality.Assumed, new Source("S", "a source")));
        Derivation deep = factor;
        for (var level = 0; level < 6; level++)
            deep = new Derivation.Quotient("a half", "W", new Derivation.Product("all", "W", [deep]), new Derivation.Count("two", "1", 2));

        var text = JsonSerializer.Serialize(deep, LedgerJson.Default.Derivation);

        Assert.Equal(2, text.Split("only/one").Length);
        Assert.Equal(2d / 64, JsonSerializer.Deserialize(text, LedgerJson.Default.Derivation)!.Value);
    }
}
