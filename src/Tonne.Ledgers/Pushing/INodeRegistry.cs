namespace Tonne.Ledgers.Pushing;

/// <summary>The nodes that may push to a server: their enrolment by one-time codes, their keys, what is known of each.</summary>
/// <remarks>Codes and keys are kept as SHA-256 hashes only: neither can be read from the database.</remarks>
public interface INodeRegistry
{
    /// <summary>Makes a code with which one node enrols, once.</summary>
    /// <param name="validFor">How long it can be used.</param>
    /// <param name="name">Name that the node must give; null for any.</param>
    /// <param name="by">Who makes it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The code, shown once.</returns>
    Task<string> CreateCodeAsync(TimeSpan validFor, string? name, string by, CancellationToken cancellationToken);

    /// <summary>Uses a code. Of two that use it at the same time, one gets a key.</summary>
    /// <param name="code">The code.</param>
    /// <param name="name">Name of the node.</param>
    /// <param name="version">Version of its agent.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The node's key, given once; null if the code is unknown, used, expired or for another name.</returns>
    Task<string?> EnrolAsync(string code, string name, string version, CancellationToken cancellationToken);

    /// <summary>Finds the node of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Null if the key is unknown, expired or revoked.</returns>
    Task<FleetNode?> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>Makes a new key for the node of a key. The old one is valid until the new one is used for the first time.</summary>
    /// <param name="key">The node's key.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The new key, given once; null if the old one is unknown, expired or revoked.</returns>
    Task<string?> RotateKeyAsync(string key, CancellationToken cancellationToken);

    /// <summary>Makes all keys of a node useless. What it has pushed stays.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False if there is no such node.</returns>
    Task<bool> RevokeAsync(string name, string by, CancellationToken cancellationToken);

    /// <summary>All nodes by name, revoked ones too.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    Task<IReadOnlyList<FleetNode>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Notes that a node was heard of now.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="report">What it says of itself.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task NoteAsync(string name, NodeReport report, CancellationToken cancellationToken);
}
