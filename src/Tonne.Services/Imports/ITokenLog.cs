namespace Tonne.Services.Imports;

/// <summary>A kind of log from which the tokens of replies are read: transcripts of an agent, an export of a provider.</summary>
/// <remarks>An implementation hands on no text of a conversation, and puts none into an error.</remarks>
public interface ITokenLog
{
    /// <summary>Name of the log in the ledger: <c>claude-code</c>.</summary>
    string Service { get; }

    /// <summary>The provider, as in <c>gen_ai.provider.name</c>; empty if unknown.</summary>
    string Provider { get; }

    /// <summary>Whether a file that has grown can be read on from where the last reading ended.</summary>
    bool CanContinue { get; }

    /// <summary>Reads a file to its end.</summary>
    /// <param name="stream">The file; it takes the lines that are skipped.</param>
    /// <param name="add">Receives each reply. A reply may come several times: <see cref="TokenReply.Id"/> is then the same.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    void Read(TokenLogStream stream, Action<TokenReply> add);
}
