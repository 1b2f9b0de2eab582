using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>Ends a call within a feed; it becomes the failure of its answer.</summary>
sealed class FeedFailedException(FeedFailure failure) : Exception(failure.Text)
{
    public FeedFailure Failure => failure;

    internal static FeedFailedException Unreadable(string what, string where) => new(new FeedFailure.Unreadable(what, where));
}
