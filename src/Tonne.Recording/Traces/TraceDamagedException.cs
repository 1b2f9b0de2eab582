namespace Tonne.Recording.Traces;

/// <summary>The exception for a damaged trace. The message has the position of the damage.</summary>
public sealed class TraceDamagedException : FormatException
{
    /// <summary>A damaged trace.</summary>
    public TraceDamagedException()
    {
    }

    /// <summary>A damaged trace.</summary>
    public TraceDamagedException(string message)
        : base(message)
    {
    }

    /// <summary>A damaged trace.</summary>
    public TraceDamagedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
