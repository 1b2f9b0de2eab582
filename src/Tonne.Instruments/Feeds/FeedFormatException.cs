namespace Tonne.Instruments.Feeds;

/// <summary>A field of an answer is missing or has another type than documented.</summary>
sealed class FeedFormatException(string message) : Exception(message);
