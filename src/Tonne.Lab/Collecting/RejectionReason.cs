namespace Tonne.Lab.Collecting;

/// <summary>Why a row could not be read.</summary>
public enum RejectionReason
{
    /// <summary>The label's cell is empty.</summary>
    MissingLabel,

    /// <summary>The text's cell holds nothing but blanks.</summary>
    EmptyText,

    /// <summary>Its bytes are not UTF-8.</summary>
    NotUtf8,

    /// <summary>A numeric cell is empty, NaN, infinite or no number.</summary>
    NotANumber,

    /// <summary>More or fewer cells than the header has.</summary>
    WrongCellCount,

    /// <summary>Quotes or braces that do not close, or JSON that is none.</summary>
    Malformed,

    /// <summary>A file that is no picture, or a broken one.</summary>
    NotAPicture,

    /// <summary>A picture of another size than the first.</summary>
    OtherSize,

    /// <summary>The last line of a file that grew while it was read: it may be half a line.</summary>
    CutOff,
}
