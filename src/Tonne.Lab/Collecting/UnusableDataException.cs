namespace Tonne.Lab.Collecting;

/// <summary>
/// Thrown when data cannot be used at all: an empty file, a missing column, one class only. A single bad row is a <see cref="Rejection"/>
/// instead.
/// </summary>
public sealed class UnusableDataException : FormatException
{
    /// <summary>Creates the exception without a message.</summary>
    public UnusableDataException()
    {
    }

    /// <summary>Creates the exception without a place.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    public UnusableDataException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception without a place, with a cause.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="innerException">Cause of the exception.</param>
    public UnusableDataException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <summary>Creates the exception for a place in a file.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="line">Number of the line, from 1; 0 for the whole file.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    public UnusableDataException(string file, long line, string message)
        : base(line > 0 ? $"{file}, line {line}: {message}" : $"{file}: {message}") => (File, Line) = (file, line);

    /// <summary>The file or folder, empty if there is none.</summary>
    public string File { get; } = "";

    /// <summary>Line from 1; 0 for the whole file.</summary>
    public long Line { get; }
}
