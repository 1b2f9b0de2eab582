namespace Tonne.Lab.Cleaning;

/// <summary>Reasons for which a readable row is removed. If several apply, the first in this order is counted.</summary>
public enum RemovalReason
{
    /// <summary>The text is empty without placeholders, digits and marks.</summary>
    PlaceholdersOnly,

    /// <summary>The text is the same as its source text, so it is untranslated.</summary>
    Untranslated,

    /// <summary>No letter is of a script in which the labelled language is written.</summary>
    WrongScript,

    /// <summary>An earlier row has the same label and the same text or numbers.</summary>
    ExactDuplicate,

    /// <summary>An earlier row has the same label and nearly the same text.</summary>
    NearDuplicate,
}
