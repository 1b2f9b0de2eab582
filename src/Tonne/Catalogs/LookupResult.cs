using System.Diagnostics.CodeAnalysis;

namespace Tonne.Catalogs;

/// <summary>Result of looking up a name: the item found, or why none was found and which names are similar.</summary>
public sealed class LookupResult<T> where T : class
{
    LookupResult(T? value, UnknownName? unknown) => (Value, Unknown) = (value, unknown);

    /// <summary>Whether exactly one item was found.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Unknown))]
    public bool IsFound => Value is not null;

    /// <summary>The item found; null if none.</summary>
    public T? Value { get; }

    /// <summary>Why nothing was found; null if something was.</summary>
    public UnknownName? Unknown { get; }

    /// <summary>The item found.</summary>
    /// <exception cref="UnknownNameException">There is none; the message lists the nearest names.</exception>
    public T ValueOrThrow => Value ?? throw new UnknownNameException(Unknown ?? new UnknownName("name", "", Ambiguous: false, []));

    /// <summary>One thing was found.</summary>
    public static implicit operator LookupResult<T>(T value) => new(value, null);

    /// <summary>Nothing was found.</summary>
    public static implicit operator LookupResult<T>(UnknownName unknown) => new(null, unknown);
}
