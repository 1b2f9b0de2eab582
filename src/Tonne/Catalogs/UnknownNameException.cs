namespace Tonne.Catalogs;

/// <summary>A name was required to be known and is not.</summary>
public sealed class UnknownNameException(UnknownName unknown) : ArgumentException(unknown.Message)
{
    /// <summary>The name and its neighbours.</summary>
    public UnknownName Unknown { get; } = unknown;
}
