namespace Tonne.Ledgers;

/// <summary>
/// Thrown when the ledger cannot be read or written: has the path, the reason and the remedy. A wrapped command can still run.
/// </summary>
public sealed class LedgerUnavailableException : Exception
{
    const int Enospc = 28;
    const int Erofs = 30;
    const int Edquot = 122;

    /// <summary>Creates the exception with a default message.</summary>
    public LedgerUnavailableException()
        : this("", "it cannot be used", "Set TONNE_HOME to a folder that can be written.")
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public LedgerUnavailableException(string message)
        : base(message) => (Place, Reason, Advice) = ("", message, "");

    /// <summary>Creates the exception with a message and a cause.</summary>
    public LedgerUnavailableException(string message, Exception inner)
        : base(message, inner) => (Place, Reason, Advice) = ("", message, "");

    /// <summary>Creates the exception for a file or folder.</summary>
    /// <param name="place">File or folder.</param>
    /// <param name="reason">Why, in words that follow "cannot be used: ".</param>
    /// <param name="advice">What to do, a sentence.</param>
    /// <param name="inner">The underlying error; null if there is none.</param>
    public LedgerUnavailableException(string place, string reason, string advice, Exception? inner = null)
        : base($"The ledger cannot be used: {place}: {reason}. {advice}", inner) => (Place, Reason, Advice) = (place, reason, advice);

    /// <summary>File or folder.</summary>
    public string Place { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    /// <summary>What to do.</summary>
    public string Advice { get; }

    /// <summary>After what time trying again may help; null if that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Translates an error of the file system.</summary>
    /// <param name="place">File or folder that could not be used.</param>
    /// <param name="error">The error.</param>
    public static LedgerUnavailableException FromException(string place, Exception error) => error switch
    {
        LedgerUnavailableException known => known,
        UnauthorizedAccessException => new(place, "no permission to write there", "Get permission to write there, or set TONNE_HOME to a folder of your own.", error),
        IOException { HResult: Enospc } => new(place, "the disk is full", "Free some space, or set TONNE_HOME to a folder on another disk.", error),
        IOException { HResult: Edquot } => new(place, "your quota of disk space is used up", "Free some space, or set TONNE_HOME to a folder on another disk.", error),
        IOException { HResult: Erofs } => new(place, "the file system is read-only", "Set TONNE_HOME to a folder that can be written.", error),
        _ => new(place, error.Message.TrimEnd('.'), "Check the path, or set TONNE_HOME to another folder.", error),
    };
}
