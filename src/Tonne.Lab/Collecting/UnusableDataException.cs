namespace Tonne.Lab.Collecting;

/// <summary>Data that cannot be used at all: an empty file, a column that is not there, one class only. A single bad row is a <see cref="Rejection"/> instead.</summary>
public sealed class UnusableDataException : FormatException
{
    /// <summary>Nothing said.</summary>
    public UnusableDataException()
    {
    }

    /// <summary>An error that has no place.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    public UnusableDataException(string message) : base(message)
    {
    }

    /// <summary>An error that has no place, and its cause.</summary>
    /// <param name="message">What is wrong, and what to do.</param>
    /// <param name="innerException">Its cause.</param>
    public UnusableDataException(string message, Exception? innerException) : base(message, innerException)
    {
    }

    /// <summary>An error at a place.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="line">Its line from 1; 0 where the whole file is meant.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    public UnusableDataException(string file, long line, string message)
        : base(line > 0 ? $"{file}, line {line}: {message}" : $"{file}: {message}") => (File, Line) = (file, line);

    /// <summary>The file or folder, empty where none is meant.</summary>
    public string File { get; } = "";

    /// <summary>Line from 1; 0 where the whole file is meant.</summary>
    public long Line { get; }
}
