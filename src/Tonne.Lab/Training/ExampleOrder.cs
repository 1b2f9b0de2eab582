namespace Tonne.Lab.Training;

/// <summary>
/// Shuffles the rows of an epoch. The order depends only on the seed and the epoch, so that training can be resumed at any step.
/// </summary>
static class ExampleOrder
{
    /// <summary>The Fisher–Yates shuffle, in the form of Durstenfeld 1964.</summary>
    /// <param name="order">Written: 0 to its length − 1.</param>
    /// <param name="seed">The plan's.</param>
    /// <param name="epoch">From 1.</param>
    internal static void Shuffle(int[] order, int seed, int epoch)
    {
        var random = new Random(unchecked(seed * 1_000_003 + epoch));
        for (var index = 0; index < order.Length; index++)
            order[index] = index;
        for (var index = order.Length - 1; index > 0; index--)
        {
            var other = random.Next(index + 1);
            (order[index], order[other]) = (order[other], order[index]);
        }
    }
}
