namespace Tonne.Lab.Collecting;

/// <summary>Why a row could not be read.</summary>
public enum RejectionReason
{
    /// <summary>The label's cell is empty.</summary>
    MissingLabel,

    /// <summary>The text's cell is empty or blank.</summary>
    EmptyText,

    /// <summary>Its bytes are not UTF-8.</summary>
    NotUtf8,

    /// <summary>A numeric cell is empty, NaN, infinite or not a number.</summary>
    NotANumber,

    /// <summary>The row has more or fewer cells than the header.</summary>
    WrongCellCount,

    /// <summary>Unclosed quotes or braces, or invalid JSON.</summary>
    Malformed,

    /// <summary>A file that is not a picture, or a damaged one.</summary>
    NotAPicture,

    /// <summary>A picture of another size than the first.</summary>
    OtherSize,

    /// <summary>The last line of a file that grew while it was read: it may be incomplete.</summary>
    CutOff,
}
