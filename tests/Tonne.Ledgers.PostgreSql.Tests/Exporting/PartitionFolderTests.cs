using Tonne.Ledgers.PostgreSql.Exporting;

namespace Tonne.Ledgers.PostgreSql.Tests.Exporting;

/// <summary>Names of folders, percent-encoded as RFC 3986, section 2.1 has it.</summary>
public class PartitionFolderTests
{
    [Theory]
    [InlineData(null, "__none__")]
    [InlineData("", "__none__")]
    [InlineData("__none__", "%5F_none__")]
    [InlineData("physics-1_a.b", "physics-1_a.b")]
    [InlineData("a/b c=d%", "a%2Fb%20c%3Dd%25")]
    [InlineData("ü", "%C3%BC")]
    [InlineData("..", "..")]
    public void A_value_is_percent_encoded(string? account, string expected)
    {
        Assert.Equal(expected, PartitionFolder.Encode(account));
        Assert.Equal(Path.Combine("month=2026-03", "account=" + expected), PartitionFolder.GetPath(new DateOnly(2026, 3, 31), account));
    }

    [Theory]
    [InlineData("a", 183)]
    [InlineData("ü", 0)]
    public void A_long_value_is_cut_between_characters_and_stays_distinct(string character, int kept)
    {
        var (one, other) = (string.Concat(Enumerable.Repeat(character, 300)), string.Concat(Enumerable.Repeat(character, 301)));

        var encoded = PartitionFolder.Encode(one);

        // 16 of the 64 digits of a SHA-256 after ~.
        Assert.Equal((kept + 17, kept), (encoded.Length, encoded.IndexOf('~', StringComparison.Ordinal)));
        Assert.NotEqual(encoded, PartitionFolder.Encode(other));
    }
}
