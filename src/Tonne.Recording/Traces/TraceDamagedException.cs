namespace Tonne.Recording.Traces;

/// <summary>A trace says something that cannot be: the message names the place.</summary>
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
