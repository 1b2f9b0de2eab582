namespace Tonne.Trials;

public class PlaceholderTests
{
    [Fact]
    public void Builds() => Assert.True(true);
}
