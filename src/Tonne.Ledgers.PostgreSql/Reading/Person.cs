namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>A person who reads a ledger, as the server knows them once they have logged in.</summary>
/// <remarks>The name is compared with the users of runs and with the memberships. The server must be sure of it: the database trusts the
/// server.</remarks>
public sealed record Person
{
    /// <summary>Creates a person.</summary>
    /// <param name="name">The name, not empty.</param>
    public Person(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A name has no character 0.", nameof(name));
        Name = name;
    }

    /// <summary>The name.</summary>
    public string Name { get; }
}
