namespace Tonne.Lab.Cleaning;

/// <summary>Why a row that could be read is not kept. The first reason that holds, in this order, is the one counted.</summary>
public enum RemovalReason
{
    /// <summary>Nothing is left without placeholders, digits and marks.</summary>
    PlaceholdersOnly,

    /// <summary>The text is the one it should have been translated from.</summary>
    Untranslated,

    /// <summary>No letter is of a script that the labelled language is written in.</summary>
    WrongScript,

    /// <summary>An earlier row has the same label and the same text or numbers.</summary>
    ExactDuplicate,

    /// <summary>An earlier row has the same label and nearly the same text.</summary>
    NearDuplicate,
}
