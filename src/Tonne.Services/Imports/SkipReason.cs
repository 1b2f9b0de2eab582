namespace Tonne.Services.Imports;

/// <summary>Why a line or a file of a log was not counted.</summary>
public enum SkipReason
{
    /// <summary>The line is not JSON, or is nested too deeply.</summary>
    NotJson,

    /// <summary>The line is longer than <see cref="TokenLogStream.MaxLineBytes"/>.</summary>
    TooLong,

    /// <summary>A reply lacks what identifies it, its time or its tokens.</summary>
    MissingField,

    /// <summary>A field of a reply has another type than expected, or a value out of its range.</summary>
    WrongValue,

    /// <summary>The file cannot be opened or read.</summary>
    Unreadable,

    /// <summary>The file lacks a column.</summary>
    MissingColumn,
}
